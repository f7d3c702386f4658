"""Events: appended in the caller's transaction, read in order from any place.

An event is the full record that changed. Since every writer takes the write lock at the start of
its transaction, event numbers are committed in order: who has read up to n never misses one
below n. Nobody else writes the events table.
"""

from typing import Any

from core.clock import Clock
from core.documents import compact, job_document, rfc3339, task_document
from core.lanes import Reason
from core.model import Event, Job, Kind, Task
from core.store import Store


class Events:
    """The append-only list of facts."""

    def __init__(self, store: Store, clock: Clock):
        self._store = store
        self._clock = clock

    # --- appending (inside the transaction of the change) ---------------------------------------

    def append(self, kind: Kind, task_id: int | None, document: dict[str, Any]) -> None:
        """Append one fact; the caller holds the transaction that makes it true."""
        self._store.changed(
            "append_event",
            kind=str(kind),
            task_id=task_id,
            at=self._clock.wall(),
            data=compact(document),
        )

    def task(self, kind: Kind, task: Task, waiting: Reason | None = None) -> None:
        """Tell a task as it now is."""
        self.append(kind, task.id, task_document(task, waiting))

    def job(self, task: Task, job: Job) -> None:
        """Tell a job as it now is, with what groups it: its task's source and type."""
        document = job_document(job)
        document |= {"source": task.source, "task_type": task.type}
        self.append(Kind.JOB_UPDATE, task.id, document)

    # --- reading ---------------------------------------------------------------------------------

    def after(self, last_id: int, limit: int = 500) -> list[Event]:
        """Up to `limit` events after number `last_id`, in order."""
        return [
            Event(r["id"], r["kind"], r["task_id"], r["at"], r["data"])
            for r in self._store.rows("events_after", after=last_id, limit=limit)
        ]

    def first_id(self) -> int:
        """The oldest number still kept (0 when there is none yet)."""
        return self._store.value("first_event_id") or 0

    def last_id(self) -> int:
        """The newest number ever given (kept even when all events were pruned)."""
        return self._store.value("last_event_id") or 0
