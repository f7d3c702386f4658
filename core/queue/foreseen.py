"""The usual end of a job, worked out before the write lock is taken. Pure.

A job that is the only one of a task of one step, counted nothing and ended well depends on nothing
in the database, as long as nobody has changed it or its task since the worker saw them. While a
worker holds the lock all others wait, so it had better only write then. Called by
`core.queue.settling`, which decides anew where something has changed.
"""

from dataclasses import dataclass
from typing import Any

from core.clock import Clock
from core.events import facts_of
from core.lifecycle import Ending
from core.model import Job, Kind, Status, Task
from core.queue.finishing import NOTHING, Left, TaskEnd, needs_no_sums
from core.queue.outcome import JobEnd, Outcome


@dataclass(frozen=True, slots=True)
class Foreseen:
    """All that is written, if job and task are still what they were."""

    before: Task
    job: JobEnd
    task: TaskEnd
    facts: list[dict[str, Any]]  #: what is told of it


def foresee(job: Job, outcome: Outcome, task: Task, clock: Clock) -> Foreseen | None:
    """None where the end depends on more than job and task."""
    is_usual = (
        outcome.ending == Ending.COMPLETED
        and outcome.effects is None
        and len(task.steps) == 1
        and job.chunk is None
        and needs_no_sums(job, outcome.result_type)
    )
    if not is_usual:
        return None
    end = JobEnd.of(job, outcome, task, clock)
    if end.after.status != Status.COMPLETED:
        return None
    left = Left(outcome.message, None, outcome.result, outcome.result_type)
    now = end.settled["updated_at"]
    finish = TaskEnd.of(task, Status.COMPLETED, left, NOTHING, now)
    facts = facts_of(Kind.TASK_FINISHED, finish.after, [end.after], now)
    return Foreseen(task, end, finish, facts)
