"""Recordings as documents, and the pages of their list. Reads only."""

import re
from pathlib import PurePosixPath
from typing import Any

from core.documents import rfc3339
from core.errors import Invalid
from core.recordings import texts
from core.recordings.texts import Transcription
from core.store import Store

FIRST_WORDS = 240  #: characters of the text that a list shows
MARK, UNMARK = "\x02", "\x03"  #: around a match in a snippet, until it is taken apart


def page(
    store: Store, status: str | None, q: str, limit: int, cursor: str | None
) -> dict[str, Any]:
    """{items, next_cursor}, the newest first. Raises Invalid for a cursor that is none of ours."""
    terms = ["1"]
    values: dict[str, Any] = {"limit": limit + 1}
    if status is not None:
        terms.append("r.status = :status")
        values["status"] = status
    if cursor is not None:
        terms.append("(r.recorded_at, r.id) < (:at, :before)")
        values["at"], values["before"] = _parsed(cursor)
    source, snippet = "", "NULL"
    if match := _match(q):
        source = "JOIN recordings_search s ON s.rowid = r.id"
        snippet = "snippet(recordings_search, 0, char(2), char(3), '…', 16)"
        terms.append("recordings_search MATCH :match")
        values["match"] = match
    elif q.strip():
        return {"items": [], "next_cursor": None}  # nothing in it that a word could begin with
    selected = store.statement("recordings_page").replace(
        "FROM recordings r", f", {snippet} AS snippet FROM recordings r {source}"
    )
    order = "ORDER BY r.recorded_at DESC, r.id DESC LIMIT :limit"
    rows = store.execute(f"{selected} WHERE {' AND '.join(terms)} {order}", values)
    last = rows[limit - 1] if len(rows) > limit else None
    return {
        "items": [entry(row) for row in rows[:limit]],
        "next_cursor": f"{last['recorded_at']!r}_{last['id']}" if last is not None else None,
    }


def whole(row: Any, told: Transcription) -> dict[str, Any]:
    """All of a recording, with its segments."""
    segments = [
        {
            "start": s.start,
            "stop": s.stop,
            "text": s.text,
            "confidence": s.confidence,
            "words": [[w.text, w.start, w.stop, w.confidence] for w in s.words],
        }
        for s in told.segments
    ]
    return entry(row) | {
        "text": row["text"],
        "original_text": row["original_text"],
        "segments": segments,
    }


def file_of(row: Any, told: Transcription, kind: str) -> tuple[str, str]:
    """(content, name) of a transcription as `txt`, `srt` or `json`."""
    segments = told.segments
    if told.original_text is not None:
        segments = tuple(texts.edited(segments, told.text))
    audio = PurePosixPath(row["path"]).name
    content = {
        "txt": lambda: texts.as_text(told),
        "srt": lambda: texts.as_srt(segments),
        "json": lambda: texts.as_json(told, audio),
    }[kind]()
    return content, f"{PurePosixPath(row['original_name']).stem}.{kind}"


def imported(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The answer about many files."""
    return {"items": found, "imported": sum(f["outcome"] == "imported" for f in found)}


def refused(name: str, code: str, message: str) -> dict[str, Any]:
    return {
        "name": name,
        "outcome": "refused",
        "recording_id": None,
        "task_id": None,
        "error": {"code": code, "message": message},
    }


def entry(row: Any) -> dict[str, Any]:
    """A recording as a list shows it."""
    keys = row.keys()
    return {
        "id": row["id"],
        "status": row["status"],
        "kind": row["kind"],
        "name": row["original_name"],
        "folder": row["folder"],
        "path": row["path"],
        "recorded_at": rfc3339(row["recorded_at"]),
        "size": row["size"],
        "duration": row["duration"],
        "first_words": row["text"][:FIRST_WORDS].replace("\n", " "),
        "is_edited": row["original_text"] is not None,
        "language": row["language"],
        "confidence": row["confidence"],
        "engine": row["engine"],
        "model": row["model"],
        "error": texts.failure(row["error"]),
        "task": _task(row),
        "snippet": _snippet(row["snippet"]) if "snippet" in keys and row["snippet"] else [],
        "transcribed_at": rfc3339(row["transcribed_at"]),
        "missing_at": rfc3339(row["missing_at"]),
        "updated_at": rfc3339(row["updated_at"]),
    }


def _task(row: Any) -> dict[str, Any] | None:
    """Its newest task, as long as that is kept."""
    if row["task_status"] is None:
        return None
    return {
        "id": row["task_id"],
        "status": row["task_status"],
        "control": row["task_control"],
        "done": row["task_done"],
        "total": row["task_total"],
    }


def _snippet(text: str) -> list[dict[str, Any]]:
    """[{text, is_match}] of what FTS5 marked."""
    parts = re.split(f"{MARK}(.*?){UNMARK}", text.replace("\n", " "), flags=re.DOTALL)
    return [{"text": t, "is_match": bool(n % 2)} for n, t in enumerate(parts) if t]


def _match(q: str) -> str:
    """An FTS5 query: every word of `q` as a beginning; "" when there is none in it."""
    words = re.findall(r"[^\W_]+", q)
    return " ".join(f'"{word}"*' for word in words)


def tidy(text: str) -> str:
    lines = (line.strip() for line in text.replace("\r\n", "\n").split("\n"))
    return "\n".join(line for line in lines if line)


def _parsed(cursor: str) -> tuple[float, int]:
    match = re.fullmatch(r"(-?\d{1,12}(?:\.\d{1,12})?(?:e[+-]?\d{1,3})?)_(\d{1,18})", cursor)
    if match is None:
        message = "is not a cursor of this list"
        raise Invalid(f"`cursor` {message}", [{"pointer": "/cursor", "message": message}])
    return float(match[1]), int(match[2])
