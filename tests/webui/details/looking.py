"""What the tests of the details look at: a task that ran, its word, the lines of its log."""

from tests.webui.steering import choose, expect


def is_now(page, word):
    """Wait until the task that is shown has this status."""
    expect(page.locator(".details .chip")).to_have_text(word)


def ran(page, live, params=None, word="completed", **fields):
    """A task that is chosen, then started, and has come to this; its document."""
    task = live.add(params, **fields)
    choose(page, task)
    live.ask("POST", f"/tasks/{task['id']}/start")
    is_now(page, word)
    return live.read(f"/tasks/{task['id']}")


def logged(live, title, count, level="info"):
    """A held task with so many lines in its log."""
    task = live.add(title=title)
    job = task["jobs"][0]["id"]
    with live.service.ledger.transaction() as store:
        common = {"task_id": task["id"], "job_id": job, "attempt": 1, "stage": "", "level": level}
        store.many(
            "insert_log",
            [common | {"at": 1.7e9 + n, "message": f"{title}: line {n}"} for n in range(count)],
        )
    return task


def lines(page):
    return page.locator(".log p")
