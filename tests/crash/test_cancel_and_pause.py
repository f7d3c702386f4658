"""Cancel and pause at random moments, hundreds of times: what was shown stays true."""

import json
import random
import threading

import pytest

from core.errors import NotPossible
from core.model import Status
from core.registry import Registry
from core.worker import Worker
from tests.crash.reader import Reader
from tests.crash.site import until
from tests.crash.verdict import assert_as_if_uninterrupted, assert_events_tell

pytestmark = pytest.mark.crash

CANCELS, CANCELS_ACROSS_PROCESSES = 250, 60
SHOWN = "SELECT count(*) FROM effects"


def later(seconds):
    """A random moment: the point of these tests, not a synchronisation."""
    threading.Event().wait(random.uniform(0, seconds))


def test_cancel_at_random_moments_of_a_worker_never_ends_otherwise(site):
    worker = Worker(site.ledger, Registry(site.data / "tasks"), site.data)
    reader, ends = Reader(site), []
    for _ in range(CANCELS):
        task = site.start(6, batch_size=2)
        thread = threading.Thread(target=worker.work_one)
        thread.start()
        later(0.02)
        ends.append(cancel(site, task))
        thread.join(30)
        check_cancelled(site, task, ends[-1])
    assert_events_tell(site, reader.stop())
    assert set(ends) == {True, False}, "both sides won sometimes"


def test_cancel_at_random_moments_of_worker_processes_never_ends_otherwise(site):
    reader, ends = Reader(site), []
    workers = [site.worker(), site.worker()]
    for _ in range(CANCELS_ACROSS_PROCESSES):
        tasks = [site.start(6, batch_size=2), site.start(6, batch_size=2)]
        for task in tasks:
            later(0.02)
            ends.append(cancel(site, task))
        site.until_finished(*tasks)
        for task, cancelled in zip(tasks, ends[-2:], strict=True):
            check_cancelled(site, task, cancelled)
    for worker in workers:
        assert site.leave(worker) == 0
    assert_events_tell(site, reader.stop())
    assert True in ends


def cancel(site, task) -> bool:
    """Whether the cancel was accepted."""
    try:
        shown = site.steering.act("cancel", task.id)
    except NotPossible:
        return False
    if shown.status == Status.CANCELLED:
        assert site.effects(task) == [], "it was cancelled before it started"
    return True


def check_cancelled(site, task, accepted):
    task = site.task(task)
    assert task.status == (Status.CANCELLED if accepted else Status.COMPLETED)
    assert len(site.effects(task)) == site.ledger.jobs(task)[0].done == task.done
    with pytest.raises(NotPossible):
        site.steering.act("pause", task.id)


def test_nothing_moves_after_a_pause_was_shown(site):
    task = site.start(2000, batch_size=5, seconds_per_batch=0.001)
    worker = site.worker()
    reader, pauses = Reader(site), 0
    while not site.task(task).is_finished:
        later(0.08)
        try:
            site.steering.act("pause", task.id)
        except NotPossible:
            break
        until(lambda: site.task(task).status in ("paused", "completed"))
        if site.task(task).status == "completed":
            break
        pauses += 1
        shown = (site.in_target(SHOWN), site.ledger.jobs(task), site.ledger.events.last_id())
        later(0.1)
        now = (site.in_target(SHOWN), site.ledger.jobs(task), site.ledger.events.last_id())
        assert now == shown
        site.steering.act("resume", task.id)
    site.until_finished(task)
    assert pauses >= 5
    assert site.leave(worker) == 0
    assert_as_if_uninterrupted(site, task)
    assert_events_tell(site, reader.stop())


@pytest.mark.slow
def test_a_restart_leaves_paused_what_was_paused_and_resumes_what_was_running(site):
    paused = site.start(400, batch_size=5, seconds_per_batch=0.01)
    running = site.start(400, batch_size=5, seconds_per_batch=0.01)
    service = site.service()
    until(lambda: site.task(paused).done and site.task(running).done)
    site.steering.act("pause", paused.id)
    until(lambda: site.task(paused).status == "paused")
    shown, effects = site.ledger.jobs(paused), site.effects(paused)
    service.kill()
    service.wait()
    successor = site.service()
    site.until_finished(running)
    assert site.ledger.jobs(paused) == shown
    assert site.effects(paused) == effects
    site.steering.act("resume", paused.id)
    site.until_finished(paused)
    for task in (paused, running):
        assert_as_if_uninterrupted(site, task)
    assert_events_tell(site)
    assert site.leave(successor) == 0


@pytest.mark.slow
def test_a_job_that_answers_no_cancel_is_ended_after_the_grace_period(site):
    site.put_setting("pipeline.grace_s", 0.3)
    task = site.start(100, batch_size=10, seconds_per_batch=3600)
    service = site.service()
    until(lambda: site.task(task).stage == "backfilling")
    site.steering.act("cancel", task.id)
    (task,) = site.until_finished(task)
    assert task.status == "cancelled"
    (message,) = {
        json.loads(e.data)["message"]
        for e in site.ledger.events.after(0, 10_000)
        if e.kind == "task_finished"
    }
    assert message == "Ended: it did not answer within 0.3 s"
    assert_events_tell(site)
    assert site.leave(service) == 0
