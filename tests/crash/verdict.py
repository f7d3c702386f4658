"""What must be true of a task and of the events after any crash. Pure questions to a `Site`."""

import json
from collections.abc import Iterable

from core.documents import task_document
from core.lifecycle import ARROWS
from core.model import TERMINAL, Event, Job, Kind, Status, Task
from tests.crash.site import Site

TASK_KINDS = {Kind.TASK_CREATED, Kind.TASK_UPDATE, Kind.TASK_PROGRESS, Kind.TASK_FINISHED}


def assert_as_if_uninterrupted(site: Site, task: Task) -> None:
    """The task has completed, and nothing tells it from a run that nobody disturbed."""
    task, records = site.task(task), task.params["records"]
    assert task.status == Status.COMPLETED, (task.status, task.error)
    assert site.effects(task) == [(task.id, n) for n in range(1, records + 1)]
    (job,) = site.ledger.jobs(task)
    row = site.store.one("result", id=task.id)
    result = json.loads(row["result"])
    in_target = site.in_target(
        "SELECT key, cursor, done, failed, skipped, tally FROM longhaul_checkpoint"
    )
    tally = json.dumps({"done": records}, separators=(",", ":"))
    checkpoints = [r[1:] for r in in_target if r[0].endswith(f"-{job.id}")]
    # The row of a job that has ended well is removed by an attempt that opens the target later.
    assert checkpoints == [(str(records), records, 0, 0, tally)] or (
        checkpoints == [] and _others_may_have_swept(site, job)
    )
    assert (job.cursor, job.done, job.total) == (str(records), records, records)
    assert (task.done, task.total, task.failed, task.skipped) == (records, records, 0, 0)
    assert result == {"done": records, "failed": 0, "skipped": 0}
    assert_attempts_tell(site, job)


def assert_attempts_tell(site: Site, job: Job) -> None:
    """The history has every attempt once, with its end, and the cursors follow each other."""
    rows = [r for r in site.store.rows("attempts_of_task", task_id=job.task_id)]
    rows = [r for r in rows if r["job_id"] == job.id]
    assert [r["number"] for r in rows] == list(range(1, job.attempts + 1))
    fences = [r["fence"] for r in rows]
    assert fences == sorted(set(fences)), "fences increase"
    assert all(r["finished_at"] is not None and r["outcome"] != "running" for r in rows)
    for row in rows[:-1]:
        assert row["outcome"] in ("released", "stopped", "disk_full"), tuple(row)
    assert rows[-1]["outcome"] == "completed"
    for earlier, later in zip(rows, rows[1:], strict=False):
        assert later["cursor_from"] == earlier["cursor_to"]


def assert_events_tell(site: Site, events: Iterable[Event] | None = None) -> None:
    """Every event once and in order, each task's a possible story that ends as its row is."""
    events = list(events) if events is not None else site.ledger.events.after(0, 1_000_000)
    assert [e.id for e in events] == list(range(1, len(events) + 1))
    for task_id in {e.task_id for e in events if e.task_id is not None}:
        told = [
            (e.kind, json.loads(e.data))
            for e in events
            if e.task_id == task_id and e.kind in TASK_KINDS
        ]
        assert_story(told)
        kind, last = told[-1]
        task = site.ledger.task(task_id)
        now = task_document(task)
        names = ("status", "control", "version", "run", "progress", "attempts", "error")
        assert {n: last[n] for n in names} == {n: now[n] for n in names}
        assert (kind == Kind.TASK_FINISHED) == (task.status in TERMINAL)
        if task.status in TERMINAL:
            of_task = [e for e in events if e.task_id == task_id]
            assert of_task[-1].kind == Kind.TASK_FINISHED, "nothing follows the end"


def assert_story(told: list[tuple[str, dict]]) -> None:
    """The documents of one task, in order: allowed moves, growing versions, progress, one end."""
    assert told[0][0] == Kind.TASK_CREATED
    assert [kind for kind, _ in told[1:]].count(Kind.TASK_CREATED) == 0
    for (_, old), (kind, new) in zip(told, told[1:], strict=False):
        move = (old["status"], new["status"])
        assert old["version"] < new["version"], move
        assert move[0] == move[1] or move in ARROWS, move
        if old["status"] in TERMINAL:
            assert new["status"] == Status.QUEUED, "only a retry follows an end"
        if new["run"] == old["run"]:
            seen = [
                sum(d["progress"][n] for n in ("done", "failed", "skipped")) for d in (old, new)
            ]
            assert seen[0] <= seen[1], "progress never goes back"
        assert (kind == Kind.TASK_FINISHED) == (new["status"] in TERMINAL)


def _others_may_have_swept(site, job) -> bool:
    """Whether an attempt of another job went on after this one's end: it may have been claimed
    before that end and have opened the target only after it."""
    sql = """SELECT 1 FROM attempts WHERE job_id <> :id
             AND (finished_at IS NULL OR finished_at >= :ended)"""
    return bool(site.store.execute(sql, {"id": job.id, "ended": job.finished_at}))
