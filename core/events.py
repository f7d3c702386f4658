"""Events: appended in the caller's transaction, read in order from any place.

An event is the full record that changed. Since every writer takes the write lock at the start of
its transaction, event numbers are committed in order: who has read up to n never misses one
below n. Nobody else writes the events table.
"""

from collections.abc import Iterable
from typing import Any

from core.clock import Clock
from core.documents import job_document, task_document, told
from core.lanes import Reason
from core.model import Event, Job, Kind, Task
from core.store import Store


def fact(kind: Kind, task_id: int | None, document: dict[str, Any], at: float) -> dict[str, Any]:
    """A row of the list."""
    return {"kind": str(kind), "task_id": task_id, "at": at, "data": told(document)}


def facts_of(
    kind: Kind, task: Task, jobs: Iterable[Job], at: float, waiting: Reason | None = None
) -> list[dict[str, Any]]:
    """The rows that tell a task, after each of `jobs` (with the task's source and type, which group
    them)."""
    of_task = {"source": task.source, "task_type": task.type}
    rows = [fact(Kind.JOB_UPDATE, task.id, job_document(job) | of_task, at) for job in jobs]
    return [*rows, fact(kind, task.id, task_document(task, waiting), at)]


class Events:
    """The append-only list of facts."""

    def __init__(self, store: Store, clock: Clock):
        self._store = store
        self._clock = clock

    # --- appending (inside the transaction of the change) ---------------------------------------

    def append(self, kind: Kind, task_id: int | None, document: dict[str, Any]) -> None:
        """Append one fact; the caller holds the transaction that makes it true."""
        self.append_facts([fact(kind, task_id, document, self._clock.wall())])

    def append_all(
        self, kind: Kind, task_id: int | None, documents: Iterable[dict[str, Any]]
    ) -> None:
        """Append several facts of one kind, in order, as `append` does."""
        at = self._clock.wall()
        self.append_facts([fact(kind, task_id, document, at) for document in documents])

    def task(
        self, kind: Kind, task: Task, jobs: Iterable[Job] = (), waiting: Reason | None = None
    ) -> None:
        """Tell a task as it now is, after each of `jobs`."""
        self.append_facts(facts_of(kind, task, jobs, self._clock.wall(), waiting))

    def append_facts(self, facts: list[dict[str, Any]]) -> None:
        """Append what `fact` and `facts_of` made, in order."""
        self._store.many("append_event", facts)

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
