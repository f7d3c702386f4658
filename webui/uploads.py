"""The uploads of a site: which are admitted, and which broke off and may be continued.

A request to a route that declares `upload=Upload(…)` is admitted by its head alone; then the gate
lets its body arrive in `receiving.py`, and when it is complete the route's handler is called with
the parts. A client that names its upload (`Upload-Id`) may send the rest of a body that broke off
(`Upload-Offset`) within an hour. What is here is in memory: a restart forgets every unfinished
upload, and the folder is emptied when a site starts.
"""

import errno
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multipart import MultipartError, parse_options_header

from core.errors import LonghaulError, Malformed, NotFound
from webui.problems import status_of
from webui.receiving import Coming, Receiver, heads_of
from webui.refusal import Refused

#: Seconds for which the beginning of an upload is kept after its connection broke.
KEPT_S = 3600.0
#: Uploads under way or kept, at most; of those that broke off the oldest makes room for another.
_MOST = 256
_FULL = (errno.ENOSPC, errno.EDQUOT)
_UNKNOWN = "There is no such unfinished upload"
#: Bytes that are left free on the disk.
_SPARE = 64 << 20
_BOUNDARY = re.compile(r"[\x20-\x7e]{1,200}")


@dataclass(frozen=True)
class Place:
    """Where uploads are taken."""

    #: Parts of one, at most.
    max_files: int
    #: The folder that they arrive in, of the places in the address; by default the common one.
    into: Callable[[dict[str, str]], Path] | None = None


class Uploads:
    """All uploads, in `folder` (emptied now); `limit()` is the most bytes of one.

    `routes` are the addresses that take them, with places such as {id}.
    """

    def __init__(self, folder: Path, routes: Mapping[str, Place], limit: Callable[[], int]):
        self._folder, self._limit = folder, limit
        self._routes = [(_pattern(path), place) for path, place in routes.items()]
        self._lock = threading.Lock()
        self._all: dict[Receiver, float] = {}
        #: Those that nobody sends, in the order in which they broke off.
        self._idle: dict[Receiver, None] = {}
        self._timer: threading.Timer | None = None
        #: Folders that are ours: whatever is in them when we first come there was left over.
        self._clean_folders: set[Path] = set()
        self._cleaning = threading.Lock()
        self.clean(folder)

    def takes(self, method: str, path: str) -> bool:
        """Whether multipart bodies are accepted there."""
        return method == "POST" and self._route(path) is not None

    def admit(self, environ: Mapping[str, Any]) -> Receiver:
        """What shall receive the body of this request. Raises Refused (400, 404, 409, 413, 503,
        507) for one that need not be sent at all."""
        try:
            upload_id, offset = heads_of(environ)
        except Malformed as error:
            raise Refused(400, error.code, error.detail) from None
        coming = self._coming(environ, upload_id)
        if offset:
            with self._lock:
                receiver = self._continued(coming, offset)
            try:
                _check_room(receiver.folder, receiver.missing)
            except Refused:
                self._left(receiver)
                raise
            return receiver
        receiver = self._begun(coming)  # on the disk, while the others go on
        gone: list[Receiver] = []
        try:
            with self._lock:
                if (old := self._unfinished(coming.upload_id)) is not None:  # from the start again
                    gone.append(self._let_go(old))
                gone += self._made_room()
                self._keep(receiver)
        except Refused:
            gone.append(receiver)
            raise
        finally:
            _discard(gone)
        return receiver

    def state(self, upload_id: str) -> dict[str, Any]:
        """How much of an unfinished upload has arrived. Whoever still sends it is cut off, so that
        this stays true. Raises NotFound, also for one that is complete and gets its answer."""
        with self._lock:
            receiver = self._named(upload_id)
            with receiver.lock:
                if not receiver.missing:
                    raise NotFound(_UNKNOWN)
                receiver.leg = None
            self._keep(receiver, idle=True)
            size = receiver.coming.total
            return {"id": upload_id, "received": receiver.received, "size": size}

    def end(self, upload_id: str) -> None:
        """Remove an unfinished upload. Raises NotFound."""
        with self._lock:
            receiver = self._let_go(self._named(upload_id))
        _discard([receiver])

    def clean(self, spool: Path) -> None:
        """Remove what an earlier service left in a folder where uploads arrive; once for each."""
        with self._cleaning:  # who comes second may have begun to write there
            if spool not in self._clean_folders:
                for entry in spool.glob("*"):
                    shutil.rmtree(entry, ignore_errors=True)
                self._clean_folders.add(spool)

    def close(self) -> None:
        """Remove all; nothing is received any more."""
        with self._lock:
            gone = [self._let_go(receiver) for receiver in list(self._all)]
            if self._timer is not None:
                self._timer.cancel()
        _discard(gone)

    # --- admitting ----------------------------------------------------------------------------

    def _coming(self, environ: Mapping[str, Any], upload_id: str) -> Coming:
        path = environ["PATH_INFO"]
        content_type, total = environ["CONTENT_TYPE"], int(environ.get("CONTENT_LENGTH") or 0)
        try:
            boundary = parse_options_header(content_type)[1].get("boundary", "")
        except MultipartError:
            boundary = ""
        if not _BOUNDARY.fullmatch(boundary):
            raise Refused(400, "malformed", "The Content-Type must say a boundary.")
        route = self._route(path)
        assert route is not None
        return Coming(path, content_type, boundary, total, route[1].max_files, upload_id)

    def _folder_for(self, path: str) -> Path:
        """Where an upload to this address arrives. Raises Refused for a place that is none."""
        match, place = self._route(path) or (None, None)
        if match is None or place is None or place.into is None:
            return self._folder
        given = {
            n: v.encode("latin-1").decode(errors="replace") for n, v in match.groupdict().items()
        }
        try:
            return place.into(given)
        except LonghaulError as error:
            raise Refused(status_of(type(error)), error.code, error.detail) from None

    def _begun(self, coming: Coming) -> Receiver:
        if not coming.total:
            raise Refused(400, "malformed", "An upload has a body.")
        if coming.total > self._limit():
            raise Refused(413, "upload-too-large", f"At most {self._limit()} bytes at once.")
        spool = self._folder_for(coming.path)
        folder = spool / secrets.token_hex(8)
        try:
            self.clean(spool)
            spool.mkdir(mode=0o700, exist_ok=True)
            _check_room(spool, coming.total)
            folder.mkdir(mode=0o700)
        except OSError as error:
            status, code = (507, "disk-full") if error.errno in _FULL else (503, "unavailable")
            raise Refused(status, code, f"Nothing was kept: {error.strerror}.") from None
        return Receiver(coming, folder, self._left)

    def _made_room(self) -> list[Receiver]:
        """Room for one more; what was let go for that. Raises Refused while all are being sent."""
        if len(self._all) < _MOST:
            return []
        if not self._idle:
            wait = [("Retry-After", "5")]
            raise Refused(503, "unavailable", "Too many uploads at the same time.", wait)
        return [self._let_go(next(iter(self._idle)))]

    def _continued(self, coming: Coming, offset: int) -> Receiver:
        unknown = Refused(404, "not-found", "There is no such upload; send it from its start.")
        old = self._unfinished(coming.upload_id)
        if old is None:
            raise unknown
        begun = old.coming
        with old.lock:
            if not old.missing:  # its last bytes have come meanwhile: it is answered, once
                raise unknown
            old.leg = None  # who asks goes on; what another connection still brings is too late
            self._keep(old, idle=True)
            if (begun.path, begun.content_type) != (coming.path, coming.content_type):
                raise Refused(409, "another-upload", "This is not how the upload began.")
            if offset != old.received or coming.total != old.missing:
                raise Refused(
                    409,
                    "upload-offset",
                    f"{old.received} of {begun.total} bytes have arrived; send the rest.",
                    [("Upload-Offset", str(old.received))],
                )
        self._keep(old)
        return old

    def _route(self, path: str) -> tuple[re.Match[str], Place] | None:
        """The route of an address, with the places that it names."""
        found = ((pattern.fullmatch(path), place) for pattern, place in self._routes)
        return next(((match, place) for match, place in found if match), None)

    # --- ends ---------------------------------------------------------------------------------

    def _left(self, receiver: Receiver) -> None:
        """A connection ended before everything had come, or the whole has been answered."""
        with self._lock:
            if receiver not in self._all:
                return
            is_over = receiver.is_broken or not receiver.missing
            if not is_over and receiver.coming.upload_id:
                return self._keep(receiver, idle=True)
            self._let_go(receiver)
        _discard([receiver])

    def _unfinished(self, upload_id: str) -> Receiver | None:
        """The upload of that name of which something is missing. One that is complete belongs to
        the request that it came with, and nobody continues or removes it under its handler."""
        named = (r for r in self._all if upload_id and r.coming.upload_id == upload_id)
        return next((receiver for receiver in named if receiver.missing), None)

    def _named(self, upload_id: str) -> Receiver:
        if (receiver := self._unfinished(upload_id)) is None:
            raise NotFound(_UNKNOWN)
        return receiver

    def _let_go(self, receiver: Receiver) -> Receiver:
        """Nobody sends it any more or goes on with it; its files are removed without the lock."""
        del self._all[receiver]
        self._idle.pop(receiver, None)
        with receiver.lock:
            receiver.leg = None
        return receiver

    def _keep(self, receiver: Receiver, *, idle: bool = False) -> None:
        """For a while; longer as long as it is being sent."""
        self._all[receiver] = time.monotonic() + KEPT_S
        self._idle.pop(receiver, None)
        if idle:
            self._idle[receiver] = None
        if self._timer is None:
            self._clean_later(KEPT_S)

    def _clean_later(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds + 1.0, self._clean)
        self._timer.daemon = True
        self._timer.start()

    def _clean(self) -> None:
        now, gone = time.monotonic(), []
        with self._lock:
            for receiver, until in list(self._all.items()):
                if receiver.leg is not None:
                    self._all[receiver] = now + KEPT_S
                elif until <= now:
                    gone.append(self._let_go(receiver))
            self._timer = None
            if self._all:
                self._clean_later(min(self._all.values()) - now)
        _discard(gone)


def _discard(receivers: Iterable[Receiver]) -> None:
    """Remove the files of uploads that were let go."""
    for receiver in receivers:
        receiver.discard()


def _check_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed + min(_SPARE, free // 20) > free:
        detail = f"The upload needs {needed >> 20} MB, and {free >> 20} MB are free."
        raise Refused(507, "disk-full", detail)


def _pattern(path: str) -> re.Pattern[str]:
    """The addresses of a route."""
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)))
