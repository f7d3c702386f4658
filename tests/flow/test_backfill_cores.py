"""Backfills that compute in processes: all cores, in order, and stopped while these are busy."""

import sqlite3
import threading
import time
from contextlib import closing

import pytest
from pydantic import BaseModel

from core.backfill import Backfill
from core.policy import ErrorPolicy
from core.stage import cores
from core.target import Target
from core.task_type import EXACTLY_ONCE
from tests.moves import bench_with, jobs, now

RECORDS = 60


class Slowly(Backfill):
    """Writes every number; from `slow_from` on a record takes half a minute."""

    name = "slowly"
    guarantee = EXACTLY_ONCE
    compute_in = "processes"
    record_timeout_s = 60.0
    errors = ErrorPolicy(tries=2)

    class Params(BaseModel):
        database: str
        batch_size: int = 8
        slow_from: int = 1000
        mark: str = ""  #: each time it is computed, the flaky record leaves a byte there

    def target(self, run):
        return Target.open(self.params.database)

    def count(self, run):
        return RECORDS

    def key(self, record):
        return record

    def read(self, run, cursor, limit):
        first = (cursor or 0) + 1
        return list(range(first, min(first + limit, RECORDS + 1)))

    def compute(self, record):
        if record >= self.params.slow_from:
            time.sleep(30)
        if self.params.mark and record == 13:
            with open(self.params.mark, "ab") as file:
                if file.tell() == 0 and file.write(b"x"):
                    raise ValueError("the first time")
        return record

    def apply(self, run, results, connection):
        rows = [(r.value,) for r in results if r.failure is None]
        connection.exec_driver_sql("INSERT INTO found(n) VALUES (?)", rows)


@pytest.fixture
def bench(tmp_path):
    bench = bench_with(tmp_path, Slowly)
    bench.database = tmp_path / "numbers.sqlite"
    with closing(sqlite3.connect(bench.database)) as db, db:
        db.execute("CREATE TABLE found(n INTEGER)")
    yield bench
    bench.store.close()


def found(bench):
    with closing(sqlite3.connect(bench.database)) as db:
        return [row[0] for row in db.execute("SELECT n FROM found ORDER BY rowid")]


@pytest.mark.parametrize(("verb", "status"), [("pause", "paused"), ("cancel", "cancelled")])
def test_a_pause_or_cancel_waits_for_no_record_that_is_being_computed(bench, verb, status):
    task = bench.start("slowly", database=str(bench.database), slow_from=25)
    asked = threading.Event()

    def ask():
        while now(bench, task).done < 8:
            time.sleep(0.01)
        bench.asked_at = time.monotonic()
        bench.steering.act(verb, task.id)
        asked.set()

    threading.Thread(target=ask, daemon=True).start()
    bench.work_one()
    took = time.monotonic() - bench.asked_at
    assert asked.is_set() and now(bench, task).status == status
    assert took < 15, "not even one of the slow records was waited for"
    assert found(bench) == list(range(1, int(jobs(bench, task)[0].cursor) + 1))


def test_batches_are_written_in_order_and_a_record_that_is_tried_again_stays_in_its_place(
    bench, tmp_path
):
    mark = tmp_path / "mark"
    task = bench.start("slowly", database=str(bench.database), mark=str(mark), batch_size=7)
    bench.work_all()
    assert (now(bench, task).status, now(bench, task).failed) == ("completed", 0)
    assert found(bench) == list(range(1, RECORDS + 1))


def test_all_cores_are_used_unless_a_knob_says_otherwise(bench, monkeypatch):
    wanted = []
    monkeypatch.setattr(
        "core.stage.Processes", lambda code, processes, **limits: wanted.append(processes)
    )

    class Knobs:
        knobs = {}

    slowly = Slowly(Slowly.Params(database="x"))
    slowly.computer(Knobs)
    Knobs.knobs = {"workers": 3}
    slowly.computer(Knobs)
    assert wanted == [cores(), 3]
