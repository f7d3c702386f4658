"""The end of a task: its status, its last counters, its figures, the day's statistics, and whoever
waited for it. Inside the transaction of the caller, who tells of it: the end of the last attempt
(`core.queue.settling`), or a person's cancel (`core.queue.steering`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from core.documents import compact
from core.errors import ClaimLost
from core.model import TERMINAL, Blocked, Job, Status, Task
from core.queue.ledger import Ledger
from core.queue.past import keep_run

#: columns that the end of a job or task empties
NO_RATE: dict[str, Any] = {"rate": None, "rate_low": None, "rate_high": None}

JSON = "application/json"
#: what `last_counters` finds for a run of one job that counted nothing
NOTHING: dict[str, Any] = {
    "done": 0,
    "failed": 0,
    "skipped": 0,
    "total": None,
    "fresh": 0,
    "figures": "{}",
    "stage_progress": "[]",
}


@dataclass(frozen=True, slots=True)
class Left:
    """What a task leaves behind at its end. `message`: None leaves the one it had."""

    message: str | None = None
    error: dict[str, Any] | None = None
    result: bytes | str | None = None
    result_type: str | None = None


@dataclass(frozen=True, slots=True)
class TaskEnd:
    """The end of a task: what is written, and the task as it then is."""

    columns: dict[str, Any]
    after: Task
    fresh: int  #: records that no earlier end of it has counted
    result: bytes | None

    @classmethod
    def of(
        cls, task: Task, status: Status, left: Left, counters: Mapping[str, Any], now: float
    ) -> "TaskEnd":
        """`counters`: as `last_counters` finds them."""
        columns = {
            "status": status,
            "error": compact(left.error) if left.error else None,
            "message": task.message if left.message is None else left.message,
            "result_type": left.result_type or task.result_type,
            "finished_at": now,
            "updated_at": now,
            **counters,
        }
        fresh = columns.pop("fresh")
        after = task.changed(**columns, **NO_RATE, hold=0, version=task.version + 1)
        return cls(columns, after, fresh, as_bytes(left.result))


class Finishing:
    """Gives tasks their terminal status."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger
        self._store = ledger.store

    def finish(self, task: Task, status: Status, left: Left, *, only: Job | None = None) -> Task:
        """End the task, which is as it now is in the database; tells nothing.

        `only`: the one job of its run, if there is but one and the caller has it.
        Raises ClaimLost when it has already ended.
        """
        if only is not None and needs_no_sums(only, left.result_type):
            counters: dict[str, Any] = NOTHING
        else:
            row = self._store.row(
                "last_counters",
                id=task.id,
                run=task.run,
                is_last_step=task.step_index + 1 >= len(task.steps),
                result=as_bytes(left.result),
                result_type=left.result_type,
            )
            counters = dict(row)
        end = TaskEnd.of(task, status, left, counters, self._ledger.clock.wall())
        self.write(end)
        return end.after

    def write(self, end: TaskEnd) -> None:
        """Write a task's end and what follows from it; tells nothing.

        Raises ClaimLost when it has already ended.
        """
        task = end.after
        if not self._store.changed("finish_task", id=task.id, result=end.result, **end.columns):
            raise ClaimLost(f"task {task.id} has already ended")
        self._count_day(task, end.fresh)
        keep_run(self._store, task, end.columns["finished_at"])
        if task.status == Status.COMPLETED:
            self.free_dependents(task.id)

    def _count_day(self, task: Task, records: int) -> None:
        """Add it to the statistics; `records` are those that no earlier end of it has counted."""
        now = task.finished_at or 0.0
        self._store.changed(
            "count_day",
            day=_day(int(now // 86400)),
            type=task.type,
            **{end: int(task.status == end) for end in TERMINAL},
            records=records,
            seconds=max(0.0, now - task.started_at) if task.started_at else 0.0,
        )

    def free_dependents(self, task_id: int) -> None:
        """Tasks that waited for this one, and for nothing else, may start; after this one has
        completed or was removed."""
        now = self._ledger.clock.wall()
        for row in self._store.rows("freed_by", task_id=task_id):
            later = row["not_before"] is not None and row["not_before"] > now
            freed = self._store.one(
                "unblock_job",
                id=row["id"],
                blocked=Blocked.LATER if later else Blocked.NOTHING,
                now=now,
            )
            job = Job.of(freed)
            self._ledger.work_is_ready(1)
            self._ledger.tell(self._ledger.touch(job.task_id), [job])


def as_bytes(content: bytes | str | None) -> bytes | None:
    """A result as it is stored."""
    return content.encode() if isinstance(content, str) else content


def needs_no_sums(job: Job, result_type: str | None) -> bool:
    """Whether `last_counters` of a run of this one job would find `NOTHING`."""
    if result_type == JSON:
        return False  # its plain values are figures
    seen = job.done or job.failed or job.skipped or job.total is not None
    return not (seen or job.tally or job.cursor is not None)


@lru_cache(maxsize=4)
def _day(number: int) -> str:
    """Days since 1970-01-01 as YYYY-MM-DD, UTC."""
    return (date(1970, 1, 1) + timedelta(days=number)).isoformat()
