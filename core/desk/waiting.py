"""Why does it wait? Answered for the tasks of a page, and for the head of the line.

The reasons, in this order: what blocks the job itself (held, other tasks, its time, a back-off),
what keeps its lane from starting anything, and else its place in the line. Reads only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.documents import blocked_reason, canary_document, compact
from core.lanes import Busy, Limits, Reason, Surroundings, lane_of, refusal
from core.model import Blocked, Job, Status, Task
from core.queue import Ledger
from core.queue.line import busy_lanes, surroundings

MOST_AHEAD = 100  #: the place in the line is counted up to here
NAMED = 3  #: so many of the tasks waited for are named
STATES = {
    Status.QUEUED: "is queued",
    Status.RUNNING: "is running",
    Status.PAUSED: "is paused",
    Status.FAILED: "failed",
    Status.CANCELLED: "was cancelled",
}


@dataclass(frozen=True)
class Situation:
    """What decides about all lanes, read once."""

    limits: Limits
    busy: Busy
    around: Surroundings
    activity_mono: float  #: until when what the person does is known, of this boot

    @classmethod
    def now(cls, ledger: Ledger) -> "Situation":
        state = ledger.store.one("queue_state")
        assert state is not None
        limits = ledger.limits(state["settings_version"])
        around = surroundings(state, ledger.clock)
        return cls(limits, busy_lanes(ledger.store), around, state["activity_mono"] or 0.0)

    def refusal(self, lane: str, priority: int) -> Reason | None:
        """Why a job of this (stored) lane and priority may not start now."""
        return refusal(lane_of(lane, priority, self.limits), self.limits, self.busy, self.around)


class Waiting:
    """Tells tasks why they wait."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger
        self._store = ledger.store

    def reasons(self, tasks: Sequence[Task]) -> dict[int, Reason]:
        """{task id: reason} of those that wait: one query for the jobs, one for the queue's state.

        Call it inside the snapshot that read the tasks.
        """
        found = {t.id: _paused(t) for t in tasks if t.status == Status.PAUSED}
        queued = {t.id: t for t in tasks if t.status == Status.QUEUED}
        if not queued:
            return found
        jobs = self._jobs(list(queued))
        situation = Situation.now(self._ledger)
        ahead = self._ahead([j.id for j in jobs.values() if not j.blocked])
        unmet = self._unmet([j.task_id for j in jobs.values() if j.blocked == Blocked.AFTER])
        for task_id, job in jobs.items():
            if job.blocked:
                reason = self._blocked(queued[task_id], job, unmet.get(task_id, []))
            else:
                reason = _in_line(situation.refusal(job.lane, job.priority), ahead.get(job.id, 0))
            if reason is not None:
                found[task_id] = reason
        return found

    def head(self, situation: Situation) -> Reason | None:
        """Why the most urgent job that could be claimed is not; None when nothing waits in vain."""
        row = self._store.one("head_of_line")
        return situation.refusal(row["lane"], row["priority"]) if row is not None else None

    # --- inside ----------------------------------------------------------------------------------

    def _jobs(self, task_ids: list[int]) -> dict[int, Job]:
        """The job of each task that decides: one that may be claimed, else the first blocked."""
        chosen: dict[int, Job] = {}
        for row in self._store.rows("waiting_jobs_of_tasks", ids=compact(task_ids)):
            known = chosen.get(row["task_id"])
            if known is None or (known.blocked and not row["blocked"]):
                chosen[row["task_id"]] = Job.of(row)
        return chosen

    def _ahead(self, job_ids: list[int]) -> dict[int, int]:
        rows = self._store.rows("jobs_ahead", ids=compact(job_ids), most=MOST_AHEAD)
        return {r["id"]: r["higher"] + r["earlier"] for r in rows}

    def _unmet(self, task_ids: list[int]) -> dict[int, list[Any]]:
        unmet: dict[int, list[Any]] = {}
        if task_ids:
            for row in self._store.rows("unmet_of_tasks", ids=compact(task_ids)):
                unmet.setdefault(row["task_id"], []).append(row)
        return unmet

    def _blocked(self, task: Task, job: Job, unmet: list[Any]) -> Reason | None:
        reason = blocked_reason(task, job)
        if reason is None:
            return None
        if job.blocked == Blocked.AFTER:
            return Reason(reason.code, _after(unmet))
        clock = self._ledger.clock
        if job.blocked == Blocked.BACKOFF and job.wake_mono and job.wake_boot == clock.boot():
            to_go = max(0.0, job.wake_mono - clock.mono())
            return Reason(reason.code, reason.message, clock.wall() + to_go)
        return reason


def _paused(task: Task) -> Reason:
    canary = canary_document(task)
    code = "canary" if canary and canary["state"] == "waiting" else "paused"
    return Reason(code, task.message or "Paused: waits until you resume it")


def _after(unmet: list[Any]) -> str:
    if not unmet:
        return "Waited for tasks that are gone; start it when it should run"
    named = [f"task {row['id']}, which {STATES[row['status']]}" for row in unmet[:NAMED]]
    if len(unmet) > NAMED:
        named.append(f"{len(unmet) - NAMED} more")
    *first, last = named
    return "Waits for " + (", ".join([*first, f"and {last}"]) if first else last)


def _in_line(refused: Reason | None, ahead: int) -> Reason:
    count = f"more than {MOST_AHEAD - 1}" if ahead >= MOST_AHEAD else str(ahead)
    if refused is None:
        if not ahead:
            return Reason("next", "Next in line: starts as soon as a worker is free")
        return Reason("in-line", f"{count} before it in line")
    if refused.code != "lane-full":
        return refused
    place = f"{count} before it in line" if ahead else "it is next"
    return Reason(refused.code, f"{refused.message}; {place}", refused.until)
