"""The states of the page that a person can see, each with the way there from the desk.

Whatever looks at the page as a whole goes through all of them: the layout at every zoom
(test_page_zoom.py), the accessibility (test_page_accessibility.py), both again in the real window
(tests/desktop/test_window_page.py), and the pictures (tests/desktop/pictures.py). A new view
belongs in STATES.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import expect

RUNNING = {"records": 90_000, "batch_size": 1, "seconds_per_batch": 0.5}
QUICK = {"records": 40, "batch_size": 20, "seconds_per_batch": 0}
LONG_TITLE = "Fill in the publication dates of everything that was ever scanned for the archive"


def populate(live) -> dict[str, dict]:
    """A task of each kind in the site's queue, by the word that the list shows for it."""
    tasks = {
        "completed": live.run(QUICK, title="Checksums of the photos"),
        "failed": live.run(QUICK | {"trouble": "hopeless", "trouble_at": 25}, title="Old scans"),
    }
    tasks["running"] = live.add(RUNNING, title=LONG_TITLE, hold=False)
    crashing = {"records": 60, "batch_size": 20, "seconds_per_batch": 0}
    tasks["crashed"] = live.run(crashing | {"trouble": "crash", "trouble_at": 30}, title="Letters")
    tasks["paused"] = live.add(RUNNING, title="Paused on the way", hold=False)
    live.ask("POST", f"/tasks/{tasks['paused']['id']}/pause")
    tasks["held"] = live.add(title="Held until somebody starts it")
    archive = {"database": live.archive()}
    tasks["backfilled"] = live.run(archive, type="backfill-dates", title="Dates of the archive")
    later = "2099-01-01T03:00:00Z"
    tasks["cancelled"] = live.add(title="Not wanted any more")
    live.ask("POST", f"/tasks/{tasks['cancelled']['id']}/cancel")
    tasks["scheduled"] = live.add(title="Tomorrow night", not_before=later, hold=False)
    for number in range(4):
        tasks[f"queued {number}"] = live.add(title=f"One of several, number {number}")
    return tasks


@dataclass(frozen=True)
class State:
    """`reach(page, tasks)` comes from the desk at rest and returns when the state is shown."""

    name: str
    reach: Callable
    #: Whether the slower looks, in the real window, go here at every zoom, too.
    is_main: bool = False

    def __str__(self) -> str:
        return self.name


def choose(page, task: dict) -> None:
    """Choose a task as a person does who sees it or not: by scrolling its row into view."""
    row = page.locator(f"#row-{task['id']}")
    page.keyboard.press("Home")
    for _ in range(40):
        if row.count():
            break
        page.keyboard.press("ArrowDown")
    row.click()
    expect(page.locator(".details h2")).to_have_text(task["title"])


def _chosen(status: str, tab: str = "") -> Callable:
    def reach(page, tasks):
        choose(page, tasks[status])
        if tab:
            chip = page.get_by_role("tab", name=tab)
            page.keyboard.press(chip.get_attribute("aria-keyshortcuts"))
            expect(chip).to_have_attribute("aria-selected", "true")

    return reach


def _backfilled(page, tasks):
    choose(page, tasks["backfilled"])
    expect(page.locator(".details .heat")).to_be_visible()
    expect(page.get_by_text("A record that fails")).to_be_visible()


def _pressed(key: str, shown: str) -> Callable:
    def reach(page, tasks):
        page.keyboard.press(key)
        expect(page.locator(shown).first).to_be_visible()

    return reach


def _cancelling(page, tasks):
    choose(page, tasks["running"])
    page.keyboard.press("x")
    expect(page.get_by_role("alertdialog")).to_be_visible()


def _form(words: str, then: str = "") -> Callable:
    """The form of the type that these words find; `then` is pressed in it."""

    def reach(page, tasks):
        page.keyboard.press("n")
        page.get_by_role("combobox", name="Find a task type").wait_for()
        page.keyboard.type(words)
        page.keyboard.press("Enter")
        expect(page.locator(".sheet-foot .primary")).to_be_visible()
        if then:
            page.keyboard.press(then)

    return reach


def _refused_form(page, tasks):
    _form("backfill", "Control+Enter")(page, tasks)
    expect(page.locator(".sheet [aria-invalid=true]")).to_be_focused()
    while not page.complaints.said:  # the browser's own line about the refusal
        page.wait_for_timeout(20)
    page.complaints.said.clear()


def _repeated(page, tasks):
    _form("rehearsal", "Alt+s")(page, tasks)
    page.get_by_label("Again and again").check()
    expect(page.locator(".sheet .next")).to_contain_text("Next:")


def _several(page, tasks):
    choose(page, tasks["held"])
    page.keyboard.press("Control+a")
    expect(page.get_by_role("toolbar")).to_contain_text("selected")


def _wall_settings(page, tasks):
    _pressed("b", ".wall-lines")(page, tasks)
    _pressed("w", ".wall-panel")(page, tasks)


STATES = [
    State("desk", _chosen("running"), is_main=True),
    State("parameters", _chosen("running", "Parameters")),
    State("timeline", _chosen("crashed", "Timeline")),
    State("attempts", _chosen("crashed", "Attempts")),
    State("failed", _chosen("failed")),
    State("paused", _chosen("paused")),
    State("result", _chosen("completed", "Result")),
    State("log", _chosen("crashed", "Log")),
    State("heat strip and policy", _backfilled),
    State("scheduled", _chosen("scheduled")),
    State("cancel", _cancelling),
    State("choice of a type", _pressed("n", ".sheet [role=option]")),
    State("form", _form("backfill"), is_main=True),
    State("form that does not fit", _refused_form),
    State("form of a schedule", _repeated),
    State("schedules", _pressed("Shift+N", ".sheet .about, .sheet .schedules")),
    State("several", _several),
    State("commands", _pressed("Control+k", "dialog [role=option]")),
    State("keys", _pressed("?", "[role=dialog]")),
    State("stop", _pressed("q", "[role=alertdialog]")),
    State("wall", _pressed("b", ".wall"), is_main=True),
    State("wall and its settings", _wall_settings),
    State("photos", _pressed("Alt+2", "main h1"), is_main=True),
    State("recordings", _pressed("Alt+3", "main h1"), is_main=True),
    State("documents", _pressed("Alt+4", "main h1"), is_main=True),
]


def at_desk(page, url: str) -> None:
    """The desk at rest, loaded anew: nothing is open, nothing is chosen."""
    if hasattr(page, "real_window"):
        page.real_window.attend(url)
    page.goto(url)
    expect(page.locator(".link")).to_have_text("Live")


def loses_the_service(page, live) -> None:
    """The site goes away under the page; it says so. The last thing a test does with `live`."""
    live.started.stop()
    expect(page.locator(".link.lost")).to_be_visible()
    page.complaints.excuse("ERR_CONNECTION_REFUSED")  # it goes on asking
