"""What the tests of steering in a real browser share: a queue that stands still, its rows, the
service's own order."""

import pytest

from tests.webui.browsing import browser, opened  # noqa: F401  (a fixture)
from tests.webui.http_client import eventually
from tests.webui.site import live_site

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=20_000)

#: Of a task that would run for hours.
LONG = {"records": 100_000, "batch_size": 1, "seconds_per_batch": 0.05}


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    """A whole site without workers: whatever is queued stays in line."""
    with live_site(tmp_path_factory.mktemp("still"), workers=False) as site:
        yield site


@pytest.fixture
def page(browser, still):  # noqa: F811
    """The page over the still queue, with nothing left of the tests before."""
    still.ask("DELETE", "/tasks", {"all": True})
    everything = {"status": ["all"], "show_maintenance": True}
    still.ask("POST", "/tasks/actions", {"action": "clear", "filter": everything})
    with opened(browser, still.started.url, still.started.mint_code()) as page:
        expect(page.locator(".link")).to_have_text("Live")
        yield page


def lined_up(page, live, count, **fields):
    """So many tasks in line, named A, B, C …, in the page."""
    tasks = [live.add(title=chr(65 + i), hold=False, **fields) for i in range(count)]
    expect(row(page, tasks[-1])).to_be_visible()
    return tasks


def row(page, task):
    return page.locator(f"#row-{task['id']}")


def choose(page, task):
    """Select the task as a person does, wherever it stands in the list."""
    row(page, task).click()
    expect(page.locator(".details h2")).to_have_text(task["title"])


def box(page, task):
    return row(page, task).get_by_role("checkbox")


def order(live) -> str:
    """The titles in line, as the service has them."""
    items = live.read("/tasks", status="queued,paused", sort="priority", limit=100)["items"]
    return "".join(task["title"] for task in items)


def shown_order(page) -> str:
    """The titles of the rows in the page, top to bottom."""
    tops = """rows => rows.map(r => [r.getBoundingClientRect().top,
      r.querySelector(".name").textContent]).sort((a, b) => a[0] - b[0]).map(r => r[1]).join("")"""
    return page.locator(".row[id^='row-']").evaluate_all(tops)


def comes_to(page, live, wanted: str) -> None:
    """The service's line is this, and the page shows the same."""
    eventually(lambda: order(live) == wanted)
    eventually(lambda: shown_order(page) == wanted)


def chosen(page) -> str:
    """The titles of the rows that are selected."""
    names = "boxes => boxes.map(b => b.closest('.row').querySelector('.name').textContent)"
    return "".join(sorted(page.locator(".pick[aria-checked=true]").evaluate_all(names)))
