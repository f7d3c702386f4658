"""The palette, the keys, the small form that changes a task, and where the focus is after each."""

import pytest

from tests.webui.browsing import intercept
from tests.webui.steering import (  # noqa: F401  (fixtures)
    LONG,
    browser,
    expect,
    lined_up,
    page,
    row,
    still,
)

pytestmark = pytest.mark.slow

#: Chords that two commands of one page share without saying when each is possible.
DOUBLE = """async () => {
  const { AREAS } = await import("/static/keys.js");
  const found = [];
  for (const where of ["desk", "wall"]) {
    const seen = new Map();
    for (const { on = where, keys } of AREAS) {
      if (on !== where) continue;
      for (const key of keys) for (const chord of key.keys) {
        const other = seen.get(chord);
        if (other && !(other.when || key.when)) found.push(`${where}: ${chord}`);
        seen.set(chord, key);
      }
    }
  }
  return found;
}"""


def options(page):  # noqa: F811
    return page.get_by_role("listbox", name="Commands and tasks").get_by_role("option")


def test_no_key_means_two_things(page):  # noqa: F811
    assert page.evaluate(DOUBLE) == []


def test_the_palette_finds_commands_and_tasks_by_keys_alone(page, still):  # noqa: F811
    tasks = lined_up(page, still, 3)
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Find a command or a task")
    expect(field).to_be_focused()
    page.keyboard.type("hold until")
    expect(options(page)).to_have_count(1)
    expect(options(page).first).to_contain_text("H")
    expect(field).to_have_attribute("aria-activedescendant", "palette-0")
    page.keyboard.press("Enter")
    expect(row(page, tasks[0]).locator(".word")).to_have_text("held")
    expect(page.get_by_role("grid")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Control+k")
        page.keyboard.type("select it")
        page.keyboard.press("Enter")
        expect(page.get_by_role("grid")).to_be_focused()
    page.keyboard.press("Control+Shift+p")
    expect(options(page).first).to_contain_text("Select it")  # what was used last is first
    page.keyboard.type(f"#{tasks[2]['id']}")
    page.keyboard.press("Enter")
    expect(page.locator(".details h2")).to_have_text("C")
    page.keyboard.press("Control+k")
    page.keyboard.type("nothing is called so")
    expect(page.get_by_text("Nothing fits these letters.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("grid")).to_be_focused()


def test_the_palette_offers_only_what_is_possible_now(page, still):  # noqa: F811
    lined_up(page, still, 1)
    page.keyboard.press("Control+k")
    page.keyboard.type("retry it from the start")
    expect(options(page)).to_have_count(0)
    page.keyboard.press("Control+a")
    page.keyboard.type("cancel it")
    expect(options(page).first).to_contain_text("Cancel it")


def test_letters_in_a_field_and_under_a_dialog_are_no_commands(page, still):  # noqa: F811
    tasks = lined_up(page, still, 1)
    row(page, tasks[0]).click()
    page.keyboard.press("e")
    field = page.get_by_role("textbox", name="Title")
    expect(field).to_be_focused()
    field.fill("")
    page.keyboard.type("hxp")
    expect(field).to_have_value("hxp")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    page.keyboard.press("h")
    page.keyboard.press("p")
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    page.keyboard.press("Shift+x")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    now = still.read(f"/tasks/{tasks[0]['id']}")
    assert (now["title"], now["held"], now["status"]) == ("A", False, "queued")
    assert still.read("/queue")["is_paused"] is False


def test_title_priority_and_knobs_are_changed_and_taken_back(page, still):  # noqa: F811
    task = still.add(LONG, title="As it was", hold=False)
    row(page, task).click()
    page.keyboard.press("e")
    form = page.get_by_role("dialog", name="Change this task")
    form.get_by_label("Title").fill("As it is")
    form.get_by_label("Priority").fill("many")
    page.keyboard.press("Enter")
    expect(form).to_contain_text("A number is needed")
    form.get_by_label("Priority").fill("7")
    page.keyboard.press("Enter")
    expect(page.locator(".details h2")).to_have_text("As it is")
    expect(page.get_by_role("grid")).to_be_focused()
    assert still.read(f"/tasks/{task['id']}")["priority"] == 7
    page.keyboard.press("Control+z")
    expect(page.locator(".details h2")).to_have_text("As it was")
    assert still.read(f"/tasks/{task['id']}")["priority"] == 0


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(page, still):  # noqa: F811
    task = still.add(LONG, title="Mine", hold=False)
    row(page, task).click()
    page.keyboard.press("e")
    form = page.get_by_role("dialog", name="Change this task")
    form.get_by_label("Title").fill("Theirs no more")
    still.ask("PATCH", f"/tasks/{task['id']}", {"title": "Theirs"})
    expect(page.locator(".details h2")).to_have_text("Theirs")
    page.keyboard.press("Enter")
    expect(form).to_contain_text("Somebody else changed this task meanwhile (title)")
    assert still.read(f"/tasks/{task['id']}")["title"] == "Theirs"


def test_a_stale_version_is_read_again_when_nobody_touched_what_is_changed(page, still):  # noqa: F811
    task = still.add(LONG, title="Before", hold=False)
    row(page, task).click()
    page.keyboard.press("e")
    page.get_by_role("textbox", name="Title").fill("After")
    asked = []
    page.on(
        "request", lambda r: asked.append(r.headers.get("if-match")) if r.method == "PATCH" else 0
    )

    def late(route):
        still.ask("PATCH", f"/tasks/{task['id']}", {"priority": 3})
        route.continue_()

    intercept(page, "**/tasks/*", late, times=1)
    page.keyboard.press("Enter")
    expect(page.locator(".details h2")).to_have_text("After")
    now = still.read(f"/tasks/{task['id']}")
    assert (now["title"], now["priority"]) == ("After", 3)
    assert len(asked) >= 2 and asked[0] == '"1"'
    page.complaints.said.clear()  # the browser's own line about the 412


def test_the_menus_go_by_keys_and_give_the_focus_back(page, still):  # noqa: F811
    tasks = lined_up(page, still, 2)
    row(page, tasks[1]).click()
    more = page.get_by_role("button", name="More to do with this task")
    more.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitem", name="To the bottom")).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Cancel").click()
    page.keyboard.press("Enter")
    expect(row(page, tasks[1]).locator(".word")).to_have_text("cancelled")
    expect(page.locator(":focus")).to_have_count(1)
