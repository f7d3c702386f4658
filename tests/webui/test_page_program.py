"""A program made of a plan, in a real browser: the bars, and the table that is saved."""

import pytest

from tests.core.test_program_plan import SHED
from tests.webui.browsing import browser, opened  # noqa: F401  (a fixture)
from tests.webui.states import choose

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
pytestmark = pytest.mark.slow


def test_a_plan_becomes_bars_and_a_table(browser, live):  # noqa: F811
    task = live.add({"plan": SHED, "start": "2026-11-30"}, type="program-plan", title="Shed")
    with opened(browser, live.started.url, live.started.mint_code()) as page:
        expect(page.locator(".link")).to_have_text("Live")
        choose(page, task)
        page.keyboard.press("s")
        live.finished(task["id"])
        expect(page.get_by_role("tab", name="Result")).to_be_visible()
        page.keyboard.press("5")
        program = page.get_by_role("region", name="Program")
        expect(program).to_contain_text("the end is decided by Draw the plan → Ask for permission")
        expect(program.locator(".bar.critical:not(.legend .bar)")).to_have_count(7)
        expect(program.locator("li")).to_have_count(10)
        parts = ["Prepare", "Buy", "Build", "Build / Walls", "Build"]
        expect(program.locator("h4")).to_have_text(parts)
        page.keyboard.press("u")
        expect(page.get_by_role("dialog", name="Result of Shed")).to_contain_text("Cladding")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        with page.expect_download() as saving:
            page.keyboard.press("Shift+D")
        text = saving.value.path().read_text("utf-8-sig")
        assert text.splitlines()[1].startswith("1,Measure the place,Prepare,30.0,")
        assert ",'@ann" in text
