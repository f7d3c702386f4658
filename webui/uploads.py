"""The uploads of a site: which are admitted, and which broke off and may be continued.

A request to a route that declares `upload=Upload(…)` is admitted by its head alone; then the gate
lets its body arrive in `receiving.py`, and when it is complete the route's handler is called with
the parts. A client that names its upload (`Upload-Id`) may send the rest of a body that broke off
(`Upload-Offset`) within an hour. What is here is in memory: a restart forgets every unfinished
upload, and the folder is emptied when a site starts.
"""

import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multipart import MultipartError, parse_options_header

from core.errors import LonghaulError, NotFound
from webui.problems import status_of
from webui.receiving import Coming, Receiver
from webui.refusal import Refused

#: Seconds for which the beginning of an upload is kept after its connection broke.
KEPT_S = 3600.0
#: Uploads under way or kept, at most.
_MOST = 256
#: Bytes that are left free on the disk.
_SPARE = 64 << 20
UPLOAD_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
NO_UPLOAD_ID = "Upload-Id has 8 to 64 letters, digits, _ and -."
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
        self._timer: threading.Timer | None = None
        #: Folders that are ours: whatever is in them when we first come there was left over.
        self._clean_folders: set[Path] = set()
        self._empty(folder)

    def takes(self, method: str, path: str) -> bool:
        """Whether multipart bodies are accepted there."""
        return method == "POST" and self._route(path) is not None

    def admit(self, environ: Mapping[str, Any]) -> Receiver:
        """What shall receive the body of this request. Raises Refused (400, 404, 409, 413, 503,
        507) for one that need not be sent at all."""
        coming = self._coming(environ)
        offset = environ.get("HTTP_UPLOAD_OFFSET", "0")
        if not (offset.isdecimal() and len(offset) < 16):
            raise Refused(400, "malformed", "Upload-Offset is a number of bytes.")
        with self._lock:
            old = self._unfinished(coming.upload_id)
            if int(offset):
                receiver = self._continued(old, coming, int(offset))
            else:
                if old is not None:  # from the start again
                    self._forget(old)
                receiver = self._begun(coming)
            self._keep(receiver)
            return receiver

    def state(self, upload_id: str) -> dict[str, Any]:
        """How much of an unfinished upload has arrived. Whoever still sends it is cut off, so that
        this stays true. Raises NotFound, also for one that is complete and gets its answer."""
        with self._lock:
            receiver = self._named(upload_id)
            with receiver.lock:
                if not receiver.missing:
                    raise _unknown()
                receiver.leg = None
            self._keep(receiver)
            return {
                "id": upload_id,
                "received": receiver.received,
                "size": receiver.coming.total,
            }

    def end(self, upload_id: str) -> None:
        """Remove an unfinished upload. Raises NotFound."""
        with self._lock:
            self._forget(self._named(upload_id))

    def clean(self, spool: Path) -> None:
        """Remove what an earlier service left in a folder where uploads arrive."""
        with self._lock:
            self._empty(spool)

    def close(self) -> None:
        """Remove all; nothing is received any more."""
        with self._lock:
            for receiver in list(self._all):
                self._forget(receiver)
            if self._timer is not None:
                self._timer.cancel()

    # --- admitting ----------------------------------------------------------------------------

    def _coming(self, environ: Mapping[str, Any]) -> Coming:
        path = environ["PATH_INFO"]
        content_type, total = environ["CONTENT_TYPE"], int(environ.get("CONTENT_LENGTH") or 0)
        try:
            boundary = parse_options_header(content_type)[1].get("boundary", "")
        except MultipartError:
            boundary = ""
        if not _BOUNDARY.fullmatch(boundary):
            raise Refused(400, "malformed", "The Content-Type must say a boundary.")
        upload_id = environ.get("HTTP_UPLOAD_ID", "")
        if upload_id and not UPLOAD_ID.fullmatch(upload_id):
            raise Refused(400, "malformed", NO_UPLOAD_ID)
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
        if len(self._all) >= _MOST:
            wait = [("Retry-After", "5")]
            raise Refused(503, "unavailable", "Too many uploads at the same time.", wait)
        spool = self._folder_for(coming.path)
        self._empty(spool)
        spool.mkdir(mode=0o700, exist_ok=True)
        _check_room(spool, coming.total)
        folder = spool / secrets.token_hex(8)
        folder.mkdir(mode=0o700)
        return Receiver(coming, folder, self._left)

    def _continued(self, old: Receiver | None, coming: Coming, offset: int) -> Receiver:
        unknown = Refused(404, "not-found", "There is no such upload; send it from its start.")
        if old is None:
            raise unknown
        begun = old.coming
        with old.lock:
            if not old.missing:  # its last bytes have come meanwhile: it is answered, once
                raise unknown
            old.leg = None  # who asks goes on; what another connection still brings is too late
            if (begun.path, begun.content_type) != (coming.path, coming.content_type):
                raise Refused(409, "another-upload", "This is not how the upload began.")
            if offset != old.received or coming.total != old.missing:
                raise Refused(
                    409,
                    "upload-offset",
                    f"{old.received} of {begun.total} bytes have arrived; send the rest.",
                    [("Upload-Offset", str(old.received))],
                )
        _check_room(old.folder, old.missing)
        return old

    def _empty(self, spool: Path) -> None:
        """Remove what an earlier service left there."""
        if spool not in self._clean_folders:
            self._clean_folders.add(spool)
            for entry in spool.glob("*"):
                shutil.rmtree(entry, ignore_errors=True)

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
            if is_over or not receiver.coming.upload_id:
                self._forget(receiver)
            else:
                self._keep(receiver)

    def _unfinished(self, upload_id: str) -> Receiver | None:
        """The upload of that name of which something is missing. One that is complete belongs to
        the request that it came with, and nobody continues or removes it under its handler."""
        named = (r for r in self._all if upload_id and r.coming.upload_id == upload_id)
        return next((receiver for receiver in named if receiver.missing), None)

    def _named(self, upload_id: str) -> Receiver:
        receiver = self._unfinished(upload_id)
        if receiver is None:
            raise _unknown()
        return receiver

    def _forget(self, receiver: Receiver) -> None:
        del self._all[receiver]
        with receiver.lock:
            receiver.leg = None
            receiver.discard()

    def _keep(self, receiver: Receiver) -> None:
        """For a while; longer as long as it is being sent."""
        self._all[receiver] = time.monotonic() + KEPT_S
        if self._timer is None:
            self._clean_later(KEPT_S)

    def _clean_later(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds + 1.0, self._clean)
        self._timer.daemon = True
        self._timer.start()

    def _clean(self) -> None:
        now = time.monotonic()
        with self._lock:
            for receiver, until in list(self._all.items()):
                if receiver.leg is not None:
                    self._all[receiver] = now + KEPT_S
                elif until <= now:
                    self._forget(receiver)
            self._timer = None
            if self._all:
                self._clean_later(min(self._all.values()) - now)


def _unknown() -> NotFound:
    return NotFound("There is no such unfinished upload")


def _check_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed + min(_SPARE, free // 20) > free:
        detail = f"The upload needs {needed >> 20} MB, and {free >> 20} MB are free."
        raise Refused(507, "disk-full", detail)


def _pattern(path: str) -> re.Pattern[str]:
    """The addresses of a route."""
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)))
