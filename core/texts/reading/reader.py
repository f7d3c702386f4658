"""What the reading process computes: an `Ask` → outline and texts of pages, or why there are none.

The document stays open between the pages that are asked for one after the other; a reader that was
started anew opens it again, so any page may be asked for at any time.
"""

import os
from typing import Any

from core.errors import Forbidden
from core.paths import Roots
from core.texts import MOST_BYTES
from core.texts.reading import Ask, Document, Outline, PageText, Refusal, Unreadable

Answer = Outline | PageText | Refusal | None


class Reader:
    """Holds at most one open document."""

    def __init__(self) -> None:
        self._held: tuple[Any, ...] | None = None
        self._document: Document | None = None
        self._refusal: Refusal | None = None

    def warm_up(self) -> None:
        """The libraries of most documents; those of web pages take long and are not always used."""
        import lxml.etree  # noqa: F401
        import pypdfium2  # noqa: F401

    def compute(self, ask: Ask) -> tuple[Answer, ...]:
        """An answer for each number; None for a page that the document does not have."""
        return tuple(self._answer(ask, number) for number in ask.numbers)

    def _answer(self, ask: Ask, number: int) -> Answer:
        try:
            document = self._open(ask)
            if number == 0:
                return document.outline
            return document.page(number) if number <= document.outline.pages else None
        except Unreadable as error:
            return error.refusal

    def _open(self, ask: Ask) -> Document:
        key = (ask.path, ask.kind, ask.size, ask.modified_ns)
        if self._held != key:
            if self._document is not None:
                self._document.close()
            self._document, self._refusal, self._held = None, None, None
            try:
                self._document = opened(ask.kind, content(ask))
            except Unreadable as error:
                self._refusal = error.refusal  # the pages asked for meanwhile get it at once
            self._held = key
        if self._document is None:
            reason = self._refusal or Refusal("document-error", "It was not opened")
            raise Unreadable(reason.code, reason.message, reason.hint)
        return self._document


def content(ask: Ask) -> bytes:
    """The bytes of the file as it was added. Raises Unreadable when it is another one, or gone."""
    try:
        descriptor = Roots.open(Roots(_paths(ask.roots)), ask.path)
    except FileNotFoundError:
        raise gone() from None
    except Forbidden as error:
        raise Unreadable("document-forbidden", error.detail) from None
    except OSError as error:
        raise Unreadable("document-gone", f"The file cannot be read: {error.strerror}") from None
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if (status.st_size, status.st_mtime_ns) != (ask.size, ask.modified_ns):
            raise changed()
        if status.st_size > MOST_BYTES:
            raise Unreadable(
                "document-too-large",
                f"The file has {status.st_size >> 20} MB; Longhaul reads {MOST_BYTES >> 20} MB",
                "Divide it and add the parts.",
            )
        data = file.read()
    if len(data) != ask.size:
        raise changed()
    return data


def changed() -> Unreadable:
    return Unreadable(
        "document-changed", "The file has changed since it was added", "Add it again."
    )


def gone() -> Unreadable:
    return Unreadable(
        "document-gone",
        "The file is not there any more",
        "Is its disk connected? Put it back and retry, or add it from its new place.",
    )


def _paths(roots: tuple[str, ...]) -> list[Any]:
    from pathlib import Path

    return [Path(root) for root in roots]


def opened(kind: str, data: bytes) -> Document:
    """An open document. Raises Unreadable with the reason why it does not open."""
    if not data and kind not in ("txt", "html"):
        raise Unreadable("document-empty", "The file is empty: it has 0 bytes")
    match kind:
        case "pdf":
            from core.texts.reading.pdf import Pdf

            return Pdf(data)
        case "docx":
            from core.texts.reading import docx

            return docx.opened(data)
        case "epub":
            from core.texts.reading.epub import Epub

            return Epub(data)
        case "html":
            from core.texts.reading import html

            return html.opened(data)
        case _:
            from core.texts.reading import plain

            return plain.opened(data)
