"""Reading documents of each kind: what comes out, and what is refused with which reason."""

import pytest

from core.texts import kind_of
from core.texts.reading import Ask, Refusal, Unreadable, clean
from core.texts.reading.flow import cuts
from core.texts.reading.plain import decoded
from core.texts.reading.reader import Reader, opened
from tests import texts


def pages(kind, data):
    document = opened(kind, data)
    return [document.page(n).text for n in range(1, document.outline.pages + 1)]


def refusal(kind, data):
    with pytest.raises(Unreadable) as caught:
        pages(kind, data)
    return caught.value.refusal


# --- what comes out ------------------------------------------------------------------------------


def test_a_pdf_has_its_own_pages():
    assert pages("pdf", texts.pdf("Call me", "Ishmael")) == ["Call me", "Ishmael"]


def test_a_docx_has_a_line_for_each_paragraph_and_each_row():
    cells = "".join(f"<w:tc>{texts.paragraph(word)}</w:tc>" for word in ("a", "b"))
    body = texts.paragraph("Über uns") + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    body += "<w:p><w:r><w:t>x</w:t><w:tab/><w:t>y</w:t></w:r></w:p>"
    assert pages("docx", texts.docx(body)) == ["Über uns\na\tb\nx\ty"]


def test_a_docx_leaves_out_what_was_deleted_and_says_boxes_once():
    box = f"<w:txbxContent>{texts.paragraph('boxed')}</w:txbxContent>"
    body = (
        "<w:p><w:del><w:r><w:t>old</w:t></w:r></w:del><w:r><w:t>new</w:t></w:r>"
        f"<w:r><w:Choice>{box}</w:Choice><w:Fallback>{box}</w:Fallback></w:r></w:p>"
    )
    assert pages("docx", texts.docx(body)) == ["new\nboxed"]


def test_a_docx_brings_its_notes():
    note = '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    notes = f"{note}<w:footnote>{texts.paragraph('a note')}</w:footnote></w:footnotes>"
    whole = texts.docx(texts.paragraph("text"), **{"word/footnotes.xml": notes})
    assert pages("docx", whole) == ["text\na note"]


def test_an_epub_has_a_page_for_each_chapter_called_as_its_contents_call_it():
    chapters = {
        "one.xhtml": texts.xhtml("<h1>I</h1><p>Call&nbsp;me &amp; more</p><p/>tail"),
        "two.xhtml": texts.xhtml("<h2>The <i>Second</i></h2><p>Ishmael</p>"),
    }
    document = opened("epub", texts.epub(chapters, '<li><a href="one.xhtml#x">Loomings</a></li>'))
    first, second = document.page(1), document.page(2)
    assert first.text == "I\nCall\xa0me & more\ntail"
    assert (document.outline.labels, second.label) == ({1: "Loomings"}, "The Second")


def test_a_chapter_that_is_not_well_formed_is_read_as_a_browser_would():
    book = texts.epub({"one.xhtml": "<html><body><p>not <b>well</p><script>x()</script>formed"})
    assert pages("epub", book) == ["not well\nformed"]


def test_a_web_page_without_an_article_gives_all_of_its_words():
    assert pages("html", b"<html><body><p>Only this.</p></body></html>") == ["Only this."]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"]
)
def test_the_encoding_of_a_text_is_found(encoding):
    text = "Die Äpfel fielen über Nacht; größere Mengen lagen früh im nassen Gras der Wiese.\n" * 9
    assert decoded(text.encode(encoding)) == text


def test_an_empty_text_has_one_empty_page():
    assert pages("txt", b"") == [""]


def test_text_is_cut_behind_paragraphs_and_nothing_is_lost():
    text = "".join(f"{'word ' * n}end.\n\n" for n in range(60))
    places = cuts(text, 500)
    parts = [text[a:b] for a, b in zip(places, places[1:], strict=False)]
    assert "".join(parts) == text
    assert all(len(part) <= 500 for part in parts)
    assert all(part.endswith("\n\n") for part in parts[:-1])
    assert cuts("x" * 1200, 500) == [0, 500, 1000, 1200]


def test_what_cannot_be_kept_is_cleaned():
    assert clean("a\r\nb\rc\0d\ud800e") == "a\nb\ncde"


def test_the_name_says_the_kind():
    names = {"a.PDF": "pdf", "b.docx": "docx", "c.htm": "html", "d.md": "txt", "e.exe": None}
    assert {name: kind_of(name) for name in names} == names


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "data", "code", "word"),
    [
        ("pdf", b"", "document-empty", "0 bytes"),
        ("docx", b"", "document-empty", "0 bytes"),
        ("pdf", b"<html>error 404</html>", "document-wrong-kind", "like a web page"),
        ("pdf", texts.pdf("x")[:200], "document-damaged", "its end is missing"),
        ("pdf", texts.pdf(None), "page-damaged", "This page"),
        ("docx", texts.pdf("x"), "document-wrong-kind", "no zip archive"),
        ("docx", texts.zipped({"a": "b"}), "document-wrong-kind", "no word/document.xml"),
        ("docx", texts.docx("")[:100], "document-damaged", "its end is missing"),
        ("docx", texts.zipped({"word/document.xml": "<w"}), "document-damaged", "is damaged"),
        ("docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "document-wrong-kind", "older Office"),
        (
            "docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "document-encrypted",
            "password",
        ),
        ("docx", texts.zip_bomb(), "document-bomb", "more than 64 MB"),
        ("docx", texts.nested(), "document-nested", "deeper than"),
        ("docx", texts.docx("&a9;", texts.LAUGHS), "document-bomb", "entities"),
        ("epub", texts.zipped({"a": "b"}), "document-wrong-kind", "container.xml"),
        ("epub", texts.epub({}), "document-damaged", "no chapters"),
        ("epub", texts.epub({"a": texts.xhtml("&a9;", texts.LAUGHS)}), "document-bomb", "entities"),
        ("txt", b"\x7fELF\0\0\1\0\0", "document-wrong-kind", "binary"),
        ("html", b"\x7fELF\0\0\1\0\0", "document-wrong-kind", "binary"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value,  # an archive holds its time
)
def test_it_is_refused_with_its_own_reason(kind, data, code, word):
    found = refusal(kind, data)
    assert found.code == code
    assert word in found.message


def test_a_part_that_needs_a_password_says_so():
    data = bytearray(texts.docx(texts.paragraph("x")))
    for mark, at in ((b"PK\1\2", 8), (b"PK\3\4", 6)):  # the flag "encrypted" of both headers
        data[data.index(mark) + at] |= 1
    assert refusal("docx", bytes(data)).code == "document-encrypted"


# --- the reading process -------------------------------------------------------------------------


def asking(folder, data):
    """Asks about a document as it was added: `ask(number, …)`; its file is `ask.path`."""
    path = folder / "book.pdf"
    path.write_bytes(data)
    status = path.stat()

    def ask(*numbers):
        return Ask("pdf", str(path), (str(folder),), status.st_size, status.st_mtime_ns, numbers)

    ask.path = path
    return ask


@pytest.fixture
def ask(tmp_path):
    return asking(tmp_path, texts.pdf("one", "two"))


def answer(asked):
    (found,) = Reader().compute(asked)
    return found


def test_a_document_stays_open_from_page_to_page(ask):
    reader = Reader()
    assert reader.compute(ask(0))[0].pages == 2
    ask.path.unlink()
    assert reader.compute(ask(2))[0].text == "two"
    assert reader.compute(ask(3)) == (None,)


def test_outline_and_pages_are_answered_together_in_the_order_they_were_asked_for(ask):
    outline, second, none, first = Reader().compute(ask(0, 2, 3, 1))
    assert (outline.pages, second.text, none, first.text) == (2, "two", None, "one")


def test_a_page_that_cannot_be_read_leaves_those_beside_it(tmp_path):
    asked = asking(tmp_path, texts.pdf("one", None, "three"))(1, 2, 3)
    first, second, third = Reader().compute(asked)
    assert (first.text, second.code, third.text) == ("one", "page-damaged", "three")


def test_another_file_in_its_place_is_not_read(ask):
    ask.path.write_bytes(texts.pdf("another"))
    assert answer(ask(1)).code == "document-changed"


def test_a_file_that_is_gone_or_outside_is_told(ask, tmp_path):
    ask.path.unlink()
    assert answer(ask(1)).code == "document-gone"
    found = answer(Ask("pdf", "/etc/hostname.pdf", (str(tmp_path),), 1, 1, (1,)))
    assert isinstance(found, Refusal)
    assert found.code == "document-forbidden"
