"""SIGSTOP past the lease, then SIGCONT: what a stale worker writes is refused in both databases."""

import os
import signal

import pytest

from tests.crash.site import until
from tests.crash.test_crash_matrix import pids, stopped
from tests.crash.verdict import assert_as_if_uninterrupted, assert_events_tell

pytestmark = pytest.mark.crash

RECORDS, BATCH = 60, 10


def overdue(site):
    """What the supervisor does about a lease that ran out, without ending the process."""

    def given_back():
        return [site.settling.settle_dead(job, "no heartbeat") for job in site.recovery.overdue()]

    until(given_back)


@pytest.mark.parametrize(
    "place", ["claimed", "adopted", "computed", "target-committed", "checkpointed"]
)
def test_a_stale_worker_is_refused_in_both_databases(site, place):
    task = site.start(RECORDS, batch_size=BATCH)
    stale = site.fresh_worker(f"{place}:1:stop", lease_s=0.2)
    until(lambda: stopped(stale.pid))
    overdue(site)
    successor = site.worker()
    site.until_finished(task)
    assert site.leave(successor) == 0
    events, effects = site.ledger.events.last_id(), site.effects()
    stale.send_signal(signal.SIGCONT)
    site.leave(stale)  # it meets the fence on its way to the next checkpoint, if not before
    assert site.effects() == effects
    assert site.ledger.events.last_id() == events, "it told nothing"
    assert_as_if_uninterrupted(site, task)
    assert_events_tell(site)


@pytest.mark.parametrize("place", ["claimed", "adopted", "computed", "target-committed"])
def test_a_stale_worker_writes_nothing_after_a_pause_was_shown(site, place):
    """Nobody else has taken the job over: only its own state says that it may not write."""
    task = site.start(RECORDS, batch_size=BATCH)
    stale = site.fresh_worker(f"{place}:1:stop", lease_s=0.2)
    until(lambda: stopped(stale.pid))
    site.steering.act("pause", task.id)
    overdue(site)
    assert site.task(task).status == "paused"
    effects = site.effects()
    stale.send_signal(signal.SIGCONT)
    site.leave(stale)
    assert site.effects() == effects
    assert site.task(task).status == "paused"
    site.steering.act("resume", task.id)
    site.finish_here()
    assert_as_if_uninterrupted(site, task)


def test_a_worker_stopped_in_the_targets_transaction_holds_it_until_it_goes_on(site):
    task = site.start(RECORDS, batch_size=BATCH)
    stale = site.fresh_worker("target-effects:2:stop", lease_s=0.2)
    until(lambda: stopped(stale.pid))
    overdue(site)
    successor = site.worker()
    until(lambda: "is locked by another program" in site.task(task).message)
    stale.send_signal(signal.SIGCONT)  # its commit is still valid: nobody adopted the row before it
    site.until_finished(task)
    site.leave(stale)
    site.leave(successor)
    assert_as_if_uninterrupted(site, task)
    assert_events_tell(site)


def test_the_service_ends_a_worker_that_stopped_answering_and_goes_on(site):
    task = site.start(RECORDS, batch_size=BATCH)
    service = site.service(worker_seam="target-effects:4:stop", lease_s=1.0)
    (task,) = site.until_finished(task)
    assert_as_if_uninterrupted(site, task)
    assert_events_tell(site)
    errors = [r["error"] for r in site.store.rows("attempts_of_task", task_id=task.id)]
    assert any(e and "stopped answering" in e for e in errors)
    assert not any(stopped(pid) for pid in pids(site))
    assert site.leave(service) == 0


def test_a_hung_worker_of_an_earlier_service_is_ended_by_its_identity(site):
    task = site.start(RECORDS, batch_size=BATCH)
    first = site.service(worker_seam="computed:2:stop", lease_s=1.0)
    until(lambda: any(stopped(pid) for pid in pids(site)))
    (hung,) = [pid for pid in pids(site) if stopped(pid)]
    first.kill()
    second = site.service(lease_s=1.0)
    site.until_finished(task)
    assert_as_if_uninterrupted(site, task)
    with pytest.raises(ProcessLookupError):
        until(lambda: os.kill(hung, 0))
    assert site.leave(second) == 0
