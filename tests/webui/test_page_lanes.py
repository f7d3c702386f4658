"""The lanes of the queue as a sheet: what runs in each, why the rest waits, how many slots."""

import pytest

from tests.webui.browsing import browser, opened  # noqa: F401  (a fixture)
from tests.webui.layout import faults, resize, zoomed
from tests.webui.packages import package
from tests.webui.site import live_site
from tests.webui.test_page_accessibility import found_in_both_themes

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=30_000)
pytestmark = pytest.mark.slow

LONG = {"records": 100_000, "batch_size": 1, "seconds_per_batch": 0.2}


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    with live_site(tmp_path_factory.mktemp("data")) as site:
        site.ask("PATCH", "/settings", {"pipeline.total_slots": 2})
        site.add(LONG, title="Normal one", hold=False)
        site.add(LONG, title="Urgent one", hold=False, priority=200)
        site.add(LONG, title="Waiting one", hold=False)
        yield site


@pytest.fixture(scope="module")
def page(browser, live):  # noqa: F811
    entrance = live.started.url, live.started.mint_code()
    with opened(browser, *entrance, reduced_motion="reduce") as page:
        resize(page, 1440, 900)
        expect(page.locator(".link")).to_have_text("Live")
        yield page


def lane(page, name: str):
    return page.get_by_role("region", name=name)


def test_both_lanes_show_what_runs_in_them_and_why_the_rest_waits(page):
    page.keyboard.press("Shift+P")
    expect(page.get_by_role("dialog", name="Lanes of the queue")).to_be_visible()
    expect(lane(page, "Lane normal")).to_contain_text("Normal one")
    expect(lane(page, "Lane priority")).to_contain_text("Urgent one")
    expect(lane(page, "Lane priority")).to_contain_text("1 of 1 slot busy")
    expect(lane(page, "Waiting")).to_contain_text("Waiting one")


def test_axe_and_the_layout_find_nothing(page):
    package("axe-core/axe.min.js")
    found = found_in_both_themes(page)
    assert not found, "\n".join(found)
    for zoom in (0.8, 1, 2, 3):
        zoomed(page, zoom)
        assert faults(page) == []
    zoomed(page, 1)


def test_slots_are_changed_while_everything_runs(page, live):
    page.get_by_label("Slots of both lanes").fill("3")
    page.keyboard.press("Enter")
    expect(lane(page, "Lane normal")).to_contain_text("Waiting one")
    assert live.read("/settings")["pipeline.total_slots"] == 3
    page.get_by_label("Urgent from priority").fill("150")
    with page.expect_response("**/settings"):
        page.keyboard.press("Tab")
    expect(page.get_by_text("The slots are changed")).to_be_visible()
    assert live.read("/settings")["pipeline.priority_threshold"] == 150
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Lanes of the queue")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Taken back")).to_be_visible()
    assert live.read("/settings")["pipeline.priority_threshold"] == 100
