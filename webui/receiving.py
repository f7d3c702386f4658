"""Receiving an upload: a body of `multipart/form-data`, parted into files while it arrives.

Each part goes into a file of its own in a private folder, in the turns of `transfers.py`; memory
holds one piece of it at most. The parser is `multipart`. Which requests may upload is decided in
`guard.py`, which uploads there are, and what becomes of one that breaks off, in `uploads.py`.
"""

import hashlib
import io
import os
import re
import shutil
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from multipart import (
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
)

from core.documents import compact
from core.errors import Invalid, Malformed
from core.paths import is_nameable
from webui.refusal import Refused
from webui.transfers import PIECE, TURN, Move

#: Bytes of one header of a part, and how many headers it may have (RFC 7578 needs three).
_HEADER_SIZE, _HEADERS = 4096, 8
#: Characters of a field that is text.
_TEXT = 64 * 1024
_NAME_BYTES = 255
_UPLOAD_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_OFFSET = re.compile(r"[0-9]{1,15}")


def heads_of(environ: Mapping[str, Any]) -> tuple[str, int]:
    """What a request says of its upload: the name ("" for none), and the byte that it begins with.
    Raises Malformed."""
    upload_id, offset = environ.get("HTTP_UPLOAD_ID", ""), environ.get("HTTP_UPLOAD_OFFSET", "0")
    if "HTTP_UPLOAD_ID" in environ and not _UPLOAD_ID.fullmatch(upload_id):
        raise Malformed("Upload-Id has 8 to 64 letters, digits, _ and -.")
    if not _OFFSET.fullmatch(offset):
        raise Malformed("Upload-Offset is a number of bytes.")
    return upload_id, int(offset)


@dataclass
class Part:
    """One field of a form: a file, or a little text."""

    #: The field's name, and the file's as the client sent it: anything at all. "" for text.
    name: str
    filename: str
    media_type: str
    #: Where it lies until the request is answered. A handler may move it away.
    path: Path
    size: int = 0
    #: SHA-256 of the content, in hexadecimal digits.
    sha256: str = ""

    def text(self) -> str:
        """The content of a field that is no file. Raises Invalid when that is no text."""
        try:
            if self.size <= _TEXT:
                return self.path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            pass
        raise _invalid(self.name, "must be a short text")

    def last_name(self) -> str:
        """The file's own name, without any folders: whatever it is, for who checks it."""
        return self.filename.replace("\\", "/").rpartition("/")[2]

    def plain_name(self) -> str:
        """The file's own name, without any folders: what may be made in a folder.

        Raises Invalid for what cannot be a file's name, or could not be told from another.
        """
        name = self.last_name()
        if name in ("", ".", ".."):
            raise _invalid(self.name, f"{self.filename!r} names no file")
        if not is_nameable(name):
            raise _invalid(self.name, f"{name!r} has characters that no name should have")
        if len(name.encode()) > _NAME_BYTES:
            raise _invalid(self.name, f"a name has at most {_NAME_BYTES} bytes")
        return name


def _invalid(field_name: str, message: str) -> Invalid:
    return Invalid(f"{field_name}: {message}", [{"pointer": f"/{field_name}", "message": message}])


@dataclass(frozen=True)
class Coming:
    """What the head of an upload says."""

    #: The address it was sent to.
    path: str
    content_type: str
    boundary: str
    #: Bytes of the whole body.
    total: int
    max_files: int
    #: The client's name for it, under which it can be continued; "" for none.
    upload_id: str = ""


@dataclass(eq=False)
class Receiver:
    """One upload, whichever connections bring it. Takes `folder` over; `left` is called with it
    when a connection ends before everything has come, and when the whole has been answered."""

    coming: Coming
    folder: Path
    left: Callable[["Receiver"], None]
    parts: list[Part] = field(default_factory=list)
    #: Bytes of the body that have arrived.
    received: int = 0
    #: The connection that may bring more.
    leg: "Leg | None" = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    #: It was refused on its way, and cannot go on.
    is_broken: bool = False

    def __post_init__(self):
        self._parser = PushMultipartParser(
            self.coming.boundary,
            content_length=self.coming.total,
            max_header_size=_HEADER_SIZE,
            max_header_count=_HEADERS,
            max_segment_count=self.coming.max_files,
        )
        self._file: io.FileIO | None = None
        self._digest = hashlib.sha256()

    @property
    def missing(self) -> int:
        """Bytes still to come."""
        return self.coming.total - self.received

    def continued_by(self, first: bytes, expects_continue: bool) -> "Leg":
        """Another connection brings the rest, beginning with `first`; the one before may not."""
        with self.lock:
            self.leg = Leg(self, first, expects_continue)
            return self.leg

    def take(self, data: bytes) -> None:
        """The next bytes of the body. Raises Refused for what is no form, and on a full disk."""
        self.is_broken = True
        try:
            for event in self._parser.parse(data):
                self._write(event)
            self.received += len(data)
            if not self.missing:
                self._parser.close()
            self.is_broken = False
        except ParserLimitReached as error:
            raise Refused(413, "too-many-parts", f"{error}.") from None
        except MultipartError as error:
            why = error.args[0]  # what else it has is the parser's own, and of no use to a client
            raise Refused(400, "malformed", f"This is no multipart/form-data: {why}.") from None
        except OSError as error:
            raise Refused(507, "disk-full", f"Nothing was kept: {error.strerror}.") from None

    def _write(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            path = self.folder / str(len(self.parts))
            media_type = event.content_type or "application/octet-stream"
            self.parts.append(Part(event.name or "", event.filename or "", media_type, path))
            way = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            self._file = io.FileIO(os.open(path, way, 0o600), "wb")
            self._digest = hashlib.sha256()
            return
        assert self._file is not None
        if event is None:
            self._file.close()
            self.parts[-1].sha256 = self._digest.hexdigest()
        else:
            left = memoryview(event)
            while left:
                left = left[self._file.write(left) :]
            self._digest.update(event)
            self.parts[-1].size += len(event)

    def answered(self) -> None:
        """Its request has its answer: what the handler did not take is removed."""
        self.left(self)

    def content(self) -> bytes:
        """What makes two uploads the same: fields, names and contents, whatever the boundary."""
        return compact([[p.name, p.filename, p.sha256] for p in self.parts]).encode()

    def discard(self) -> None:
        """Remove what nobody took. Idempotent."""
        if self._file is not None:
            self._file.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Admission(Protocol):
    """Who decides about uploads (`uploads.py`)."""

    def takes(self, method: str, path: str) -> bool: ...

    def admit(self, environ: dict) -> Receiver: ...


class Leg:
    """The part of an upload that one connection brings."""

    def __init__(self, receiver: Receiver, first: bytes, expects_continue: bool):
        self.receiver, self._first = receiver, first
        self._expects_continue = expects_continue
        self.move = Move.AGAIN

    def turn(self, sock: socket.socket) -> Move:
        """Take what has arrived. Raises OSError when the client has left, or goes on elsewhere."""
        receiver = self.receiver
        with receiver.lock:
            if receiver.leg is not self:
                raise OSError("the upload goes on by another connection")
            if self._first:
                first, self._first = self._first, b""
                receiver.take(first)
            self.move = self._receive(sock)
        return self.move

    def _receive(self, sock: socket.socket) -> Move:
        receiver, allowance = self.receiver, TURN
        if self._expects_continue:
            self._expects_continue = False
            sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        while receiver.missing and allowance > 0:
            try:
                piece = sock.recv(min(PIECE, receiver.missing))
            except (BlockingIOError, InterruptedError):
                return Move.BLOCKED
            if not piece:
                raise ConnectionResetError("the client left in the middle of its upload")
            receiver.take(piece)
            allowance -= len(piece)
        return Move.AGAIN if receiver.missing else Move.DONE

    def close(self) -> None:
        receiver = self.receiver
        if receiver.leg is self and self.move is not Move.DONE:
            receiver.leg = None
            receiver.left(receiver)
