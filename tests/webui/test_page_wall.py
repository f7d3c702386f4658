"""The wall in a real browser: what it shows of the work, its settings, its keys.

Where many tasks have to move at once, or something must be as no test can make it, the first answer
of the service is rewritten on its way to the page.
"""

import datetime
import re

import pytest

from tests.webui.browsing import browser, intercept, opened, until_true  # noqa: F401  (a fixture)
from tests.webui.http_client import TOKEN, eventually
from tests.webui.layout import faults, resize
from tests.webui.site import live_site
from webui.app import start_site

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=20_000)
pytestmark = pytest.mark.slow

WALL = "/background-tasks"
LONG = {"records": 100_000, "batch_size": 1, "seconds_per_batch": 0.05}
ROOT_SIZE = "parseFloat(getComputedStyle(document.documentElement).fontSize)"


@pytest.fixture(scope="module")
def moving(live):
    """A task that runs for as long as the tests of this file do."""
    task = live.add(LONG, title="Moves all the time", hold=False)
    yield task
    live.ask("DELETE", f"/tasks/{task['id']}")


@pytest.fixture
def wall(browser, live, moving):  # noqa: F811
    with opened(browser, live.started.url, live.started.mint_code(), WALL) as page:
        expect(page.locator(".wall-lines .name").first).to_have_text(moving["title"])
        yield page
    changed = [name for name in live.read("/settings") if name.startswith("wall.")]
    assert live.ask("PATCH", "/settings", dict.fromkeys(changed)).status == 200


def rewritten(page, change) -> None:
    """From the next load on the page gets the snapshot with `change` made to it."""

    def answer(route):
        response = route.fetch()
        document = response.json()
        change(document)
        route.fulfill(response=response, json=document)

    page.route("**/api/v1/snapshot", answer)
    nothing = {"items": [], "samples": [], "next_cursor": None}
    page.route(re.compile(r"/api/v1/tasks/9\d+\b"), lambda route: route.fulfill(json=nothing))
    page.route(re.compile(r"/api/v1/tasks/9\d+/logs"), lambda route: route.fulfill(body=""))
    page.reload()


def test_the_wall_shows_how_far_how_fast_and_what_moves(wall):
    rewritten(wall, _many)
    expect(wall.locator(".wall-hero .huge").first).to_contain_text("%")
    expect(wall.locator(".wall-hero .speed")).to_contain_text("items a second")
    expect(wall.locator(".speed .line")).to_have_attribute("d", re.compile("^M.*L"))
    expect(wall.get_by_role("progressbar", name="Done")).to_be_visible()
    row = wall.locator(".wall-lines li").first
    expect(row).to_have_attribute("aria-current", "true")
    expect(row.get_by_role("img")).to_have_attribute("aria-label", re.compile(r"^Stage \d of \d"))


def test_a_task_of_unknown_size_is_counted(wall):
    expect(wall.locator(".wall-hero dt").first).to_contain_text("Done")
    before = wall.locator(".wall-hero .huge").first.text_content()
    expect(wall.locator(".wall-hero .huge").first).not_to_have_text(before)


def test_b_goes_to_the_wall_and_back_and_escape_leaves_it(wall):
    wall.evaluate("globalThis.isSamePage = true")
    wall.keyboard.press("b")
    expect(wall.locator(".desk")).to_be_visible()
    assert wall.url.endswith("/tasks")
    wall.keyboard.press("b")
    expect(wall.locator(".wall-hero")).to_be_visible()
    assert wall.url.endswith(WALL)
    wall.keyboard.press("?")
    expect(wall.get_by_role("dialog", name="Keys")).to_contain_text("Bring out the task below")
    wall.keyboard.press("Escape")
    expect(wall.get_by_role("dialog", name="Keys")).to_have_count(0)
    expect(wall.locator(".wall-hero")).to_be_visible()
    wall.keyboard.press("Escape")
    expect(wall.locator(".desk")).to_be_visible()
    wall.go_back()
    expect(wall.locator(".wall-hero")).to_be_visible()
    assert wall.evaluate("globalThis.isSamePage")


def test_a_setting_changes_every_window(browser, live, wall):  # noqa: F811
    with opened(browser, live.started.url, live.started.mint_code(), WALL) as other:
        expect(other.locator(".wall-lines")).to_be_visible()
        wall.keyboard.press("w")
        panel = wall.get_by_role("dialog", name="Settings of the big screen")
        panel.get_by_label("The running tasks").uncheck()
        expect(other.locator(".wall-lines")).to_have_count(0)
        expect(wall.locator(".wall-lines")).to_have_count(0)
        panel.get_by_label("Dim it at night").check()
        expect(panel.get_by_label("Dimmed from")).to_be_enabled()
        # The page shows what was chosen before the service has answered.
        hours = {"start": "22:00", "end": "06:00"}
        eventually(lambda: live.read("/settings")["wall.dim"] == hours)
        wall.keyboard.press("Escape")
        expect(panel).to_have_count(0)


def test_distance_makes_the_type_larger_and_the_hero_stays(wall, live):
    size, hero = wall.evaluate(ROOT_SIZE), wall.locator(".wall-hero .huge").first
    height = hero.bounding_box()["height"]
    wall.keyboard.press("w")
    panel = wall.get_by_role("dialog", name="Settings of the big screen")
    panel.get_by_label("From screen and distance").check()
    panel.get_by_label("Looked at from").fill("6")
    panel.get_by_label("Looked at from").press("Tab")
    expect(panel.get_by_role("status")).to_contain_text("easy to read")
    until_true(wall, f"{ROOT_SIZE} > {size} * 1.3")
    assert hero.bounding_box()["height"] == pytest.approx(height, abs=1)
    eventually(lambda: live.read("/settings")["wall.distance"] == 6)


def test_what_is_half_typed_stays_while_news_arrive(wall, live):
    wall.keyboard.press("w")
    panel = wall.get_by_role("dialog", name="Settings of the big screen")
    panel.get_by_label("From screen and distance").check()
    distance = panel.get_by_label("Looked at from")
    distance.press("Control+a")
    wall.keyboard.type("4.")
    assert live.ask("PATCH", "/settings", {"wall.cycle_s": 77, "wall.distance": 9}).status == 200
    expect(panel.get_by_label("On to the next after")).to_have_value("77")
    wall.keyboard.type("5")
    expect(distance).to_have_value("4.5")
    with wall.expect_response("**/settings"):
        wall.keyboard.press("Enter")
    assert live.read("/settings")["wall.distance"] == 4.5
    assert live.ask("PATCH", "/settings", {"wall.distance": 8}).status == 200
    expect(distance).to_have_value("8")


def test_the_zoom_of_the_wall_is_its_own(wall, live):
    size = wall.evaluate(ROOT_SIZE)
    with wall.expect_response("**/settings"):
        wall.keyboard.press("Control+=")
    until_true(wall, f"{ROOT_SIZE} > {size} * 1.05")
    settings = live.read("/settings")
    assert (settings["wall.zoom"], settings["zoom"]) == (1.1, 1.0)


def _many(document):
    """Twelve tasks that move, two that failed, one of unknown size."""
    (first,) = (task for task in document["tasks"] if task["status"] == "running")
    progress = first["progress"]
    title = "A title that is far longer than any wall has room for, however large it may be"
    document["tasks"] = [
        first
        | {
            "id": 9000 + n,
            "title": title if n % 3 == 1 else f"Many {n}",
            "progress": progress | {"done": 7 * n, "total": None if n == 2 else 100, "failed": n},
            "rate": 3.0 * n + 1,
            "eta": {"low": 700.0 * n + 90, "high": 1100.0 * n + 95},
            "started_at": f"2026-01-01T10:00:{n:02}.000Z",
        }
        for n in range(12)
    ]
    now = datetime.datetime.now(datetime.UTC).isoformat()
    error = {"code": "crash-loop", "message": "Two workers died at the same place, one by one"}
    failed = {"status": "failed", "shown_status": "failed", "finished_at": now, "rate": None}
    document["tasks"] += [first | failed | {"id": 9100 + n, "error": error} for n in range(2)]
    document["settings"] |= {"wall.cycle_s": 0}


def test_more_than_five_take_turns_and_arrows_choose(wall):
    rewritten(wall, _many)
    names = wall.locator(".wall-lines .name")
    expect(names).to_have_count(5)
    expect(names.first).to_have_text("Many 0")
    expect(wall.locator(".wall-lines [aria-current]")).to_contain_text("Many 0")
    expect(wall.locator(".wall-head")).to_contain_text(re.compile(r"1[23] (of|moving)"))
    for _ in range(5):
        wall.keyboard.press("ArrowDown")
    expect(wall.locator(".wall-lines [aria-current]")).to_contain_text("Many 5")
    expect(names.first).to_have_text("Many 5")
    wall.keyboard.press("ArrowUp")
    expect(names.first).to_have_text("Many 0")


def test_the_strip_tells_the_worst_of_what_needs_somebody(wall):
    rewritten(wall, _many)
    expect(wall.get_by_role("status", name="Needs you")).to_contain_text(
        re.compile("2 tasks need you|Crashed")
    )


def test_the_strip_tells_for_a_moment_what_has_ended(wall, live):
    live.run(title="A small one")
    told = wall.get_by_role("status", name="Just ended")
    expect(told).to_contain_text(re.compile("Completed.*A small one"))
    expect(told.get_by_role("button")).to_have_count(0)
    expect(wall.locator(".wall-hero")).to_be_visible()


@pytest.mark.parametrize("zoom", [0.8, 1, 1.5, 2, 3])
def test_many_tasks_with_long_titles_fit_at_every_zoom(wall, zoom):
    rewritten(wall, lambda document: (_many(document), document["settings"].update(_zoom(zoom))))
    for size in ((1440, 900), (1920, 1080)):
        resize(wall, *size)
        expect(wall.locator(".wall-lines .name").first).to_be_visible()
        assert faults(wall) == []


def _zoom(zoom):
    return {"wall.zoom": zoom}


def test_who_may_only_look_is_offered_no_settings(wall):
    def only_looks(document):
        document["session"] = {"read_only": True}

    rewritten(wall, only_looks)
    intercept(wall, "**/api/v1/settings", lambda route: route.fulfill(status=403, json={}))
    wall.mouse.move(200, 200)
    expect(wall.get_by_role("button", name="Desk")).to_be_visible()
    expect(wall.get_by_role("button", name="Settings")).to_have_count(0)
    wall.keyboard.press("w")
    size = wall.evaluate(ROOT_SIZE)
    wall.keyboard.press("Control+=")
    until_true(wall, f"{ROOT_SIZE} > {size} * 1.05")  # in this window it holds all the same
    expect(wall.get_by_role("dialog")).to_have_count(0)
    expect(wall.locator(".wall-hero")).to_be_visible()
    wall.complaints.said.clear()  # the browser's own line about the refused request


def test_an_idle_wall_tells_the_time_the_last_result_and_what_is_next(browser, tmp_path):  # noqa: F811
    with live_site(tmp_path) as live:
        with opened(browser, live.started.url, live.started.mint_code(), WALL) as page:
            expect(page.locator(".wall-empty")).to_contain_text("Nothing to haul yet")
            expect(page.locator(".wall-idle time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
            live.run(title="Ended well")
            expect(page.locator(".wall-ends")).to_contain_text("Ended well")
            live.add(title="Comes at night", hold=False, not_before="2099-01-01T03:00:00Z")
            expect(page.locator(".wall-ends")).to_contain_text("Comes at night")
            live.ask("POST", "/queue/pause")
            expect(page.locator(".wall-need")).to_contain_text("Queue paused")


def test_a_wall_without_its_service_is_grey_and_says_since_when(browser, tmp_path):  # noqa: F811
    with live_site(tmp_path, workers=False) as live:
        site = start_site(live.service, "127.0.0.1", 0, TOKEN)
        try:
            with opened(browser, site.url, site.mint_code(), WALL) as page:
                expect(page.locator(".wall-link")).to_have_text("Idle")
                site.stop()
                expect(page.locator(".wall.stale")).to_have_count(1)
                strip = page.locator(".wall-need")
                expect(strip).to_contain_text("No connection")
                expect(strip).to_contain_text(re.compile(r"since \d\d:\d\d:\d\d"))
                page.complaints.excuse("ERR_CONNECTION_REFUSED")  # it goes on asking
        finally:
            site.stop()
