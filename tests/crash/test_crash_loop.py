"""A record that kills every worker stops its job, or fails alone, as the policy says."""

import os
import signal
import time

import pytest

from core.policy import ErrorPolicy
from tests.crash.site import until
from tests.crash.verdict import assert_as_if_uninterrupted, assert_events_tell

pytestmark = pytest.mark.crash


def test_two_deaths_at_the_same_cursor_stop_the_job_with_that_reason(site):
    task = site.start(100, batch_size=10, kill_at=45)
    other = site.start(40)
    service = site.service()
    task, other = site.until_finished(task, other)
    assert (task.status, task.error["code"]) == ("failed", "crash-loop")
    assert "died 2 times at the same place (after 40)" in task.error["message"]
    assert "SIGKILL" in task.error["message"]
    (job,) = site.ledger.jobs(task)
    outcomes = [r["outcome"] for r in site.store.rows("attempts_of_task", task_id=task.id)]
    assert (job.deaths, outcomes) == (2, ["released", "hopeless"])
    assert site.effects(task) == [(task.id, n) for n in range(1, 41)]
    assert_as_if_uninterrupted(site, other)
    assert_events_tell(site)
    assert site.leave(service) == 0


def test_a_record_that_ends_every_worker_fails_alone_where_the_policy_may_skip_it(site):
    task = site.start(100, batch_size=10, kill_at=45, errors=ErrorPolicy().document())
    service = site.service()
    task = site.until_finished(task)[0]
    assert (task.status, task.done, task.failed) == ("completed", 99, 1), task.error
    outcomes = [r["outcome"] for r in site.store.rows("attempts_of_task", task_id=task.id)]
    assert outcomes == ["released"] * 4 + ["completed"], "once in its batch, three times alone"
    assert site.effects(task) == [(task.id, n) for n in range(1, 101) if n != 45]
    (item,) = site.store.execute("SELECT key, status, attempts, message FROM items", {})
    assert tuple(item)[:3] == ("45", "failed", 3)
    assert "ended the worker process" in item["message"]
    assert_events_tell(site)
    assert site.leave(service) == 0


def test_what_ends_workers_wherever_they_begin_is_no_record_and_stops_the_job(site):
    """Also the attempt that only writes that the record failed dies: four deaths are enough."""
    errors = ErrorPolicy().document()
    task = site.start(100, batch_size=10, kill_at=41, kill_in_apply=True, errors=errors)
    service = site.service()
    task = site.until_finished(task)[0]
    assert (task.status, task.error["code"]) == ("failed", "crash-loop")
    assert "died 4 times at the same place (after 40)" in task.error["message"]
    assert site.effects(task) == [(task.id, n) for n in range(1, 41)]
    assert site.leave(service) == 0


def test_work_goes_on_within_two_seconds_of_a_workers_death(site):
    task = site.start(2000, batch_size=10, seconds_per_batch=0.02)
    began = time.monotonic()
    service = site.service()
    until(lambda: site.task(task).done > 20)
    start_s = time.monotonic() - began  # of a service with its first worker: how slow it is here
    (running,) = site.store.rows("running_jobs")
    (pid,) = [r["pid"] for r in site.store.rows("workers") if r["id"] == running["worker_id"]]
    before = running["fence"]
    os.kill(pid, signal.SIGKILL)
    moved = "SELECT 1 FROM jobs WHERE fence > :f AND status = 'running' AND done > :d"
    done = site.ledger.jobs(task)[0].done
    until(lambda: site.store.execute(moved, {"f": before, "d": done + 20}), max(2, start_s))
    site.steering.act("cancel", task.id)
    site.until_finished(task)
    assert site.leave(service) == 0
