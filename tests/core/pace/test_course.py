"""What a real backfill leaves to be seen: ranges with their speed, slow records, runs before."""

import time

import pytest

from core.desk.paces import PaceDesk
from core.loop import course
from core.scheduler import Scheduler
from tests.core.pace.marking import RECORDS, Died, Mark, marks, paced, start
from tests.moves import told


def test_the_ranges_add_up_over_pauses_and_name_their_keys(bench):
    task = start(bench)
    Mark.in_compute = staticmethod(lambda n: n == 40 and bench.steering.act("pause", task.id))
    bench.work_all()
    paused = paced(bench, task)["ranges"]
    assert sum(r["records"] for r in paused) == len(marks(bench))
    Mark.in_compute = staticmethod(lambda n: None)
    bench.steering.act("resume", task.id)
    bench.work_all()
    ranges = paced(bench, task)["ranges"]
    assert sum(r["records"] for r in ranges) == RECORDS
    assert ranges[0]["from"] == 1 and ranges[-1]["to"] == RECORDS
    assert all(r["ms"] is not None for r in ranges)


def test_what_a_crash_lost_of_the_ranges_is_a_range_that_nobody_measured(bench, monkeypatch):
    monkeypatch.setattr(course, "STORE_S", 1e9)
    task = start(bench)

    def die(n):
        if n == 100:
            raise Died

    Mark.in_compute = staticmethod(die)
    with monkeypatch.context() as patched:
        patched.setattr(course.Course, "close", lambda self: None)
        with pytest.raises(Died):
            bench.work_one()
    (job,) = bench.ledger.jobs(task)
    bench.settling.settle_dead(job, "killed")
    Mark.in_compute = staticmethod(lambda n: None)
    bench.work_all()
    ranges = paced(bench, task)["ranges"]
    assert ranges[0]["ms"] is None and ranges[0]["records"] == len(marks(bench)) - sum(
        r["records"] for r in ranges[1:]
    )
    assert sum(r["records"] for r in ranges) == RECORDS


def test_a_slow_record_is_named_in_the_log_and_beside_the_task(bench, monkeypatch):
    monkeypatch.setattr(course, "SLOW_S", 0.05)
    Mark.in_compute = staticmethod(lambda n: n == 77 and time.sleep(0.06))
    task = start(bench)
    bench.work_all()
    assert [slow["key"] for slow in paced(bench, task)["slow"]] == [77]
    lines = bench.store.rows("logs_of_task", task_id=task.id, after=0, levels='["warning"]',
                             like="", limit=10)  # fmt: skip
    assert lines[0]["message"].startswith("record 77: 0.06")


def test_failed_records_are_counted_in_their_range(bench):
    def fail(n):
        if n in (3, 4, 90):
            raise ValueError("no")

    Mark.in_compute = staticmethod(fail)
    task = start(bench)
    bench.work_all()
    assert sum(r["failed"] for r in paced(bench, task)["ranges"]) == 3


def test_it_is_told_as_telemetry_with_what_is_new(bench):
    task = start(bench)
    bench.work_all()
    facts = [d["facts"]["pace"] for _, d in told(bench, task, "telemetry")]
    new = [r for fact in facts for r in fact["ranges"]]
    assert sum(r["records"] for r in new) == RECORDS
    assert facts[-1]["batch"]["size"] <= 50


def test_a_run_is_compared_with_the_one_before_of_the_same_parameters(bench):
    first = start(bench)
    bench.work_all()
    other = start(bench, batch_size=5)
    bench.work_all()
    desk = PaceDesk(bench.ledger)
    assert desk.read(other.id)["before"] is None, "other parameters"
    again = start(bench)
    bench.work_all()
    read = desk.read(again.id)
    assert read["before"]["task_id"] == first.id and read["before"]["records"] == RECORDS
    stages = {s["name"]: s for s in read["before"]["stages"]}
    assert stages["backfilling"]["records"] == RECORDS and stages["backfilling"]["seconds"] >= 0
    assert {s["name"] for s in read["stages"]} == {"scanning", "backfilling"}
    bench.steering.act("clear", first.id)
    assert desk.read(again.id)["before"]["records"] == RECORDS, "it outlives its task"


def test_figures_of_runs_are_kept_for_over_a_year(bench):
    start(bench)
    bench.work_all()
    scheduler = Scheduler(bench.ledger, lambda: None)
    scheduler.sweep()
    assert len(bench.store.execute("SELECT id FROM past_runs", {})) == 1
    with bench.ledger.transaction() as store:
        store.execute("UPDATE past_runs SET finished_at = finished_at - 401 * 86400", {})
    scheduler.sweep()
    assert bench.store.execute("SELECT id FROM past_runs", {}) == []
