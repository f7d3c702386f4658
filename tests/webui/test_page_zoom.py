"""The layout of every state of the page at every zoom: nothing overlaps, nothing is cut, everything
can be reached. And the check itself: that it finds what it is for.

The steps of the zoom are those of the page (zoom.js) from 0.8 to 3.
"""

import re

import pytest

from tests.webui.browsing import browser, opened  # noqa: F401  (a fixture)
from tests.webui.layout import faults, resize, zoomed
from tests.webui.site import live_site
from tests.webui.states import STATES, at_desk, loses_the_service, populate
from webui.pages import STATIC

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=20_000)
pytestmark = pytest.mark.slow

_STEPS = re.search(r"STEPS = \[(.*?)\]", (STATIC / "zoom.js").read_text(encoding="utf-8"))[1]
ZOOMS = [step for step in map(float, _STEPS.split(",")) if 0.8 <= step <= 3]
#: Every zoom in the first, and two in the others: what is between has been seen there already, as
#: one size at twice the zoom is half the size.
SIZES = [(1440, 900), (1920, 1080)]
FEW = [1.0, 3.0]
WALL_SIZES = [*SIZES, (3840, 2160)]


@pytest.fixture(scope="module")
def shown(browser, tmp_path_factory):  # noqa: F811
    """The page over a site with tasks of all kinds: (page, site, tasks)."""
    with live_site(tmp_path_factory.mktemp("data")) as live:
        tasks = populate(live)
        entrance = live.started.url, live.started.mint_code()
        with opened(browser, *entrance, reduced_motion="reduce") as page:
            yield page, live, tasks


def wrong(page, sizes=SIZES) -> dict[str, list[str]]:
    """What is wrong with the state that is shown, at which size and zoom."""
    found = {}
    for number, size in enumerate(sizes):
        resize(page, *size)
        # Each begins where the one before ended, which is less to press.
        for zoom in (FEW[::-1] if number % 2 else FEW) if number else ZOOMS:
            zoomed(page, zoom)
            if faulty := faults(page):
                found[f"{size[0]}×{size[1]} at {zoom}"] = faulty
    zoomed(page, 1)
    return found


def told(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{where}:\n  " + "\n  ".join(what) for where, what in found.items())


def look_at(shown, state, sizes=SIZES) -> None:
    """Go to a state, and through all zooms there; nothing may be wrong."""
    page, live, tasks = shown
    resize(page, *sizes[0])
    at_desk(page, live.started.url)
    state.reach(page, tasks)
    found = wrong(page, sizes)
    assert not found, told(found)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_everything_can_be_read_and_reached_at_every_zoom(shown, state):
    look_at(shown, state, WALL_SIZES if state.name.startswith("wall") else SIZES)


def test_the_empty_page_and_the_one_without_a_service_too(browser, tmp_path):  # noqa: F811
    with live_site(tmp_path, workers=False) as live:
        entrance = live.started.url, live.started.mint_code()
        with opened(browser, *entrance, reduced_motion="reduce") as page:
            expect(page.locator(".link")).to_have_text("Live")
            found = wrong(page)
            assert not found, told(found)
            loses_the_service(page, live)
            found = wrong(page)
            page.complaints.said.clear()
            assert not found, told(found)


STYLE = """<style>
.line { overflow: hidden; white-space: nowrap; width: 90px } .short { text-overflow: ellipsis }
.over { position: fixed; inset: 0; background: #fff8 }
</style>"""
GOOD = """<main style="width: 300px">
<h1>A heading</h1><p>Some text that may take <b>several</b> lines of its own.</p>
<p title="All of it" class="line short">{long}</p>
<div style="overflow: auto; height: 40px"><p>One<p>Two<p>Three <button>Four</button></div>
<pre style="overflow: auto">{long}</pre>
<button>Press</button><dialog>Not open</dialog>
<p style="position: fixed; inset: 0 auto auto 0; background: white; width: 80px">Above</p>
<div style="overflow: auto; height: 60px"><p>Text</p><button>Below the foot</button><p>Text</p>
<p style="position: sticky; bottom: 0; background: white; height: 40px">Foot</p></div>
</main>"""
FAULTY = {
    "texts over each other": '<p>Lower text</p><p style="margin-top: -2.2em">Upper text</p>',
    "text is cut at its side": '<p class="line">{long}</p>',
    "text is cut above or below": '<p style="overflow: hidden; height: 30px">{long}</p>',
    "shortened without a title": '<p class="line short">{long}</p>',
    "hardly anything of it is left": """<p title="All" class="line short"
        style="width: 20px">{long}</p>""",
    "the page scrolls sideways": '<p style="width: 3000px">Wide</p>',
    "scrolls sideways: ": """<div style="overflow: auto; width: 90px">
        <p style="width: 200px">Wide</p></div>""",
    "control out of reach": '<div class="line"><button>{long}</button></div>',
    "control under something": '<button>Below</button><div class="over"></div>',
    "controls over each other": """<button>One</button>
        <button style="margin-left: -30px">Two</button>""",
}


@pytest.fixture(scope="module")
def blank(browser):  # noqa: F811
    page = browser.new_page(viewport={"width": 800, "height": 600})
    yield page
    page.close()


def test_the_check_finds_nothing_in_a_sound_page(blank):
    blank.set_content(STYLE + GOOD.format(long="long " * 30))
    assert faults(blank) == []


@pytest.mark.parametrize("fault", FAULTY)
def test_the_check_finds_what_is_broken(blank, fault):
    blank.set_content(STYLE + FAULTY[fault].format(long="long " * 30))
    assert [what for what in faults(blank) if what.startswith(fault)], faults(blank)
