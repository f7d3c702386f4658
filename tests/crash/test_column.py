"""`backfill-column` under kill -9: at every commit boundary, and of several workers in a row.

The table has a trigger that writes down every change, so what is written twice is seen.
"""

import signal
import sqlite3
from contextlib import closing

import pytest

from core.model import NewTask, Step
from tests.crash.verdict import assert_attempts_tell, assert_events_tell

pytestmark = pytest.mark.crash

ROWS, BATCH = 60, 10


@pytest.fixture
def counters(site):
    """A table with a composite key in the site's target; each change of `n` leaves a row."""
    site.put_setting("roots", [str(site.target.parent)])
    with closing(sqlite3.connect(site.target)) as db, db:
        db.execute("CREATE TABLE counters (a INT, b TEXT, n INT NOT NULL, PRIMARY KEY (a, b))")
        db.execute("CREATE TABLE changes (a INT, b TEXT, n INT)")
        db.execute(
            "CREATE TRIGGER noted AFTER UPDATE OF n ON counters"
            " BEGIN INSERT INTO changes VALUES (new.a, new.b, new.n); END"
        )
        rows = [(n // 7, f"b{n % 7}", n) for n in range(ROWS)]
        db.executemany("INSERT INTO counters VALUES (?, ?, ?)", rows)
    return rows


def start(site):
    """Each run adds 1000 to every row: done twice, it would be 2000."""
    params = {"database": str(site.target), "table": "counters", "column": "n"}
    params |= {"expression": "n + 1000", "only_missing": False, "batch_size": BATCH}
    steps = (Step("backfill-column", "backfill-column", max_attempts=1000),)
    return site.intake.enqueue(
        NewTask(type="backfill-column", title="Fill", params=params, steps=steps, unit="rows")
    )


def assert_once(site, task, rows):
    task = site.task(task)
    assert task.status == "completed", task.error
    assert (task.done, task.total, task.failed, task.skipped) == (ROWS, ROWS, 0, 0)
    expected = [(a, b, n + 1000) for a, b, n in rows]
    assert site.in_target("SELECT a, b, n FROM counters ORDER BY a, b") == expected
    assert site.in_target("SELECT a, b, n FROM changes ORDER BY a, b") == expected
    (job,) = site.ledger.jobs(task)
    assert_attempts_tell(site, job)
    assert_events_tell(site)


@pytest.mark.parametrize("n", [1, 4])
@pytest.mark.parametrize(
    "place", ["read", "computed", "target-effects", "target-committed", "checkpointed"]
)
def test_a_worker_killed_here_writes_every_row_once(site, counters, place, n):
    task = start(site)
    assert site.worker(f"{place}:{n}").wait(60) == -signal.SIGKILL
    site.finish_here()
    assert_once(site, task, counters)
    assert site.task(task).attempts == 2


def test_workers_killed_one_after_the_other_write_every_row_once(site, counters):
    site.put_setting("pipeline.deaths_at_cursor", 1000)
    task = start(site)
    for seam in ("target-committed:2", "reconciled:1", "target-effects:1", "adopted:1", "read:2"):
        assert site.worker(seam).wait(60) == -signal.SIGKILL
        site.recovery.sweep()
    site.finish_here()
    assert_once(site, task, counters)
