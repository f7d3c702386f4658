"""A wall clock set an hour back or forward, in the middle of everything."""

import pytest

from core.lifecycle import Ending
from core.model import Status
from core.queue import Outcome
from core.recovery import Recovery
from tests.crash.site import until
from tests.crash.verdict import assert_as_if_uninterrupted, assert_events_tell
from tests.factories import Desk

HOUR = 3600.0


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_lease_does_not_follow_the_wall_clock(desk, hours):
    task = desk.enqueue()
    claim = desk.claim()
    recovery = Recovery(desk.ledger, desk.settling)
    desk.clock.wall_s += hours * HOUR
    assert recovery.overdue() == recovery.overdue() == []
    desk.clock.advance(desk.claims.lease_s + 1)
    assert recovery.overdue() == []
    assert [job.id for job in recovery.overdue()] == [claim.job.id]
    desk.claims.renew(claim)
    assert recovery.overdue() == []
    desk.settling.settle(claim.job, Outcome(Ending.COMPLETED))
    assert desk.ledger.task(task.id).status == Status.COMPLETED


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_back_off_does_not_follow_the_wall_clock(desk, hours):
    desk.enqueue()
    claim = desk.claim()
    desk.settling.settle(claim.job, Outcome(Ending.SNOOZED, delay_s=60))
    desk.clock.wall_s += hours * HOUR
    assert desk.claim() is None
    desk.clock.mono_s += 61
    assert desk.claim() is not None


def test_a_back_off_of_another_boot_is_over(desk):
    desk.enqueue()
    desk.settling.settle(desk.claim().job, Outcome(Ending.SNOOZED, delay_s=60))
    desk.clock.boot_id, desk.clock.mono_s = "boot-2", 5.0
    assert desk.claim() is not None


def test_a_calendar_time_follows_the_wall_clock(desk):
    desk.enqueue(not_before=desk.clock.wall() + HOUR / 2)
    assert desk.claim() is None
    desk.clock.set_back(HOUR)
    assert desk.claim() is None
    desk.clock.wall_s += 2 * HOUR
    assert desk.claim() is not None


@pytest.mark.crash
def test_worker_processes_do_not_mind_a_clock_that_jumps(site):
    """Two workers with a wall clock that we set: back, forward, and back again, while they run."""
    offset = site.data / "clock-offset"
    offset.write_text("0")
    tasks = [site.start(400, batch_size=5, seconds_per_batch=0.005) for _ in range(2)]
    workers = [site.worker(module="tests.crash.shifted_worker") for _ in tasks]
    for done, hours in ((50, -1), (150, 1), (250, -1), (300, 0)):
        until(lambda d=done: any(site.task(t).done >= d for t in tasks))
        offset.write_text(str(hours * HOUR))
    site.until_finished(*tasks)
    for worker in workers:
        assert site.leave(worker) == 0
    for task in tasks:
        assert_as_if_uninterrupted(site, task)
        assert site.task(task).attempts == 1
    events = site.ledger.events.after(0, 100_000)
    assert_events_tell(site, events)
    assert any(later.at < earlier.at for earlier, later in zip(events, events[1:], strict=False))
