"""The lifecycle of tasks and jobs as one table: which move is allowed, and why. Pure.

A person's verbs change `control` (and, where nothing runs, `status` at once); the engine changes
`status`. Every status change of `core.queue` is an arrow here, and the guarded updates in
queries.sql carry the same sets, so a move that is not in this table cannot be stored.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from core.model import Control, Status

Q, R, P = Status.QUEUED, Status.RUNNING, Status.PAUSED
C, F, X = Status.COMPLETED, Status.FAILED, Status.CANCELLED

#: (from, to) → the reason the arrow exists.
ARROWS: dict[tuple[Status, Status], str] = {
    (Q, R): "a worker claimed it",
    (Q, P): "paused before it started",
    (Q, X): "cancelled before it started",
    (R, Q): "gave its place back: snooze, retry, a stopping service, or a dead worker",
    (
        R,
        P,
    ): "reached a checkpoint after a person asked for a pause, wants a person, or the disk is full",
    (R, C): "finished its work",
    (R, F): "failed, and no attempt is left or none would help",
    (R, X): "reached a checkpoint after a cancel, or was ended after the grace period",
    (P, Q): "resumed",
    (P, X): "cancelled while paused",
    (F, Q): "retried by a person: a new attempt",
    (X, Q): "retried by a person: a new attempt",
    (C, Q): "run again from the start by a person: a new attempt",
}


def is_allowed(old: str, new: str) -> bool:
    """Whether the engine may change the status in this way."""
    return (Status(old), Status(new)) in ARROWS


def verbs(status: str, control: str, *, held: bool = False) -> list[str]:
    """What a person may do now, in the order a menu would show it."""
    return list(_verbs(status, control, held))


@lru_cache(maxsize=64)
def _verbs(status: str, control: str, held: bool) -> list[str]:
    match Status(status), Control(control):
        case (Status.QUEUED, _):
            hold = [] if held else ["hold"]
            return ["start", *hold, "pause", "cancel", "move"]
        case (Status.RUNNING, Control.RUN):
            return ["pause", "cancel"]
        case (Status.RUNNING, Control.PAUSE):
            return ["resume", "cancel"]
        case (Status.RUNNING, Control.CANCEL):
            return []
        case (Status.PAUSED, _):
            return ["resume", "cancel", "move"]
        case _:
            return ["retry", "clear"]


def shown(status: str, control: str) -> str:
    """The word a person sees: a running task that is asked to stop shows where it is going."""
    if status == Status.RUNNING and control == Control.PAUSE:
        return "pausing"
    if status == Status.RUNNING and control == Control.CANCEL:
        return "cancelling"
    return status


#: Deaths beyond the limit (`pipeline.deaths_at_cursor`) for which a job may go on that tries the
#: records after that cursor alone and may skip the one that ends the worker each time.
DEATHS_ALONE = 1


class Ending(StrEnum):
    """How an attempt says that it ended."""

    COMPLETED = "completed"
    SPLIT = "split"  #: its work became chunks, which are jobs of their own
    DISCARDED = "discarded"  #: not needed any more
    FAILED = "failed"  #: another try may help
    HOPELESS = "hopeless"  #: no other try would help
    SNOOZED = "snoozed"
    RELEASED = "released"  #: gave its place back: the service stops, or a lent slot is wanted
    STOPPED = "stopped"  #: obeyed `control` at a checkpoint
    DISK_FULL = "disk_full"  #: pauses with that reason
    HALTED = "halted"  #: asked for a person: pauses with its reason


DONE_WELL = frozenset({Ending.COMPLETED, Ending.SPLIT, Ending.DISCARDED})


def settlement(ending: Ending, control: str, tries_left: bool) -> Status:
    """The status of a job whose attempt ended so, while the person wants `control`.

    A cancel wins over every ending: what was shown as being cancelled ends cancelled. A pause
    lets a finished job be finished, and keeps everything else from starting again by itself.
    """
    if control == Control.CANCEL:
        return X
    if ending in DONE_WELL:
        return C
    if ending == Ending.HOPELESS or (ending == Ending.FAILED and not tries_left):
        return F
    if control == Control.PAUSE or ending in (Ending.DISK_FULL, Ending.HALTED):
        return P
    return Q


def rolled_up(statuses: Iterable[str]) -> Status:
    """The status of an unfinished task from the statuses of its current step's jobs."""
    found = set(statuses)
    for status in (R, Q, P):
        if status in found:
            return status
    raise ValueError(f"nothing of these is unfinished: {sorted(found)}")
