"""What becomes of records that fail, on real databases: the policy of docs/backfill-contract.md.

A record fails when it is computed (`compute_fails`) or when its row is written: the table refuses
the values of `refused` (a CHECK), so that the whole batch is rolled back.
"""

import json
import sqlite3
from contextlib import closing

import pytest

from core.errors import Retry
from core.loop import committing, passing
from core.policy import ErrorParams, ErrorPolicy
from tests.copying import Copying
from tests.moves import bench_with, jobs, now

RECORDS = 60


class Copy(Copying):
    """Some records cannot be computed, either."""

    name = "copy-picky"
    compute_fails = frozenset()
    computed = []

    class Params(ErrorParams):
        database: str
        batch_size: int = 16

    def read_keys(self, run, keys):
        return [(key,) for key in keys]

    def count(self, run):
        return RECORDS

    def compute(self, record):
        type(self).computed.append(record[0])
        if record[0] in self.compute_fails:
            raise ValueError(f"no {record[0]}")
        return record[0]


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.setattr(committing, "backoff", lambda tries: 0.01)
    monkeypatch.setattr(passing, "backoff", lambda tries: 0.01)
    for name, value in (("compute_fails", frozenset()), ("computed", []), ("batches", [])):
        monkeypatch.setattr(Copy, name, value)
    bench = bench_with(tmp_path, Copy)
    bench.database = tmp_path / "numbers.sqlite"
    with closing(sqlite3.connect(bench.database)) as db, db:
        db.execute("CREATE TABLE numbers(id INTEGER PRIMARY KEY)")
        db.executemany("INSERT INTO numbers VALUES (?)", [(n,) for n in range(1, RECORDS + 1)])
        db.execute("CREATE TABLE refused(id INTEGER PRIMARY KEY)")
        db.execute("CREATE TABLE copies(id INTEGER, value INTEGER)")
        db.execute(
            """CREATE TRIGGER picky BEFORE INSERT ON copies
               WHEN new.id IN (SELECT id FROM refused) BEGIN SELECT raise(ABORT, 'not this'); END"""
        )
    yield bench
    bench.store.close()


def refuse(bench, *ids):
    with closing(sqlite3.connect(bench.database)) as db, db:
        db.execute("DELETE FROM refused")
        db.executemany("INSERT INTO refused VALUES (?)", [(n,) for n in ids])


def copies(bench):
    with closing(sqlite3.connect(bench.database)) as db:
        return [r[0] for r in db.execute("SELECT id FROM copies ORDER BY rowid")]


def items(bench):
    sql = "SELECT key, status, attempts, message, trace FROM items ORDER BY id"
    return [dict(zip(r.keys(), r, strict=True)) for r in bench.store.execute(sql, {})]


def start(bench, **params):
    return bench.start("copy-picky", database=str(bench.database), **params)


def run(bench, **params):
    task = start(bench, **params)
    bench.work_all()
    return now(bench, task)


# --- halving --------------------------------------------------------------------------------------


@pytest.mark.parametrize("poison", [(1,), (16,), (17, 18), (5, 6, 60), tuple(range(20, 29))])
def test_a_batch_that_is_refused_is_halved_until_the_poison_records_stand_alone(bench, poison):
    refuse(bench, *poison)
    task = run(bench)
    assert copies(bench) == [n for n in range(1, RECORDS + 1) if n not in poison], "in order, once"
    assert (task.status, task.done, task.failed) == (
        "completed",
        RECORDS - len(poison),
        len(poison),
    )
    assert [(int(i["key"]), i["status"], i["attempts"]) for i in items(bench)] == [
        (n, "failed", 1) for n in poison
    ]
    assert "refused these values" in items(bench)[0]["message"]
    assert "in apply" in items(bench)[0]["trace"]
    with closing(sqlite3.connect(bench.database)) as db:
        row = db.execute("SELECT cursor, done, failed FROM longhaul_checkpoint").fetchone()
    assert row == (str(RECORDS), RECORDS - len(poison), len(poison))


def test_a_poison_record_costs_a_few_writes_and_no_other_record_is_computed_again(bench):
    refuse(bench, 8)
    run(bench, batch_size=RECORDS)
    assert Copy.computed == list(range(1, RECORDS + 1))
    assert len(Copy.batches) <= 2 * 6 + 2, "halved, not tried one by one"


def test_what_is_wrong_with_the_database_itself_halves_nothing(bench):
    with closing(sqlite3.connect(bench.database)) as db, db:
        db.execute("DROP TABLE copies")
    task = run(bench)
    assert task.status == "failed"
    assert len(Copy.batches) == 1 and items(bench) == []


def test_a_run_in_which_nothing_can_be_written_has_failed(bench):
    refuse(bench, *range(1, RECORDS + 1))
    task = run(bench)
    assert (task.status, task.error["code"]) == ("failed", "nothing-written")
    assert "not this" in task.error["message"] and copies(bench) == []


# --- stop, skip, tries ----------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["computed", "written"])
def test_stop_writes_what_came_before_and_ends_the_run_at_the_record(bench, where):
    if where == "computed":
        Copy.compute_fails = frozenset({21})
    else:
        refuse(bench, 21)
    task = run(bench, on_error="stop")
    assert (task.status, task.error["code"]) == ("failed", "too-many-failed")
    assert task.error["message"].startswith("Record 21 failed: ")
    assert copies(bench) == list(range(1, 21))
    assert [(i["key"], i["status"]) for i in items(bench)] == [("21", "failed")]
    assert jobs(bench, task)[0].cursor == "20"
    Copy.compute_fails = frozenset()
    refuse(bench)
    bench.steering.act("retry", task.id)
    bench.work_all()
    assert copies(bench) == list(range(1, RECORDS + 1))
    assert now(bench, task).status == "completed"
    assert [(i["key"], i["status"]) for i in items(bench)] == [("21", "completed")]


def test_who_was_listed_in_a_batch_that_was_never_written_and_then_works_has_not_failed(
    bench, monkeypatch
):
    Copy.compute_fails = frozenset({5, 20})
    real = committing.Committing._move_in_target

    def lost(self, target, standings, new, effects):
        if Copy.compute_fails == {5, 20} and int(new.cursor or 0) >= 20:
            Copy.compute_fails = frozenset({5})
            raise Retry("the worker went away", seconds=0)
        return real(self, target, standings, new, effects)

    monkeypatch.setattr(committing.Committing, "_move_in_target", lost)
    task = run(bench)
    assert (task.status, task.attempts, task.done, task.failed) == ("completed", 2, RECORDS - 1, 1)
    assert [(i["key"], i["status"]) for i in items(bench)] == [("5", "failed"), ("20", "completed")]


def test_skip_ends_at_one_more_than_the_allowed_number(bench):
    Copy.compute_fails = frozenset({3, 9})
    refuse(bench, 5, 30)
    task = run(bench, most_failed=3)
    assert (task.status, task.failed) == ("failed", 3)
    assert "More than 3 records have failed" in task.error["message"]
    assert copies(bench) == [n for n in range(1, 30) if n not in (3, 9, 5)]
    assert [i["key"] for i in items(bench)] == ["3", "9", "5", "30"]


def test_skip_ends_when_too_large_a_share_failed_and_not_before_the_sample(bench, monkeypatch):
    policy = ErrorPolicy(share=0.25, sample=20)
    monkeypatch.setattr(Copy.Params, "error_policy", lambda self: policy)
    Copy.compute_fails = frozenset({1, 2, 3, 4, 5, 22, 30})
    task = run(bench)
    assert task.status == "failed"
    assert "6 of 22 records have failed, more than 25%" in task.error["message"]
    assert copies(bench) == list(range(6, 22)), "5 of the first 5 were no reason yet"


def test_a_record_is_tried_again_after_a_pause_and_what_then_works_has_not_failed(bench):
    tries = []

    class Flaky(frozenset):
        def __contains__(self, number):
            tries.append(number) if number == 10 else None
            return number == 10 and len(tries) < 3

    Copy.compute_fails = Flaky()
    task = run(bench, tries=3)
    assert (task.status, task.done, task.failed) == ("completed", RECORDS, 0)
    assert copies(bench) == list(range(1, RECORDS + 1)) and items(bench) == []


def test_tries_are_counted_and_the_pause_says_why(bench):
    Copy.compute_fails = frozenset({4, 6})
    refuse(bench, 40)
    task = run(bench, tries=3)
    assert (task.status, task.failed) == ("completed", 3)
    assert [(i["key"], i["attempts"]) for i in items(bench)] == [("4", 3), ("6", 3), ("40", 3)]
    said = [
        json.loads(e.data).get("message", "") for e in bench.events() if e.kind == "task_progress"
    ]
    assert "Record 4 and 1 more failed, tried again after a pause: ValueError: no 4" in said
    assert any(text.startswith("Record 40 is tried again: ") for text in said)


def test_a_retry_of_the_failed_records_counts_their_attempts_on(bench):
    Copy.compute_fails = frozenset({10, 12})
    task = run(bench)
    Copy.compute_fails = frozenset({12})
    bench.steering.act("retry", task.id, only_failed_items=True)
    bench.work_all()
    sql = "SELECT key, status, attempts FROM items WHERE job_id = (SELECT max(job_id) FROM items)"
    latest = [tuple(row) for row in bench.store.execute(sql, {})]
    assert latest == [("10", "completed", 2), ("12", "failed", 2)]
    assert sorted(copies(bench)) == [n for n in range(1, RECORDS + 1) if n != 12]


def test_a_run_over_failed_records_is_not_ended_for_their_share(bench):
    fails = Copy.compute_fails = frozenset(range(1, 25))
    task = run(bench, most_failed_share=1)
    bench.steering.act("retry", task.id, only_failed_items=True)
    bench.work_all()
    again = now(bench, task)
    assert (again.status, again.failed) == ("completed", len(fails))


# --- where it is shown ----------------------------------------------------------------------------


def test_the_policy_is_stored_with_the_task(bench):
    task = start(bench, on_error="stop", tries=2)
    assert task.step_list()[0].errors == {
        "on_error": "stop", "tries": 2, "most": 0, "share": 0.5, "sample": 100
    }  # fmt: skip
