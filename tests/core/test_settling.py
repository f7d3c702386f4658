"""The ends of attempts: one transaction, guarded by the fence, that also says what comes next."""

import pytest

from core.errors import ClaimLost
from core.lifecycle import Ending
from core.pacing import BACKOFF_FIRST_S
from core.recovery import Recovery
from tests.factories import Desk
from tests.moves import (
    assert_last_event_is_the_truth,
    end,
    fail,
    jobs,
    now,
    put_setting,
    step,
    told,
)


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    put_setting(desk, pipeline__total_slots=8)
    yield desk
    desk.store.close()


def attempts(desk, task):
    return [tuple(r)[2:] for r in desk.store.rows("attempts_of_task", task_id=task.id)]


# --- one job -------------------------------------------------------------------------------------


def test_the_end_of_an_attempt_is_history(desk):
    task = desk.enqueue()
    claim = desk.claim()
    step(desk, claim, None, 4)
    end(desk, claim, "released")
    claim = desk.claim()
    step(desk, claim, 4, 9)
    end(desk, claim)
    rows = desk.store.rows("attempts_of_task", task_id=task.id)
    assert [(r["number"], r["cursor_from"], r["cursor_to"], r["outcome"]) for r in rows] == [
        (1, None, "4", "released"),
        (2, "4", "9", "completed"),
    ]
    assert all(r["finished_at"] for r in rows)


def test_a_result_is_kept_with_its_type(desk):
    task = desk.enqueue()
    end(desk, desk.claim(), result='{"a":1}', result_type="application/json")
    row = desk.store.one("result", id=task.id)
    assert (row["result"], row["result_type"]) == (b'{"a":1}', "application/json")


def test_a_failed_attempt_is_tried_again_after_a_pause(desk):
    task = desk.enqueue()
    fail(desk, desk.claim(), ending="failed")
    job = jobs(desk, task)[0]
    assert (job.status, job.blocked, job.tries) == ("queued", "backoff", 1)
    assert 0 < job.wake_mono - desk.clock.mono() <= BACKOFF_FIRST_S
    assert now(desk, task).status == "queued"
    reason = told(desk, task)[-1][1]["waiting_because"]
    assert reason["code"] == "back-off"
    assert "it broke" in reason["message"]


def test_after_the_last_try_the_task_has_failed_with_the_reason(desk):
    task = desk.enqueue()
    for _ in range(3):
        desk.clock.advance(600)
        fail(desk, desk.claim(), ending="failed")
    assert now(desk, task).status == "failed"
    assert now(desk, task).error["message"] == "it broke"
    assert_last_event_is_the_truth(desk, task)


def test_a_snooze_counts_no_try_and_waits_as_long_as_asked(desk):
    task = desk.enqueue()
    for _ in range(5):
        end(desk, desk.claim(), "snoozed", delay_s=30, message="the file is still being written")
        assert desk.claim() is None
        desk.clock.advance(30)
    assert jobs(desk, task)[0].tries == 0


def test_work_that_is_not_needed_completes_with_the_reason(desk):
    desk.enqueue()
    task = end(desk, desk.claim(), "discarded", message="the page was deleted")
    assert (task.status, task.message) == ("completed", "the page was deleted")


def test_a_full_disk_pauses_with_that_reason_until_a_person_resumes(desk):
    task = desk.enqueue()
    end(desk, desk.claim(), "disk_full", message="The disk is full. Make room, then resume.")
    found = now(desk, task)
    assert (found.status, found.control) == ("paused", "run")
    assert found.message.startswith("The disk is full")
    assert desk.claim() is None
    task = desk.steering.act("resume", task.id)
    assert (task.status, task.message) == ("queued", "")
    assert desk.claim()


def test_words_of_an_earlier_end_do_not_stay_beside_the_bar(desk):
    """A task that goes on after a death does not say for ever that its worker died."""
    task = desk.enqueue()
    desk.claim()
    desk.settling.settle_dead(jobs(desk, task)[0], "its process was ended by SIGKILL")
    assert now(desk, task).message == "its process was ended by SIGKILL"
    end(desk, desk.claim())
    assert now(desk, task).message == ""


# --- late and stale ------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", Ending)
def test_a_late_finish_never_overwrites_cancelled(desk, ending):
    """The worker was ended after the grace period and its last words arrive afterwards."""
    task = desk.enqueue()
    claim = desk.claim()
    desk.steering.act("cancel", task.id)
    desk.settling.end_by_force(jobs(desk, task)[0], "ended after the grace period")
    before = len(desk.events())
    with pytest.raises(ClaimLost):
        end(desk, claim, ending)
    assert now(desk, task).status == "cancelled"
    assert len(desk.events()) == before


@pytest.mark.parametrize("ending", Ending)
def test_what_ends_while_it_is_being_cancelled_is_cancelled(desk, ending):
    task = desk.enqueue("a", "b")
    claim = desk.claim()
    desk.steering.act("cancel", task.id)
    end(desk, claim, ending, chunks=("1", "2"))
    assert now(desk, task).status == "cancelled"
    assert {j.status for j in jobs(desk, task)} == {"cancelled"}, "no chunk, no next step"


def test_settling_twice_changes_nothing(desk):
    task = desk.enqueue()
    claim = desk.claim()
    end(desk, claim)
    with pytest.raises(ClaimLost):
        end(desk, claim, "hopeless")
    assert now(desk, task).status == "completed"


def test_a_forced_end_of_what_has_ended_is_nothing(desk):
    task = desk.enqueue()
    desk.claim()
    desk.steering.act("cancel", task.id)
    job = jobs(desk, task)[0]
    assert desk.settling.end_by_force(job, "late").status == "cancelled"
    assert desk.settling.end_by_force(job, "later") is None
    assert now(desk, task).message == "late", "how it ended, not that it is about to"


def test_a_cancelled_task_no_longer_speaks_of_a_grace_period(desk):
    task = desk.enqueue()
    claim = desk.claim()
    desk.steering.act("cancel", task.id)
    assert "10 s" in now(desk, task).message
    end(desk, claim, "stopped")
    assert now(desk, task).message == ""


def test_resumed_before_it_had_stopped_it_goes_on_by_itself(desk):
    task = desk.enqueue()
    claim = desk.claim()
    desk.steering.act("pause", task.id)
    desk.steering.act("resume", task.id)
    end(desk, claim, "stopped")
    assert desk.claim().task.id == task.id


# --- deaths --------------------------------------------------------------------------------------


def test_a_job_whose_worker_died_is_claimed_again_at_its_cursor_and_counts_the_attempt(desk):
    task = desk.enqueue()
    claim = desk.claim()
    step(desk, claim, None, 5)
    desk.settling.settle_dead(jobs(desk, task)[0], "killed")
    again = desk.claim()
    assert (again.job.cursor, again.job.attempts, again.job.deaths) == ("5", 2, 1)
    assert again.fence > claim.fence + 1, "the dead one's fence was burnt"


def test_two_deaths_at_the_same_place_stop_the_job(desk):
    """A stale job that is queued again without counting would crash workers for ever."""
    task = desk.enqueue()
    for _ in range(2):
        desk.claim()
        desk.settling.settle_dead(jobs(desk, task)[0], "its process was ended by SIGSEGV")
    task = now(desk, task)
    assert task.status == "failed"
    assert task.error["code"] == "crash-loop"
    assert "2 times at the same place (at the start)" in task.error["message"]
    assert "SIGSEGV" in task.error["message"]
    assert desk.claim() is None


def test_deaths_at_different_places_do_not_stop_it(desk):
    task = desk.enqueue()
    for n in range(6):
        claim = desk.claim()
        step(desk, claim, n - 1 if n else None, n)
        desk.settling.settle_dead(jobs(desk, task)[0], "killed")
    assert now(desk, task).status == "queued"


def test_a_worker_that_the_stopping_service_ended_counts_no_death(desk):
    """A long step without checkpoints survives any number of closings of the app."""
    task = desk.enqueue()
    recovery = Recovery(desk.ledger, desk.settling)
    for _ in range(5):
        desk.claim(worker_id=7)
        recovery.bury(7, "the service stopped", at_fault=False)
    assert now(desk, task).status == "queued"
    assert jobs(desk, task)[0].deaths == 0


def test_how_many_deaths_are_too_many_is_a_setting(desk):
    put_setting(desk, pipeline__deaths_at_cursor=1)
    task = desk.enqueue()
    desk.claim()
    assert desk.settling.settle_dead(jobs(desk, task)[0], "killed").status == "failed"


def test_a_death_while_it_is_being_paused_pauses_it(desk):
    task = desk.enqueue()
    desk.claim()
    desk.steering.act("pause", task.id)
    desk.settling.settle_dead(jobs(desk, task)[0], "killed")
    assert now(desk, task).status == "paused"
    assert desk.claim() is None


def test_a_death_settled_by_two_is_counted_once(desk):
    task = desk.enqueue()
    desk.claim()
    job = jobs(desk, task)[0]
    assert desk.settling.settle_dead(job, "killed") is not None
    assert desk.settling.settle_dead(job, "killed") is None
    assert jobs(desk, task)[0].deaths == 1


# --- recovery ------------------------------------------------------------------------------------


def sweep(desk, **options):
    return Recovery(desk.ledger, desk.settling).sweep(**options)


def test_what_a_dead_worker_held_is_given_back(desk):
    with desk.store.transaction() as store:
        worker = store.value("insert_worker", pid=2**22 + 1, started="1", boot="x", now=0.0)
    task = desk.enqueue()
    desk.claim(worker)
    assert sweep(desk, watched={2**22 + 1}) == [], "somebody else waits for its end"
    assert [j.task_id for j in sweep(desk)] == [task.id]
    assert now(desk, task).status == "queued"
    assert desk.store.rows("workers") == []
    assert sweep(desk) == []


def test_a_running_job_of_nobody_is_given_back(desk):
    task = desk.enqueue()
    desk.claim(worker_id=99)
    assert len(sweep(desk)) == 1
    assert now(desk, task).status == "queued"


def test_a_living_worker_is_left_alone(tmp_path):
    from core.clock import SystemClock
    from core.identity import ProcessIdentity

    desk = Desk(tmp_path, SystemClock())
    me = ProcessIdentity.of()
    with desk.store.transaction() as store:
        worker = store.value("insert_worker", pid=me.pid, started=me.started, boot=me.boot, now=0.0)
    desk.enqueue()
    desk.claim(worker)
    assert sweep(desk) == []


def test_a_reused_pid_is_not_the_old_worker(tmp_path):
    from core.clock import SystemClock
    from core.identity import ProcessIdentity

    desk = Desk(tmp_path, SystemClock())
    me = ProcessIdentity.of()
    with desk.store.transaction() as store:
        worker = store.value("insert_worker", pid=me.pid, started="1", boot=me.boot, now=0.0)
    desk.enqueue()
    desk.claim(worker)
    assert len(sweep(desk)) == 1


def test_a_restart_does_not_resume_what_a_person_paused(desk):
    running, paused, pausing = (desk.enqueue() for _ in range(3))
    desk.claim(worker_id=5)
    desk.steering.act("pause", paused.id)
    claimed = desk.claim(worker_id=5)
    assert claimed.task.id == pausing.id
    desk.steering.act("pause", pausing.id)
    sweep(desk)  # as a service that starts finds it
    assert [now(desk, t).status for t in (running, paused, pausing)] == [
        "queued",
        "paused",
        "paused",
    ]
    assert desk.claim().task.id == running.id
    assert desk.claim() is None


def test_a_lease_that_ran_out_is_seen_twice_before_it_counts(desk):
    recovery = Recovery(desk.ledger, desk.settling)
    desk.enqueue()
    claim = desk.claim()
    desk.clock.advance(desk.claims.lease_s)
    assert recovery.overdue() == []
    assert [j.id for j in recovery.overdue()] == [claim.job.id]
    desk.claims.renew(claim)
    assert recovery.overdue() == []


def test_a_heartbeat_between_two_looks_clears_the_suspicion(desk):
    recovery = Recovery(desk.ledger, desk.settling)
    desk.enqueue()
    claim = desk.claim()
    desk.clock.advance(desk.claims.lease_s)
    assert recovery.overdue() == []
    desk.claims.renew(claim)
    desk.clock.advance(desk.claims.lease_s)
    assert recovery.overdue() == [], "another lease, looked at for the first time"


def test_a_lease_does_not_follow_the_wall_clock(desk):
    recovery = Recovery(desk.ledger, desk.settling)
    desk.enqueue()
    desk.claim()
    desk.clock.wall_s += 3600
    assert recovery.overdue() == recovery.overdue() == []
    desk.clock.wall_s -= 7200
    assert recovery.overdue() == recovery.overdue() == []
