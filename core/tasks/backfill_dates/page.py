"""A stored page as lxml sees it, tolerant of whatever a database column holds.

Text, UTF-8, UTF-16 with a mark, declared legacy encodings, NUL bytes, deep nesting: all become a
tree or `None`. The head can be parsed alone, which costs a tenth of a page and holds most dates.
What is searched in the tree is in `markup` and `fallback`.
"""

import re
from functools import cached_property

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

_TAG = re.compile("<[a-zA-Z!]")
_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w-]{2,40})""", re.I)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_PARSER = HTMLParser(collect_ids=False, default_doctype=False, encoding="utf-8", remove_pis=True)
_BOM = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class Page:
    """One page: its text, its head and its whole tree, each made when first asked for.

    The whole tree may be changed by whoever searches it; nothing else reads it afterwards.
    """

    def __init__(self, html: str | bytes | bytearray | memoryview):
        #: its bytes, where they were UTF-8 already
        self._utf8: bytes | None = None
        if isinstance(html, str):
            self.source = html
            return
        data = bytes(html)
        try:
            self.source = data.decode("utf-8-sig")
            self._utf8 = data
        except UnicodeDecodeError:
            self.source = _decoded(data)

    def complaint(self) -> str:
        """Why this is no page at all ("empty", "not HTML"), or ""."""
        if not self.source or self.source.isspace():
            return "empty"
        beginning = self.source[:400]
        if len(_CONTROL.findall(beginning)) > len(beginning) // 10:
            return "not HTML: binary data"
        return "" if _TAG.search(self.source) else "not HTML"

    @cached_property
    def head(self) -> HtmlElement | None:
        """The tree of what stands before `<body>`; None where there is no such place."""
        # two finds instead of a pattern that ignores case: a hundredth of the time
        body = max(self.source.find("<body"), self.source.find("<BODY"))
        return _parsed(_encoded(self.source[:body])) if body > 0 else None

    @cached_property
    def tree(self) -> HtmlElement | None:
        return _parsed(self._utf8 or _encoded(self.source))


def _encoded(source: str) -> bytes:
    return source.encode("utf-8", "replace")


def _parsed(page: bytes) -> HtmlElement | None:
    """The tree, or None where nothing but comments and spaces stands."""
    try:
        return document_fromstring(page.replace(b"\0", b" "), parser=_PARSER)
    except etree.ParserError:
        return None


def _decoded(data: bytes) -> str:
    """What is no UTF-8: as a mark or the page declares, else Latin-1, which fits any byte."""
    for mark, encoding in _BOM.items():
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    declared = _CHARSET.search(data, 0, 2048)
    try:
        return data.decode(declared[1].decode("ascii") if declared else "latin-1", "replace")
    except (LookupError, UnicodeError):
        return data.decode("latin-1")
