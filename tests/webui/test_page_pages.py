"""Going from page to page: by the line at the top, by keys and addresses; what is fetched when."""

import pytest

from tests.webui.browsing import browser, intercept, opened, until_true  # noqa: F401  (a fixture)
from tests.webui.layout import resize
from webui.auth import Scope

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=20_000)
pytestmark = pytest.mark.slow

PAGES = [
    ("Photos", "/projects", "Alt+2"),
    ("Recordings", "/recordings", "Alt+3"),
    ("Documents", "/documents", "Alt+4"),
]


@pytest.fixture(scope="module")
def shared(browser, live):  # noqa: F811
    live.add(title="Letters")
    with opened(browser, live.started.url, live.started.mint_code()) as page:
        yield page


@pytest.fixture
def page(shared, live):
    """The desk, loaded anew, of a window that is 1440 wide."""
    if hasattr(shared, "real_window"):
        shared.real_window.attend(live.started.url)
    resize(shared, 1440, 900)
    shared.goto(live.started.url)
    expect(shared.locator(".link")).to_have_text("Live")
    return shared


def entry(page, label: str):
    return page.get_by_role("navigation", name="Pages").get_by_role("link", name=label)


@pytest.mark.parametrize(("label", "path", "key"), PAGES)
def test_a_page_is_reached_by_its_name_by_its_key_and_by_its_address(page, label, path, key):
    entry(page, label).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(label)
    expect(entry(page, label)).to_have_attribute("aria-current", "page")
    expect(page).to_have_title(f"{label} · Longhaul")
    page.keyboard.press("Alt+1")
    expect(page.get_by_role("grid")).to_be_visible()
    page.keyboard.press(key)
    expect(page.get_by_role("heading", level=1)).to_have_text(label)
    page.goto(page.url.partition(path)[0] + path + "/7/deep%20down")
    expect(page.get_by_role("heading", level=1)).to_have_text(label)
    expect(entry(page, label)).to_have_attribute("aria-current", "page")


def test_back_and_forth_in_the_history_shows_the_pages_again(page):
    entry(page, "Photos").click()
    entry(page, "Documents").click()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Photos")
    page.go_back()
    expect(page.get_by_role("grid")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text("Photos")


def test_a_page_is_left_as_it_was_and_found_again_so(page):
    field = page.get_by_role("searchbox", name="Find a task")
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("letters")
    page.keyboard.press("Enter")
    until_true(page, "location.search === '?q=letters'")
    page.keyboard.press("Alt+3")
    until_true(page, "location.pathname + location.search === '/recordings'")
    page.keyboard.press("Alt+1")
    expect(field).to_have_value("letters")
    assert page.url.endswith("?q=letters")


def test_the_big_screen_leads_back_to_where_one_came_from(page):
    page.keyboard.press("Alt+4")
    expect(page.get_by_role("heading", level=1)).to_have_text("Documents")
    page.keyboard.press("b")
    expect(page.locator(".wall")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_have_text("Documents")


def test_the_keys_and_the_commands_know_the_pages(page):
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Go to Recordings")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("documents")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Documents")
    page.keyboard.press("Control+k")  # and a task is found from there, too
    page.keyboard.type("letters")
    page.keyboard.press("Enter")
    expect(page.locator(".details h2")).to_have_text("Letters")


def test_in_a_narrow_window_the_menu_has_them(page):
    resize(page, 700, 700)
    expect(entry(page, "Photos")).to_be_hidden()
    page.get_by_role("banner").get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Photos").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Photos")
    expect(entry(page, "Photos")).to_be_visible()


def test_a_page_is_fetched_when_somebody_goes_there_and_not_before(page):
    asked = []
    listen = lambda request: asked.append(request.url)  # noqa: E731
    page.on("request", listen)
    page.reload()
    expect(page.locator(".link")).to_have_text("Live")
    assert [url for url in asked if "app.js" in url]
    assert not [url for url in asked if "/page.js" in url and "views" not in url]
    page.keyboard.press("Alt+2")
    expect(page.get_by_role("heading", level=1)).to_have_text("Photos")
    page.remove_listener("request", listen)
    assert [url for url in asked if "/photos/page.js?v=" in url]


def test_a_page_that_does_not_come_says_so_and_offers_another_try(page):
    intercept(page, "**/photos/page.js*", lambda route: route.abort())
    page.keyboard.press("Alt+2")
    expect(page.get_by_role("alert")).to_contain_text("This page did not come")
    page.unroute("**/photos/page.js*")
    page.complaints.said.clear()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Photos")


def test_a_second_screen_has_no_way_to_them(browser, live):  # noqa: F811
    code = live.started.mint_code(Scope.READ)
    with opened(browser, live.started.url, code, path="/tasks") as page:
        expect(page.locator(".link")).to_have_text("Live, only looking")
        expect(page.get_by_role("navigation", name="Pages")).to_have_count(0)
        page.keyboard.press("Alt+3")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keys")).not_to_contain_text("Go to Recordings")
        assert page.url.endswith("/tasks")
