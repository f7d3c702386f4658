"""Two people at two pages steer the same tasks against each other: both end with the truth."""

import random

import pytest

from core.model import TERMINAL
from tests.webui.browsing import opened
from tests.webui.http_client import eventually
from tests.webui.steering import LONG, browser, expect, row  # noqa: F401  (a fixture)

pytestmark = pytest.mark.slow

#: Two verbs sent from a page at once, as from two hands; a refusal is an answer like any other.
SEND = """async (sent) => Promise.all(sent.map(async ([id, verb]) => {
  const answer = await fetch(`/api/v1/tasks/${id}/${verb}`, { method: "POST" });
  return answer.status;
}))"""


@pytest.fixture(scope="module")
def pages(browser, live):  # noqa: F811
    site = live.started
    with opened(browser, site.url, site.mint_code()) as one:
        with opened(browser, site.url, site.mint_code()) as other:
            yield one, other
            for page in (one, other):
                page.complaints.said.clear()  # the browser's own lines about refusals


def shown(page, task) -> str:
    return row(page, task).locator(".word").text_content(timeout=20_000)


def agree(pages, live, task) -> dict:
    """Both pages show what the service says, once nothing is on its way."""

    def is_so() -> bool:
        now = live.read(f"/tasks/{task['id']}")
        if now["shown_status"] in ("pausing", "cancelling"):
            return False
        is_held = now["held"] and now["status"] == "queued"
        word = "held" if is_held else now["shown_status"]
        return all(shown(page, task) == word for page in pages)

    eventually(is_so, 20)
    return live.read(f"/tasks/{task['id']}")


def test_pause_here_and_cancel_there_end_alike(pages, live):
    live.ask("PATCH", "/settings", {"pipeline.total_slots": 4})
    for n in range(4):
        task = live.add(LONG, title=f"Torn {n}", hold=False)
        for page in pages:
            expect(row(page, task).locator(".word")).to_have_text("running")
            row(page, task).click()
            expect(page.locator(".details h2")).to_have_text(task["title"])
        pages[n % 2].keyboard.press("x")
        pages[1 - n % 2].keyboard.press("Space")
        pages[n % 2].keyboard.press("Enter")
        pages[1 - n % 2].keyboard.press("Space")
        end = agree(pages, live, task)
        assert end["status"] == "cancelled", f"a cancel is for good, round {n}"


def test_many_verbs_at_once_from_both_leave_one_truth(pages, live):
    dice = random.Random(7)
    tasks = [live.add(LONG, title=f"Pulled {n}", hold=False) for n in range(3)]
    for _ in range(12):
        for page in pages:
            sent = [
                [
                    dice.choice(tasks)["id"],
                    dice.choice(["pause", "resume", "pause", "resume", "hold"]),
                ]
                for _ in range(3)
            ]
            page.evaluate(SEND, sent)
    for task in tasks:
        assert agree(pages, live, task)["status"] not in TERMINAL
        pages[0].evaluate(SEND, [[task["id"], "cancel"]])
        pages[1].evaluate(SEND, [[task["id"], "resume"]])
        assert agree(pages, live, task)["status"] == "cancelled"
