"""The usual end of a job is worked out before the lock is taken: it writes what would be decided
with the lock, and nothing where job or task has changed since the worker saw them."""

import pytest

from core.clock import SystemClock
from core.errors import ClaimLost
from core.kit.clock import FakeClock
from core.lifecycle import Ending
from core.queue import Outcome
from core.queue.foreseen import foresee
from tests.factories import Desk
from tests.moves import assert_last_event_is_the_truth, end, jobs, now, step, told

WELL = Outcome(Ending.COMPLETED, message="All of it", result="done", result_type="text/plain")


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()


def is_foreseen(desk, claim, outcome=WELL):
    return foresee(claim.job, outcome, claim.task, desk.clock) is not None


def settle(desk, claim, outcome=WELL):
    """As a worker does: with the task as it was when the job was claimed."""
    return desk.settling.settle(claim.job, outcome, task=claim.task)


def everything(desk):
    tables = ("tasks", "jobs", "attempts", "daily_stats", "task_counts")
    rows = {t: [tuple(r) for r in desk.store.execute(f"SELECT * FROM {t}", {})] for t in tables}
    return {
        **rows,
        "events": [
            (e.id, e.at, document)
            for e, (_, document) in zip(desk.events(), told(desk), strict=True)
        ],
    }


def test_it_writes_what_is_decided_with_the_lock(tmp_path):
    written = []
    for name in ("foreseen", "decided"):
        (tmp_path / name).mkdir()
        desk = Desk(tmp_path / name, FakeClock())
        first = desk.enqueue()
        desk.enqueue(after=(first.id,))
        claim = desk.claim()
        assert is_foreseen(desk, claim)
        desk.clock.advance(3)
        desk.settling.settle(claim.job, WELL, task=claim.task if name == "foreseen" else None)
        written.append(everything(desk))
        desk.store.close()
    for table, rows in written[0].items():
        assert rows == written[1][table]


def test_the_task_that_is_returned_is_the_one_that_is_told_and_stored(desk):
    task = desk.enqueue()
    ended = settle(desk, desk.claim())
    assert ended == now(desk, task)
    assert_last_event_is_the_truth(desk, task)


@pytest.mark.parametrize("verb", ["pause", "cancel"])
def test_what_a_person_asked_for_meanwhile_is_seen(desk, verb):
    task = desk.enqueue()
    claim = desk.claim()
    desk.steering.act(verb, task.id)
    settle(desk, claim)
    assert now(desk, task).status == ("completed" if verb == "pause" else "cancelled")
    assert_last_event_is_the_truth(desk, task)


def test_what_was_counted_meanwhile_is_kept(desk):
    task = desk.enqueue()
    claim = desk.claim()
    step(desk, claim, None, 7)
    settle(desk, claim)
    assert (now(desk, task).done, jobs(desk, task)[0].done) == (7, 7)


def test_who_has_lost_the_job_writes_nothing(desk):
    desk.enqueue()
    late = desk.claim()
    desk.settling.settle_dead(late.job, "it was killed")
    claim = desk.claim()
    with pytest.raises(ClaimLost):
        settle(desk, late)
    settle(desk, claim)
    with pytest.raises(ClaimLost):
        settle(desk, claim)
    assert [d["status"] for _, d in told(desk, kind="task_finished")] == ["completed"]


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(Ending.FAILED, error={"code": "exception", "message": "it broke"}),
        Outcome(Ending.SNOOZED, delay_s=5),
        Outcome(Ending.SPLIT, chunks=("1", "2")),
        Outcome(Ending.COMPLETED, result="{}", result_type="application/json"),
        Outcome(Ending.COMPLETED, effects=lambda: None),
    ],
    ids=lambda outcome: f"{outcome.ending} {outcome.result_type or ''}",
)
def test_other_ends_are_decided_with_the_lock(desk, outcome):
    desk.enqueue()
    assert not is_foreseen(desk, desk.claim(), outcome)


def test_a_step_of_several_is_decided_with_the_lock(desk):
    desk.enqueue("scan", "work")
    assert not is_foreseen(desk, desk.claim())


def test_a_later_attempt_counts_on(tmp_path):
    """What an earlier attempt counted is in the job, so its end needs the sums."""
    desk = Desk(tmp_path, SystemClock())
    task = desk.enqueue()
    claim = desk.claim()
    step(desk, claim, None, 7)
    end(desk, claim, "released")
    claim = desk.claim()
    assert not is_foreseen(desk, claim)
    settle(desk, claim)
    assert now(desk, task).done == 7
    desk.store.close()
