"""The workers' side: claims on a real database with real lanes, the fence, checkpoints."""

import threading

import pytest

from core.errors import ClaimLost
from core.model import Control, Progress
from core.queue import Note
from core.queue.claims import TELL_S
from tests.factories import Desk
from tests.moves import assert_last_event_is_the_truth, end, jobs, now, put_setting, step, told


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    slots = {"total_slots": 2, "priority_lane_slots": 1, "recording_slots": 1, "direct_slots": 2}
    put_setting(desk, **{f"pipeline__{name}": n for name, n in slots.items()})
    yield desk
    desk.store.close()


def claims(desk):
    """Everything that may be claimed now."""
    found = []
    while claim := desk.claim():
        found.append(claim)
    return found


def lanes(desk):
    return [(c.job.claimed_lane, c.job.lent) for c in claims(desk)]


# --- who is claimed ------------------------------------------------------------------------------


def test_the_most_urgent_is_claimed_first_then_the_oldest(desk):
    put_setting(desk, pipeline__total_slots=9)
    low, first, second, urgent = (desk.enqueue(priority=p) for p in (-5, 0, 0, 500))
    assert [c.task.id for c in claims(desk)] == [urgent.id, first.id, second.id, low.id]


def test_nothing_is_claimed_twice_by_many_at_once(tmp_path):
    desk = Desk(tmp_path)
    put_setting(desk, pipeline__total_slots=64)
    tasks = [desk.enqueue().id for _ in range(40)]
    got, gate = [], threading.Barrier(8)

    def work(number):
        gate.wait()
        while claim := desk.claim(number):
            got.append(claim.task.id)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == tasks


def test_a_claim_counts_the_attempt_before_any_code_runs(desk):
    task = desk.enqueue()
    claim = desk.claim()
    assert (claim.job.attempts, claim.job.fence, claim.task.attempts) == (1, 1, 1)
    rows = desk.store.rows("attempts_of_task", task_id=task.id)
    assert [(r["number"], r["outcome"]) for r in rows] == [(1, "running")]


# --- lanes ---------------------------------------------------------------------------------------


def test_normal_work_borrows_the_idle_slot_and_then_the_lane_is_full(desk):
    for _ in range(3):
        desk.enqueue()
    assert lanes(desk) == [("normal", 0), ("normal", 1)]


def test_an_urgent_job_starts_at_once_though_all_slots_are_lent(desk):
    for _ in range(3):
        desk.enqueue()
    own, lent = claims(desk)
    urgent = desk.enqueue(priority=100)
    claim = desk.claim()
    assert (claim.task.id, claim.job.claimed_lane) == (urgent.id, "priority")
    assert not step(desk, own, None, 1).give_back, "what runs on a slot of its own keeps it"
    assert step(desk, lent, None, 1).give_back


def test_a_slot_that_was_given_back_stays_with_the_urgent_job(desk):
    for _ in range(3):
        desk.enqueue()
    _, lent = claims(desk)
    desk.enqueue(priority=100)
    urgent = desk.claim()
    end(desk, lent, "released")
    assert desk.claim() is None, "two slots, two jobs"
    end(desk, urgent)
    assert desk.claim().task.id == lent.task.id, "it goes on, at its old place in the line"


def test_a_lent_job_keeps_its_place_when_a_slot_of_its_own_came_free(desk):
    for _ in range(2):
        desk.enqueue()
    own, lent = claims(desk)
    end(desk, own)
    desk.enqueue(priority=100)
    desk.claim()
    assert not step(desk, lent, None, 1).give_back


def test_a_stream_of_urgent_jobs_is_never_stopped_by_normal_ones(desk):
    """However many wait, and whatever is lent, an urgent job is claimed as soon as it comes."""
    for _ in range(20):
        desk.enqueue()
    claims(desk)
    for _ in range(5):
        urgent = desk.enqueue(priority=100)
        claim = desk.claim()
        assert claim.task.id == urgent.id
        end(desk, claim)


def test_without_lending_the_slot_stays_free_for_the_urgent(desk):
    put_setting(desk, pipeline__lend_idle_slots=False)
    for _ in range(3):
        desk.enqueue()
    assert lanes(desk) == [("normal", 0)]


def test_a_changed_setting_counts_with_the_next_claim(desk):
    for _ in range(4):
        desk.enqueue()
    assert len(claims(desk)) == 2
    put_setting(desk, pipeline__total_slots=3)
    assert len(claims(desk)) == 1


def test_slots_that_are_taken_away_are_given_back_at_the_next_checkpoint(desk):
    put_setting(desk, pipeline__total_slots=3, pipeline__priority_lane_slots=0)
    for _ in range(3):
        desk.enqueue()
    first, second, third = claims(desk)
    assert not step(desk, first, None, 1).give_back
    put_setting(desk, pipeline__total_slots=1)
    assert step(desk, first, 1, 2).give_back
    end(desk, first, "released")
    assert step(desk, second, None, 1).give_back
    end(desk, second, "released")
    assert not step(desk, third, None, 1).give_back
    assert desk.claim() is None


def test_a_named_lane_has_its_own_slots_and_takes_none_of_the_others(desk):
    from core.model import Step

    for _ in range(3):
        desk.enqueue(steps=(Step("r", "work", lane="recordings"),))
    for _ in range(2):
        desk.enqueue()
    found = lanes(desk)
    assert found.count(("recordings", 0)) == 1
    assert len(found) == 3


def test_direct_operations_pass_a_full_and_paused_queue_up_to_their_slots(desk):
    for _ in range(2):
        desk.enqueue()
    claims(desk)
    desk.steering.pause_queue(True)
    for _ in range(3):
        desk.enqueue(direct=True, priority=-100)
    assert lanes(desk) == [("direct", 0), ("direct", 0)]


def test_a_paused_queue_starts_nothing_and_lets_what_runs_go_on(desk):
    desk.enqueue()
    claim = desk.claim()
    desk.steering.pause_queue(True)
    desk.enqueue()
    assert desk.claim() is None
    assert step(desk, claim, None, 1).control == Control.RUN
    desk.steering.pause_queue(False)
    assert desk.claim()


def test_recordings_wait_for_the_person_until_the_lease_of_their_activity_ends(desk):
    from core.model import Step

    with desk.ledger.transaction() as store:
        until = desk.clock.mono() + 30
        store.changed("put_activity", activity="recording", until=until, boot=desk.clock.boot())
    desk.enqueue(steps=(Step("r", "work", lane="recordings"),))
    assert desk.claim() is None
    desk.clock.advance(31)
    assert desk.claim()


# --- time ----------------------------------------------------------------------------------------


def test_back_off_follows_the_monotonic_clock_not_the_wall(desk):
    desk.enqueue()
    end(desk, desk.claim(), "failed", delay_s=10)
    desk.clock.set_back(3600)
    desk.clock.mono_s += 9
    assert desk.claim() is None
    desk.clock.mono_s += 1
    assert desk.claim()


def test_after_a_reboot_back_off_is_over(desk):
    desk.enqueue()
    end(desk, desk.claim(), "failed", delay_s=10_000)
    desk.clock.boot_id, desk.clock.mono_s = "boot-2", 5.0
    assert desk.claim()


def test_what_came_due_while_the_lanes_are_full_says_so(desk):
    """It no longer waits for its time, and that is told though nobody claims it yet."""
    for _ in range(2):
        desk.enqueue()
    claims(desk)
    task = desk.enqueue(not_before=desk.clock.wall() + 5)
    desk.clock.advance(5)
    assert desk.claim() is None
    assert jobs(desk, task)[0].blocked == ""
    assert told(desk, task)[-1][1]["waiting_because"] is None
    assert_last_event_is_the_truth(desk, task)


# --- the fence -----------------------------------------------------------------------------------


def test_a_checkpoint_after_lease_loss_is_refused(desk):
    task = desk.enqueue()
    stale = desk.claim()
    step(desk, stale, None, 1)
    desk.settling.settle_dead(jobs(desk, task)[0], "gone")
    fresh = desk.claim(2)
    written = []
    with pytest.raises(ClaimLost):
        desk.claims.checkpoint(stale, "1", Progress("2", done=2), effects=lambda: written.append(1))
    assert not written
    with pytest.raises(ClaimLost):
        desk.claims.renew(stale)
    with pytest.raises(ClaimLost):
        desk.claims.tell_progress(stale, Note(must=True))
    step(desk, fresh, 1, 2)
    assert now(desk, task).status == "running"


def test_a_checkpoint_from_another_cursor_is_refused(desk):
    desk.enqueue()
    claim = desk.claim()
    step(desk, claim, None, 1)
    with pytest.raises(ClaimLost):
        step(desk, claim, None, 2)


def test_a_renewal_extends_the_lease_and_says_what_the_person_wants(desk):
    task = desk.enqueue()
    claim = desk.claim()
    desk.clock.advance(5)
    desk.steering.act("pause", task.id)
    assert desk.claims.renew(claim) == Control.PAUSE
    assert jobs(desk, task)[0].lease_mono == desk.clock.mono() + desk.claims.lease_s


def test_a_late_renewal_counts_as_long_as_nobody_took_the_job(desk):
    task = desk.enqueue()
    claim = desk.claim()
    desk.clock.advance(desk.claims.lease_s * 10)
    desk.claims.renew(claim)
    assert jobs(desk, task)[0].lease_mono > desk.clock.mono()


# --- checkpoints ---------------------------------------------------------------------------------


def test_effects_and_cursor_are_one_fact(desk):
    task = desk.enqueue()
    claim = desk.claim()

    def effects():
        desk.store.changed("put_setting", key="theme", value='"dark"')
        raise RuntimeError("the disk went away")

    with pytest.raises(RuntimeError):
        desk.claims.checkpoint(claim, None, Progress("1", done=1), effects=effects)
    assert jobs(desk, task)[0].cursor is None
    assert "theme" not in {r["key"] for r in desk.store.rows("settings")}


def test_a_checkpoint_answers_with_the_live_knobs(desk):
    task = desk.enqueue()
    claim = desk.claim()
    with desk.store.transaction() as store:
        store.execute("UPDATE tasks SET knobs = '{\"rate\":5}' WHERE id = :id", {"id": task.id})
    assert step(desk, claim, None, 1).knobs == {"rate": 5}


def test_tries_start_again_when_the_cursor_has_moved(desk):
    task = desk.enqueue()
    end(desk, desk.claim(), "failed", delay_s=0)
    assert jobs(desk, task)[0].tries == 1
    claim = desk.claim()
    step(desk, claim, None, 1)
    assert jobs(desk, task)[0].tries == 0


def test_progress_is_told_at_most_every_tenth_of_a_second(desk):
    task = desk.enqueue()
    claim = desk.claim()
    assert step(desk, claim, None, 1).told
    assert not step(desk, claim, 1, 2).told
    assert step(desk, claim, 2, 3, tell=True).told, "unless it must be"
    desk.clock.advance(TELL_S)
    assert step(desk, claim, 3, 4).told
    assert [d["progress"]["done"] for _, d in told(desk, task, "task_progress")] == [1, 3, 4]


def test_a_clock_that_jumped_does_not_silence_progress(desk):
    desk.enqueue()
    claim = desk.claim()
    step(desk, claim, None, 1)
    desk.clock.boot_id, desk.clock.mono_s = "boot-2", 1.0
    assert step(desk, claim, 1, 2).told


def test_progress_never_follows_the_end_of_a_task(desk):
    task = desk.enqueue()
    claim = desk.claim()
    step(desk, claim, None, 1)
    step(desk, claim, 1, 2)  # held back
    end(desk, claim)
    with pytest.raises(ClaimLost):
        desk.claims.tell_progress(claim, Note("late", "too late", must=True))
    assert told(desk, task)[-1][0] == "task_finished"


def test_progress_counts_records_over_the_whole_task(desk):
    task = desk.enqueue("a", "b")
    claim = desk.claim()
    step(desk, claim, None, 10, total=10)
    end(desk, claim)
    assert now(desk, task).total is None, "how much the next step has is not known yet"
    claim = desk.claim()
    step(desk, claim, None, 3, total=5, tell=True)
    assert (now(desk, task).done, now(desk, task).total) == (13, 15)


def test_following_the_target_moves_cursor_and_counters_and_needs_the_claim(desk):
    task = desk.enqueue()
    claim = desk.claim()
    desk.claims.reconcile(claim, Progress("7", done=5, failed=1, skipped=1, tally={"x": 7}))
    job = jobs(desk, task)[0]
    assert (job.cursor, job.done, job.tally) == ("7", 5, {"x": 7})
    desk.settling.settle_dead(job, "gone")
    with pytest.raises(ClaimLost):
        desk.claims.reconcile(claim, Progress("9"))
