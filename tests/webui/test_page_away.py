"""Leaving and coming back, in a real browser: what ended, what still runs, each told once."""

from contextlib import contextmanager

import pytest

from tests.webui.browsing import WATCH_POLICY, browser, intercept, opened  # noqa: F401  (a fixture)
from tests.webui.site import QUICK

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
pytestmark = pytest.mark.slow

LONG = {"records": 100_000, "batch_size": 1, "seconds_per_batch": 0.05}
#: Chromium asks for the focus of a page that is not in front.
PATIENCE = 20_000


@pytest.fixture
def page(browser, live):  # noqa: F811
    with opened(browser, live.started.url, live.started.mint_code()) as page:
        is_live(page)
        yield page


def is_live(page) -> None:
    expect(page.locator(".link")).to_have_text("Live", timeout=PATIENCE)
    # it has asked what it missed, and noted that somebody is here
    until(page, lambda: page.evaluate("localStorage.getItem('longhaul.seen') !== null"))


def another(page, live):
    """Another tab of the same browser."""
    tab = page.context.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.add_init_script(WATCH_POLICY)
    tab.goto(live.started.url)
    is_live(tab)
    return tab


@contextmanager
def closed(page, live):
    """The page is closed meanwhile, the browser is not."""
    context = page.context
    page.goto("about:blank")
    yield
    page.goto(live.started.url)
    is_live(page)
    assert context.pages


def toasts(page, text: str = ""):
    return page.locator(".toast", has_text=text)


def choose(page, task):
    page.locator(f"#row-{task['id']}").click()
    expect(page.locator(".details h2")).to_have_text(task["title"], timeout=PATIENCE)


def until(page, condition) -> None:
    """Wait in the page's own time, so that the browser goes on meanwhile."""
    for _ in range(400):
        if condition():
            return
        page.wait_for_timeout(50)
    pytest.fail("it did not come true in time")


def test_a_completion_is_told_once_in_all_tabs_and_leads_to_its_result(page, live):
    tab = another(page, live)
    task = live.run(title="Told once")
    both = [page, tab]
    for each in both:
        expect(each.locator(f"#row-{task['id']} .word")).to_have_text("completed", timeout=PATIENCE)
    told = f"localStorage.getItem('longhaul.told')?.includes('end {task['id']}.')"
    until(page, lambda: page.evaluate(told))
    for each in both:  # each has had its turn: the claims of a tab come one after the other
        each.evaluate("""import("/static/toasts.js").then((toasts) => toasts.claimed(["turn"]))""")
    until(page, lambda: sum(toasts(each, "Told once").count() for each in both) > 0)
    shown = [each for each in both if toasts(each, "Told once").count()]
    assert len(shown) == 1, "both tabs told it"
    one = toasts(shown[0], "Told once")
    expect(one).to_contain_text("Completed")
    expect(one).to_contain_text("records in")
    one.get_by_role("button", name="See the result").click()
    expect(one).to_have_count(0)
    expect(shown[0].locator(".details h2")).to_have_text("Told once")
    expect(shown[0].get_by_role("tab", name="Result")).to_have_attribute("aria-selected", "true")
    for each in both:
        each.reload()
        is_live(each)
        assert toasts(each, "Told once").count() == 0
    tab.close()


def test_a_failure_is_told_as_an_alert_and_put_away_by_keys(page, live):
    task = live.run(QUICK | {"trouble": "hopeless", "trouble_at": 2}, title="Fails at once")
    alert = page.get_by_role("alert").filter(has_text="Fails at once")
    expect(alert).to_contain_text("Failed", timeout=PATIENCE)
    page.keyboard.press("t")
    expect(toasts(page, "Fails at once").get_by_role("button", name="See why")).to_be_focused()
    page.keyboard.press("Escape")
    expect(toasts(page, "Fails at once")).to_have_count(0)
    expect(page.get_by_role("grid").first).to_be_focused()
    choose(page, task)


def test_many_ends_are_one_message(page, live):
    tasks = [live.add(title=f"One of twelve {n}") for n in range(12)]
    live.ask("POST", "/queue/pause")
    for task in tasks:
        live.ask("POST", f"/tasks/{task['id']}/start")
    with closed(page, live):
        live.ask("POST", "/queue/resume")
        for task in tasks:
            live.finished(task["id"])
    message = toasts(page, "12 tasks completed while you were away")
    expect(message).to_have_count(1, timeout=PATIENCE)
    message.get_by_role("button", name="Put away").click()
    with closed(page, live):
        pass
    assert toasts(page).count() == 0


def test_what_was_watched_still_runs_or_completed_while_away(page, live):
    running = live.add(LONG, title="Still on its way", hold=False)
    choose(page, running)
    expect(page.locator(".details .facts")).not_to_contain_text("0 records", timeout=PATIENCE)
    with closed(page, live):
        live.run(title="Ended meanwhile")
    message = toasts(page, "Still running")
    expect(message).to_contain_text("Still on its way", timeout=PATIENCE)
    expect(message).to_contain_text("records)")
    ended = toasts(page, "Completed while you were away")
    expect(ended).to_contain_text("Ended meanwhile", timeout=PATIENCE)
    message.get_by_role("button", name="Watch it").click()
    expect(page.locator(".details h2")).to_have_text("Still on its way")
    live.ask("DELETE", f"/tasks/{running['id']}")
    page.reload()
    is_live(page)
    assert toasts(page).count() == 0, "both were told, and the one was cancelled by a person"


def test_messages_lie_over_nothing_and_wait_while_somebody_reads(page, live):
    live.run(title="To be read")
    message = toasts(page, "To be read")
    expect(message).to_have_count(1, timeout=PATIENCE)
    shelf, desk = page.locator(".shelf").bounding_box(), page.locator("main").bounding_box()
    assert desk["y"] + desk["height"] <= shelf["y"] + 1, "the shelf lies over the page"
    message.hover()
    page.evaluate("""import("/static/toasts.js").then((toasts) => toasts.age(60_000))""")
    expect(message).to_have_count(1)
    page.mouse.move(5, 5)
    page.evaluate("""import("/static/toasts.js").then((toasts) => toasts.age(60_000))""")
    expect(message).to_have_count(0)


def test_an_update_of_the_service_asks_for_a_reload(browser, live, monkeypatch):  # noqa: F811
    with opened(browser, live.started.url, live.started.mint_code()) as page:
        is_live(page)
        intercept(
            page, "**/version", lambda route: route.fulfill(json={"version": "9.9", "api": "v1"})
        )
        page.evaluate("""import("/static/updated.js").then((updated) => updated.askVersion())""")
        message = toasts(page, "Longhaul was updated to 9.9")
        expect(message).to_have_count(1, timeout=PATIENCE)
        page.evaluate("globalThis.isSamePage = true")
        message.get_by_role("button", name="Reload").click()
        is_live(page)
        until(page, lambda: not page.evaluate("globalThis.isSamePage ?? false"))
