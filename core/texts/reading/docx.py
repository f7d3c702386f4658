"""DOCX by lxml over its parts: body, tables, text boxes, foot- and endnotes; then cut into pages.

Where its pages end is known to Word alone, which lays it out; so it is a flow. lxml takes a ninth
of the time of python-docx, which keeps an object for each element.
"""

from collections.abc import Iterator
from typing import Any

from core.texts.reading import Unreadable, clean
from core.texts.reading.flow import Flow
from core.texts.reading.markup import local, parsed
from core.texts.reading.unzipped import Archive

_MAIN = "word/document.xml"
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")
_DOCUMENT = "/officeDocument"  # the end of the type of the relation to the main part
_WORDS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}


def opened(data: bytes) -> Flow:
    """Raises Unreadable with the reason why it does not open."""
    archive = Archive(data, "DOCX")
    try:
        main = archive.read(_MAIN) or archive.read(_main_part(archive))
        if main is None:
            raise Unreadable(
                "document-wrong-kind", "This is not a DOCX: it has no word/document.xml"
            )
        lines = list(_lines(parsed(main, "The DOCX")))
        for name in _NOTES:
            if (notes := archive.read(name)) is not None:
                lines += [line for line in _lines(parsed(notes, "A note of the DOCX")) if line]
    finally:
        archive.close()
    return Flow(clean("\n".join(lines).strip("\n")))


def _main_part(archive: Archive) -> str:
    """The name of the main part, of a file that calls it otherwise."""
    relations = archive.read("_rels/.rels")
    for relation in parsed(relations, "The DOCX") if relations else ():
        if str(relation.get("Type", "")).endswith(_DOCUMENT):
            return str(relation.get("Target", "")).lstrip("/")
    return ""


def _lines(element: Any) -> Iterator[str]:
    """A line for each paragraph and each row of a table, in the order of the document."""
    for child in element:
        match local(child):
            case "p":
                yield from _paragraph(child)
            case "tr":
                cells = [c for c in child.iter() if local(c) == "tc" and _row_of(c) is child]
                yield "\t".join(" ".join(filter(None, _lines(cell))) for cell in cells)
            case "Fallback" | "del" | "moveFrom":  # the same again, or no longer there
                continue
            case _:
                yield from _lines(child)


def _row_of(cell: Any) -> Any:
    parent = cell.getparent()
    while parent is not None and local(parent) != "tr":
        parent = parent.getparent()
    return parent


def _paragraph(paragraph: Any) -> Iterator[str]:
    """Its text; then what stands in boxes that hang on it, which hold paragraphs themselves."""
    pieces: list[str] = []
    boxes: list[Any] = []
    _collect(paragraph, pieces, boxes)
    yield "".join(pieces)
    for box in boxes:
        yield from _lines(box)


def _collect(element: Any, pieces: list[str], boxes: list[Any]) -> None:
    for child in element:
        name = local(child)
        if name == "t":
            pieces.append(child.text or "")
        elif name in _WORDS:
            pieces.append(_WORDS[name])
        elif name == "txbxContent":
            boxes.append(child)
        elif name not in ("Fallback", "del", "moveFrom", "rPr", "pPr"):
            _collect(child, pieces, boxes)
