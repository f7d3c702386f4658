"""Rows of documents and pages → the JSON of their answers. Pure; called by `core.desk.texts`."""

import json
from typing import Any

from core.documents import compact, rfc3339
from core.model import ACTIVE, Status


def _status(row: Any) -> str:
    """How it stands with a source: as its task, while that works or where it left pages undone;
    else by its pages. A task that was cleared says nothing any more."""
    task, queued = row["task_status"], row["pages"] - row["completed"] - row["failed"]
    if task in ACTIVE:
        return task
    if row["problem"] is not None:
        return Status.FAILED
    if row["page_count"] is None or queued:
        return Status.FAILED if task == Status.FAILED else Status.CANCELLED
    return Status.FAILED if row["failed"] and not row["completed"] else Status.COMPLETED


def source_document(row: Any) -> dict[str, Any]:
    queued = row["pages"] - row["completed"] - row["failed"]
    problem = row["problem"]
    if problem is None and row["task_status"] == Status.FAILED and row["task_error"]:
        error = json.loads(row["task_error"])
        problem = compact({name: error.get(name, "") for name in ("code", "message", "hint")})
    return {
        "id": row["id"],
        "kind": row["kind"],
        "title": row["title"],
        "path": row["path"],
        "is_copy": bool(row["is_copy"]),
        "size": row["size"],
        "status": _status(row),
        "pages": {
            "total": row["pages"],
            "completed": row["completed"],
            "failed": row["failed"],
            "queued": queued,
        },
        "problem": json.loads(problem) if problem else None,
        "task_id": row["task_id"] if row["task_status"] is not None else None,
        "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]),
    }


def page_document(row: Any) -> dict[str, Any]:
    return {
        "id": row["id"],
        "source_id": row["source_id"],
        "number": row["number"],
        "label": row["label"],
        "status": row["status"],
        "characters": row["characters"],
        "problem": json.loads(row["problem"]) if row["problem"] else None,
        "updated_at": rfc3339(row["updated_at"]),
    }
