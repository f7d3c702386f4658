"""The table of moves, the verbs, and what an ending means."""

import itertools

import pytest

from core.lifecycle import ARROWS, Ending, is_allowed, rolled_up, settlement, shown, verbs
from core.model import ACTIVE, TERMINAL, Control, Status


def test_every_arrow_has_a_reason():
    assert all(len(reason) > 5 for reason in ARROWS.values())


def test_every_status_is_active_or_terminal():
    assert ACTIVE | TERMINAL == set(Status)
    assert not ACTIVE & TERMINAL


def test_a_terminal_status_is_left_by_a_retry_alone():
    for old, new in itertools.product(TERMINAL, Status):
        assert is_allowed(old, new) == (new == Status.QUEUED), (old, new)


def test_only_a_claim_leads_to_running():
    assert {old for old in Status if is_allowed(old, Status.RUNNING)} == {Status.QUEUED}


@pytest.mark.parametrize("ending", Ending)
@pytest.mark.parametrize("tries_left", [True, False])
def test_what_is_being_cancelled_ends_cancelled(ending, tries_left):
    assert settlement(ending, Control.CANCEL, tries_left) == Status.CANCELLED


@pytest.mark.parametrize("ending", Ending)
def test_a_paused_job_is_never_queued_by_itself(ending):
    assert settlement(ending, Control.PAUSE, True) != Status.QUEUED


@pytest.mark.parametrize(
    ("ending", "tries_left", "status"),
    [
        (Ending.COMPLETED, True, Status.COMPLETED),
        (Ending.SPLIT, True, Status.COMPLETED),
        (Ending.DISCARDED, False, Status.COMPLETED),
        (Ending.FAILED, True, Status.QUEUED),
        (Ending.FAILED, False, Status.FAILED),
        (Ending.HOPELESS, True, Status.FAILED),
        (Ending.SNOOZED, False, Status.QUEUED),
        (Ending.RELEASED, False, Status.QUEUED),
        (Ending.STOPPED, True, Status.QUEUED),  # resumed before the attempt had ended
        (Ending.DISK_FULL, True, Status.PAUSED),
    ],
)
def test_an_ending_while_the_person_wants_it_to_run(ending, tries_left, status):
    assert settlement(ending, Control.RUN, tries_left) == status


def test_every_settlement_is_an_arrow():
    for ending, control, left in itertools.product(Ending, Control, (True, False)):
        assert is_allowed(Status.RUNNING, settlement(ending, control, left))


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (["running", "queued", "paused"], Status.RUNNING),
        (["completed", "queued", "paused"], Status.QUEUED),
        (["completed", "paused", "failed"], Status.PAUSED),
    ],
)
def test_a_task_shows_the_liveliest_of_its_jobs(statuses, status):
    assert rolled_up(statuses) == status


def test_jobs_that_have_all_ended_add_up_to_no_unfinished_status():
    with pytest.raises(ValueError, match="completed"):
        rolled_up(["completed", "failed"])


@pytest.mark.parametrize(
    ("status", "control", "word"),
    [
        ("running", "run", "running"),
        ("running", "pause", "pausing"),
        ("running", "cancel", "cancelling"),
        ("paused", "pause", "paused"),
        ("cancelled", "cancel", "cancelled"),
    ],
)
def test_the_word_shown_says_where_it_is_going(status, control, word):
    assert shown(status, control) == word


def test_what_is_being_cancelled_offers_nothing_more():
    assert verbs("running", "cancel") == []


def test_a_held_task_does_not_offer_to_be_held():
    assert "hold" in verbs("queued", "run")
    assert "hold" not in verbs("queued", "run", held=True)


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_finished_task_offers_a_retry(status):
    assert verbs(status, "run") == ["retry", "clear"]
