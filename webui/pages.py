"""The addresses that show the page, and the inline script that the page's policy must allow.

The page's files are in `static/`; `static_files.py` serves them, `index_page.py` makes the first
document. Called by `app.py`.
"""

import base64
import hashlib
import re
from pathlib import Path

STATIC = Path(__file__).parent / "static"
INDEX = "index.html"
#: Pages of what the tasks work on, each with addresses of its own below.
_DEEP = ("/projects", "/recordings", "/documents")
_BEHIND = ("/sources", "/pages", "/paths", "/uploads")
#: Addresses that a person may type or bookmark → the file that is shown. `**` stands for any rest.
PAGES = dict.fromkeys(
    ["/", "/tasks", "/background-tasks", *_DEEP, *(f"{path}/**" for path in _DEEP)], INDEX
)
#: What a second screen does not see (`guard.hide`): these pages, and what they show; the names of
#: files in the person's folders; uploads, where even asking cuts off who still sends.
PRIVATE = [
    f"{base}{path}{below}"
    for base, paths in {"": _DEEP, "/api/v1": (*_DEEP, *_BEHIND)}.items()
    for path in paths
    for below in ("", "/**")
]
_INLINE = re.compile(rb"<script\b[^>]*\btype=\"importmap\"[^>]*>(.*?)</script>", re.DOTALL)


def script_hashes(page: bytes) -> list[str]:
    """The hashes of a document's inline import maps, which browsers take no other way."""
    digests = (hashlib.sha256(script).digest() for script in _INLINE.findall(page))
    return [f"sha256-{base64.b64encode(digest).decode()}" for digest in digests]
