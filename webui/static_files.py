"""The page's own files: `/static/…` and the addresses that show the page.

Types are said, never guessed; each file is read, hashed and compressed once and kept until it
changes on disk. What a person supplied (photos, results) is not served from here.
"""

import gzip
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import bottle

from core.beneath import open_beneath
from core.errors import Forbidden
from webui.refusal import Refused

try:
    import brotli
except ImportError:  # an optional speed-up: gzip is always there
    brotli = None

_TEXT = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
_TYPES = {
    **_TEXT,
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}
#: With a hash of the content in the address, what it names can never change.
_FOREVER = "public, max-age=31536000, immutable"
#: Hexadecimal digits of the hash in an address, and at least in one that is accepted.
_VERSION_DIGITS = 16
_WEIGHT = re.compile(r"\s*([\w*-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")


@dataclass
class _Kept:
    """A file as it was when `stamp` was taken, with its encodings made at first use."""

    stamp: tuple
    media_type: str
    plain: bytes
    digest: str
    encoded: dict[str, bytes] = field(default_factory=dict)

    def body(self, coding: str) -> bytes:
        if coding == "identity":
            return self.plain
        if coding not in self.encoded:  # two threads may both make it; the results are equal
            self.encoded[coding] = (
                brotli.compress(self.plain, quality=9)
                if coding == "br"
                else gzip.compress(self.plain, 9, mtime=0)
            )
        return self.encoded[coding]


class StaticFiles:
    """Files beneath `root`."""

    def __init__(self, root: Path):
        self._root = Path(root)
        self._kept: dict[str, _Kept] = {}
        self._made: dict[str, _Kept] = {}

    def put(self, name: str, content: bytes) -> None:
        """Answer with `content` wherever the file `name` is asked for."""
        self._made[name] = _kept((), name, content)

    def mount(self, app: bottle.Bottle, pages: Mapping[str, str]) -> None:
        """Route `/static/…` and each address of `pages` ({path: name of the file}) in `app`; a path
        that ends with `**` stands for all below it."""
        app.get("/static/<name:path>", callback=lambda name: self.answer(name, bottle.request))
        for path, file in pages.items():
            route = path.replace("**", "<below:re:.*>")
            app.get(route, callback=lambda file=file, **_: self.answer(file, bottle.request))

    def url(self, name: str) -> str:
        """The address of `name` that may be cached for ever. Raises FileNotFoundError."""
        return f"/static/{name}?v={self._look_up(name).digest[:_VERSION_DIGITS]}"

    def content(self, name: str) -> bytes:
        """What `name` is answered with; nothing when there is no such file."""
        try:
            return self._look_up(name).plain
        except FileNotFoundError:
            return b""

    def answer(self, name: str, request: bottle.BaseRequest) -> bottle.HTTPResponse:
        """The file `name`, in the best coding the client takes; 304 when it has it already."""
        try:
            kept = self._look_up(name)
        except FileNotFoundError:
            status, headers, body = Refused(404, "not-found", "There is no such file.").answer()
            return bottle.HTTPResponse(body, status, dict(headers))
        coding = "identity"
        if kept.media_type in _TEXT.values():
            coding = best_coding(request.environ.get("HTTP_ACCEPT_ENCODING", ""))
        etag = f'"{kept.digest[:32]}-{coding}"'
        version = request.query.get("v", "")
        is_exact = len(version) >= _VERSION_DIGITS and kept.digest.startswith(version)
        headers = {
            "Content-Type": kept.media_type,
            "ETag": etag,
            "Cache-Control": _FOREVER if is_exact else "no-cache",
            "Vary": "Accept-Encoding",
        }
        if has_tag(request.environ.get("HTTP_IF_NONE_MATCH", ""), etag):
            return bottle.HTTPResponse(b"", 304, headers)
        body = kept.body(coding)
        if coding != "identity":
            headers["Content-Encoding"] = coding
        headers["Content-Length"] = str(len(body))
        return bottle.HTTPResponse(b"" if request.method == "HEAD" else body, 200, headers)

    def _look_up(self, name: str) -> _Kept:
        """The file as it is now. Raises FileNotFoundError for all that is not a file of ours."""
        if name in self._made:
            return self._made[name]
        if any(part[:1] in ("", ".") for part in name.split("/")):  # one name for each file
            raise FileNotFoundError(name)
        try:
            descriptor = open_beneath(self._root, name)
        except (Forbidden, OSError, ValueError) as error:
            raise FileNotFoundError(name) from error
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
            kept = self._kept.get(name)
            if kept is None or kept.stamp != stamp:
                self._kept[name] = kept = _kept(stamp, name, file.read())
        return kept


def _kept(stamp: tuple, name: str, plain: bytes) -> _Kept:
    media_type = _TYPES.get(Path(name).suffix.lower(), "application/octet-stream")
    return _Kept(stamp, media_type, plain, hashlib.sha256(plain).hexdigest())


def best_coding(accepted: str) -> str:
    """The coding of an answer for this `Accept-Encoding` (RFC 9110, 12.5.3): "br", "gzip", …"""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        match = _WEIGHT.fullmatch(part)
        if match:
            weights[match[1]] = float(match[2] or 1)
    offered = (["br"] if brotli else []) + ["gzip"]
    rest = weights.get("*", 0.0)
    best = max(offered, key=lambda coding: weights.get(coding, rest))
    weight = weights.get(best, rest)
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else "identity"


def has_tag(if_none_match: str, etag: str) -> bool:
    """Whether the client's list of tags has this one; compared weakly, as for every 304."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or "*" in tags
