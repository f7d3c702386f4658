"""HTML: the words of the page without its menus and advertisements, by trafilatura."""

import re

import trafilatura

from core.texts.reading import Unreadable, clean
from core.texts.reading.flow import Flow

_MARKUP = re.compile(rb"<\s*[a-zA-Z!?/]")


def opened(data: bytes) -> Flow:
    """Raises Unreadable for what is no web page."""
    if b"\0" in data[:1024] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("document-wrong-kind", "This is not a web page: it holds binary data")
    text = trafilatura.extract(data)
    if text is None and _MARKUP.search(data):
        text = trafilatura.html2txt(data)  # no article was found: all of its words
    return Flow(clean(text or ""))
