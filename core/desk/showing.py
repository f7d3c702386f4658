"""Records → documents with what only the database knows: why a task waits, its jobs, attempts.

The pure documents are `core.documents`; here they are completed for answers. Reads only; callers
hold a snapshot where several documents must agree.
"""

import json
from collections.abc import Sequence
from typing import Any

from core.desk.listing import COLUMNS
from core.desk.requests import MOST_ID
from core.desk.waiting import Waiting
from core.documents import compact, job_document, rfc3339, task_document
from core.errors import NotFound
from core.model import Job, Task
from core.queue import Ledger


class Showing:
    """Completes documents."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger
        self._store = ledger.store
        self._waiting = Waiting(ledger)

    def find(self, task_id: int) -> Task:
        """A task without its result. Raises NotFound, for numbers too large for any too."""
        if 0 < task_id <= MOST_ID:
            sql = f"SELECT {COLUMNS} FROM tasks t WHERE t.id = :id"  # noqa: S608 our own names
            if rows := self._store.execute(sql, {"id": task_id}):
                return Task.of(rows[0])
        raise NotFound(f"There is no task {task_id}")

    def tasks(self, tasks: Sequence[Task], *, with_jobs: bool = False) -> list[dict[str, Any]]:
        """Documents of tasks, with the reason of each that waits."""
        reasons = self._waiting.reasons(tasks)
        documents = [task_document(task, reasons.get(task.id)) for task in tasks]
        if with_jobs:
            jobs = self._jobs(tasks)
            for document in documents:
                document["jobs"] = jobs[document["id"]]
        return documents

    def task(self, task: Task) -> dict[str, Any]:
        """One task with the jobs of its current run, each with its attempts."""
        (document,) = self.tasks([task])
        document["jobs"] = self.jobs(task, self._ledger.jobs(task))
        return document

    def jobs(self, task: Task, jobs: Sequence[Job]) -> list[dict[str, Any]]:
        """Jobs of a task, each with its attempts."""
        attempts = self.attempts([job.id for job in jobs])
        return [self.job(task, job) | {"attempt_list": attempts.get(job.id, [])} for job in jobs]

    def job(self, task: Task, job: Job) -> dict[str, Any]:
        """A job as its events tell it: with the source and type of its task."""
        return job_document(job) | {"source": task.source, "task_type": task.type}

    def attempts(self, job_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
        """{job id: its attempts, oldest first}."""
        found: dict[int, list[dict[str, Any]]] = {}
        for row in self._store.rows("attempts_of_jobs", ids=compact(job_ids)):
            found.setdefault(row["job_id"], []).append(attempt_document(row))
        return found

    def _jobs(self, tasks: Sequence[Task]) -> dict[int, list[dict[str, Any]]]:
        of = {task.id: task for task in tasks}
        found: dict[int, list[dict[str, Any]]] = {task_id: [] for task_id in of}
        for row in self._store.rows("jobs_of_tasks", ids=compact(list(of))):
            if row["run"] == (task := of[row["task_id"]]).run:
                found[task.id].append(self.job(task, Job.of(row)))
        return found


def attempt_document(row: Any) -> dict[str, Any]:
    """One run of a job: from which cursor to which, and how it ended."""
    return {
        "job_id": row["job_id"],
        "number": row["number"],
        "pid": row["pid"],
        "outcome": row["outcome"],
        "error": _json(row["error"]),
        "cursor_from": _json(row["cursor_from"]),
        "cursor_to": _json(row["cursor_to"]),
        "started_at": rfc3339(row["started_at"]),
        "finished_at": rfc3339(row["finished_at"]),
    }


def item_document(row: Any) -> dict[str, Any]:
    """One unit of a job's work, with its trace where it failed."""
    names = ("id", "job_id", "task_id", "key", "status", "attempts", "message", "trace")
    document = {name: row[name] for name in names}
    return document | {"data": _json(row["data"]), "updated_at": rfc3339(row["updated_at"])}


def log_document(row: Any) -> dict[str, Any]:
    """One line of a task's log."""
    names = ("id", "job_id", "attempt", "level", "stage", "message")
    return {name: row[name] for name in names} | {"at": rfc3339(row["at"])}


def _json(text: str | None) -> Any:
    return json.loads(text) if text is not None else None
