"""How the HTTP floor says no, and the response headers that stand on every answer.

Pure values and one function. The parser (`head.py`, `connection.py`) refuses what is no sound
request, the guard (`guard.py`) refuses who may not ask; both answer in the form made here. Which
error of the core becomes which status is not decided here.
"""

import json
from http import HTTPStatus

#: What a page of ours may load: its own files and nothing else, no inline code, no eval. {scripts}
#: takes the hashes of inline import maps (browsers accept import maps only inline).
_POLICY = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

#: `Cache-Control` of files of the API, which only the person's own browser may keep. For an
#: address that names its version: what it shows can never change.
FOREVER = "private, max-age=31536000, immutable"
#: For an address without a version: kept, and asked about before each use.
ASK_FIRST = "private, no-cache"

_TITLES = {
    400: "This is not a sound HTTP request",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "This method is not served",
    409: "Not possible in this state",
    408: "The request took too long to arrive",
    411: "The length of the body must be given",
    413: "The request is too large",
    415: "This media type is not accepted",
    421: "This service does not answer for that host",
    429: "Too many failed attempts",
    431: "The request headers are too large",
    500: "Something went wrong in the service",
    503: "Not available at the moment",
    507: "The disk is full",
    505: "This HTTP version is not supported",
}


def security_headers(script_hashes: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """The headers of every answer; `script_hashes` are like "sha256-…=" (without quotes)."""
    scripts = "".join(f" '{digest}'" for digest in script_hashes)
    return [
        ("Content-Security-Policy", _POLICY.format(scripts=scripts)),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Frame-Options", "DENY"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]


class Refused(Exception):
    """A request that the HTTP floor turns away.

    `status` is the HTTP status, `code` the stable end of the problem's type (`urn:longhaul:…`),
    the message is the detail; `headers` are added to the answer (`Allow`, `Retry-After`).
    """

    def __init__(self, status: int, code: str, detail: str, headers=()):
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.headers = list(headers)

    def status_line(self) -> str:
        return f"{self.status} {HTTPStatus(self.status).phrase}"

    def answer(self, extra=()) -> tuple[str, list[tuple[str, str]], bytes]:
        """The status line, all headers and the body: `application/problem+json` (RFC 9457)."""
        body = json.dumps(
            {
                "type": f"urn:longhaul:{self.code}",
                "title": _TITLES.get(self.status, HTTPStatus(self.status).phrase),
                "status": self.status,
                "detail": self.detail,
            }
        ).encode()
        headers = [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            *self.headers,
            *(extra or security_headers()),
        ]
        return self.status_line(), headers, body
