"""The real window on a real X server: that a person sees the page, that there is one window, that
it keeps its place, and that closing it stops nothing.

Skipped, with the reason, without the extra `window`, Xvfb, or a library that Qt needs. What happens
where no window can be had is in test_opening.py.
"""

import json
import os
import signal
import time

import pytest

from desktop.client import Client
from desktop.notices import APP_ID
from tests.desktop.screen import desk, display, until  # noqa: F401  (fixtures)
from tests.desktop.x11 import x11

pytestmark = pytest.mark.slow

LONG = {"records": 100_000, "batch_size": 1, "seconds_per_batch": 0.05}
TITLE = "Longhaul"


@pytest.fixture
def screen(display):  # noqa: F811
    with x11(display) as screen:
        yield screen


@pytest.fixture
def opened(desk, playwright):  # noqa: F811
    """Open the window by the command; the page in it, reached as it is."""
    browsers = []

    def run():
        done = desk.longhaul()
        assert done.returncode == 0 and "The window is open" in done.stderr, done.stderr
        address = f"http://127.0.0.1:{desk.port}"
        browser = playwright.chromium.connect_over_cdp(address, no_defaults=True)
        browsers.append(browser)
        (page,) = browser.contexts[0].pages
        page.set_default_timeout(20_000)
        return page

    yield run
    for browser in browsers:
        browser.close()


def remembered(desk):  # noqa: F811
    return json.loads((desk.folder / "window-state.json").read_text())


def closed(desk, screen):  # noqa: F811
    """Close the window as a person does, and wait for its end."""
    (window,) = screen.titled(TITLE)
    screen.close(window)
    until(lambda: not desk.windows())


def test_the_page_is_there_when_the_command_returns(opened, desk, screen):  # noqa: F811
    began = time.monotonic()
    page = opened()
    assert time.monotonic() - began < 20
    assert len(screen.titled(TITLE)) == 1
    page.locator("h2", has_text="Nothing to haul yet").wait_for()
    page.locator(".link", has_text="Live").wait_for()
    assert page.evaluate("document.visibilityState") == "visible"
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.reload()
    page.locator(".link", has_text="Live").wait_for()
    assert said == []
    assert page.evaluate("typeof pywebview") == "undefined", "no bridge to Python in the page"


def test_a_second_start_brings_the_same_window_forward(opened, desk, screen):  # noqa: F811
    opened()
    (process,) = desk.windows()
    again = desk.longhaul()
    assert again.returncode == 0 and "came to the front" in again.stderr
    assert desk.windows() == [process] and len(screen.titled(TITLE)) == 1
    assert not desk.opened.exists(), "no browser is asked as long as there is a window"


def test_a_killed_window_is_replaced_and_the_service_is_the_same(opened, desk):  # noqa: F811
    opened()
    service = Client.of(desk.folder).get("/version")["pid"]
    (process,) = desk.windows()
    os.kill(process, signal.SIGKILL)
    until(lambda: not desk.windows())
    again = desk.longhaul()
    assert "The window is open" in again.stderr, again.stderr
    assert desk.windows() not in ([], [process])
    assert Client.of(desk.folder).get("/version")["pid"] == service


def test_closing_leaves_the_work_running_and_says_so_once(opened, desk, screen):  # noqa: F811
    told = desk.show_notices()
    opened()
    client = Client.of(desk.folder)
    task = client.post("/tasks", {"type": "rehearsal", "params": LONG})
    until(lambda: client.get(f"/tasks/{task['id']}")["status"] == "running")
    closed(desk, screen)
    (line,) = told.read_text().splitlines()
    assert "works on without its window" in line and "1 task goes on" in line and APP_ID in line
    seen = client.get(f"/tasks/{task['id']}")
    assert seen["status"] == "running"
    until(lambda: client.get(f"/tasks/{task['id']}")["progress"] != seen["progress"])
    assert "The window is open" in desk.longhaul().stderr
    closed(desk, screen)
    assert len(told.read_text().splitlines()) == 1


def test_without_notices_the_window_itself_says_it(opened, desk, screen):  # noqa: F811
    opened()
    (window,) = screen.titled(TITLE)
    screen.close(window)
    title = "Longhaul works on without its window"
    (question,) = until(lambda: screen.titled(f"{title} — Longhaul") or screen.titled(title))
    assert desk.windows(), "it waits for the person to have read it"
    screen.close(question)
    until(lambda: not desk.windows())
    assert remembered(desk)["is_told"]


def test_place_is_kept_even_by_a_window_that_is_killed(opened, desk, screen):  # noqa: F811
    opened()
    (window,) = screen.titled(TITLE)
    screen.put(window, 210, 120, 900, 640)
    wanted = {"x": 210, "y": 120, "width": 900, "height": 640, "is_maximized": False}
    until(lambda: remembered(desk)["place"] == wanted)
    os.kill(desk.windows()[0], signal.SIGKILL)
    until(lambda: not desk.windows())
    assert "The window is open" in desk.longhaul().stderr
    (window,) = until(lambda: screen.titled(TITLE))
    assert until(lambda: screen.place(window) == (210, 120, 900, 640))


def test_a_place_that_is_on_no_screen_is_not_taken(opened, desk, screen):  # noqa: F811
    desk.longhaul("--browser")  # makes the data directory
    place = {"x": 5000, "y": 3000, "width": 4000, "height": 700, "is_maximized": False}
    document = {"place": place, "is_told": True}
    (desk.folder / "window-state.json").write_text(json.dumps(document))
    opened()
    (window,) = screen.titled(TITLE)
    x, y, width, height = screen.place(window)
    assert 0 <= x and x + width <= 1440 and 0 <= y and y + height <= 900
    assert (width, height) == (1440, 700)


def test_the_window_signs_in_again_when_the_service_was_restarted(opened, desk):  # noqa: F811
    page = opened()
    page.locator(".link", has_text="Live").wait_for()
    (process,) = desk.windows()
    desk.longhaul("stop")
    page.locator(".link.lost").wait_for()
    again = desk.longhaul()
    assert "came to the front" in again.stderr and desk.windows() == [process]
    address = Client.of(desk.folder).server.url
    page.wait_for_url(f"{address}/", timeout=20_000)
    page.locator(".link", has_text="Live").wait_for()


def test_the_service_is_stopped_from_the_page(opened, desk):  # noqa: F811
    page = opened()
    page.locator(".link", has_text="Live").wait_for()  # it is drawn, and listens to keys
    page.keyboard.press("q")
    question = page.get_by_role("alertdialog", name="Stop Longhaul?")
    question.get_by_role("button", name="Stop Longhaul").click()
    page.locator(".ending", has_text="Longhaul has stopped").wait_for()
    until(lambda: not (desk.folder / "server.json").exists())
    assert desk.windows(), "the page says what happened"
    log = desk.folder / "service.log"
    until(lambda: "Stopped cleanly" in log.read_text())  # its last word, behind all else


@pytest.mark.parametrize("target", ["", "_blank"])
def test_links_leave_to_the_system_browser(opened, desk, target):  # noqa: F811
    page = opened()
    url = page.url
    link = "Object.assign(document.createElement('a'), {href: 'http://example.invalid/x', target})"
    page.evaluate(f"target => {{ const a = {link}; document.body.append(a); a.click(); }}", target)
    until(lambda: desk.opened.exists() and desk.opened.read_text() == "http://example.invalid/x\n")
    assert page.url == url and len(page.context.pages) == 1


def test_a_file_to_keep_is_put_among_the_downloads(opened, desk, tmp_path):  # noqa: F811
    (tmp_path / "home" / "Downloads").mkdir(parents=True)
    desk.environment |= {"HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": str(tmp_path)}
    page = opened()
    page.evaluate(
        """() => { const a = document.createElement("a"); a.download = "log.txt";
             a.href = URL.createObjectURL(new Blob(["kept"])); a.click(); }"""
    )
    kept = tmp_path / "home" / "Downloads" / "log.txt"
    until(lambda: kept.exists() and kept.read_text() == "kept")
