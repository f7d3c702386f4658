"""The loop where things go wrong beside it: locks, lost answers, slow settings, vanished records.

What the contract promises of an undisturbed loop is in tests/core/contract.
"""

import sqlite3
import time
from contextlib import closing, contextmanager

import pytest
from pydantic import BaseModel

from core import run as run_module
from core.backfill import Backfill
from core.errors import DatabaseBusy
from core.loop import committing as loop_module
from core.target import Target
from tests.moves import bench_with, jobs, now, told


class Copy(Backfill):
    """Copies every number from one table to another of the same database."""

    name = "copy"
    trouble = staticmethod(lambda records: None)

    class Params(BaseModel):
        database: str
        batch_size: int = 5

    def target(self, run):
        self.db = Target.open(self.params.database)
        return self.db

    def count(self, run):
        return self.db.rows("SELECT count(*) FROM numbers")[0][0]

    def read(self, run, cursor, limit):
        page = "SELECT id, n FROM numbers WHERE id > ? ORDER BY id LIMIT ?"
        return self.db.rows(page, (cursor or 0, limit))

    def read_keys(self, run, keys):
        one = "SELECT id, n FROM numbers WHERE id = ?"
        return [row for key in keys for row in self.db.rows(one, (key,))]

    def compute(self, record):
        type(self).trouble([record])
        return record[1]

    def apply(self, run, results, connection):
        rows = [(r.key, r.value) for r in results if r.failure is None]
        if rows:
            connection.exec_driver_sql("INSERT INTO copies(id, n) VALUES (?, ?)", rows)


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.setattr(run_module, "BUSY_WAIT_S", 0.01)
    monkeypatch.setattr(loop_module, "BUSY_WAIT_S", 0.01)
    monkeypatch.setattr(Copy, "trouble", staticmethod(lambda records: None))
    bench = bench_with(tmp_path, Copy)
    bench.target = tmp_path / "target.sqlite"
    with closing(sqlite3.connect(bench.target)) as database, database:
        database.execute("CREATE TABLE numbers(id INTEGER PRIMARY KEY, n INT)")
        database.execute("CREATE TABLE copies(id INT, n INT)")
        database.executemany("INSERT INTO numbers(n) VALUES (?)", [(n,) for n in range(20)])
    yield bench
    bench.store.close()


def ask(bench, sql):
    with closing(sqlite3.connect(bench.target)) as database, database:
        return database.execute(sql).fetchall()


def start(bench, **params):
    return bench.start("copy", database=str(bench.target), **params)


def finished(bench, task):
    """The task, which has copied every number once."""
    bench.work_all()
    task = now(bench, task)
    assert task.status == "completed", task.error
    assert ask(bench, "SELECT id FROM copies ORDER BY id") == [(n,) for n in range(1, 21)]
    return task


def test_a_locked_target_is_waited_for_and_the_reason_shown(bench, monkeypatch):
    batch, locks = Target.batch, [1, 1, 1]

    def locked_at_first(self, *args):
        if locks:
            locks.pop()
            raise DatabaseBusy("archive.sqlite is locked by another program")
        return batch(self, *args)

    monkeypatch.setattr(Target, "batch", locked_at_first)
    task = start(bench)
    assert finished(bench, task).attempts == 1
    messages = [d["message"] for _, d in told(bench, task, "task_progress")]
    assert "Waiting: archive.sqlite is locked by another program" in messages
    assert now(bench, task).message == "", "and not for ever"


@pytest.mark.parametrize(("verb", "status"), [("pause", "paused"), ("cancel", "cancelled")])
def test_a_person_is_obeyed_while_the_target_is_locked(bench, monkeypatch, verb, status):
    task = start(bench)

    def locked(self, *args):
        bench.steering.act(verb, task.id)
        raise DatabaseBusy("locked")

    monkeypatch.setattr(Target, "batch", locked)
    bench.work_one()
    assert now(bench, task).status == status


def test_a_commit_whose_answer_was_lost_is_not_done_again(bench, monkeypatch):
    """The server committed; the connection broke before it could say so."""
    batch, lost = Target.batch, [1, 1]

    @contextmanager
    def answer_lost(self, *args):
        with batch(self, *args) as connection:
            yield connection
        if lost:
            lost.pop()
            raise DatabaseBusy("the server cannot be reached")

    monkeypatch.setattr(Target, "batch", answer_lost)
    task = finished(bench, start(bench))
    assert (task.done, task.total) == (20, 20)


def test_a_transaction_that_was_not_committed_is_done_again(bench, monkeypatch):
    apply, failures = Copy.apply, [1]

    def fails_late(self, run, results, connection):
        apply(self, run, results, connection)
        if failures:
            failures.pop()
            raise DatabaseBusy("locked in the middle")

    monkeypatch.setattr(Copy, "apply", fails_late)
    finished(bench, start(bench))


def test_counts_of_a_try_that_was_rolled_back_do_not_stay(bench, monkeypatch):
    """The first try finds the rows written by somebody else; until the second that was undone."""
    apply, tries = Copy.apply, []

    def contested(self, run, results, connection):
        apply(self, run, results, connection)
        tries.append(1)
        return {"skipped": len(results)} if len(tries) == 1 else None

    def rolled_back(*args):  # called where apply counted something else than expected
        raise DatabaseBusy("rolled back")

    monkeypatch.setattr(Copy, "apply", contested)
    monkeypatch.setattr(loop_module, "advance", rolled_back)
    task = finished(bench, start(bench))
    assert (task.done, task.skipped) == (20, 0)


def test_failed_records_that_vanished_do_not_end_the_retry_of_the_others(bench, monkeypatch):
    def fails(records):
        raise RuntimeError("bad record")

    monkeypatch.setattr(Copy, "trouble", staticmethod(fails))
    task = start(bench, batch_size=2)
    bench.work_all()
    assert now(bench, task).failed == 20
    ask(bench, "DELETE FROM numbers WHERE id <= 6 OR id IN (9, 11, 12)")
    monkeypatch.setattr(Copy, "trouble", staticmethod(lambda records: None))
    bench.steering.act("retry", task.id, only_failed_items=True)
    bench.work_all()
    kept = [n for n in range(7, 21) if n not in (9, 11, 12)]
    assert [r[0] for r in ask(bench, "SELECT id FROM copies ORDER BY id")] == kept
    assert now(bench, task).status == "completed"


def test_a_slowed_backfill_keeps_to_its_rate(bench):
    """The waiting itself is no working time of the next batch, which would then wait no more."""
    task = start(bench, batch_size=5)
    with bench.store.transaction() as store:
        store.execute("UPDATE tasks SET knobs = '{\"rate\":50}' WHERE id = :id", {"id": task.id})
    began = time.monotonic()
    finished(bench, task)
    assert time.monotonic() - began >= 20 / 50 * 0.9


def test_slow_records_make_small_batches(bench, monkeypatch):
    monkeypatch.setattr(Copy, "trouble", staticmethod(lambda records: time.sleep(0.1)))
    sizes, batch = [], Copy.apply

    def counting(self, run, results, connection):
        sizes.append(len(results))
        return batch(self, run, results, connection)

    monkeypatch.setattr(Copy, "apply", counting)
    finished(bench, start(bench, batch_size=10))
    assert sizes[0] == 10
    assert max(sizes[1:]) <= 3, "about a third of a second each, so that a pause is answered soon"


def test_another_database_in_the_place_of_the_target_is_begun_anew(bench, tmp_path):
    task = start(bench, batch_size=5)
    claim_taken = []

    def pause(records):
        if not claim_taken and records[0][0] == 8:
            claim_taken.append(1)
            bench.steering.act("pause", task.id)

    Copy.trouble = staticmethod(pause)
    bench.work_one()
    assert (now(bench, task).status, jobs(bench, task)[0].cursor) == ("paused", "10")
    ask(bench, "DROP TABLE longhaul_checkpoint")
    ask(bench, "DELETE FROM copies")
    bench.steering.act("resume", task.id)
    assert finished(bench, task).done == 20
