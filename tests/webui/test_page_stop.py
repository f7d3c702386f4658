"""Stopping Longhaul from its page, in a real browser: the question, the end, and the way back."""

import socket

import pytest

from core.service import Service
from tests.webui.browsing import browser, intercept, opened  # noqa: F401  (a fixture)
from tests.webui.http_client import TOKEN
from webui.app import start_site

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
pytestmark = pytest.mark.slow


@pytest.fixture
def asked():
    return []


@pytest.fixture
def site(tmp_path, asked):
    service = Service(tmp_path)
    site = start_site(service, "127.0.0.1", _free_port(), TOKEN, lambda: asked.append(True))
    yield site
    site.stop()
    service.stop(5)


def test_the_end_is_asked_for_twice_and_told(browser, site, asked):  # noqa: F811
    with opened(browser, site.url, site.mint_code()) as page:
        expect(page.locator(".link")).to_have_text("Live")
        page.get_by_role("button", name="Stop Longhaul").click()
        question = page.get_by_role("alertdialog", name="Stop Longhaul?")
        expect(question).to_contain_text("Nothing is running now")
        expect(question.get_by_role("button", name="Keep it running")).to_be_focused()
        page.keyboard.press("Escape")
        expect(question).to_have_count(0)
        assert asked == []
        page.keyboard.press("q")
        question.get_by_role("button", name="Stop Longhaul").click()
        expect(page.locator(".ending")).to_contain_text("Stopping")
        assert asked == [True]
        site.stop()
        expect(page.locator(".ending")).to_contain_text("Longhaul has stopped")
        expect(page.locator(".link")).to_have_text("Stopped")
        page.complaints.excuse("ERR_CONNECTION_REFUSED")  # it goes on asking


def test_a_refused_end_is_told_and_the_question_stays(browser, site):  # noqa: F811
    with opened(browser, site.url, site.mint_code()) as page:
        expect(page.locator(".link")).to_have_text("Live")
        intercept(page, "**/service/stop", lambda route: route.abort())
        page.keyboard.press("q")
        question = page.get_by_role("alertdialog")
        question.get_by_role("button", name="Stop Longhaul").click()
        expect(question.get_by_role("alert")).to_contain_text("does not answer")
        page.complaints.said.clear()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
