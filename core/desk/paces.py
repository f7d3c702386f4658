"""How a task went and goes: samples of its progress, the pace of its jobs, and the run before."""

import json
from typing import Any

from core.desk.showing import Showing
from core.documents import rfc3339
from core.model import Task
from core.queue import Ledger
from core.queue.past import alike, summed

MOST_SAMPLES = 5000  #: of a pace, however often the task was changed


class PaceDesk:
    """Reads; each answer is one consistent read."""

    def __init__(self, ledger: Ledger):
        self._store = ledger.store
        self._showing = Showing(ledger)

    def read(self, task_id: int, points: int = 600) -> dict[str, Any]:
        """The pace of a task's current run, and that of the run it can be compared with.

        `samples`: how many records it had seen when, about `points` of its progress and one for
        each other change, as far as events are kept. `jobs`: batch size, ranges, slow records and
        what held it back, of each job that is a backfill. `before`: the last completed run of the
        same type and parameters. Raises NotFound.
        """
        with self._store.snapshot():
            task = self._showing.find(task_id)
            rows = self._store.rows("paces_of_run", task_id=task.id, run=task.run)
            jobs = [_job(row) for row in rows]
            return {
                "samples": self._samples(task_id, points),
                "jobs": jobs,
                "stages": _stages(summed(jobs)),
                "before": self._before(task),
            }

    def _samples(self, task_id: int, points: int) -> list[dict[str, Any]]:
        rows = self._store.rows("pace_of_task", task_id=task_id, points=points, limit=MOST_SAMPLES)
        names = ("run", "status", "seen")
        return [{n: row[n] for n in names} | {"at": rfc3339(row["at"])} for row in rows]

    def _before(self, task: Task) -> dict[str, Any] | None:
        own = self._store.one("past_run", task_id=task.id, run=task.run)
        before = own["finished_at"] if own is not None else 1e15
        row = self._store.one(
            "run_before",
            type=task.type,
            params=alike(task),
            task_id=task.id,
            run=task.run,
            before=before,
        )
        return _run(row) if row is not None else None


def _job(row: Any) -> dict[str, Any]:
    document = json.loads(row["document"])
    document["changes"] = [c | {"at": rfc3339(c["at"])} for c in document["changes"]]
    return {"job_id": row["job_id"], "step": row["step"], **document}


def _run(row: Any) -> dict[str, Any]:
    names = ("task_id", "run", "records", "failed", "skipped", "seconds", "held_s")
    stages = _stages(json.loads(row["stages"]))
    at = {"finished_at": rfc3339(row["finished_at"])}
    return {name: row[name] for name in names} | at | {"stages": stages}


def _stages(stages: dict[str, dict[str, float]]) -> list[dict[str, Any]]:
    return [{"name": name, **took} for name, took in stages.items()]
