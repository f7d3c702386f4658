"""Reading the head of a request strictly, before any other code sees it.  Pure.

Every reading on which two parsers could differ is refused here: doubled headers that steer
authentication or framing, folded lines, bare line feeds, signs in a length, a transfer encoding.
What is left has one meaning, so nothing can be smuggled past the guard. Called by the gate only.
"""

import re
from dataclasses import dataclass

from webui.refusal import Refused

#: Request line and headers together, in bytes (security.md, 10).
HEAD_LIMIT = 16 * 1024

_REQUEST_LINE = re.compile(rb"([A-Z]+) (/[\x21-\x7e]*) HTTP/(\d)\.(\d)")
#: RFC 9110, 5.6.2 (token), then a value of visible characters, spaces, tabs and obs-text.
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)")

#: Headers that must not come twice: each steers framing, identity or one of the guard's rules, and
#: a reader that takes the first disagrees with one that takes the last.
_ONCE = frozenset(
    b"host content-length content-type transfer-encoding authorization cookie origin "
    b"sec-fetch-site sec-fetch-mode sec-fetch-dest expect".split()
)


@dataclass(frozen=True)
class Head:
    """What the gate must know of a request in order to wait for the rest of it."""

    #: Bytes of the head, with the empty line that ends it.
    size: int
    #: Bytes of the body that follows.
    body: int
    #: The client waits for `100 Continue` before it sends the body.
    expects_continue: bool
    #: The body is a form, which is not waited for: if it is an upload, it goes to the disk.
    is_form: bool = False


def read_head(buffer: bytearray) -> Head | None:
    """The head at the start of `buffer`, or None while it is not complete.

    Raises Refused (400, 411, 431, 505) for a head that is malformed, ambiguous or too large.
    """
    end = buffer.find(b"\r\n\r\n", 0, HEAD_LIMIT)
    if end < 0:
        if len(buffer) >= HEAD_LIMIT:
            raise Refused(431, "headers-too-large", f"At most {HEAD_LIMIT} bytes of headers.")
        return None
    request_line, *lines = bytes(buffer[:end]).split(b"\r\n")
    _check_request_line(request_line)
    fields = _fields(lines)
    return Head(
        end + 4,
        _body_length(fields),
        fields.get(b"expect", b"").lower() == b"100-continue",
        fields.get(b"content-type", b"").lower().startswith(b"multipart/"),
    )


def _check_request_line(line: bytes) -> None:
    match = _REQUEST_LINE.fullmatch(line)
    if match is None or match[1] == b"CONNECT":
        # Also the absolute form ("GET http://…"): we are no proxy, and it names a second host.
        raise Refused(400, "bad-request", "The request line is not METHOD /path HTTP/1.1.")
    if match[3] != b"1" or match[4] not in (b"0", b"1"):
        raise Refused(505, "http-version", "Only HTTP/1.1 and HTTP/1.0 are spoken here.")


def _fields(lines: list[bytes]) -> dict[bytes, bytes]:
    fields: dict[bytes, bytes] = {}
    for line in lines:
        match = _FIELD.fullmatch(line)
        if match is None:
            raise Refused(400, "bad-request", "A header line is malformed.")
        name = match[1].lower()
        if name in _ONCE and name in fields:
            raise Refused(400, "bad-request", f"The header {name.decode()} came twice.")
        fields[name] = match[2].strip(b" \t")
    return fields


def _body_length(fields: dict[bytes, bytes]) -> int:
    length = fields.get(b"content-length")
    if b"transfer-encoding" in fields:
        if length is not None:
            raise Refused(400, "bad-request", "Content-Length and Transfer-Encoding exclude.")
        raise Refused(411, "length-required", "Send the body with a Content-Length.")
    if length is None:
        return 0
    # bytes.isdigit() and not int(): int() also takes "+5", "-5" and "1_0".
    if not length.isdigit() or len(length) > 15:
        raise Refused(400, "bad-request", "Content-Length is not a number of bytes.")
    return int(length)
