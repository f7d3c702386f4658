"""Throttles and batch sizes of a real backfill: what holds it back is named, what changes holds."""

import json
import time

import pytest

from core.loop import pace
from core.throttles import Machine
from tests.core.pace.marking import Mark, grow, marks, paced, start
from tests.moves import now, put_setting, told

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
