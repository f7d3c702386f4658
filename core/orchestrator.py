"""(steps, jobs of this run) → what a task does next. Pure; `core.queue` stores the answer.

A step may be split into chunks, which are jobs of the same step; the step is done when all of
them are (fan-in). A failed job fails the task as soon as nothing of its step moves any more;
later steps are not started, and a retry goes on from that step.
"""

from collections.abc import Sequence, Sized
from dataclasses import dataclass

from core.model import ACTIVE, Job, Status


@dataclass(frozen=True)
class Wait:
    """Something of this step still has to move."""


@dataclass(frozen=True)
class Start:
    """Start the step with this index."""

    step: int


@dataclass(frozen=True)
class Finish:
    """The task ends with this status; `job` is the one that tells why."""

    status: Status
    job: Job | None = None


Decision = Wait | Start | Finish


def advance(steps: Sized, step_index: int, jobs: Sequence[Job]) -> Decision:
    """Decide from the jobs of the current step (all of them, whatever their status).

    Idempotent: asked again with the same jobs it answers the same, so of two chunks that end at
    the same time only the one that sees the last sibling ended starts the next step.
    """
    if any(job.status in ACTIVE for job in jobs):
        return Wait()
    for status in (Status.CANCELLED, Status.FAILED):
        for job in jobs:
            if job.status == status:
                return Finish(status, job)
    if step_index + 1 < len(steps):
        return Start(step_index + 1)
    return Finish(Status.COMPLETED)
