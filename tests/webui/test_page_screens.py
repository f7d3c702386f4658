"""A second screen in a real browser: its address is made in the settings of the big screen, it
looks and changes nothing, and it ends when somebody says so."""

import re

import pytest

from tests.webui.browsing import WATCH_POLICY, browser, opened  # noqa: F401  (a fixture)

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
pytestmark = pytest.mark.slow

PATIENCE = 20_000


def test_a_second_screen_is_let_in_looks_and_is_ended(browser, live):  # noqa: F811
    task = live.add(title="Seen from afar")
    site = live.started
    with opened(browser, site.url, site.mint_code(), "/background-tasks") as page:
        expect(page.locator(".wall-link")).to_be_visible(timeout=PATIENCE)
        page.keyboard.press("w")
        page.get_by_role("button", name="Make an address").click()
        address = page.get_by_label("Address for a second screen")
        expect(address).to_have_value(re.compile(r"/enter\?code="), timeout=PATIENCE)
        expect(page.locator(".screens")).to_contain_text("Only this machine can open it")
        other = browser.new_context(viewport={"width": 1440, "height": 900})
        try:
            screen = other.new_page()
            screen.set_default_timeout(PATIENCE)
            screen.add_init_script(WATCH_POLICY)
            screen.goto(address.input_value())
            assert screen.url == f"{site.url}/background-tasks"
            screen.goto(f"{site.url}/tasks")
            expect(screen.locator(".link")).to_have_text("Live, only looking", timeout=PATIENCE)
            expect(screen.locator(f"#row-{task['id']}")).to_be_visible()
            for control in ("New task", "Pause queue", "Stop Longhaul", "Start"):
                expect(screen.get_by_role("button", name=control, exact=False)).to_have_count(0)
            screen.locator(f"#row-{task['id']}").click()
            screen.keyboard.press("s")
            assert live.read(f"/tasks/{task['id']}")["held"] is True
            _offers_no_change(screen)
            listed = page.locator(".screens li")
            expect(listed).to_have_count(1, timeout=PATIENCE)
            expect(address).to_have_count(0)
            listed.get_by_role("button").click()
            expect(listed).to_have_count(0, timeout=PATIENCE)
            expect(screen.locator(".link.lost")).to_contain_text("signed out", timeout=PATIENCE)
            assert screen.evaluate("globalThis.refused") == []
        finally:
            other.close()


def _offers_no_change(screen):
    """Menu, palette, keys, boxes: what cannot be done is not there."""
    screen.get_by_role("button", name="More").first.click()
    expect(screen.get_by_role("menuitem")).to_have_count(1)  # the others have room in the line
    expect(screen.get_by_role("menuitem")).to_contain_text("All commands")
    screen.get_by_role("menuitem").click()
    palette = screen.get_by_role("listbox", name="Commands and tasks")
    expect(palette).to_contain_text("The big screen, and back")
    for word in ("Pause", "Stop", "Cancel", "Clear", "Retry", "New task", "Select", "Move"):
        expect(palette).not_to_contain_text(re.compile(rf"\b{word}\b"))
    screen.keyboard.press("Escape")
    expect(screen.get_by_role("checkbox")).to_have_count(0)
    screen.locator(".row .name").first.click(modifiers=["Control"])
    expect(screen.locator(".bulk")).to_have_count(0)
    screen.keyboard.press("?")
    expect(screen.get_by_role("dialog", name="Keys")).not_to_contain_text("after a question")
    screen.keyboard.press("Escape")
