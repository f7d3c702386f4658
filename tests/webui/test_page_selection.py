"""Many tasks at once: how they are selected, what is offered for them, what is asked and told."""

import pytest

from tests.webui.http_client import eventually
from tests.webui.steering import (  # noqa: F401  (fixtures)
    box,
    browser,
    chosen,
    expect,
    lined_up,
    page,
    row,
    still,
)

pytestmark = pytest.mark.slow


def bar(page):  # noqa: F811
    return page.get_by_role("toolbar")


def statuses(live, tasks) -> list[str]:
    return [live.read(f"/tasks/{task['id']}")["status"] for task in tasks]


def test_clicks_keys_and_boxes_select_and_escape_leaves(page, still):  # noqa: F811
    tasks = lined_up(page, still, 6)
    row(page, tasks[1]).click()
    row(page, tasks[3]).click(modifiers=["Shift"])
    eventually(lambda: chosen(page) == "BCD")
    row(page, tasks[2]).click(modifiers=["Control"])
    box(page, tasks[5]).click()
    eventually(lambda: chosen(page) == "BDF")
    expect(bar(page)).to_contain_text("3 selected")
    page.keyboard.press("Escape")
    eventually(lambda: chosen(page) == "")
    expect(bar(page)).to_have_count(0)
    row(page, tasks[2]).click()
    page.keyboard.press("c")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    eventually(lambda: chosen(page) == "CDE")
    page.keyboard.press("Shift+ArrowUp")
    eventually(lambda: chosen(page) == "CD")
    page.keyboard.press("Control+a")
    eventually(lambda: chosen(page) == "ABCDEF")


def test_many_are_held_and_started_and_each_can_be_taken_back(page, still):  # noqa: F811
    tasks = lined_up(page, still, 3)
    page.keyboard.press("Control+a")
    bar(page).get_by_role("button", name="Hold 3").click()
    expect(page.locator(".told")).to_contain_text("3 held")
    for task in tasks:
        expect(row(page, task).locator(".word")).to_have_text("held")
    page.keyboard.press("Control+z")
    for task in tasks:
        expect(row(page, task).locator(".word")).to_have_text("queued")
    assert not still.read(f"/tasks/{tasks[0]['id']}")["held"]
    page.keyboard.press("Space")
    expect(page.locator(".told")).to_contain_text("3 paused")
    for task in tasks:
        expect(row(page, task).locator(".word")).to_have_text("paused")
    page.keyboard.press("Control+z")
    eventually(lambda: statuses(still, tasks) == ["queued"] * 3)
    expect(row(page, tasks[2]).locator(".word")).to_have_text("queued")


def test_many_are_cancelled_after_a_question_and_partial_results_are_told(page, still):  # noqa: F811
    tasks = lined_up(page, still, 4)
    page.keyboard.press("Control+a")
    page.keyboard.press("x")
    question = page.get_by_role("alertdialog", name="Cancel 4 tasks?")
    expect(question.get_by_role("button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    assert statuses(still, tasks) == ["queued"] * 4
    eventually(lambda: chosen(page) == "ABCD")
    page.keyboard.press("x")
    still.ask("DELETE", f"/tasks/{tasks[0]['id']}")  # somebody else is faster
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_contain_text("3 cancelled, 1 had already finished")
    assert statuses(still, tasks) == ["cancelled"] * 4
    expect(page.get_by_role("grid")).to_be_focused()


def test_cleared_rows_are_gone_and_the_next_one_is_at_hand(page, still):  # noqa: F811
    tasks = lined_up(page, still, 5)
    ids = [task["id"] for task in tasks]
    still.ask("DELETE", "/tasks", {"ids": ids})
    for task in tasks:
        expect(row(page, task).locator(".word")).to_have_text("cancelled")
    row(page, tasks[2]).click()
    page.keyboard.press("Delete")
    expect(page.get_by_role("alertdialog", name="Clear this task?")).to_contain_text("“C”")
    page.keyboard.press("Enter")
    expect(row(page, tasks[2])).to_have_count(0)
    expect(page.locator(".row[aria-selected=true] .name")).to_have_text("B")  # latest first
    expect(page.get_by_role("grid")).to_be_focused()
    box(page, tasks[1]).click()
    box(page, tasks[0]).click()
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_contain_text("2 cleared")
    expect(page.locator(".row[aria-selected=true] .name")).to_have_text("D")
    assert still.ask("GET", f"/tasks/{ids[0]}").status == 404


def test_all_that_match_are_selected_also_those_not_loaded_and_a_drift_is_asked_again(page, still):  # noqa: F811
    tasks = [still.add(title=f"Old {n}") for n in range(260)]
    still.ask("DELETE", "/tasks", {"ids": [task["id"] for task in tasks]})
    page.reload()
    expect(page.locator(".row[id^='row-']").first).to_be_visible()
    expect(page.locator(".link")).to_have_text("Live")
    page.keyboard.press("Control+a")
    expect(bar(page)).to_contain_text("All 260 matching")
    extra = still.add(title="One more")
    still.ask("DELETE", f"/tasks/{extra['id']}")
    bar(page).get_by_role("button", name="Clear 260").click()
    page.get_by_role("alertdialog", name="Clear 260 tasks?").get_by_role("button").first.click()
    again = page.get_by_role("alertdialog", name="Clear 261 tasks?")
    expect(again).to_contain_text("261 tasks instead of 260 tasks")
    assert still.read("/queue/counts", status="all")["total"] == 261, "nothing was changed yet"
    again.get_by_role("button").first.click()
    expect(page.locator(".told")).to_contain_text("261 cleared")
    assert still.read("/queue/counts", status="all")["total"] == 0
    page.complaints.said.clear()  # the browser's own line about the refusal


def test_the_queue_is_paused_by_key_shown_plainly_and_taken_back(page, still):  # noqa: F811
    lined_up(page, still, 1)
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Queue is paused: go on")).to_be_visible()
    expect(page.locator(".conditions")).to_contain_text("The queue is paused")
    assert still.read("/queue")["is_paused"] is True
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Pause queue")).to_be_visible()
    assert still.read("/queue")["is_paused"] is False


def test_all_that_is_open_is_cancelled_with_its_number_after_a_question(page, still):  # noqa: F811
    tasks = lined_up(page, still, 3)
    page.get_by_role("button", name="More: pages, commands, queue").click()
    page.get_by_role("menuitem", name="Cancel all (3)").click()
    question = page.get_by_role("alertdialog", name="Cancel all 3 tasks?")
    expect(question).to_be_visible()
    page.keyboard.press("Escape")
    assert statuses(still, tasks) == ["queued"] * 3
    page.keyboard.press("Alt+Shift+x")
    expect(question).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_contain_text("3 cancelled")
    assert statuses(still, tasks) == ["cancelled"] * 3
    page.keyboard.press("Alt+Shift+x")
    expect(page.locator(".told")).to_contain_text("Nothing is open")


def test_clear_completed_and_retry_failed_say_what_there_is(page, still):  # noqa: F811
    lined_up(page, still, 1)
    page.keyboard.press("Shift+Delete")
    expect(page.locator(".told")).to_contain_text("Nothing is completed")
    page.get_by_role("button", name="More: pages, commands, queue").click()
    page.get_by_role("menuitem", name="Retry all failed").click()
    expect(page.locator(".told")).to_contain_text("Nothing has failed")
