"""The page in a real browser over a real service: what a person sees, presses and can rely on."""

import socket
import sqlite3
from contextlib import closing

import pytest

from core.desk.requests import TaskRequest
from core.service import Service
from tests.webui.browsing import browser, intercept, opened  # noqa: F401  (a fixture)
from tests.webui.http_client import TOKEN
from tests.webui.site import live_site
from tests.webui.steering import LONG, choose, expect, row
from webui.app import start_site

pytestmark = pytest.mark.slow

SHORT = {"records": 4, "batch_size": 2, "seconds_per_batch": 0}


@pytest.fixture
def page(browser, live):  # noqa: F811
    with opened(browser, live.started.url, live.started.mint_code()) as page:
        expect(page.locator(".link")).to_have_text("Live")
        yield page


@pytest.mark.parametrize("path", ["/", "/tasks"])
def test_each_address_of_the_page_paints_the_tasks(browser, live, path):  # noqa: F811
    task = live.add(title=f"Held, seen at {path}")
    with opened(browser, live.started.url, live.started.mint_code(), path) as page:
        assert page.url == live.started.url + path
        expect(row(page, task).locator(".name")).to_have_text(task["title"])
        expect(row(page, task).locator(".word")).to_have_text("held")
        expect(row(page, task).locator(".why")).to_contain_text("start it")
        expect(page.locator(".link")).to_have_text("Live")


def test_an_event_changes_a_row_without_a_reload(page, live):
    expect(page.locator(".link")).to_have_text("Live")
    page.evaluate("globalThis.isSamePage = true")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    task = live.add(title="Came while the page was open")
    expect(row(page, task).locator(".name")).to_have_text(task["title"])
    live.ask("PATCH", f"/tasks/{task['id']}", {"title": "Has another name"})
    expect(row(page, task).locator(".name")).to_have_text("Has another name")
    live.ask("POST", f"/tasks/{task['id']}/start")
    expect(row(page, task).locator(".word")).to_have_text("completed")
    assert page.evaluate("globalThis.isSamePage")
    assert not [url for url in asked if url.endswith(("/snapshot", f"/tasks/{task['id']}"))]


def test_keys_pause_resume_cancel_and_retry(page, live):
    task = live.add(LONG, title="Steered by keys", hold=False)
    expect(row(page, task).locator(".word")).to_have_text("running")
    choose(page, task)
    page.keyboard.press("Space")
    expect(row(page, task).locator(".word")).to_have_text("paused")
    assert live.read(f"/tasks/{task['id']}")["status"] == "paused"
    page.keyboard.press("Space")
    expect(row(page, task).locator(".word")).to_have_text("running")
    page.keyboard.press("x")
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("Cancel this task?")
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    assert live.read(f"/tasks/{task['id']}")["control"] == "run"
    page.keyboard.press("x")
    expect(question.get_by_role("button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(row(page, task).locator(".word")).to_have_text("cancelled")
    page.keyboard.press("r")
    expect(row(page, task).locator(".word")).to_have_text("running")
    live.ask("DELETE", f"/tasks/{task['id']}")


def test_a_held_task_starts_by_its_button(page, live):
    task = live.add(title="Waits for me")
    choose(page, task)
    assert page.locator(".details").get_by_role("button", name="Pause").count() == 0
    page.locator(".details").get_by_role("button", name="Start").click()
    expect(row(page, task).locator(".word")).to_have_text("completed")


def test_arrows_select_and_the_chosen_row_stays_in_view(page, live):
    tasks = [live.add(title=f"One of many {n}") for n in range(120)]
    expect(page.locator(".row.heading", has_text="Waiting")).to_contain_text("tasks")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    first = page.locator(".details h2").text_content()
    page.keyboard.press("End")
    expect(page.locator(".details h2")).not_to_have_text(first)
    expect(page.locator(".row[aria-selected=true]")).to_be_in_viewport()
    heading = page.get_by_role("heading", level=1)
    before = heading.text_content()
    more = [live.add(title=f"Comes in above {n}") for n in range(30)]
    expect(heading).not_to_have_text(before)
    expect(page.locator(".row[aria-selected=true]")).to_be_in_viewport()
    tasks += more
    assert page.locator(".row").count() < 60, "rows that nobody sees are in the page"
    assert live.ask("DELETE", "/tasks", {"ids": [task["id"] for task in tasks]}).status == 200


def test_a_failure_says_what_failed_and_what_can_be_done(page, live):
    trouble = SHORT | {"trouble": "hopeless", "trouble_at": 2}
    task = live.add(trouble, title="Fails as told", hold=False)
    expect(row(page, task).locator(".word")).to_have_text("failed")
    choose(page, task)
    expect(page.locator(".trouble")).to_contain_text("told to fail for good")
    expect(page.locator(".trouble")).to_contain_text("Choose no trouble")
    expect(page.locator(".details").get_by_role("button", name="Retry")).to_be_visible()


def test_log_parameters_and_result_are_shown(page, live):
    crash = SHORT | {"trouble": "crash", "trouble_at": 2, "records": 6}
    task = live.add(crash, title="Crashes once a step")
    choose(page, task)
    expect(page.get_by_role("tabpanel")).to_contain_text("written nothing")
    page.keyboard.press("s")
    expect(page.get_by_role("log")).to_contain_text("crashing as told")
    page.keyboard.press("4")
    expect(page.get_by_role("tabpanel")).to_contain_text("Trouble at")
    expect(page.locator(".details .chip")).to_have_text("completed", timeout=40_000)
    page.keyboard.press("5")
    expect(page.get_by_role("tabpanel")).to_contain_text("counted6")


def test_a_refusal_is_said_in_the_page(page, live):
    task = live.add(title="Gone meanwhile")
    choose(page, task)
    intercept(page, "**/start", lambda route: route.abort())
    page.keyboard.press("s")
    expect(page.locator(".notice")).to_contain_text("does not answer")
    page.keyboard.press("Escape")
    expect(page.locator(".notice")).to_have_count(0)
    assert len(page.complaints.said) == 1  # the browser's own line about the aborted request
    page.complaints.said.clear()


def test_a_paused_queue_is_shown_and_can_go_on(page, live):
    expect(page.locator(".link")).to_have_text("Live")
    live.ask("POST", "/queue/pause")
    expect(page.locator(".conditions")).to_contain_text("The queue is paused")
    page.get_by_role("button", name="Resume the queue").click()
    expect(page.locator(".conditions")).to_have_count(0)
    assert live.read("/queue")["is_paused"] is False


def test_a_locked_database_is_shown_until_it_is_free(page, live):
    expect(page.locator(".link")).to_have_text("Live")
    path = live.service.data_dir / "longhaul.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        expect(page.locator(".conditions")).to_contain_text("locked", ignore_case=True)
        other.execute("ROLLBACK")
    expect(page.locator(".conditions")).to_have_count(0)


def test_zoom_is_kept_by_the_service(page, live):
    expect(page.locator(".link")).to_have_text("Live")
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    before = page.evaluate(size)
    with page.expect_response("**/settings"):
        page.keyboard.press("Control+=")
    assert page.evaluate(size) == pytest.approx(before * 1.1)
    assert live.read("/settings")["zoom"] == 1.1
    with page.expect_response("**/settings"):
        page.keyboard.press("Control+0")
    assert page.evaluate(size) == before


def test_the_help_lists_the_keys_and_gives_the_focus_back(page):
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Pause or resume")
    page.keyboard.press("Escape")
    expect(page.get_by_role("grid")).to_be_focused()


@pytest.mark.parametrize(("scheme", "ground"), [("light", "244, 241, 234"), ("dark", "11, 16, 21")])
def test_colours_follow_the_system(browser, live, scheme, ground):  # noqa: F811
    site = live.started
    with opened(browser, site.url, site.mint_code(), color_scheme=scheme) as page:
        expect(page.locator("body")).to_have_css("background-color", f"rgb({ground})")


def test_an_empty_list_says_what_to_do_and_does_it(browser, tmp_path):  # noqa: F811
    with live_site(tmp_path) as live:
        with opened(browser, live.started.url, live.started.mint_code()) as page:
            expect(page.locator("h2")).to_have_text("Nothing to haul yet")
            page.get_by_role("button", name="Start a rehearsal").click()
            expect(page.locator(".row .word")).to_have_text("running")
            expect(page.locator(".chart canvas")).to_be_visible()


@pytest.mark.parametrize("is_known", [True, False], ids=["same session", "new session"])
def test_a_lost_stream_greys_the_page_until_it_is_back(browser, tmp_path, is_known):  # noqa: F811
    service = Service(tmp_path)
    port = _free_port()
    site = start_site(service, "127.0.0.1", port, TOKEN)
    task = service.tasks.create(_request("Seen before"))
    try:
        with opened(browser, site.url, site.mint_code()) as page:
            expect(row(page, task).locator(".name")).to_have_text("Seen before")
            site.stop()
            if not is_known:
                (tmp_path / "sessions.json").unlink()
            expect(page.locator(".page.stale")).to_have_count(1)
            expect(page.locator(".link.lost")).to_contain_text("No connection since")
            missed = service.tasks.create(_request("Came meanwhile"))
            site = start_site(service, "127.0.0.1", port, TOKEN)
            if is_known:
                expect(row(page, missed).locator(".name")).to_have_text("Came meanwhile")
                expect(page.locator(".page.stale")).to_have_count(0)
                expect(page.locator(".link")).to_have_text("Live")
            else:
                expect(page.locator(".link.lost")).to_contain_text("Open it again")
            page.complaints.said.clear()  # the browser's own lines about refused connections
    finally:
        site.stop()
        service.stop(5)


def _free_port() -> int:
    """A port that can be taken again at once, as a port named by its number can."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _request(title: str) -> TaskRequest:
    return TaskRequest(type="rehearsal", title=title, params=SHORT, hold=True)
