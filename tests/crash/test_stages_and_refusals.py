"""kill -9 at every commit boundary of a backfill of several stages whose table refuses some rows.

So a worker dies while a batch is halved, between two stages, and in the look for what is left.
"""

import json
import shutil
import signal
import sqlite3
from contextlib import closing

import pytest

from core.model import NewTask, Step
from core.policy import ErrorPolicy
from tests.crash.site import HERE
from tests.crash.verdict import assert_attempts_tell, assert_events_tell

pytestmark = pytest.mark.crash

RECORDS, REFUSED = 60, (3, 17, 18, 44, 60)
WRITTEN = [n for n in range(1, RECORDS + 1) if n not in REFUSED]
#: place → the times it is reached at which a worker dies there
CASES = {
    "refused": (1, 2, 5, 9, 14, 20),
    "target-committed": (1, 2, 5, 6, 7, 8, 11, 20),
    "target-effects": (3, 7, 12),
    "checkpointed": (2, 3, 9, 16),
}


@pytest.fixture
def task(site):
    shutil.copy(HERE / "drop_in" / "copies.py", site.data / "tasks")
    with closing(sqlite3.connect(site.target)) as db, db:
        db.execute("CREATE TABLE listed(id INTEGER)")
        db.execute("CREATE TABLE copies(id INTEGER)")
        db.execute(
            f"""CREATE TRIGGER picky BEFORE INSERT ON copies WHEN new.id IN {REFUSED}
                BEGIN SELECT raise(ABORT, 'not this'); END"""
        )
    stages, errors = ("list", "copy", "verifying"), ErrorPolicy().document()
    step = Step("copies", "copies", stages=stages, max_attempts=1000, errors=errors)
    params = {"database": str(site.target)}
    return site.intake.enqueue(NewTask("copies", "Copies", params, (step,), unit="numbers"))


def assert_every_number_once(site, task):
    """Everything is as after a run that nobody disturbed."""
    done = site.task(task)
    assert (done.status, done.done, done.failed) == ("completed", len(WRITTEN), len(REFUSED))
    in_order = "SELECT id FROM {} ORDER BY rowid".format
    assert [r[0] for r in site.in_target(in_order("listed"))] == list(range(1, RECORDS + 1))
    assert [r[0] for r in site.in_target(in_order("copies"))] == WRITTEN
    failed = site.store.execute("SELECT key, status FROM items ORDER BY id", {})
    assert [tuple(r) for r in failed] == [(f'["copy",{n}]', "failed") for n in REFUSED]
    result = json.loads(site.store.one("result", id=task.id)["result"])
    assert result["left"] == {"count": len(REFUSED), "sample": list(REFUSED)}
    (job,) = site.ledger.jobs(done)
    stages = {
        s["name"]: (s["state"], s["done"], s["failed"]) for s in json.loads(job.cursor)["stages"]
    }
    assert stages == {
        "list": ("past", RECORDS, 0),
        "copy": ("past", len(WRITTEN), len(REFUSED)),
        "verifying": ("past", len(REFUSED), 0),
    }
    (row,) = site.in_target("SELECT cursor, done, failed FROM longhaul_checkpoint")
    assert row == (job.cursor, len(WRITTEN), len(REFUSED)), "the target has the same truth"
    assert_attempts_tell(site, job)
    assert_events_tell(site)


@pytest.mark.parametrize(("place", "n"), [(p, n) for p, times in CASES.items() for n in times])
def test_a_worker_killed_between_halves_and_stages_leaves_no_trace(site, task, place, n):
    assert site.worker(f"{place}:{n}").wait(60) == -signal.SIGKILL
    site.finish_here()
    assert_every_number_once(site, task)


def test_workers_killed_one_after_the_other_leave_no_trace(site, task):
    site.put_setting("pipeline.deaths_at_cursor", 100)
    for seam in ("refused:3", "reconciled:1", "refused:1", "target-committed:4", "refused:2",
                 "adopted:1", "target-effects:6"):  # fmt: skip
        assert site.worker(seam).wait(60) == -signal.SIGKILL
        site.recovery.sweep()
    site.finish_here()
    assert_every_number_once(site, task)
