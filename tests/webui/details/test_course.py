"""The course of a task in a real browser: timeline, attempts, speed, parameters, its note."""

import json

import pytest

from tests.webui.browsing import opened, until_true
from tests.webui.details.looking import is_now, ran
from tests.webui.steering import LONG, choose, expect

pytestmark = pytest.mark.slow


# --- timeline and attempts -----------------------------------------------------------------------


def test_the_timeline_tells_what_happened_while_it_happens(page, live):
    task = ran(page, live, LONG, "running", title="Told")
    page.keyboard.press("2")
    entries = page.locator(".timeline li")
    expect(entries.last).to_contain_text("Asked for")
    expect(entries.first).to_contain_text("Began")
    live.ask("POST", f"/tasks/{task['id']}/pause")
    expect(entries.first).to_contain_text("Paused by you")
    live.ask("POST", f"/tasks/{task['id']}/resume")
    expect(page.locator(".timeline")).to_contain_text("Resumed")
    live.ask("PATCH", f"/tasks/{task['id']}", {"priority": 7})
    expect(page.locator(".timeline")).to_contain_text("Priority set to 7")
    live.ask("DELETE", f"/tasks/{task['id']}")
    expect(entries.first).to_contain_text("Cancelled by you")
    before = entries.all_text_contents()
    page.keyboard.press("3")
    page.keyboard.press("2")
    expect(entries).to_have_count(len(before))
    assert entries.all_text_contents() == before, "read anew it says the same"


def test_attempts_tell_how_they_ended_and_where_the_next_one_went_on(page, live):
    crash = {"records": 6, "batch_size": 2, "seconds_per_batch": 0}
    ran(page, live, crash | {"trouble": "crash", "trouble_at": 2}, title="Crashes")
    page.keyboard.press("3")
    attempts = page.locator(".attempts section")
    expect(attempts).to_have_count(4)
    expect(attempts.last).to_contain_text("its worker ended")
    expect(attempts.last).to_contain_text("SIGKILL")
    expect(attempts.nth(2)).to_contain_text("Cursor 2 → 6")
    steps = page.locator(".step-list li")
    expect(steps).to_have_count(2)
    expect(steps.first).to_contain_text("completed")
    expect(steps.first).to_contain_text("6 records")
    page.keyboard.press("2")
    expect(page.locator(".timeline")).to_contain_text("The worker ended")
    expect(page.locator(".timeline")).to_contain_text("Attempt 2 began")


def test_a_failed_attempt_has_its_hint_or_its_trace(page, live):
    wrong = {"records": 4, "batch_size": 2, "seconds_per_batch": 0, "trouble_at": 2}
    ran(page, live, wrong | {"trouble": "hopeless"}, "failed", title="Gives up")
    page.keyboard.press("3")
    expect(page.locator(".attempts")).to_contain_text("What to do: Choose no trouble")


# --- course, parameters, items -------------------------------------------------------------------


def test_who_comes_late_sees_the_speed_from_the_first_record_on(browser, live, page):
    task = ran(page, live, LONG, "running", title="Ran before")
    expect(page.locator(".chart canvas")).to_be_visible()
    live.ask("POST", f"/tasks/{task['id']}/pause")
    is_now(page, "paused")
    with opened(browser, live.started.url, live.started.mint_code()) as late:
        choose(late, task)
        chart = late.locator(".chart canvas")
        expect(chart).to_be_visible()
        box = chart.bounding_box()
        late.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])
        expect(late.locator(".chart > p span")).to_contain_text("/s")
        expect(late.locator(".range")).to_contain_text("done")


def test_parameters_are_copied_as_json_and_as_a_command(page, live):
    task = live.add(title="Copied")
    choose(page, task)
    page.keyboard.press("4")
    expect(page.get_by_role("tabpanel")).to_contain_text("Seconds per batch")
    page.get_by_role("button", name="Copy as JSON").click()
    read = "() => navigator.clipboard.readText()"
    until_true(page, "async () => (await navigator.clipboard.readText()).startsWith('{')")
    assert json.loads(page.evaluate(read)) == task["params"]
    page.get_by_role("button", name="Copy as a command").click()
    until_true(
        page,
        "async () => (await navigator.clipboard.readText()).startsWith('longhaul add rehearsal ')",
    )
    assert "records=4" in page.evaluate(read)
    page.get_by_role("button", name="Copy as a link").click()
    until_true(page, "async () => (await navigator.clipboard.readText()).startsWith('http')")
    assert f"{live.started.url}/tasks?new=rehearsal&params=" in page.evaluate(read)


def test_the_note_of_a_held_task_is_shown_and_its_approval_is_told(page, live):
    task = live.add(title="To be approved", note="After the backup, please")
    choose(page, task)
    expect(page.locator(".details .note")).to_contain_text("After the backup, please")
    live.ask("PATCH", f"/tasks/{task['id']}", {"note": "The backup is made"})
    expect(page.locator(".details .note")).to_contain_text("The backup is made")
    live.ask("POST", f"/tasks/{task['id']}/start")
    page.get_by_role("tab", name="Timeline").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("Approved by")
    expect(page.get_by_role("tabpanel")).to_contain_text("by a program")
