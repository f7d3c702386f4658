"""The form that starts tasks, in a real browser over a real service: what is filled in arrives."""

import json
from pathlib import Path

import pytest

from tests.webui.browsing import browser, intercept  # noqa: F401  (a fixture)
from tests.webui.everything import Params
from tests.webui.forms import (
    expect_refusals,
    field,
    open_form,
    page_of,
    site_with_everything,
    titled,
)

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=20_000)
pytestmark = pytest.mark.slow

#: The first preview starts a process, which loads the type; on a busy machine that takes a while.
PREVIEW_MS = 60_000


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with site_with_everything(tmp_path_factory.mktemp("data")) as live:
        live.add(title="Was there before")
        yield live


@pytest.fixture
def page(browser, shop):  # noqa: F811
    with page_of(browser, shop) as page:
        yield page


def fill_in(sheet, name: str) -> None:
    """What the type cannot do without."""
    field(sheet, "Name").fill(name)
    field(sheet, "Day").fill("2024-02-29")
    field(sheet, "Token").fill("s3cret")
    field(sheet, "Address").fill("shop.test")


def test_the_schema_of_the_pure_tests_is_that_of_the_type():
    kept = Path(__file__).parent / "page" / "everything.json"
    assert json.loads(kept.read_text(encoding="utf-8")) == Params.model_json_schema()


def test_every_kind_of_parameter_arrives_as_it_was_filled_in(page, shop):
    sheet = open_form(page, "everything")
    fill_in(sheet, "Orders 2024")
    field(sheet, "Count").press("ArrowUp")
    field(sheet, "Rate").fill("2.5")
    field(sheet, "Price").fill("12.30")
    field(sheet, "Notes").fill("two\nlines")
    field(sheet, "Dry").check()
    field(sheet, "Maybe").select_option(label="No")
    field(sheet, "Mode").select_option(label="all")
    field(sheet, "Speed").select_option(label="fast")
    field(sheet, "Level").select_option(label="2")
    sheet.get_by_role("group", name="Tables").get_by_label("refunds").check()
    field(sheet, "Tags").fill("a\n\nb c")
    field(sheet, "Sizes").fill("1\n-2")
    field(sheet, "Folder").fill(str(shop.service.data_dir))
    field(sheet, "Moment").fill("2024-07-31T09:30:15")
    field(sheet, "At").fill("23:59")
    field(sheet, "Anything").fill('{"deep": [1, null]}')
    field(sheet, "Mapping").fill('{"a": 1}')
    field(sheet, "Either").fill('"text"')
    field(sheet, "Other").check()
    sheet.get_by_role("group", name="Other").get_by_label("Address").fill("else.test")
    field(sheet, "Title").fill("One of each")
    field(sheet, "Priority").fill("7")
    page.keyboard.press("Control+Enter")
    expect(sheet).to_have_count(0)
    (task,) = titled(shop, "One of each")
    assert task["priority"] == 7 and task["source"] == "page" and task["session_id"]
    expect(page.locator(f"#row-{task['id']}")).to_have_attribute("aria-selected", "true")
    assert shop.finished(task["id"])["status"] == "completed"
    got = shop.read(f"/tasks/{task['id']}/result")
    moment = page.evaluate("new Date('2024-07-31T09:30:15').toISOString().replace('.000Z', 'Z')")
    assert got == {
        "name": "Orders 2024", "count": 4, "rate": 2.5, "price": "12.30", "notes": "two\nlines",
        "dry": True, "maybe": False, "mode": "all", "speed": "fast", "level": 2,
        "tables": got["tables"], "tags": ["a", "b c"], "sizes": [1, -2],
        "folder": str(shop.service.data_dir), "file": None, "day": "2024-02-29",
        "moment": moment, "at": "23:59:00", "anything": {"deep": [1, None]}, "mapping": {"a": 1},
        "either": "text", "token": list("s3cret"), "source": got["source"], "other": got["other"],
        "many": [],
    }  # fmt: skip
    assert sorted(got["tables"]) == ["orders", "refunds"]
    assert got["source"]["address"] == "shop.test" and got["other"]["address"] == "else.test"


def test_it_says_what_it_would_do_while_it_is_filled_in(page, shop):
    sheet = open_form(page, "everything")
    preview = sheet.get_by_label("What it would do")
    expect(preview).to_contain_text("as soon as everything needed is filled in")
    fill_in(sheet, "Letters")
    expect(preview).to_contain_text("2,840 orders to do", timeout=PREVIEW_MS)
    expect(preview.get_by_role("row").nth(1)).to_contain_text("2024-05-04")
    expect(sheet.locator(".sheet-foot")).to_contain_text("2,840 orders to do")
    expect(field(sheet, "Title")).to_have_attribute("placeholder", "Everything about Letters")
    field(sheet, "Name").fill("unlucky")
    expect(preview).to_contain_text("no luck", timeout=PREVIEW_MS)
    page.keyboard.press("Alt+t")
    page.keyboard.type("rehearsal")
    page.keyboard.press("Enter")
    expect(preview).to_contain_text("cannot say beforehand")


def test_the_answer_to_what_was_typed_last_is_shown_and_typing_never_waits(page):
    held = []

    def answer(route):
        name = route.request.post_data_json["params"]["name"]
        if name == "slow":
            held.append(route)  # never answered: the page gives it up
        else:
            route.continue_()

    intercept(page, "**/preview", answer)
    given_up = []
    page.on("requestfailed", lambda request: given_up.append(request.failure))
    sheet = open_form(page, "everything")
    fill_in(sheet, "slow")
    expect(sheet.locator(".sheet-foot")).to_contain_text("Counting")
    while not held:  # until the request is under way
        page.wait_for_timeout(20)
    field(sheet, "Name").fill("quick")
    expect(sheet.locator(".sheet-foot")).to_contain_text("2,840 orders to do", timeout=PREVIEW_MS)
    expect(field(sheet, "Title")).to_have_attribute("placeholder", "Everything about quick")
    assert given_up and "ABORTED" in given_up[0]


def test_complaints_of_the_service_stand_at_their_fields_and_nothing_is_lost(page):
    expect_refusals(page)
    sheet = open_form(page, "everything")
    page.keyboard.press("Control+Enter")
    name = field(sheet, "Name")
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description("This has to be filled in")
    fill_in(sheet, "Kept")
    expect(name).not_to_have_attribute("aria-invalid", "true")
    field(sheet, "Address").fill("closed")
    field(sheet, "Count").fill("24")
    expect(sheet.locator(".field", has_text="Count")).to_contain_text("1 to 16")
    page.keyboard.press("Control+Enter")
    expect(field(sheet, "Count")).to_be_focused()
    expect(sheet.locator(".field", has_text="Count")).to_contain_text("less than or equal to 16")
    field(sheet, "Count").fill("2")
    page.keyboard.press("Control+Enter")
    address = field(sheet, "Address")
    expect(address).to_be_focused()
    expect(address).to_be_in_viewport()
    expect(sheet.locator(".wrong", has_text="This shop is closed").first).to_be_visible()
    expect(name).to_have_value("Kept")
    page.reload()
    sheet = open_form(page, "everything")
    expect(sheet).to_contain_text("what you had typed before")
    expect(field(sheet, "Name")).to_have_value("Kept")
    expect(field(sheet, "Address")).to_have_value("closed")
    expect(field(sheet, "Token")).to_have_value("")
    assert "s3cret" not in page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    sheet.get_by_role("button", name="Start over").click()
    expect(field(sheet, "Name")).to_have_value("")


def test_json_is_checked_while_it_is_typed_and_not_sent_before_it_is(page):
    sheet = open_form(page, "everything")
    fill_in(sheet, "Half a brace")
    mapping = field(sheet, "Mapping")
    mapping.fill('{"a": ')
    expect(sheet.locator(".field", has_text="Mapping")).to_contain_text("not JSON yet")
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.keyboard.press("Control+Enter")
    expect(mapping).to_be_focused()
    assert not [url for url in sent if url.endswith("/tasks")]


def test_paths_are_completed_below_the_roots(page, shop):
    expect_refusals(page)
    archive = shop.archive()
    sheet = open_form(page, "backfill")
    database = field(sheet, "Database")
    expect(database).to_be_focused()
    database.fill("/nowhere/at/all")
    expect(sheet.locator(".field", has_text="Database")).to_contain_text("Longhaul may use")
    database.fill(archive[:-6])
    option = sheet.get_by_role("option", name="articles.sqlite")
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(database).to_have_value(archive)
    database.press("Backspace")
    expect(option).to_be_visible()
    page.keyboard.press("Escape")
    expect(option).to_be_hidden()
    expect(sheet).to_be_visible()
