"""The pace of a real backfill: canary, throttles, batch sizes, and what is left to be seen."""

import json
import sqlite3
import time
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from core.backfill import Backfill
from core.desk.paces import PaceDesk
from core.loop import course, pace
from core.scheduler import Scheduler
from core.target import Target
from core.throttles import Machine
from core.totals import Slices
from tests.moves import bench_with, now, put_setting, told

RECORDS = 120


class Mark(Backfill):
    """Marks every number of a table; hooks of the class are the test's."""

    name = "mark"
    unit = "numbers"
    in_compute = staticmethod(lambda record: None)
    reason = None
    skipped_as = frozenset({"even"})
    counts = staticmethod(lambda task, run, cursor: None)

    class Params(BaseModel):
        database: str
        batch_size: int = 50

    def target(self, run):
        self.db = Target.open(self.params.database)
        return self.db

    def count(self, run):
        return self.db.rows("SELECT count(*) FROM numbers")[0][0]

    def counting(self, run, cursor):
        return type(self).counts(self, run, cursor)

    def read(self, run, cursor, limit):
        page = "SELECT id FROM numbers WHERE id > ? ORDER BY id LIMIT ?"
        return self.db.rows(page, (cursor or 0, limit))

    def compute(self, record):
        type(self).in_compute(record[0])

    def outcome(self, result):
        if result.failure is not None:
            return "failed"
        return "even" if result.key % 2 == 0 else "marked"

    def throttle(self, run):
        return type(self).reason() if type(self).reason else None

    def apply(self, run, results, connection):
        rows = [(r.key,) for r in results if r.failure is None]
        connection.exec_driver_sql("INSERT INTO marks VALUES (?)", rows) if rows else None


@pytest.fixture
def bench(tmp_path, monkeypatch):
    for name, value in (("in_compute", lambda record: None), ("reason", None)):
        monkeypatch.setattr(Mark, name, staticmethod(value) if value else None)
    monkeypatch.setattr(Mark, "counts", staticmethod(lambda task, run, cursor: None))
    monkeypatch.setattr(pace, "LOOK_S", 0.01)
    monkeypatch.setattr(course, "STORE_S", 0.0)
    bench = bench_with(tmp_path, Mark)
    bench.database = tmp_path / "target.sqlite"
    change(bench, "CREATE TABLE numbers(id INTEGER PRIMARY KEY)")
    change(bench, "CREATE TABLE marks(id INT)")
    grow(bench, RECORDS)
    yield bench
    bench.store.close()


def change(bench, sql, rows=None):
    with closing(sqlite3.connect(bench.database)) as database, database:
        database.executemany(sql, rows) if rows is not None else database.execute(sql)


def grow(bench, by):
    change(bench, "INSERT INTO numbers VALUES (NULL)", [()] * by)


def marks(bench):
    with closing(sqlite3.connect(bench.database)) as database:
        return [row[0] for row in database.execute("SELECT id FROM marks ORDER BY id")]


def start(bench, knobs=None, canary=None, **params):
    task = bench.start("mark", database=str(bench.database), **params)
    with bench.ledger.transaction() as store:
        change = {"id": task.id, "knobs": json.dumps(knobs or {}), "canary": canary}
        store.execute("UPDATE tasks SET knobs = :knobs, canary = :canary WHERE id = :id", change)
    return now(bench, task)


def paced(bench, task):
    """The pace of its one job, as the API would read it."""
    return PaceDesk(bench.ledger).read(task.id)["jobs"][0]


# --- the canary ---------------------------------------------------------------------------------


class Died(BaseException):
    """A worker's death at a place."""


def dies(bench, task, times=1):
    """Attempts that end with the worker."""
    for _ in range(times):
        with pytest.raises(Died):
            bench.work_one()
        (job,) = bench.ledger.jobs(now(bench, task))
        bench.settling.settle_dead(job, "killed")


def test_a_canary_pauses_by_itself_after_its_records_and_resume_goes_on_from_there(bench):
    task = start(bench, canary=30)
    bench.work_all()
    task = now(bench, task)
    assert task.status == "paused"
    assert task.message == "Canary: look at the first 30 numbers; resume goes on from there"
    assert marks(bench) == list(range(1, 31))
    assert (task.done, task.skipped, task.total) == (15, 15, RECORDS)
    told_last = told(bench, task)[-1][1]
    documents = [d for k, d in told(bench, task) if k == "task_update"]
    assert documents[-1]["canary"] == {"records": 30, "state": "waiting"}, told_last
    assert task.figures == {"marked": 15, "even": 15}, "the results so far"
    bench.steering.act("resume", task.id)
    bench.work_all()
    task = now(bench, task)
    assert task.status == "completed"
    assert marks(bench) == list(range(1, RECORDS + 1)), "every record once"


def dies_before_the_look(bench, task, monkeypatch, times=1):
    """The canary's records are committed; the worker dies before it pauses for them."""

    def die(self):
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(pace.Pace, "end", die)
        dies(bench, task, times=times)


def test_a_canary_that_dies_before_it_paused_pauses_when_it_is_run_again(bench, monkeypatch):
    task = start(bench, canary=30)
    dies_before_the_look(bench, task, monkeypatch)
    bench.work_all()
    assert now(bench, task).status == "paused"
    assert len(marks(bench)) == 30


def test_a_pause_before_the_canary_is_no_look_at_it(bench):
    task = start(bench, canary=60)
    Mark.in_compute = staticmethod(lambda n: n == 5 and bench.steering.act("pause", task.id))
    bench.work_all()
    assert now(bench, task).status == "paused" and len(marks(bench)) < 60
    Mark.in_compute = staticmethod(lambda n: None)
    bench.steering.act("resume", task.id)
    bench.work_all()
    assert now(bench, task).status == "paused" and len(marks(bench)) == 60


def test_a_record_that_ends_every_worker_is_one_of_the_canary_s(bench):
    def die(n):
        if n == 5:
            raise Died

    Mark.in_compute = staticmethod(die)
    task = start(bench, canary=30, batch_size=1)
    dies(bench, task, times=3)
    bench.work_all()
    task = now(bench, task)
    assert (task.status, task.failed, task.done + task.skipped) == ("paused", 1, 29)
    assert marks(bench) == [n for n in range(1, 31) if n != 5], "and none that comes after it"


def test_a_record_after_the_canary_is_not_skipped_before_the_look(bench, monkeypatch):
    task = start(bench, canary=30)
    dies_before_the_look(bench, task, monkeypatch, times=3)
    bench.work_all()
    task = now(bench, task)
    assert (task.status, task.failed, len(marks(bench))) == ("paused", 0, 30)


@pytest.mark.parametrize("when", ["before it halts", "as it halts"])
def test_a_resume_between_the_canary_s_last_record_and_its_pause_needs_no_other(
    bench, monkeypatch, when
):
    task = start(bench, canary=30)
    end, asked = pace.Pace.end, []

    def ask():
        if not asked:
            asked.append(bench.steering.act("pause", task.id))
            bench.steering.act("resume", task.id)

    def ended(self):
        if when == "before it halts":
            ask()
        try:
            end(self)
        finally:
            ask()

    monkeypatch.setattr(pace.Pace, "end", ended)
    bench.work_all()
    task = now(bench, task)
    assert task.status == "completed", task.message
    assert marks(bench) == list(range(1, RECORDS + 1)), "every record once"
    assert all("Canary" not in (d.get("message") or "") for _, d in told(bench, task))


def test_a_canary_of_everything_stops_nothing(bench):
    task = start(bench, canary=RECORDS)
    bench.work_all()
    assert now(bench, task).status == "completed"


def test_a_run_from_the_start_has_its_canary_again(bench):
    task = start(bench, canary=30)
    bench.work_all()
    bench.steering.act("resume", task.id)
    bench.work_all()
    bench.steering.act("retry", task.id, from_="start")
    bench.work_all()
    assert now(bench, task).status == "paused"


# --- throttles ----------------------------------------------------------------------------------


def hold_at(bench, monkeypatch, machine, free_after=3):
    """Measurements: `machine` some times after the first batch, then nothing that holds."""
    looks = []

    def look(self, limits):
        looks.append(1)
        return machine if 2 <= len(looks) < 2 + free_after else Machine()

    monkeypatch.setattr(pace.Gauge, "look", look)
    Mark.in_compute = staticmethod(lambda n: time.sleep(0.0006))
    return looks


def test_a_throttle_is_shown_by_name_while_it_holds_and_gone_afterwards(bench, monkeypatch):
    hold_at(bench, monkeypatch, Machine(battery=11))
    task = start(bench)
    bench.work_all()
    assert now(bench, task).status == "completed"
    said = [
        d["waiting_because"] for k, d in told(bench, task) if k in ("task_update", "task_progress")
    ]
    held = [s for s in said if s and s["code"] == "throttled"]
    assert held and held[0]["message"].startswith("Throttled: on battery (11 %) since ")
    assert len(held) <= 2, "told when it begins, not with every look"
    updates = [d for k, d in told(bench, task, "task_update") if d["status"] == "running"]
    assert updates[-1]["waiting_because"] is None
    assert paced(bench, task)["held_s"].keys() == {"battery"}


def test_while_it_holds_there_is_no_estimate_and_the_wait_is_in_no_rate(bench, monkeypatch):
    hold_at(bench, monkeypatch, Machine(battery=11))
    task = start(bench)
    bench.work_all()
    for _, document in told(bench, task, "task_update"):
        if document["waiting_because"] and document["waiting_because"]["code"] == "throttled":
            assert document["eta"] is None
    one = paced(bench, task)
    worked = sum(r["ms"] for r in one["ranges"]) / 1000
    assert worked <= sum(s["seconds"] for s in one["stages"].values()) + 0.1


@pytest.mark.parametrize(("verb", "status"), [("pause", "paused"), ("cancel", "cancelled")])
def test_a_person_is_obeyed_while_a_throttle_holds(bench, monkeypatch, verb, status):
    monkeypatch.setattr(pace.Gauge, "look", lambda self, limits: Machine(battery=1))
    task = start(bench)
    asked = []

    def reason():
        raise AssertionError("the battery holds first")

    Mark.reason = staticmethod(reason)
    wait = pace.Pace._passed

    def ask(self, began, name):
        if not asked:
            asked.append(bench.steering.act(verb, task.id))
        return wait(self, began, name)

    monkeypatch.setattr(pace.Pace, "_passed", ask)
    bench.work_all()
    assert now(bench, task).status == status
    assert marks(bench) == []


def test_a_task_types_own_reason_holds_too(bench):
    answers = iter(["the nightly backup runs"] * 2)
    Mark.reason = staticmethod(lambda: next(answers, None))
    task = start(bench)
    bench.work_all()
    said = {
        (d["waiting_because"] or {}).get("message", "")
        for _, d in told(bench, task)[:-1]
        if "waiting_because" in d
    }
    assert any(s.startswith("Throttled: the nightly backup runs since") for s in said)
    assert now(bench, task).status == "completed"


def test_a_setting_that_changes_holds_from_the_next_look_on(bench, monkeypatch):
    monkeypatch.setattr(pace.Gauge, "look", lambda self, limits: Machine(battery=50))
    put_setting(bench, throttle__battery_percent=60)
    task = start(bench)
    freed = []

    def free(self, began, name):
        if not freed:
            freed.append(put_setting(bench, throttle__battery_percent=40))
        return time.monotonic()

    monkeypatch.setattr(pace.Pace, "_passed", free)
    bench.work_all()
    assert now(bench, task).status == "completed" and freed


def test_what_is_left_free_is_waited_for(bench):
    task = start(bench, {"nice": 0.5})
    Mark.in_compute = staticmethod(lambda n: time.sleep(0.001))
    began = time.monotonic()
    bench.work_all()
    took = time.monotonic() - began
    worked = sum(r["ms"] for r in paced(bench, task)["ranges"]) / 1000
    assert took >= 1.7 * worked


# --- batch sizes --------------------------------------------------------------------------------


def test_the_batch_size_follows_the_target_and_says_why(bench):
    grow(bench, 300)
    Mark.in_compute = staticmethod(lambda n: time.sleep(0.002))
    task = start(bench, {"target_ms": 40})
    bench.work_all()
    one = paced(bench, task)
    assert 3 <= one["batch"]["size"] <= 25
    assert "40 ms a batch" in one["batch"]["reason"]
    assert one["changes"][0]["from"] is None and "begins small" in one["changes"][0]["reason"]


def test_growing_steps_are_one_change_and_a_pin_is_another(bench):
    grow(bench, 2000)
    task = start(bench, batch_size=200)
    Mark.in_compute = staticmethod(
        lambda n: n == 1500 and change_knobs(bench, task, {"batch_size": 7})
    )
    bench.work_all()
    one = paced(bench, task)
    assert [(c["from"], c["to"]) for c in one["changes"]][1] == (10, 200)
    assert one["changes"][-1]["to"] == 7 and one["changes"][-1]["reason"] == "pinned to 7"
    assert len(one["changes"]) <= 4


def change_knobs(bench, task, knobs):
    with bench.ledger.transaction() as store:
        values = {"id": task.id, "knobs": json.dumps(knobs)}
        store.execute("UPDATE tasks SET knobs = :knobs WHERE id = :id", values)


def test_a_later_attempt_begins_with_the_size_that_was_found(bench):
    grow(bench, 2000)
    task = start(bench, batch_size=200)
    Mark.in_compute = staticmethod(lambda n: n == 1500 and bench.steering.act("pause", task.id))
    bench.work_all()
    Mark.in_compute = staticmethod(lambda n: None)
    size = paced(bench, task)["batch"]["size"]
    assert size == 200
    bench.steering.act("resume", task.id)
    bench.work_all()
    assert all(c["to"] != 10 for c in paced(bench, task)["changes"][1:])


# --- what is left to be seen --------------------------------------------------------------------


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


# --- totals -------------------------------------------------------------------------------------


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
