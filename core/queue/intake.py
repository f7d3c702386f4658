"""Accepting tasks: task, jobs of its first step and event, in one durable transaction."""

from typing import Any

from core import seams
from core.documents import compact, told
from core.errors import Invalid
from core.model import Blocked, Job, Kind, NewTask, Task
from core.paths import in_one_line
from core.queue.ledger import Ledger


class Intake:
    """The way into the queue."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger

    def enqueue(self, new: NewTask) -> Task:
        """Store a new task; when this returns it survives a kill and a power loss.

        Raises Invalid when a task it shall wait for does not exist.
        """
        columns = self._columns(new)  # before the lock is taken: who has it only writes
        with self._ledger.transaction(durable=True):
            task = self._enqueue(new, columns)
        seams.reach("enqueue-committed")
        return task

    def enqueue_within(self, new: NewTask) -> Task:
        """The same inside the caller's transaction (a schedule that fires, an idempotent POST)."""
        return self._enqueue(new, self._columns(new))

    def _enqueue(self, new: NewTask, columns: dict[str, Any]) -> Task:
        ledger, now = self._ledger, columns["created_at"]
        number = ledger.store.insert("insert_task", **columns)
        task = ledger.new_task.changed(**columns, id=number, position=float(number))
        waits = self._depend(task, new)
        blocked = _blocked(new, waits, now)
        jobs = ledger.insert_step(task, 0, blocked=blocked)
        if new.items:
            self._add_items(jobs[0], new.items, now)
        ledger.tell(task, jobs, Kind.TASK_CREATED)
        seams.reach("enqueue-written")
        return task

    def _columns(self, new: NewTask) -> dict[str, Any]:
        now = self._ledger.clock.wall()
        return {
            "type": new.type,
            # Also one that was made from parameters, such as the name of a file.
            "title": in_one_line(new.title) or new.type,
            "source": new.source,
            "user_relevant": int(new.user_relevant),
            "project": new.project,
            "session_id": new.session_id,
            "related_type": new.related_type,
            "related_id": new.related_id,
            "source_id": new.source_id,
            "page_id": new.page_id,
            "params": compact(new.params),
            "priority": new.priority,
            "direct": int(new.direct),
            "hold": int(new.hold),
            "not_before": new.not_before,
            "steps": told([step.document() for step in new.steps]),
            "unit": new.unit,
            "note": new.note,
            "canary": new.canary,
            "asked_by": compact(new.asked_by.document()) if new.asked_by else None,
            "created_at": now,
            "updated_at": now,
        }

    def _depend(self, task: Task, new: NewTask) -> bool:
        """Remember what the task waits for; whether any of it is still to come."""
        store = self._ledger.store
        for place, after_id in enumerate(new.after):
            # The new task has a row by now, and a number that could be guessed.
            if after_id == task.id or store.one("task", id=after_id) is None:
                message = f"There is no task {after_id} to wait for"
                raise Invalid(message, [{"pointer": f"/after/{place}", "message": message}])
            store.changed("insert_dependency", task_id=task.id, after_id=after_id)
        return bool(new.after) and bool(store.rows("unmet_dependencies", task_id=task.id))

    def _add_items(self, job: Job, keys: tuple[str, ...], now: float) -> None:
        self._ledger.store.many(
            "insert_item",
            [{"job_id": job.id, "task_id": job.task_id, "key": key, "now": now} for key in keys],
        )


def _blocked(new: NewTask, waits: bool, now: float) -> Blocked:
    if new.direct:
        return Blocked.NOTHING
    if new.hold:
        return Blocked.HELD
    if waits:
        return Blocked.AFTER
    if new.not_before is not None and new.not_before > now:
        return Blocked.LATER
    return Blocked.NOTHING
