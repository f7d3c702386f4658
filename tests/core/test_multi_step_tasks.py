"""Tasks of several steps and chunks: advance, fan in, fail, pause, cancel and retry."""

import threading

import pytest

from core.queue import Outcome
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


def split(desk, chunks=3, steps=("a", "b")):
    """A task whose first step has been split; the claims of all of its chunks."""
    task = desk.enqueue(*steps)
    end(desk, desk.claim(), "split", chunks=tuple(str(n) for n in range(chunks)))
    found = []
    while claim := desk.claim():
        found.append(claim)
    assert len(found) == chunks
    return task, found


def statuses(desk, task, number=None):
    return [j.status for j in jobs(desk, task) if number is None or j.step == number]


# --- advance -------------------------------------------------------------------------------------


def test_steps_run_one_after_the_other_in_one_task(desk):
    task = desk.enqueue("a", "b", "c")
    for name in "abc":
        claim = desk.claim()
        assert claim.job.type == name
        assert desk.claim() is None
        end(desk, claim)
    assert now(desk, task).status == "completed"
    assert len(told(desk, task, "task_finished")) == 1


def test_the_end_of_a_step_and_the_start_of_the_next_are_one_transaction(desk, monkeypatch):
    task = desk.enqueue("a", "b")
    claim = desk.claim()
    monkeypatch.setattr(desk.ledger, "insert_step", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        end(desk, claim)
    assert statuses(desk, task) == ["running"]
    monkeypatch.undo()
    end(desk, claim)
    assert statuses(desk, task) == ["completed", "queued"]


def test_the_stage_of_a_step_ends_with_it(desk):
    task = desk.enqueue("a", "b")
    claim = desk.claim()
    step(desk, claim, None, 1, tell=True)
    assert now(desk, task).stage == "working"
    end(desk, claim)
    assert now(desk, task).stage == ""


def test_the_result_is_that_of_the_last_step(desk):
    task = desk.enqueue("a", "b")
    end(desk, desk.claim(), result="first", result_type="text/plain")
    assert now(desk, task).result_type is None
    end(desk, desk.claim(), result="second", result_type="text/plain")
    assert desk.store.value("result", id=task.id) == b"second"


# --- fan-in --------------------------------------------------------------------------------------


def test_chunks_hold_what_they_cover(desk):
    _, claims = split(desk)
    assert [c.job.chunk for c in claims] == [0, 1, 2]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_next_step_starts_once_when_the_last_chunk_ends(desk, order):
    task, claims = split(desk)
    for n, place in enumerate(order):
        end(desk, claims[place])
        assert len([j for j in jobs(desk, task) if j.step == 1]) == (n == 2)
    end(desk, desk.claim())
    assert now(desk, task).status == "completed"


def test_chunks_that_end_at_the_same_moment_start_the_next_step_once(desk):
    for _ in range(5):
        task, claims = split(desk, chunks=8)
        gate = threading.Barrier(8)

        def settle(claim, gate=gate):
            gate.wait()
            desk.settling.settle(claim.job, Outcome("completed"))

        threads = [threading.Thread(target=settle, args=(c,)) for c in claims]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses(desk, task, 1) == ["queued"]
        end(desk, desk.claim())
        assert now(desk, task).status == "completed"


def test_a_step_split_into_nothing_goes_on(desk):
    task = desk.enqueue("a", "b")
    end(desk, desk.claim(), "split", chunks=())
    assert desk.claim().job.type == "b"
    assert now(desk, task).step_index == 1


@pytest.mark.parametrize(("steps", "total"), [(("a",), 30), (("a", "b"), None)])
def test_progress_is_the_sum_of_the_chunks_and_the_split_itself_hides_no_total(desk, steps, total):
    """Before the last step the total stays open: what that finds would set the bar back."""
    task, claims = split(desk, steps=steps)
    for n, claim in enumerate(claims, 1):
        step(desk, claim, None, n, total=10, tell=True)
    assert (now(desk, task).done, now(desk, task).total) == (6, total)


def test_a_total_is_unknown_while_one_chunks_is(desk):
    task, claims = split(desk, steps=("a",))
    step(desk, claims[0], None, 1, total=10, tell=True)
    assert now(desk, task).total is None


# --- failures ------------------------------------------------------------------------------------


def test_a_failed_chunk_lets_its_siblings_end_and_starts_nothing_after_them(desk):
    task, claims = split(desk)
    fail(desk, claims[0], "chunk 0 broke")
    assert now(desk, task).status == "running"
    end(desk, claims[1])
    end(desk, claims[2])
    task = now(desk, task)
    assert task.status == "failed"
    assert task.error["message"] == "chunk 0 broke"
    assert statuses(desk, task, 1) == []
    assert_last_event_is_the_truth(desk, task)


def test_a_chunk_that_fails_while_others_are_queued_does_not_stop_them(desk):
    put_setting(desk, pipeline__total_slots=1)
    task = desk.enqueue("a", "b")
    end(desk, desk.claim(), "split", chunks=("1", "2", "3"))
    fail(desk, desk.claim())
    assert now(desk, task).status == "queued"
    end(desk, desk.claim())
    end(desk, desk.claim())
    assert now(desk, task).status == "failed"


def test_a_retry_goes_on_from_the_failed_chunks_alone_at_their_cursors(desk):
    task, claims = split(desk)
    step(desk, claims[0], None, 5, total=9)
    fail(desk, claims[0])
    for claim in claims[1:]:
        step(desk, claim, None, 2, total=2)
        end(desk, claim)
    task = desk.steering.act("retry", task.id)
    assert (task.status, task.run, task.done, task.error) == ("queued", 1, 9, None)
    claim = desk.claim()
    assert (claim.job.chunk, claim.job.cursor, claim.job.attempts) == (0, "5", 2)
    assert desk.claim() is None, "the others are done"
    end(desk, claim)
    assert statuses(desk, task, 1) == ["queued"]


def test_a_retry_goes_on_from_the_failed_step(desk):
    task = desk.enqueue("a", "b", "c")
    end(desk, desk.claim())
    fail(desk, desk.claim())
    desk.steering.act("retry", task.id)
    assert desk.claim().job.type == "b"


# --- cancel --------------------------------------------------------------------------------------


def test_a_cancel_ends_queued_chunks_at_once_and_running_ones_at_their_checkpoints(desk):
    put_setting(desk, pipeline__total_slots=2)
    task = desk.enqueue("a", "b")
    end(desk, desk.claim(), "split", chunks=("1", "2", "3"))
    first, second = desk.claim(), desk.claim()
    task = desk.steering.act("cancel", task.id)
    assert statuses(desk, task) == ["completed", "running", "running", "cancelled"]
    assert task.status == "running"
    end(desk, first, "stopped", message="half way")
    assert now(desk, task).status == "running"
    assert "Cancelling" in now(desk, task).message, "the other one may still need the grace period"
    end(desk, second)  # it finished its work in the meantime: too late
    task = now(desk, task)
    assert task.status == "cancelled"
    assert statuses(desk, task, 1) == []
    assert_last_event_is_the_truth(desk, task)


def test_cancelled_chunks_can_be_retried(desk):
    task, claims = split(desk)
    end(desk, claims[0])
    desk.steering.act("cancel", task.id)
    for claim in claims[1:]:
        end(desk, claim, "stopped")
    desk.steering.act("retry", task.id)
    assert {desk.claim().job.chunk, desk.claim().job.chunk} == {1, 2}


# --- pause ---------------------------------------------------------------------------------------


def test_a_pause_holds_for_the_next_step_too(desk):
    """The step finishes its work though it is asked to pause; the next must not begin."""
    task = desk.enqueue("a", "b")
    claim = desk.claim()
    desk.steering.act("pause", task.id)
    end(desk, claim)
    assert now(desk, task).status == "paused"
    assert statuses(desk, task) == ["completed", "paused"]
    assert desk.claim() is None
    desk.steering.act("resume", task.id)
    assert desk.claim().job.type == "b"


def test_a_pause_holds_for_chunks_that_a_split_makes(desk):
    task = desk.enqueue("a")
    claim = desk.claim()
    desk.steering.act("pause", task.id)
    end(desk, claim, "split", chunks=("1", "2"))
    assert statuses(desk, task) == ["completed", "paused", "paused"]
    assert now(desk, task).status == "paused"


def test_a_task_is_paused_when_its_last_running_chunk_has_stopped(desk):
    task, claims = split(desk)
    desk.steering.act("pause", task.id)
    end(desk, claims[0], "stopped")
    assert now(desk, task).status == "running"
    end(desk, claims[1])
    end(desk, claims[2], "stopped")
    assert now(desk, task).status == "paused"
    desk.steering.act("resume", task.id)
    assert {desk.claim().job.chunk, desk.claim().job.chunk} == {0, 2}
    assert desk.claim() is None


def test_a_death_of_one_chunk_leaves_the_others_running(desk):
    task, claims = split(desk)
    desk.settling.settle_dead(claims[1].job, "killed")
    assert now(desk, task).status == "running"
    assert statuses(desk, task) == ["completed", "running", "queued", "running"]
