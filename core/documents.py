"""Records → the JSON documents of the API and the event stream. Pure; api.md names the fields.

The same functions make the answer of a GET and the data of an event, so the two cannot differ:
an event carries the full record that changed, never a difference. A task inside an event has no
`jobs`; these travel in their own `job_update` events.
"""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from core import estimate
from core.lanes import Reason
from core.lifecycle import shown, verbs
from core.model import TERMINAL, Blocked, Control, Job, Status, Task
from core.sealed import masked

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def rfc3339(at: float | None) -> str | None:
    """Wall seconds as RFC 3339 UTC with milliseconds."""
    if at is None:
        return None
    seconds, milliseconds = divmod(round(at * 1e6) // 1000, 1000)
    return f"{_to_the_second(seconds)}.{milliseconds:03d}Z"


@lru_cache(maxsize=4096)
def _to_the_second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:-6]


def compact(document: Any) -> str:
    """JSON without spaces, UTF-8 as it is; half characters (see `storable`) are escaped."""
    text = _encode(document)
    return text if text.isascii() else storable(text)


def told(document: Any) -> str:
    """The same for a document of ours, which holds nothing but JSON: ten times as fast.

    Not for what a task's author gave: it would write a date as text, where `compact` refuses.
    """
    try:
        return to_json(document).decode()
    except PydanticSerializationError:  # half characters, which UTF-8 cannot hold
        return compact(document)


def storable(text: str) -> str:
    """The text with what UTF-8 cannot hold written as \\udc80: inside JSON it reads the same again.

    Names of files that are no UTF-8 come with such halves, in messages of errors too.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def task_document(task: Task, waiting: Reason | None = None) -> dict[str, Any]:
    """A task without its jobs. `waiting`: why it waits, as far as the caller knows."""
    finished = task.status in TERMINAL
    steps = task.steps
    current = steps[min(task.step_index, len(steps) - 1)]
    return {
        "id": task.id,
        "type": task.type,
        "title": task.title,
        "status": task.status,
        "shown_status": shown(task.status, task.control),
        "control": task.control,
        "allowed": verbs(task.status, task.control, held=bool(task.hold)),
        "can_cancel": not finished and task.control != Control.CANCEL,
        "can_retry": finished,
        "held": bool(task.hold),
        "source": task.source,
        "user_relevant": bool(task.user_relevant),
        "project": task.project,
        "session_id": task.session_id,
        "related": {"type": task.related_type, "id": task.related_id}
        if task.related_id is not None
        else None,
        "source_id": task.source_id,
        "page_id": task.page_id,
        "params": masked(task.params),
        "knobs": task.knobs,
        "priority": task.priority,
        "position": task.position,
        "run": task.run,
        "step_index": task.step_index,
        "steps": [step["name"] for step in steps],
        "stage": task.stage,
        "stages": current["stages"],
        "stage_progress": [stage_document(stage, task.unit) for stage in task.stage_progress],
        "error_policy": current.get("errors"),
        "message": task.message,
        "progress": progress_document(task),
        "figures": task.figures,
        "rate": round(task.rate, 3) if task.rate is not None and not task.throttle else None,
        "eta": eta_of(task),
        "waiting_because": reason_document(waiting or throttle_reason(task)),
        "attempts": task.attempts,
        "max_attempts": current["max_attempts"],
        "error": task.error,
        "result_url": f"/api/v1/tasks/{task.id}/result" if task.result_type else None,
        "note": task.note,
        "asked_by": task.asked_by,
        "approved": _approval(task.approved),
        "canary": canary_document(task),
        "steered": _approval(task.steered),
        "scheduled_at": rfc3339(task.not_before),
        "created_at": rfc3339(task.created_at),
        "started_at": rfc3339(task.started_at),
        "finished_at": rfc3339(task.finished_at),
        "updated_at": rfc3339(task.updated_at),
        "version": task.version,
    }


def throttle_reason(task: Task) -> Reason | None:
    """What holds a task back that runs, by name."""
    if task.status != Status.RUNNING or task.control != Control.RUN or not task.throttle:
        return None
    return Reason("throttled", task.throttle["message"])


def awaits_look(task: Task) -> bool:
    """Whether it has a canary that nobody has looked at in this run."""
    return task.canary is not None and task.canary_run != task.run


def canary_document(task: Task) -> dict[str, Any] | None:
    """{records, state}: ahead of it, waiting for a look at the first ones, or passed."""
    if task.canary is None:
        return None
    state = "ahead" if awaits_look(task) else "passed"
    if awaits_look(task) and task.status == Status.PAUSED:
        state = "waiting" if task.done + task.failed + task.skipped >= task.canary else "ahead"
    return {"records": task.canary, "state": state}


def stage_document(stage: dict[str, Any], unit: str) -> dict[str, Any]:
    """Where one stage of several stands: ahead, now or past, with counts of its own."""
    names = ("name", "state", "cursor", "done", "failed", "skipped", "total")
    return {name: stage.get(name) for name in names} | {"unit": unit}


def _approval(approved: dict[str, Any] | None) -> dict[str, Any] | None:
    """Who did something to a task, and when."""
    return {**approved, "at": rfc3339(approved["at"])} if approved else None


def job_document(job: Job) -> dict[str, Any]:
    """A job; `source`, `task_type` are added where the task is at hand."""
    return {
        "id": job.id,
        "task_id": job.task_id,
        "run": job.run,
        "step": job.step,
        "chunk": job.chunk,
        "type": job.type,
        "status": job.status,
        "lane": job.claimed_lane or job.lane,
        "priority": job.priority,
        "stage": job.stage,
        "stages": job.stages,
        "cursor": json.loads(job.cursor) if job.cursor is not None else None,
        "progress": progress_document(job),
        "tally": job.tally,
        "rate": round(job.rate, 3) if job.rate is not None else None,
        "attempts": job.attempts,
        "max_attempts": job.max_attempts,
        "blocked": job.blocked or None,
        "error": job.error,
        "created_at": rfc3339(job.created_at),
        "started_at": rfc3339(job.started_at),
        "finished_at": rfc3339(job.finished_at),
        "updated_at": rfc3339(job.updated_at),
        "version": job.version,
    }


def reason_document(reason: Reason | None) -> dict[str, Any] | None:
    """Why something waits: {code, message, until}, the last as RFC 3339 where it is known."""
    if reason is None:
        return None
    return {"code": reason.code, "message": reason.message, "until": rfc3339(reason.until)}


def progress_document(record: Task | Job) -> dict[str, Any]:
    """Counters in records. What was seen never exceeds the total: a grown source grows it."""
    total = record.total
    seen = record.done + record.failed + record.skipped
    if total is not None and total < seen:
        total = seen
    return {
        "done": record.done,
        "total": total,
        "failed": record.failed,
        "skipped": record.skipped,
        "unit": record.unit,
    }


def eta_of(task: Task) -> dict[str, float] | None:
    """Seconds to go as {low, high} while the task runs, else None."""
    if task.status != Status.RUNNING or task.total is None or task.throttle:
        return None
    to_go = max(0, task.total - task.done - task.failed - task.skipped)
    return estimate.eta(to_go, task.rate_low, task.rate_high)


def blocked_reason(task: Task, job: Job) -> Reason | None:
    """Why this queued job may not be claimed, from its own row alone."""
    match job.blocked:
        case Blocked.HELD:
            return Reason("held", "Held: waits until you start it")
        case Blocked.AFTER:
            return Reason("after", "Waits for other tasks to complete")
        case Blocked.LATER:
            return Reason("scheduled", "Waits for its time", job.not_before)
        case Blocked.BACKOFF:
            why = (job.error or {}).get("message", "")
            text = f"Tries again after a pause: {why}" if why else "Was asked to run again later"
            return Reason("back-off", text)
        case _:
            return None
