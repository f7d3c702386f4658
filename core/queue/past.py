"""What became of each run of a backfill, kept for comparison with later ones of the same kind.

Called by `core.queue.settling` when a task ends, in its transaction, and by the desk that compares.
"""

import hashlib
import json
from typing import Any

from core.documents import compact
from core.model import Task
from core.store import Store


def keep_run(store: Store, task: Task, now: float) -> None:
    """Keep what this run of the task took; nothing of one that saw no record, or is no backfill."""
    records = task.done + task.failed + task.skipped
    if not records:
        return
    paces = [
        json.loads(row["document"])
        for row in store.rows("paces_of_run", task_id=task.id, run=task.run)
    ]
    if not paces:
        return
    stages = summed(paces)
    store.changed(
        "put_past_run",
        task_id=task.id,
        run=task.run,
        type=task.type,
        params=alike(task),
        status=task.status,
        records=records,
        failed=task.failed,
        skipped=task.skipped,
        seconds=sum(stage["seconds"] for stage in stages.values()),
        held_s=sum(sum(pace["held_s"].values()) for pace in paces),
        stages=compact(stages),
        now=now,
    )


def alike(task: Task) -> str:
    """The same for tasks with the same parameters: a digest, as they may hold secrets."""
    text = json.dumps(task.params, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def summed(paces: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """{stage: {seconds, records}} over the jobs of a run."""
    stages: dict[str, dict[str, float]] = {}
    for pace in paces:
        for name, took in pace["stages"].items():
            known = stages.setdefault(name, {"seconds": 0.0, "records": 0})
            known["seconds"] = round(known["seconds"] + took["seconds"], 2)
            known["records"] += took["records"]
    return stages
