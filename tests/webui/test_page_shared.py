"""Tabs of one browser share one stream, agree in the end, and survive the service: real Chromium,
real service."""

import re
from contextlib import contextmanager

import pytest

from core.desk.requests import TaskPatch, TaskRequest
from core.service import Service
from tests.webui.browsing import WATCH_POLICY, browser, opened  # noqa: F401  (a fixture)
from tests.webui.http_client import TOKEN
from webui.app import start_site

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
pytestmark = pytest.mark.slow

QUICK = {"records": 4, "batch_size": 2, "seconds_per_batch": 0}


@pytest.fixture
def service(tmp_path):
    service = Service(tmp_path)
    yield service
    service.stop(5)


@contextmanager
def tabs(browser, site, count: int, script: str = ""):  # noqa: F811
    """Some tabs in one browser, all signed in by one code."""
    with opened(browser, site.url, site.mint_code()) as first:
        pages = [first]
        for _ in range(count - 1):
            page = first.context.new_page()
            page.set_default_timeout(20_000)
            page.add_init_script(WATCH_POLICY + script)
            page.goto(site.url)
            pages.append(page)
        for page in pages:
            expect(page.locator(".link")).to_have_text("Live", timeout=20_000)
        yield pages
        assert [page.evaluate("globalThis.refused") for page in pages] == [[]] * len(pages)


def streams(site) -> int:
    return site.server.stream.stats()["open"]


def shown(page) -> list[str]:
    """Names and statuses in the order of the list."""
    rows = page.locator(".row:not(.heading)").all()
    return sorted(re.sub(r"\s+", " ", row.inner_text()) for row in rows)


def add(service, title: str) -> dict:
    return service.tasks.create(TaskRequest(type="rehearsal", title=title, params=QUICK, hold=True))


def expect_named(page, task, name: str) -> None:
    expect(page.locator(f"#row-{task['id']} .name")).to_have_text(name, timeout=20_000)


def until(page, condition) -> None:
    """Wait in the page's own time, so that the browser goes on meanwhile."""
    for _ in range(400):
        if condition():
            return
        page.wait_for_timeout(50)
    pytest.fail("it did not come true in time")


def test_three_tabs_share_one_stream_and_survive_the_service(browser, service):  # noqa: F811
    site = start_site(service, "127.0.0.1", 0, TOKEN)
    try:
        for number in range(3):
            add(service, f"Task {number}")
        with tabs(browser, site, 3) as pages:
            until(pages[0], lambda: streams(site) == 1)
            late = add(service, "Came while all three were open")
            for page in pages:
                expect_named(page, late, "Came while all three were open")
            site.stop()
            for page in pages:
                expect(page.locator(".page.stale")).to_have_count(1, timeout=20_000)
            missed = add(service, "Came while the service was gone")
            site = start_site(service, "127.0.0.1", 0, TOKEN)
            for page in pages:
                expect_named(page, missed, "Came while the service was gone")
                expect(page.locator(".page.stale")).to_have_count(0)
            until(pages[0], lambda: streams(site) == 1)
            assert len({tuple(shown(page)) for page in pages}) == 1
            pages[0].complaints.said.clear()  # its own lines about refused connections
    finally:
        site.stop()


def test_a_tab_that_is_closed_is_forgotten_and_the_others_go_on(browser, service):  # noqa: F811
    site = start_site(service, "127.0.0.1", 0, TOKEN)
    try:
        task = add(service, "First name")
        with tabs(browser, site, 3) as pages:
            until(pages[0], lambda: streams(site) == 1)
            pages.pop().close()
            service.tasks.patch(task["id"], _patch("Second name"))
            for page in pages:
                expect_named(page, task, "Second name")
            pages[1].reload()
            expect_named(pages[1], task, "Second name")
            assert streams(site) == 1
            blank = pages[0]
            pages.pop().close()
            blank.goto("about:blank")
            until(blank, lambda: streams(site) == 0)
            blank.goto(site.url)
            expect_named(blank, task, "Second name")
    finally:
        site.stop()


def test_without_shared_workers_each_tab_has_a_stream(browser, service):  # noqa: F811
    site = start_site(service, "127.0.0.1", 0, TOKEN)
    try:
        task = add(service, "First name")
        with tabs(browser, site, 2, "delete globalThis.SharedWorker;") as pages:
            until(pages[0], lambda: streams(site) == 2)
            service.tasks.patch(task["id"], _patch("Second name"))
            for page in pages:
                expect_named(page, task, "Second name")
    finally:
        site.stop()


def test_a_worker_that_cannot_be_had_is_done_without(browser, service):  # noqa: F811
    site = start_site(service, "127.0.0.1", 0, TOKEN)
    try:
        task = add(service, "First name")
        broken = """
        globalThis.SharedWorker = class {
          constructor() {
            this.port = new MessageChannel().port1;
            setTimeout(() => this.onerror(new Event("error")), 50);
          }
        };"""
        with tabs(browser, site, 2, broken) as pages:
            until(pages[0], lambda: streams(site) == 2)
            service.tasks.patch(task["id"], _patch("Second name"))
            expect_named(pages[1], task, "Second name")
    finally:
        site.stop()


def test_lines_of_a_log_come_to_the_tab_that_shows_it(browser, service):  # noqa: F811
    site = start_site(service, "127.0.0.1", 0, TOKEN)
    service.start()
    try:
        crash = QUICK | {"trouble": "crash", "trouble_at": 2, "records": 6}
        request = TaskRequest(type="rehearsal", title="Crashes once", params=crash, hold=True)
        task = service.tasks.create(request)
        other = add(service, "Of no interest")
        with tabs(browser, site, 2) as pages:
            for page, of in zip(pages, (task, other), strict=True):
                page.locator(f"#row-{of['id']}").click()
                expect(page.locator(".details h2")).to_have_text(of["title"])
            pages[0].keyboard.press("s")
            expect(pages[0].get_by_role("log")).to_contain_text("crashing as told", timeout=20_000)
            word = pages[1].locator(f"#row-{task['id']} .word")
            expect(word).to_have_text("completed", timeout=40_000)
            assert streams(site) == 1
    finally:
        site.stop()


def _patch(title: str):
    return TaskPatch(title=title)
