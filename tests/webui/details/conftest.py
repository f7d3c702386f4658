"""One page of a site for each file of tests of the details, with a task in front."""

import pytest

from tests.webui.browsing import browser, opened  # noqa: F401  (a fixture)


@pytest.fixture(scope="module")
def tab(browser, live):  # noqa: F811
    """One page for all tests; each looks at a task of its own."""
    with opened(browser, live.started.url, live.started.mint_code()) as page:
        page.locator(".link", has_text="Live").wait_for()  # it is drawn, and listens to keys
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield page


@pytest.fixture
def page(tab, live):
    """The page at its log, with a task in front; what a test started is gone after it."""
    from tests.webui.steering import choose  # not above: without playwright its files are skipped

    choose(tab, live.add(title="Stands first"))
    tab.keyboard.press("1")
    yield tab
    tab.mouse.move(0, 0)
    live.ask("DELETE", "/tasks", {"all": True})
    for task in live.read("/tasks", status="active")["items"]:
        live.finished(task["id"])
    finished = {"status": ["finished"], "show_maintenance": True}
    live.ask("POST", "/tasks/actions", {"action": "clear", "filter": finished})
