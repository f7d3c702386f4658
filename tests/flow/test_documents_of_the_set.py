"""The real documents: what Longhaul keeps of each is what its library says, and what cannot be read
ends as a failure with its reason, while the queue goes on."""

import json
import re
from collections import Counter

import pytest

from core.texts import kind_of
from core.texts.reading import clean
from tests.flow.documents.reading import Desk

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def library(data, tmp_path_factory):
    """All documents of the set, added and read: {name: (source, pages, truth)}."""
    folder = data / "documents"
    truth = {entry["file"]: entry for entry in json.loads((folder / "truth.json").read_text())}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LONGHAUL_ROOTS", str(folder))
        desk = Desk(tmp_path_factory.mktemp("data"))
        for name in truth:
            desk.run("extract-text", file=str(folder / name))
        sql = "SELECT p.* FROM pages p JOIN sources s ON s.id = p.source_id WHERE s.id = :id"
        found = {}
        sources, cursor = [], 0
        while cursor is not None:
            page = desk.texts.sources(limit=100, cursor=int(cursor))
            sources, cursor = sources + page.items, page.next_cursor
        by_path = {source["path"]: source for source in sources}
        for name, entry in truth.items():
            source = by_path.get(str(folder / name))
            pages = (
                desk.store.execute(f"{sql} ORDER BY number", {"id": source["id"]}) if source else []
            )
            found[name] = (source, pages, entry)
        yield folder, found
        desk.store.close()


def bare_pdf(path):
    import pypdfium2

    document = pypdfium2.PdfDocument(path.read_bytes())
    return [clean(page.get_textpage().get_text_bounded()) for page in document]


def bare_html(path):
    import trafilatura

    data = path.read_bytes()
    return [clean(trafilatura.extract(data) or trafilatura.html2txt(data))]


def bare_docx(path):
    import docx

    return [
        "\n".join(
            block.text
            if hasattr(block, "text")
            else "\n".join(cell.text for row in block.rows for cell in row.cells)
            for block in docx.Document(str(path)).iter_inner_content()
        )
    ]


def words_of(pages):
    return " ".join(page["text"] for page in pages).split()


def readable(library, kind):
    folder, found = library
    for name, (source, pages, entry) in found.items():
        if entry["expect"] in ("text", "empty") and kind_of(name) == kind:
            assert source is not None, name
            yield folder / name, source, pages, entry


@pytest.mark.parametrize(("kind", "bare"), [("pdf", bare_pdf), ("html", bare_html)])
def test_each_page_is_what_the_library_alone_gives(library, kind, bare):
    for path, source, pages, _ in readable(library, kind):
        assert source["status"] == "completed", (path.name, source["problem"])
        expected = bare(path)
        kept = [page["text"] for page in pages]
        if kind == "html":
            kept = ["".join(kept)]
        assert kept == expected, path.name


def test_a_docx_has_every_word_that_python_docx_gives(library):
    for path, _, pages, _ in readable(library, "docx"):
        # As sets: it gives a merged cell once for each place in the grid.
        missing = set(bare_docx(path)[0].split()) - set(words_of(pages))
        assert not missing, (path.name, missing)


@pytest.mark.parametrize("kind", ["docx", "epub", "txt"])
def test_every_word_of_the_truth_is_kept(library, kind):
    for path, source, pages, entry in readable(library, kind):
        assert source["status"] == "completed", path.name
        if entry["expect"] == "empty":
            assert not "".join(page["text"] for page in pages).strip()
            continue
        truth = (path.parent / entry["truth_file"]).read_text(encoding="utf-8")
        text = "\n".join(page["text"] for page in pages)
        if kind == "txt":
            assert "".join(page["text"] for page in pages) == clean(truth), path.name
            continue
        missing = Counter(re.findall(r"\w+", truth)) - Counter(re.findall(r"\w+", text))
        assert sum(missing.values()) <= 0.001 * entry["truth_words"], (path.name, missing)


REASONS = {
    "password": {"document-encrypted"},
    "error": {"document-empty", "document-wrong-kind", "document-damaged"},
    "error_or_partial": {"document-damaged", "page-damaged"},
    "error_or_limited": {"document-bomb", "document-memory", "document-timeout"},
}


def test_whatever_cannot_be_read_failed_with_its_reason(library):
    _, found = library
    seen = Counter()
    for name, (source, pages, entry) in found.items():
        if entry["expect"] not in REASONS:
            continue
        if source is None:  # empty files of one kind are one document
            assert name.startswith("zero"), name
            continue
        assert source["status"] == "failed", name
        problem = source["problem"]["code"]
        assert problem in REASONS[entry["expect"]], (name, problem)
        assert not any(page["text"] for page in pages)
        seen[problem] += 1
    assert set(seen) >= {"document-encrypted", "document-empty", "document-wrong-kind"}
    assert set(seen) >= {"document-damaged", "document-bomb", "page-damaged"}
