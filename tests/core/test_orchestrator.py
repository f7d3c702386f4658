"""What a task does next, asked of the pure function."""

import itertools
from types import SimpleNamespace

import pytest

from core.model import ACTIVE, Status, Step
from core.orchestrator import Finish, Start, Wait, advance

STEPS = [Step("a", "work"), Step("b", "work")]


def jobs(*statuses):
    return [SimpleNamespace(status=s) for s in statuses]


def test_a_finished_step_starts_the_next():
    assert advance(STEPS, 0, jobs("completed")) == Start(1)


def test_the_last_step_finishes_the_task():
    assert advance(STEPS, 1, jobs("completed", "completed")) == Finish(Status.COMPLETED)


@pytest.mark.parametrize("other", sorted(ACTIVE))
@pytest.mark.parametrize("ended", ["completed", "failed", "cancelled"])
def test_a_step_waits_for_all_of_its_chunks(ended, other):
    assert advance(STEPS, 0, jobs(ended, other)) == Wait()


def test_a_failed_chunk_fails_the_task_and_starts_nothing():
    found = jobs("completed", "failed", "completed")
    assert advance(STEPS, 0, found) == Finish(Status.FAILED, found[1])


def test_cancelled_counts_more_than_failed():
    found = jobs("failed", "cancelled")
    assert advance(STEPS, 0, found) == Finish(Status.CANCELLED, found[1])


def test_asked_again_it_answers_the_same():
    for statuses in itertools.product(Status, repeat=2):
        found = jobs(*statuses)
        assert advance(STEPS, 0, found) == advance(STEPS, 0, found)


def test_a_step_that_was_split_into_nothing_is_done():
    assert advance(STEPS, 0, jobs("completed")) == Start(1)
