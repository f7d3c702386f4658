"""Real worker processes of a real service: deaths, hangs, stops and slots that change.

What is left behind after deaths at every place is in tests/crash; here it is who notices, how soon,
and what the person is told.
"""

import json
import os
import signal
import threading
import time

import psutil
import pytest

from core.model import NewTask
from core.queue import Intake, Settling, Steering
from core.service import Service
from core.tasks.rehearsal import Rehearsal

DEADLINE_S = 40.0
pytestmark = pytest.mark.slow


class Place:
    """A service in a data directory, driven without HTTP."""

    def __init__(self, folder, **settings):
        self.service = Service(folder)
        self.ledger = self.service.ledger
        self.steering = Steering(self.ledger, Settling(self.ledger))
        self.put(**{"pipeline__total_slots": 1, "pipeline__priority_lane_slots": 0, **settings})

    def put(self, **settings):
        with self.ledger.transaction() as store:
            for name, value in settings.items():
                key = name.replace("__", ".", 1)
                store.changed("put_setting", key=key, value=json.dumps(value))
            store.changed("settings_changed")

    def start(self, **params):
        fields = {"records": 1000, "batch_size": 1, "seconds_per_batch": 0.05, **params}
        params = Rehearsal.validate(fields).model_dump(mode="json")
        return Intake(self.ledger).enqueue(
            NewTask("rehearsal", "A rehearsal", params, Rehearsal.step_list())
        )

    def task(self, task):
        return self.ledger.task(task.id)

    def job(self, task):
        """The job of the step the task is in."""
        task = self.task(task)
        return self.ledger.jobs(task, task.step_index)[-1]

    def worker_of(self, task):
        """The process that holds the task's job, once it has made progress there."""
        until(lambda: self.job(task).status == "running" and self.job(task).done)
        worker = self.job(task).worker_id
        return next(r["pid"] for r in self.ledger.store.rows("workers") if r["id"] == worker)

    def attempts(self, task):
        return self.ledger.store.rows("attempts_of_task", task_id=task.id)


def until(condition, seconds=DEADLINE_S):
    give_up = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < give_up, f"not within {seconds:g} s"
        time.sleep(0.01)
    return found


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("LONGHAUL_LEASE_S", "2")
    place = Place(tmp_path)
    place.service.start()
    yield place
    place.service.stop(timeout=5.0)


def gone(pid):
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE  # ended, not yet asked how
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV], ids=["kill", "segfault"])
def test_a_worker_that_dies_costs_one_attempt_and_is_replaced(place, how):
    task = place.start()
    pid = place.worker_of(task)
    number, done = len(place.service.supervisor.pids), place.job(task).done
    died = time.monotonic()
    os.kill(pid, how)
    until(lambda: place.job(task).attempts == 2 and place.job(task).status == "running")
    took = time.monotonic() - died
    assert took < 2.0 * slowness(), "work goes on within two seconds of a worker's death"
    assert place.worker_of(task) != pid
    until(lambda: len(place.service.supervisor.pids) == number)
    job = place.job(task)
    assert (job.attempts, job.tries, job.deaths) == (2, 0, 1)
    first = place.attempts(task)[0]
    assert first["outcome"] == "released"
    assert how.name in json.loads(first["error"])["message"]
    assert int(json.loads(first["cursor_to"])) >= done, "it goes on where it was"


def test_how_a_worker_ended_is_told_by_who_saw_it_even_when_that_comes_late(place, monkeypatch):
    supervisor, noticed = place.service.supervisor, threading.Event()
    bury, told = supervisor._bury, threading.Event()

    def bury_late(child, status):
        noticed.set()
        assert told.wait(DEADLINE_S)
        return bury(child, status)

    monkeypatch.setattr(supervisor, "_bury", bury_late)
    task = place.start()
    os.kill(place.worker_of(task), signal.SIGKILL)
    assert noticed.wait(DEADLINE_S)
    for _ in range(2):  # the second tick begins after the death
        ticked = threading.Event()
        monkeypatch.setattr(supervisor, "after_tick", ticked.set)
        assert ticked.wait(DEADLINE_S)
    assert place.job(task).deaths == 0, "the sweep leaves it to the watcher"
    told.set()
    until(lambda: place.job(task).deaths == 1)
    assert "SIGKILL" in json.loads(place.attempts(task)[0]["error"])["message"]


def slowness():
    """How many others share each core at the moment; 1 on an idle machine."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def test_a_job_that_crashes_its_worker_again_and_again_is_stopped_with_that_reason(place):
    task = place.start(trouble="crash", trouble_at=3, trouble_times=1000, seconds_per_batch=0)
    task = until(lambda: (t := place.task(task)).is_finished and t)
    assert task.status == "failed"
    assert task.error["code"] == "crash-loop"
    assert "SIGKILL" in task.error["message"]
    assert len(place.attempts(task)) == 2
    healthy = place.start(records=2, seconds_per_batch=0)
    until(lambda: place.task(healthy).status == "completed")


def test_a_hanging_job_is_ended_after_the_grace_period_when_it_is_cancelled(place):
    place.put(pipeline__grace_s=1.0)
    task = place.start(trouble="hang", trouble_at=3, seconds_per_batch=0)
    until(lambda: place.ledger.store.execute("SELECT 1 FROM logs WHERE message LIKE 'hang%'", {}))
    pid = place.worker_of(task)
    asked = time.monotonic()
    shown = place.steering.act("cancel", task.id)
    assert (shown.status, shown.control) == ("running", "cancel")
    assert "ended after 1 s" in shown.message
    task = until(lambda: (t := place.task(task)).is_finished and t)
    assert time.monotonic() - asked >= 1.0, "not before the grace period"
    assert task.status == "cancelled"
    assert "did not answer within 1 s" in task.message
    assert gone(pid), "what is shown as stopped does nothing any more"
    healthy = place.start(records=2, seconds_per_batch=0)
    until(lambda: place.task(healthy).status == "completed")


def test_a_job_that_answers_a_cancel_keeps_its_worker(place):
    task = place.start()
    pid = place.worker_of(task)
    place.steering.act("cancel", task.id)
    task = until(lambda: (t := place.task(task)).is_finished and t)
    assert (task.status, task.message) == ("cancelled", "")
    assert pid in place.service.supervisor.pids


def test_a_worker_that_stops_its_heartbeat_is_ended_and_replaced(place):
    task = place.start()
    pid = place.worker_of(task)
    os.kill(pid, signal.SIGSTOP)
    until(lambda: gone(pid))
    until(lambda: place.job(task).attempts == 2 and place.job(task).status == "running")
    error = json.loads(place.attempts(task)[0]["error"])
    assert "no heartbeat" in error["message"]
    until(lambda: pid not in place.service.supervisor.pids)


def test_slots_can_be_changed_while_it_runs(place):
    tasks = [place.start() for _ in range(3)]

    def running():
        return sum(place.task(t).status == "running" for t in tasks)

    until(lambda: running() == 1)
    place.put(pipeline__total_slots=3)
    until(lambda: running() == 3)
    assert len(place.service.supervisor.pids) >= 3
    place.put(pipeline__total_slots=1)
    until(lambda: running() == 1)
    until(lambda: len(place.service.supervisor.pids) == 2)
    assert sum(place.task(t).status == "queued" for t in tasks) == 2
    assert all(place.job(t).deaths == 0 for t in tasks), "they were asked, not ended"


def test_an_urgent_job_starts_while_all_slots_are_lent(place):
    place.put(pipeline__total_slots=1, pipeline__priority_lane_slots=1)
    normal = place.start()
    place.worker_of(normal)
    urgent = place.start(records=3, seconds_per_batch=0.2)
    with place.ledger.transaction():
        place.service.tasks._ordering.set_priority(place.task(urgent), 100)
    until(lambda: place.task(urgent).status == "running")
    until(lambda: place.task(normal).status == "queued")
    until(lambda: place.task(urgent).status == "completed")
    until(lambda: place.task(normal).status == "running")
    assert place.job(normal).deaths == 0


def test_a_clean_stop_gives_jobs_back_and_a_restart_goes_on_without_counting_a_death(
    tmp_path, monkeypatch
):
    first = Place(tmp_path)
    first.service.start()
    running, paused = first.start(), first.start()
    first.steering.act("pause", paused.id)
    first.worker_of(running)
    pids = first.service.supervisor.pids
    first.service.stop(timeout=20.0)
    assert all(gone(pid) for pid in pids)
    second = Place(tmp_path)
    job = second.job(running)
    assert (job.status, job.deaths) == ("queued", 0)
    second.service.start()
    try:
        until(lambda: second.job(running).done > job.done)
        assert second.task(paused).status == "paused", "a restart resumes nothing that was paused"
    finally:
        second.service.stop(timeout=20.0)


def test_a_service_that_cannot_wait_for_a_job_ends_it_without_blaming_it(tmp_path):
    """Twice, which would be a crash loop if it counted."""
    task = None
    for _ in range(2):
        place = Place(tmp_path)
        place.service.start()
        task = task or place.start(
            trouble="hang", trouble_at=3, trouble_times=9, seconds_per_batch=0
        )
        until(
            lambda place=place, task=task: (
                place.job(task).status == "running" and place.job(task).done == 3
            )
        )
        place.service.stop(timeout=0.2)
    place = Place(tmp_path)
    assert (place.job(task).status, place.job(task).deaths) == ("queued", 0)
    assert {a["outcome"] for a in place.attempts(task)} == {"released"}
    place.service.stop()


def test_workers_that_cannot_start_are_not_started_in_a_circle(tmp_path, monkeypatch):
    import sys

    from core import supervisor as supervisor_module

    class Broken:
        executable = "/bin/false"
        stderr = sys.stderr

    if not os.path.exists(Broken.executable):
        pytest.skip("needs a program that fails at once")
    place = Place(tmp_path)
    monkeypatch.setattr(supervisor_module, "sys", Broken)
    place.service.start()
    try:
        found = until(
            lambda: [c for c in place.service.conditions() if c["code"] == "workers-cannot-start"]
        )
        assert "log of the service" in found[0]["message"]
    finally:
        place.service.stop(timeout=1.0)
