"""The ways a task begins from the form: once whatever happens, held, at a time, again and again."""

import json
import re
from urllib.parse import quote

import pytest

from tests.webui.browsing import browser, intercept  # noqa: F401  (a fixture)
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


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with site_with_everything(tmp_path_factory.mktemp("data")) as live:
        live.add(title="Was there before")
        yield live


@pytest.fixture
def page(browser, shop):  # noqa: F811
    with page_of(browser, shop) as page:
        yield page


def rehearsal(page, title: str):
    """The form of a rehearsal that has this title and takes no time."""
    sheet = open_form(page, "rehearsal")
    field(sheet, "Records").fill("4")
    field(sheet, "Seconds per batch").fill("0")
    field(sheet, "Title").fill(title)
    return sheet


def test_a_start_that_is_pressed_often_begins_one_task(page, shop):
    held = []
    intercept(page, "**/api/v1/tasks", lambda route: held.append(route))
    sheet = rehearsal(page, "Pressed often")
    for _ in range(3):
        page.keyboard.press("Control+Enter")
    expect(sheet.get_by_role("button", name="Sending")).to_be_visible()
    sheet.get_by_role("button", name="Sending").dblclick(force=True)
    assert len(held) == 1 and held[0].request.headers["idempotency-key"]
    held[0].continue_()
    expect(sheet).to_have_count(0)
    assert len(titled(shop, "Pressed often")) == len(held) == 1


def test_a_lost_answer_keeps_the_form_and_the_repeat_makes_no_second_task(page, shop):
    expect_refusals(page)
    intercept(page, "**/api/v1/tasks", lambda route: (route.fetch(), route.abort()))
    sheet = rehearsal(page, "Answered into the void")
    page.keyboard.press("Control+Enter")
    expect(sheet.get_by_role("alert")).to_contain_text("does not answer")
    expect(sheet.get_by_role("alert")).to_contain_text("Nothing you typed is lost")
    expect(field(sheet, "Title")).to_have_value("Answered into the void")
    assert len(titled(shop, "Answered into the void")) == 1
    page.unroute("**/api/v1/tasks")
    page.keyboard.press("Control+Enter")
    expect(sheet).to_have_count(0)
    assert len(titled(shop, "Answered into the void")) == 1


def test_who_changes_the_form_after_a_lost_answer_is_told_that_the_first_arrived(page, shop):
    expect_refusals(page)
    intercept(page, "**/api/v1/tasks", lambda route: (route.fetch(), route.abort()))
    sheet = rehearsal(page, "Arrived")
    page.keyboard.press("Control+Shift+Enter")
    expect(sheet.get_by_role("alert")).to_contain_text("does not answer")
    page.unroute("**/api/v1/tasks")
    field(sheet, "Title").fill("Changed meanwhile")
    page.keyboard.press("Control+Shift+Enter")
    expect(sheet.get_by_role("alert")).to_contain_text("had arrived after all")
    assert titled(shop, "Changed meanwhile") == []
    page.keyboard.press("Control+Shift+Enter")
    expect(sheet).to_have_count(0)
    assert len(titled(shop, "Arrived")) == len(titled(shop, "Changed meanwhile")) == 1


def test_added_held_it_waits_for_a_start(page, shop):
    sheet = rehearsal(page, "Waits for a person")
    field(sheet, "Note").fill("Ask Ada first")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator(".sheet")).to_have_count(0)
    (task,) = titled(shop, "Waits for a person")
    assert task["held"] and task["status"] == "queued"
    assert task["note"] == "Ask Ada first" and task["asked_by"]["by"] == "page"


def test_it_waits_for_another_task_and_for_a_time(page, shop):
    expect_refusals(page)
    first = shop.add(title="Comes before")
    sheet = rehearsal(page, "Comes after")
    field(sheet, "After task").fill(str(first["id"]))
    page.keyboard.press("Alt+s")
    expect(sheet.get_by_label("Once, at a time")).to_be_focused()
    field(sheet, "Not before").fill("2098-01-02T03:04")
    sheet.get_by_role("button", name="Schedule it").click()
    expect(sheet).to_have_count(0)
    (task,) = titled(shop, "Comes after")
    moment = page.evaluate("new Date('2098-01-02T03:04').getTime()")
    assert page.evaluate("text => Date.parse(text)", task["scheduled_at"]) == moment
    sheet = rehearsal(page, "After nothing")
    field(sheet, "After task").fill("987654")
    page.keyboard.press("Control+Shift+Enter")
    expect(field(sheet, "After task")).to_be_focused()


def test_a_schedule_is_made_listed_turned_off_run_and_removed(page, shop):
    expect_refusals(page)
    sheet = rehearsal(page, "Every night")
    page.keyboard.press("Alt+s")
    sheet.get_by_label("Again and again").check()
    expect(sheet.locator(".next")).to_contain_text("03:00")
    field(sheet, "How often").select_option(label="By a cron expression")
    field(sheet, "Expression").fill("0 25 * * *")
    wrong = re.compile("is not a time")
    expect(field(sheet, "Expression")).to_have_accessible_description(wrong)
    field(sheet, "Expression").fill("30 4 * * 1-5")
    expect(sheet.locator(".next")).to_contain_text("04:30")
    page.keyboard.press("Control+Enter")
    expect(sheet).to_have_count(0)
    page.keyboard.press("Shift+N")
    row = page.locator(".schedules li", has_text="Every night")
    expect(row).to_contain_text("Monday to Friday at 04:30")
    expect(row).to_contain_text("Next:")
    row.get_by_role("switch").uncheck()
    expect(row).to_contain_text("Does not start by itself")
    (schedule,) = shop.read("/schedules")["items"]
    assert schedule["name"] == "Every night" and not schedule["enabled"]
    assert schedule["params"]["records"] == 4
    row.get_by_role("button", name="Run now").click()
    expect(page.locator(".row[aria-selected=true] .name")).to_have_text("Rehearsal")
    row.get_by_role("button", name="Remove").click()
    assert shop.read("/schedules")["items"]
    row.get_by_role("button", name="Really remove").click()
    expect(row).to_have_count(0)
    expect(page.locator(".sheet")).to_contain_text("Nothing starts by the calendar yet")
    assert shop.read("/schedules")["items"] == []


def test_while_the_same_runs_the_button_says_so_and_a_second_press_starts_another(page, shop):
    sheet = open_form(page, "rehearsal")
    field(sheet, "Records").fill("100000")
    field(sheet, "Batch size").fill("1")
    field(sheet, "Title").fill("Runs for long")
    page.keyboard.press("Control+Enter")
    expect(sheet).to_have_count(0)
    (first,) = titled(shop, "Runs for long")
    sheet = open_form(page, "rehearsal")
    field(sheet, "Title").fill("Another one")
    sheet.get_by_role("button", name="Running already").click()
    expect(sheet.locator(".sheet-foot")).to_contain_text("Runs for long")
    assert titled(shop, "Another one") == []
    sheet.get_by_role("button", name="Start another one").click()
    expect(sheet).to_have_count(0)
    assert len(titled(shop, "Another one")) == 1
    shop.ask("POST", f"/tasks/{first['id']}/cancel")


def test_a_link_fills_the_form_in_and_starts_nothing(page, shop):
    before = len(shop.read("/tasks", status="all", limit=500)["items"])
    params = quote(json.dumps({"records": 12, "trouble": "error", "colour": "red"}))
    page.goto(f"{shop.started.url}/tasks?new=rehearsal&params={params}")
    sheet = page.locator(".sheet")
    expect(field(sheet, "Records")).to_have_value("12")
    expect(field(sheet, "Trouble")).to_have_value('"error"')
    expect(sheet).to_contain_text("does not know it: colour")
    expect(page).to_have_url(f"{shop.started.url}/tasks")
    assert len(shop.read("/tasks", status="all", limit=500)["items"]) == before
    page.goto(f"{shop.started.url}/tasks?new=unheard-of")
    expect(sheet).to_contain_text("no task type “unheard-of”")


def test_esc_keeps_what_was_typed_and_the_page_beside_goes_on(page, shop):
    sheet = open_form(page, "rehearsal")
    field(sheet, "Title").fill("Half done")
    came = shop.add(title="Came while the form was open")
    row = page.locator(f"#row-{came['id']}")
    expect(row.locator(".name")).to_have_text("Came while the form was open")
    expect(page.locator("#app")).to_have_css("filter", "none")
    row.locator(".name").click()
    expect(row).to_have_attribute("aria-selected", "true")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    sheet = open_form(page, "rehearsal")
    expect(field(sheet, "Title")).to_have_value("Half done")


def test_tab_goes_round_in_the_sheet_and_letters_are_text(page):
    sheet = open_form(page, "rehearsal")
    inside = "document.querySelector('.sheet').contains(document.activeElement)"
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(inside)
        seen.add(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
    assert any("Start now" in name or "Running" in name for name in seen)
    assert any("Close" in name for name in seen)
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(inside)
    field(sheet, "Title").focus()
    page.keyboard.type("xqn? b")
    expect(field(sheet, "Title")).to_have_value("xqn? b")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
