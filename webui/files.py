"""Answers made of an open file: conditions, ranges, names and how long they may be kept.

A handler opens the file below its root (`core.beneath`) and answers `file_reply(…)`; the gate sends
it without holding a worker or the file in memory (`transfers.py`). What a person supplied is always
answered under `Content-Security-Policy: sandbox`, so no script in it runs as ours.
"""

import io
import os
import re
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from urllib.parse import quote

from webui import problems
from webui.calls import Call
from webui.documents import Problem
from webui.refusal import ASK_FIRST, FOREVER
from webui.replies import PROBLEM_JSON, Reply
from webui.routes import Content
from webui.static_files import has_tag
from webui.transfers import Sending

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")

#: The headers that a route which answers `file_reply` understands.
FILE_CONDITIONS = ("If-None-Match", "If-Modified-Since", "Range", "If-Range")


@dataclass(frozen=True)
class Serving:
    """How a file is answered."""

    media_type: str
    #: Without quotes; by default made of the file's identity, size and time.
    etag: str = ""
    #: The address names the version of what it shows.
    is_versioned: bool = False
    #: The name under which a browser saves it.
    name: str = ""
    #: To be saved, not to be shown.
    is_attachment: bool = False


def file_answers(*media_types: str) -> dict[int, Content]:
    """What a route that answers `file_reply` declares."""
    headers = ("ETag", "Last-Modified", "Accept-Ranges")
    return {
        200: Content(media_types=media_types, headers=headers),
        206: Content(media_types=media_types, headers=(*headers, "Content-Range")),
        304: Content(headers=("ETag",)),
        416: Content(Problem, (PROBLEM_JSON,), ("Content-Range",)),
    }


def file_reply(call: Call, descriptor: int, serving: Serving) -> Reply:
    """The regular file that `descriptor` has open, or what the request's conditions make of it.

    Takes the descriptor over. 200 with all of it, 206 with one range (`Range`, `If-Range`), 304
    (`If-None-Match`, `If-Modified-Since`), 416. Several ranges at once are answered with all of it.
    """
    file = io.FileIO(descriptor, "rb")
    status = os.fstat(descriptor)
    tag = serving.etag or f"{status.st_ino:x}-{status.st_size:x}-{status.st_mtime_ns:x}"
    etag, modified = f'"{tag}"', formatdate(status.st_mtime, usegmt=True)
    headers = {
        "ETag": etag,
        "Last-Modified": modified,
        "Accept-Ranges": "bytes",
        "Cache-Control": FOREVER if serving.is_versioned else ASK_FIRST,
        "Content-Security-Policy": "sandbox",
    }
    if serving.name or serving.is_attachment:
        headers["Content-Disposition"] = disposition(serving.name, serving.is_attachment)
    if _is_unchanged(call, etag, status.st_mtime):
        file.close()
        return Reply(None, 304, headers)
    wanted = _range(call, etag, modified)
    first, last = _bounds(wanted, status.st_size) if wanted else (0, status.st_size - 1)
    if wanted and first > last:
        file.close()
        return _unsatisfiable(status.st_size)
    headers["Content-Length"] = str(last - first + 1)
    if wanted:
        headers["Content-Range"] = f"bytes {first}-{last}/{status.st_size}"
    sending = Sending(file, first, last - first + 1)
    return Reply(None, 206 if wanted else 200, headers, serving.media_type, file=sending)


def disposition(name: str, is_attachment: bool) -> str:
    """A `Content-Disposition` with any name: plain ASCII for old readers, then all of it."""
    kind = "attachment" if is_attachment else "inline"
    if not name:
        return kind
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(os.fsencode(name), safe='')}"


def _is_unchanged(call: Call, etag: str, modified: float) -> bool:
    """The client has it already (RFC 9110, 13.2.2: the tag goes before the time)."""
    if tags := call.header("If-None-Match"):
        return has_tag(tags, etag)
    try:
        since = parsedate_to_datetime(call.header("If-Modified-Since"))
        return int(modified) <= since.timestamp()
    except (ValueError, OverflowError, OSError):
        return False


def _range(call: Call, etag: str, modified: str) -> re.Match[str] | None:
    """The one range that is asked for; None when all of it is the right answer."""
    condition = call.header("If-Range")
    if condition and condition not in (etag, modified):
        return None  # the client has another version: it gets this one whole
    wanted = _RANGE.fullmatch(call.header("Range"))
    if not wanted or not (wanted[1] or wanted[2]):
        return None
    if wanted[1] and wanted[2] and int(wanted[1]) > int(wanted[2]):
        return None  # no sound range, so none (RFC 9110, 14.1.2)
    return wanted


def _bounds(wanted: re.Match[str], size: int) -> tuple[int, int]:
    """First and last byte of a range; the first behind the last where there is none."""
    if not wanted[1]:
        return max(0, size - int(wanted[2])), size - 1 if int(wanted[2]) else -1
    return int(wanted[1]), min(int(wanted[2]), size - 1) if wanted[2] else size - 1


def _unsatisfiable(size: int) -> Reply:
    title, detail = "There is no such range", f"The file has {size} bytes."
    document = problems.problem(416, "no-such-range", title, detail)
    return Reply(document, 416, {"Content-Range": f"bytes */{size}"}, PROBLEM_JSON)
