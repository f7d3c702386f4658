"""The total of a real backfill: counted beside the work, never below what was done."""

import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.totals import Slices
from tests.core.pace.marking import RECORDS, Mark, change, grow, start
from tests.moves import now, told


def never_above(bench, task):
    for kind, document in told(bench, task):
        if kind in ("task_progress", "task_update", "task_finished", "job_update"):
            p = document["progress"]
            seen = p["done"] + p["failed"] + p["skipped"]
            assert p["total"] is None or seen <= p["total"], document


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.integers(0, 80),
    st.dictionaries(st.integers(1, 120), st.integers(-60, 60), max_size=4),
    st.sets(st.integers(1, 150), max_size=10),
    st.integers(1, 40),
    st.booleans(),
)
def test_counters_never_exceed_the_total_whatever_the_source_does(
    bench, records, changes, bad, batch_size, counts
):
    change(bench, "DELETE FROM numbers")
    change(bench, "DELETE FROM marks")
    grow(bench, records)

    def meddle(n):
        by = changes.get(n, 0)
        if by > 0:
            grow(bench, by)
        elif by < 0:
            change(bench, f"DELETE FROM numbers WHERE id > (SELECT max(id) FROM numbers) + {by}")
        if n in bad:
            raise ValueError("bad")

    Mark.in_compute = staticmethod(meddle)
    Mark.counts = staticmethod(by_slices if counts else lambda task, run, cursor: None)
    task = start(bench, batch_size=batch_size)
    bench.work_all()
    task = now(bench, task)
    assert task.status == "completed", task.error
    never_above(bench, task)
    assert task.total == task.done + task.failed + task.skipped, "at its end they are the same"


def by_slices(task, run, cursor):
    from sqlalchemy import text

    return Slices(task.db, "numbers", "id", text("1 = 1")).after(cursor)


def test_a_source_that_grows_is_counted_again(bench):
    Mark.counts = staticmethod(by_slices)
    Mark.in_compute = staticmethod(lambda n: n == 20 and grow(bench, 300))
    task = start(bench)
    bench.work_all()
    totals = [d["progress"]["total"] for _, d in told(bench, task, "task_progress")]
    assert totals[0] is None or totals[0] == RECORDS
    assert RECORDS + 300 in totals[:-1], "before its end"


def test_a_count_that_takes_long_goes_on_beside_the_work(bench, monkeypatch):
    from core.loop import counting

    monkeypatch.setattr(counting, "WAIT_S", 0.0)
    begun = []

    def slow(task, run, cursor):
        yield 100
        until = time.monotonic() + 10
        while not begun and time.monotonic() < until:
            time.sleep(0.005)
        yield 20

    def compute(n):
        begun.append(n)
        time.sleep(0.001)

    Mark.counts, Mark.in_compute = staticmethod(slow), staticmethod(compute)
    task = start(bench)
    bench.work_all()
    documents = [d for _, d in told(bench, task, "task_progress")]
    assert documents[0]["progress"]["total"] is None
    known = [d for d in documents if d["progress"]["total"] == 120]
    assert known and known[0]["progress"]["done"] < 60, "long before its end"


def test_a_count_that_fails_is_told_and_stops_nothing(bench):
    def broken(task, run, cursor):
        raise RuntimeError("no such view")
        yield 1

    Mark.counts = staticmethod(broken)
    task = start(bench)
    bench.work_all()
    assert now(bench, task).status == "completed"
    (line,) = bench.store.rows("logs_of_task", task_id=task.id, after=0, levels='["warning"]',
                               like="", limit=10)  # fmt: skip
    assert "could not be counted: no such view" in line["message"]
