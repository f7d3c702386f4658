"""XML and XHTML of unknown origin → elements and text. No entity is expanded, nothing is fetched,
and depth is limited by the parser itself."""

import re
from html.entities import html5
from typing import Any

from lxml import etree

from core.texts.reading import Unreadable

_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{0,30});")
_OF_XML = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})
_SPACES = re.compile(r"[ \t\r\n\f]+")
_SILENT = frozenset({"script", "style", "head", "template", "svg", "noscript"})
_BLOCKS = frozenset(
    "address article aside blockquote body br caption dd details div dl dt fieldset figcaption"
    " figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table"
    " tr ul".split()
)
_CELLS = frozenset({"td", "th"})
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def parsed(content: bytes, what: str, *, loose: bool = False) -> Any:
    """The root element. Raises Unreadable, with the parser's own words.

    `loose`: what is not well formed is read as a browser would.
    """
    strict = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(_without_names(content) if loose else content, strict)
    except etree.XMLSyntaxError as error:
        words = str(error).lower()
        if "depth" in words:
            raise Unreadable(
                "document-nested", f"{what} is nested deeper than any real document"
            ) from None
        if "amplification" in words or "entity loop" in words or "entity reference loop" in words:
            raise Unreadable(
                "document-bomb",
                f"{what} was not read: its entities expand to far more than it holds",
                "Files made to do harm do so.",
            ) from None
        if not loose:
            raise Unreadable("document-damaged", f"{what} is damaged: {error}") from None
    browser = etree.HTMLParser(no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(content, browser)
    except etree.XMLSyntaxError as error:
        raise Unreadable("document-damaged", f"{what} is damaged: {error}") from None
    if root is None:
        raise Unreadable("document-damaged", f"{what} is damaged: it holds no markup")
    return root


def _without_names(content: bytes) -> bytes:
    """Characters that HTML has names for, as numbers: XML knows the names only by a DTD."""
    if b"&" not in content:
        return content

    def numbered(match: re.Match[bytes]) -> bytes:
        name = match[1]
        characters = None if name in _OF_XML else html5.get(name.decode() + ";")
        return "".join(f"&#{ord(c)};" for c in characters).encode() if characters else match[0]

    return _ENTITY.sub(numbered, content)


def local(element: Any) -> str:
    """The name of an element without its namespace; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def text_of(root: Any) -> str:
    """What a reader sees of a page: a line for each block, cells of a row with tabs between."""
    pieces: list[str] = []
    silent = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = local(element)
        if event == "start":
            if name in _SILENT:
                silent += 1
            elif name in _BLOCKS:
                pieces.append("\n")
            elif name in _CELLS:
                pieces.append("\t")
            if not silent and name and element.text:
                pieces.append(_SPACES.sub(" ", element.text))
            continue
        if name in _SILENT:
            silent -= 1
        elif name in _BLOCKS:
            pieces.append("\n")
        if not silent and element is not root and element.tail:
            pieces.append(_SPACES.sub(" ", element.tail))
    lines = (line.strip(" ").removeprefix("\t").strip(" ") for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def heading_of(root: Any) -> str:
    """The text of the first heading, in one line; "" where there is none."""
    for element in root.iter():
        if local(element) in HEADINGS:
            if words := " ".join("".join(element.itertext()).split()):
                return words[:200]
    return ""
