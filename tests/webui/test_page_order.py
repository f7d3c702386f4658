"""The waiting line in another order: by keys, by dragging, for one and for several, and back again.
The service's order is the truth."""

import pytest

from tests.webui.browsing import intercept
from tests.webui.http_client import eventually
from tests.webui.steering import (  # noqa: F401  (fixtures)
    browser,
    chosen,
    comes_to,
    expect,
    lined_up,
    order,
    page,
    row,
    still,
)

pytestmark = pytest.mark.slow


def drag(page, task, to, *, below=False, drop=True):  # noqa: F811
    """Drag a row to the upper or the lower half of another one."""
    start, end = row(page, task).bounding_box(), row(page, to).bounding_box()
    x, y = start["x"] + 300, end["y"] + end["height"] * (0.8 if below else 0.2)
    page.mouse.move(x, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, start["y"] + start["height"] / 2 + 12)
    page.mouse.move(x, y)
    if drop:
        page.mouse.up()


def test_alt_and_arrows_move_a_task_and_undo_brings_it_back(page, still):  # noqa: F811
    tasks = lined_up(page, still, 4)
    row(page, tasks[2]).click()
    page.keyboard.press("Alt+ArrowUp")
    comes_to(page, still, "ACBD")
    expect(page.locator(".told")).to_contain_text("“C” moved up")
    expect(page.locator(".unseen[aria-live]")).to_contain_text("before “B”, 2 of 4 in line")
    page.keyboard.press("Alt+Home")
    comes_to(page, still, "CABD")
    page.keyboard.press("Alt+End")
    comes_to(page, still, "ABDC")
    for back in ("CABD", "ACBD", "ABCD"):
        page.keyboard.press("Control+z")
        comes_to(page, still, back)
    expect(row(page, tasks[2])).to_have_attribute("aria-selected", "true")


def test_several_move_together_and_come_back_together(page, still):  # noqa: F811
    tasks = lined_up(page, still, 6)
    row(page, tasks[2]).click(modifiers=["Control"])
    row(page, tasks[4]).click(modifiers=["Control"])
    eventually(lambda: chosen(page) == "CE")
    page.keyboard.press("Alt+ArrowUp")
    comes_to(page, still, "ACEBDF")
    page.keyboard.press("Alt+ArrowDown")
    comes_to(page, still, "ABCEDF")
    page.get_by_role("button", name="To the top").click()
    comes_to(page, still, "CEABDF")
    page.get_by_role("button", name="Undo").click()
    comes_to(page, still, "ABCEDF")


def test_a_row_is_dragged_to_where_the_line_is_drawn(page, still):  # noqa: F811
    tasks = lined_up(page, still, 5)
    drag(page, tasks[3], tasks[1], drop=False)
    expect(page.locator(".dragged i")).to_be_visible()
    expect(page.locator(".dragged span")).to_have_text("D")
    page.mouse.up()
    comes_to(page, still, "ADBCE")
    expect(page.locator(".dragged")).to_have_count(0)
    drag(page, tasks[0], tasks[4], below=True)
    comes_to(page, still, "DBCEA")
    page.keyboard.press("Control+z")
    comes_to(page, still, "ADBCE")


def test_selected_rows_are_dragged_together_and_escape_lets_them_be(page, still):  # noqa: F811
    tasks = lined_up(page, still, 5)
    row(page, tasks[3]).click(modifiers=["Control"])
    row(page, tasks[4]).click(modifiers=["Control"])
    drag(page, tasks[4], tasks[0], drop=False)
    expect(page.locator(".dragged span")).to_have_text("2 tasks")
    page.keyboard.press("Escape")
    expect(page.locator(".dragged")).to_have_count(0)
    page.mouse.up()
    assert order(still) == "ABCDE"
    drag(page, tasks[4], tasks[0])
    comes_to(page, still, "DEABC")
    eventually(lambda: chosen(page) == "DE")


def test_a_finger_drags_by_the_grip(browser, still, page):  # noqa: F811
    tasks = lined_up(page, still, 3)
    row(page, tasks[2]).click()
    send = page.context.new_cdp_session(page).send
    grip = row(page, tasks[2]).locator(".grip").bounding_box()
    to = row(page, tasks[0]).bounding_box()
    x = grip["x"] + grip["width"] / 2

    def touch(kind: str, *at: float) -> None:
        points = [{"x": x, "y": y} for y in at]
        send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", grip["y"] + 20)
    touch("touchMove", grip["y"] + 5)
    touch("touchMove", to["y"] + 6)
    expect(page.locator(".dragged i")).to_be_visible()
    touch("touchEnd")
    comes_to(page, still, "CAB")


def test_the_list_scrolls_while_something_is_dragged_to_its_edge(page, still):  # noqa: F811
    tasks = lined_up(page, still, 20)
    more = [still.add(title=f"{n:02}", hold=False) for n in range(20)]
    row(page, tasks[1]).click()
    start, area = row(page, tasks[1]).bounding_box(), page.locator(".list").bounding_box()
    page.mouse.move(start["x"] + 300, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(start["x"] + 300, start["y"] + 40)
    page.mouse.move(start["x"] + 300, area["y"] + area["height"] - 3)
    expect(row(page, more[-1])).to_be_in_viewport()
    page.mouse.up()
    expect(page.locator(".told")).to_contain_text("“B” moved")
    assert order(still).index("B") > order(still).index("16")


def test_a_refused_move_leaves_the_row_where_it_was_and_says_why(page, still):  # noqa: F811
    tasks = lined_up(page, still, 3)
    row(page, tasks[2]).click()
    reason = {"title": "No", "status": 409, "detail": "Task 3 is running: it has no place"}
    intercept(page, "**/move", lambda r: r.fulfill(status=409, json=reason))
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".told")).to_contain_text("It stays where it was. Task 3 is running")
    comes_to(page, still, "ABC")
    page.complaints.said.clear()  # the browser's own line about the refusal


def test_priority_goes_up_and_down_by_keys_and_back(page, still):  # noqa: F811
    tasks = lined_up(page, still, 3)
    row(page, tasks[2]).click()
    page.keyboard.press("+")
    comes_to(page, still, "CAB")
    expect(page.get_by_role("button", name="Priority 1")).to_be_visible()
    page.keyboard.press("Control+z")
    comes_to(page, still, "ABC")
    assert still.read(f"/tasks/{tasks[2]['id']}")["priority"] == 0
    row(page, tasks[0]).click()
    page.keyboard.press("-")
    comes_to(page, still, "BCA")
    page.keyboard.press("Control+z")
    comes_to(page, still, "ABC")
