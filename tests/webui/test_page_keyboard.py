"""Whole journeys without a mouse; after each step one sees where the keyboard is."""

import pytest

from tests.webui.browsing import browser, opened, until_true  # noqa: F401  (a fixture)

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=20_000)
pytestmark = pytest.mark.slow

#: What has the focus, in words, when that can be seen; null when it cannot. Some show it on what is
#: around them, a grid and a list of commands on the row they are about, and a panel that took the
#: focus as a whole on its being there.
_SEEN = """() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  const ring = getComputedStyle(document.documentElement).getPropertyValue("--run").trim();
  const probe = document.createElement("i");
  probe.style.color = ring;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  const shows = (element) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow.includes(colour);
  };
  const around = [focused];
  for (let e = focused.parentElement; e && around.length < 4; e = e.parentElement) around.push(e);
  const active = document.getElementById(focused.getAttribute("aria-activedescendant") || "");
  const row = focused.querySelector("[aria-selected=true]");
  const isPanel = focused.matches("[tabindex='-1'], dialog") && focused.checkVisibility();
  const isListed = active?.checkVisibility() && !focused.matches("[role=grid]");
  if (!isPanel && !isListed && ![...around, row, active].some((e) => e && shows(e))) return null;
  return (focused.getAttribute("aria-label") || focused.labels?.[0]?.textContent ||
    focused.textContent || focused.localName).trim();
}"""


@pytest.fixture
def keys(browser, live):  # noqa: F811
    """A keyboard at the desk, which sees to it that the focus is seen."""
    with opened(browser, live.started.url, live.started.mint_code()) as page:
        expect(page.locator(".link")).to_have_text("Live")
        yield Keys(page)


class Keys:
    def __init__(self, page):
        self.page = page

    def press(self, *chords: str) -> str:
        """Press them; what has the focus then."""
        for chord in chords:
            self.page.keyboard.press(chord)
        return self.focus()

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def focus(self) -> str:
        """What has the focus; fails when nobody can see it."""
        try:
            return until_true(self.page, _SEEN)
        except AssertionError:
            where = self.page.evaluate("document.activeElement.outerHTML.slice(0, 300)")
            raise AssertionError(f"nobody can see that the focus is on {where}") from None

    def tab_to(self, name: str, key: str = "Tab") -> None:
        """Go on until the control of this name has the focus; each on the way shows it, too."""
        passed = []
        while name not in (here := self.focus()):
            passed.append(here)
            assert len(passed) < 60, passed
            self.page.keyboard.press(key)

    def walk_to(self, task: dict) -> None:
        """Go down the list to a task."""
        row = self.page.locator(f"#row-{task['id']}[aria-selected=true]")
        self.page.keyboard.press("Home")
        for _ in range(60):
            if row.count():
                return self.focus()
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no way down to {task['title']}")


def word(keys, task: dict):
    return keys.page.locator(f"#row-{task['id']} .word")


def listed(keys, live, **fields) -> dict:
    task = live.add(**fields)
    expect(keys.page.locator(f"#row-{task['id']}")).to_be_visible()
    return task


def test_a_task_is_started_by_the_form_paused_looked_at_and_cancelled(keys, live):
    page = keys.page
    keys.press("n")
    keys.type("rehearsal")
    keys.press("Enter")
    expect(page.locator(".sheet-foot .primary")).to_be_visible()
    keys.tab_to("Records")
    keys.press("Control+a")
    keys.type("90000")
    keys.tab_to("Title")
    keys.type("Typed from the first letter on")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".details h2")).to_have_text("Typed from the first letter on")
    (task,) = [t for t in live.read("/tasks")["items"] if t["title"].startswith("Typed")]
    assert task["params"]["records"] == 90_000
    expect(word(keys, task)).to_have_text("running")
    keys.press("Space")
    expect(word(keys, task)).to_have_text("paused")
    keys.press("Space")
    expect(word(keys, task)).to_have_text("running")
    keys.press("x")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    keys.press("Enter")
    expect(word(keys, task)).to_have_text("cancelled")
    keys.focus()


def test_the_line_is_put_in_order_and_several_are_cancelled(keys, live):
    page = keys.page
    live.ask("POST", "/queue/pause")
    tasks = [listed(keys, live, title=f"Waits as {n}", hold=False) for n in range(4)]
    keys.walk_to(tasks[2])
    keys.press("Alt+ArrowUp")
    expect(page.locator(".told")).to_contain_text("moved up")
    line = [t["id"] for t in live.read("/tasks", status="queued")["items"]]
    assert line.index(tasks[2]["id"]) < line.index(tasks[1]["id"])
    keys.press("Control+z")
    expect(page.locator(f"#row-{tasks[1]['id']} + #row-{tasks[2]['id']}")).to_have_count(1)
    keys.walk_to(tasks[1])
    keys.press("c", "Shift+ArrowDown")
    expect(page.get_by_role("toolbar")).to_contain_text("2 selected")
    keys.press("x")
    expect(page.get_by_role("alertdialog", name="Cancel 2 tasks?")).to_be_visible()
    keys.press("Enter")
    for task in tasks[1:3]:
        expect(word(keys, task)).to_have_text("cancelled")
    live.ask("DELETE", "/tasks", {"ids": [task["id"] for task in tasks]})
    live.ask("POST", "/queue/resume")


def test_a_result_is_opened_the_wall_is_visited_and_keys_and_commands_are_found(keys, live):
    page = keys.page
    done = live.run(title="Ready to be read")
    expect(page.locator(f"#row-{done['id']}")).to_be_visible()
    keys.walk_to(done)
    tab = page.get_by_role("tab", name="Result")
    keys.press(tab.get_attribute("aria-keyshortcuts"))
    expect(page.get_by_role("tabpanel")).to_contain_text("counted")
    page.keyboard.press("b")
    expect(page.locator(".wall")).to_be_visible()
    page.keyboard.press("b")
    expect(page.locator(f"#row-{done['id']}")).to_be_visible()
    keys.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    keys.press("Control+k")
    keys.type("big screen")
    page.keyboard.press("Enter")
    expect(page.locator(".wall")).to_be_visible()


def test_tab_goes_through_everything_that_can_be_pressed_and_comes_round(keys, live):
    task = listed(keys, live, title="Held, with all its buttons")
    keys.walk_to(task)
    first, passed = keys.press("Tab"), []
    for _ in range(80):
        keys.page.keyboard.press("Tab")
        if keys.page.evaluate("document.activeElement === document.body"):
            continue  # the browser's own turn
        passed.append(keys.focus())
        if passed[-1] == first:
            break
    assert any("Start" in name for name in passed + [first]), passed
    assert any("New task" in name for name in passed), passed
    assert any("Log" in name for name in passed), passed
