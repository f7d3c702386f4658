"""The page of documents in a real browser: added, found, read, deleted; and how it looks."""

import base64
import re

import pytest

from tests import texts
from tests.webui.browsing import browser, opened  # noqa: F401  (a fixture)
from tests.webui.layout import faults, resize, zoomed
from tests.webui.site import live_site
from tests.webui.test_page_accessibility import found_in_both_themes
from tests.webui.test_page_zoom import ZOOMS, told

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=30_000)
pytestmark = pytest.mark.slow

CHAPTERS = {
    "one.xhtml": texts.xhtml("<h1>Loomings</h1><p>Call me Ishmael.</p><p>The white whale.</p>"),
    "two.xhtml": texts.xhtml("<h1>The Carpet-Bag</h1><p>A whale, and another whale.</p>"),
}
LONG_NAME = (
    "A report with a very long name that nobody wanted to shorten, of the year before last.pdf"
)
FILES = {
    "book.epub": texts.epub(CHAPTERS),
    "part.pdf": texts.pdf("the first page", None, "the third"),
    "locked.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
    LONG_NAME: texts.pdf(*[f"Page {n} of a long report" for n in range(1, 41)]),
}


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A site with documents of every state."""
    folder = tmp_path_factory.mktemp("data")
    with live_site(folder) as live:
        live.folder, live.ids = folder, {}
        for name, data in FILES.items():
            (folder / name).write_bytes(data)
            source = live.ask("POST", "/sources", {"path": str(folder / name)}).json
            live.finished(source["task_id"])
            live.ids[name] = source["id"]
        yield live


@pytest.fixture
def page(browser, live):  # noqa: F811
    entrance = live.started.url, live.started.mint_code()
    with opened(browser, *entrance, reduced_motion="reduce", accept_downloads=True) as page:
        page.goto(f"{live.started.url}/documents")
        expect(page.locator(".books")).to_be_visible()
        yield page


def book(page, name):
    return page.locator(".book", has=page.get_by_text(name, exact=True))


# --- adding --------------------------------------------------------------------------------------


def drop(page, **files):
    """Let go of files above the page, as a person does who drags them there."""
    page.evaluate(
        """files => {
          const all = new DataTransfer();
          for (const [name, data] of Object.entries(files))
            all.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name));
          const to = document.querySelector("main.documents");
          const how = { dataTransfer: all, bubbles: true, cancelable: true };
          for (const kind of ["dragover", "drop"]) to.dispatchEvent(new DragEvent(kind, how));
        }""",
        {name.replace("__", "."): base64.b64encode(data).decode() for name, data in files.items()},
    )


def test_the_empty_page_offers_adding_and_takes_many_files_at_once(browser, tmp_path):  # noqa: F811
    with live_site(tmp_path) as live:
        entrance = live.started.url, live.started.mint_code()
        with opened(browser, *entrance, "/documents", reduced_motion="reduce") as page:
            expect(page.get_by_role("heading", name="No documents yet")).to_be_visible()
            assert not found_in_both_themes(page)
            names = [f"note {n}.txt" for n in range(4)]
            for name in names:
                (tmp_path / name).write_text(f"words of {name}")
            (tmp_path / "program.exe").write_bytes(b"MZ")
            chosen = [tmp_path / name for name in [*names, "program.exe"]]
            page.locator("input[type=file]").set_input_files(chosen)
            for name in names:
                expect(book(page, name)).to_contain_text("read")
            expect(page.locator(".coming .refused")).to_contain_text("program.exe")
            drop(page, dropped__txt=b"dropped words")
            expect(book(page, "dropped.txt")).to_contain_text("read")
            page.keyboard.press("/")
            page.keyboard.type("dropped")
            expect(page.locator(".hit")).to_have_count(1)


def test_a_path_is_completed_and_added_with_the_keyboard_alone(page, live):
    (live.folder / "typed.txt").write_text("typed words")
    page.keyboard.press("a")
    expect(page.locator("#add-path")).to_be_focused()
    page.keyboard.type(str(live.folder / "typ"))
    expect(page.locator("#add-path-offers option")).to_have_count(1)
    page.keyboard.type("ed.txt")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="typed.txt")).to_be_visible()
    expect(page.locator(".book-head")).to_contain_text("1 part")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".text")).to_have_text("typed words")
    page.keyboard.press("Shift+Delete")
    expect(page.get_by_role("alertdialog")).to_contain_text("The file itself stays")
    page.keyboard.press("Enter")
    expect(book(page, "typed.txt")).to_have_count(0)
    assert (live.folder / "typed.txt").exists()


# --- finding and reading -------------------------------------------------------------------------


def test_words_are_found_marked_and_read_in_their_place(page, live):
    page.keyboard.press("/")
    page.keyboard.type("white wha")
    hit = page.locator(".hit")
    expect(hit).to_have_count(1)
    expect(hit.locator("mark")).to_have_text(["white", "whale"])
    expect(book(page, "book.epub")).to_contain_text("found in 1 chapter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".text mark")).to_have_text(["white", "whale"])
    assert page.url.endswith(f"/documents/{live.ids['book.epub']}/1?q=white+wha")
    page.reload()
    expect(page.locator(".text")).to_contain_text("Call me Ishmael.")
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.type('nowhere"*(')
    expect(page.get_by_text("No document has these words.")).to_be_visible()


def test_pages_are_turned_and_a_page_is_saved(page, live):
    book(page, "book.epub").click()
    expect(page.get_by_text("Choose a page, or press → to read")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".reading h3")).to_have_text("Loomings")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".reading h3")).to_have_text("The Carpet-Bag")
    with page.expect_download() as saved:
        page.keyboard.press("d")
    assert saved.value.suggested_filename == "book-2.txt"
    assert saved.value.path().read_text() == "The Carpet-Bag\nA whale, and another whale."
    page.go_back()
    expect(page.locator(".reading h3")).to_have_text("Loomings")


def test_a_task_leads_to_its_document_and_back(page, live):
    book(page, "part.pdf").click()
    expect(page.get_by_role("link", name="Its task")).to_be_visible()
    page.keyboard.press("o")
    expect(page.locator(".details h2")).to_have_text("Text of part.pdf")
    page.locator(".details").get_by_role("link", name="Its document").click()
    expect(page.get_by_role("heading", name="part.pdf")).to_be_visible()
    expect(page.locator(".book-head .chip")).to_have_text("read in part")
    expect(page.locator(".contents .failed")).to_have_count(1)


def test_what_failed_says_why_and_one_page_is_read_again(page, live):
    book(page, "locked.docx").click()
    expect(page.locator(".book-head .trouble")).to_contain_text("protected by a password")
    page.goto(f"{live.started.url}/documents/{live.ids['part.pdf']}/2")
    expect(page.locator(".reading .trouble")).to_contain_text("This page of the PDF is damaged")
    page.get_by_role("button", name="Read this page again").click()
    expect(page.get_by_text("This page is read again", exact=True)).to_be_visible()
    tasks = live.read("/tasks", status="all", q="Page 2 of part.pdf")
    task = live.finished(tasks["items"][0]["id"])
    assert (task["source_id"], task["status"]) == (live.ids["part.pdf"], "failed")
    page.goto(f"{live.started.url}/tasks")
    page.locator(f"#row-{task['id']}").click()
    page.locator(".details").get_by_role("link", name="Page 2 of it").click()
    expect(page.locator(".reading h3")).to_have_text("Page 2")


def test_a_page_is_deleted_after_a_question(page, live):
    source = live.ids[LONG_NAME]
    page.goto(f"{live.started.url}/documents/{source}/7")
    expect(page.locator(".text")).to_have_text("Page 7 of a long report")
    page.keyboard.press("Delete")
    expect(page.get_by_role("alertdialog")).to_contain_text("Delete Page 7")
    page.keyboard.press("Escape")
    assert live.read(f"/sources/{source}")["pages"]["total"] == 40
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(page.locator(".text")).to_have_text("Page 8 of a long report")
    expect(page.locator(".contents li")).to_have_count(39)


def test_what_is_added_elsewhere_shows_by_itself(page, live):
    (live.folder / "elsewhere.txt").write_text("elsewhere")
    live.ask("POST", "/sources", {"path": str(live.folder / "elsewhere.txt")})
    expect(book(page, "elsewhere.txt")).to_contain_text("read")


def test_what_is_deleted_elsewhere_goes_by_itself(page, live):
    (live.folder / "passing.pdf").write_bytes(texts.pdf("first", "second", "third"))
    source = live.ask("POST", "/sources", {"path": str(live.folder / "passing.pdf")}).json
    task = live.finished(source["task_id"])
    live.ask("POST", "/tasks/actions", {"action": "clear", "ids": [task["id"]]})
    page.goto(f"{live.started.url}/documents/{source['id']}/2")
    expect(page.locator(".text")).to_have_text("second")
    second = live.read(f"/sources/{source['id']}/pages")["items"][1]
    assert live.ask("DELETE", f"/pages/{second['id']}").status == 204
    expect(page.locator(".contents li")).to_have_count(2)
    expect(page.locator(".text")).to_have_count(0)
    assert live.ask("DELETE", f"/sources/{source['id']}").status == 204
    expect(book(page, "passing.pdf")).to_have_count(0)
    expect(page.locator(".contents")).to_have_count(0)
    assert page.url.endswith("/documents")


# --- how it looks --------------------------------------------------------------------------------


STATES = {
    "list": ("/documents", ".books"),
    "search": ("/documents?q=whale", ".hit"),
    "book": ("/documents/{long}/3", ".text"),
    "failed": ("/documents/{locked}", ".book-head .trouble"),
    "nothing found": ("/documents?q=nowhere", ".none"),
}


@pytest.mark.parametrize("state", STATES)
def test_it_is_accessible_and_readable_at_every_zoom(page, live, state):
    path, shown = STATES[state]
    ids = {"long": live.ids[LONG_NAME], "locked": live.ids["locked.docx"]}
    page.goto(live.started.url + path.format(**ids))
    expect(page.locator(shown).first).to_be_visible()
    assert not (found := found_in_both_themes(page)), "\n".join(found)
    wrong = {}
    resize(page, 1440, 900)
    for zoom in ZOOMS:
        zoomed(page, zoom)
        if faulty := faults(page):
            wrong[str(zoom)] = faulty
    zoomed(page, 1)
    assert not wrong, told(wrong)


def test_the_page_is_fetched_when_somebody_goes_there(browser, live):  # noqa: F811
    asked = []
    with opened(browser, live.started.url, live.started.mint_code()) as page:
        page.on("request", lambda request: asked.append(request.url))
        expect(page.locator(".link")).to_have_text("Live")
        assert not [url for url in asked if re.search(r"/static/\w*/?documents/", url)]
        page.keyboard.press("Alt+4")
        expect(page.locator(".books")).to_be_visible()
        assert [url for url in asked if "documents/list_view" in url]
