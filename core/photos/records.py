"""Rows of projects, photos and the trash → the JSON of answers. Pure."""

from typing import Any
from urllib.parse import quote

from core.documents import rfc3339

#: The derivatives of a photo: name → the longest side, in pixels.
DERIVATIVES = {"thumbnail": 320, "preview": 1600}


def project_document(row: Any) -> dict[str, Any]:
    """A project with its figures (a row of the statement `projects`)."""
    figures = ("photos", "available", "rejected", "pending", "failed", "in_trash")
    return {
        "id": row["id"],
        "name": row["name"],
        "folder": row["folder"],
        **{name: row[name] or 0 for name in figures},
        "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]),
    }


def photo_document(row: Any, project: str) -> dict[str, Any]:
    """A photo. A derivative's address changes with its content, so it can be kept for ever."""
    same = ("name", "kind", "size", "sha256", "format", "width", "height", "orientation")
    also = ("make", "model", "taken_at", "thumbnail", "preview", "version")
    document = {name: row[name] for name in (*same, *also)}
    at = f"/api/v1/projects/{quote(project, safe='')}/photos/{quote(row['name'], safe='')}"
    for name in DERIVATIVES:
        ready = row[name] == "ready"
        document[f"{name}_url"] = f"{at}/{name}?v={row['derived']}" if ready else None
    reason, _, words = row["problem"].partition(": ")
    return document | {
        "project": project,
        "keep": bool(row["keep"]),
        "available": bool(row["available"]),
        "problem": {"code": reason, "message": words} if reason else None,
        "added_at": rfc3339(row["added_at"]),
        "updated_at": rfc3339(row["updated_at"]),
    }


def trash_document(row: Any) -> dict[str, Any]:
    """A file in the trash."""
    same = ("id", "name", "trash_name", "reason", "size")
    return {name: row[name] for name in same} | {"moved_at": rfc3339(row["moved_at"])}
