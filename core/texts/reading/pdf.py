"""PDF by pypdfium2, one page at a time. Not thread-safe: a process has one reader."""

import pypdfium2

from core.texts import MOST_PAGES
from core.texts.reading import Outline, PageText, Unreadable, clean

_PASSWORD, _SECURITY = 4, 5  # FPDF_ERR_* of pdfium


class Pdf:
    """An open PDF."""

    def __init__(self, data: bytes):
        """Raises Unreadable with the reason why it does not open."""
        try:
            self._document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            raise _reason(data, error) from None
        pages = len(self._document)
        if pages > MOST_PAGES:
            raise Unreadable("document-too-many-pages", f"The PDF says that it has {pages:,} pages")
        self.outline = Outline(pages)

    def page(self, number: int) -> PageText:
        try:
            page = self._document[number - 1]
        except pypdfium2.PdfiumError:
            raise Unreadable("page-damaged", "This page of the PDF is damaged") from None
        try:
            # The whole of Unicode; get_text_range knows the first 65,536 characters alone.
            content = page.get_textpage()
            text = content.get_text_bounded()
            content.close()
        except pypdfium2.PdfiumError as error:
            raise Unreadable("page-damaged", f"This page's text is damaged: {error}") from None
        finally:
            page.close()
        label = self._document.get_page_label(number - 1)
        return PageText(clean(text), "" if label == str(number) else clean(label)[:50])

    def close(self) -> None:
        self._document.close()


def _reason(data: bytes, error: pypdfium2.PdfiumError) -> Unreadable:
    if error.err_code in (_PASSWORD, _SECURITY):
        return Unreadable(
            "document-encrypted",
            "The PDF is protected by a password",
            "Save a copy without the password and add that.",
        )
    if b"%PDF-" not in data[:1024]:
        start = data[:200].lstrip().lower()
        found = "it begins like a web page" if start.startswith(b"<") else "its first bytes differ"
        return Unreadable("document-wrong-kind", f"This is not a PDF: {found}")
    tail = data[-2048:]
    if b"%%EOF" not in tail and b"startxref" not in tail:
        return Unreadable("document-damaged", "The PDF is damaged: its end is missing")
    return Unreadable("document-damaged", f"The PDF is damaged: {error}")
