"""Numbers, times and near misses in words for people. Pure; used by every command that shows text.

Nothing here writes anywhere (`desktop.output` does) or knows about HTTP.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any


def counted(number: int | float | None) -> str:
    """1234567 → "1,234,567"; None → "?"."""
    return "?" if number is None else f"{number:,.0f}"


def plural(number: int, noun: str) -> str:
    """2, "task" → "2 tasks"."""
    return f"{counted(number)} {noun}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """Seconds as a person would say them: "0.4 s", "12 s", "3 min 20 s", "2 h 5 min"."""
    if seconds < 1:
        return f"{max(0.0, seconds):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def eta(document: dict[str, float] | None) -> str:
    """The API's {low, high} (seconds) as "14 to 18 s left"; empty while unknown."""
    if not document:
        return ""
    low, high = duration(document["low"]), duration(document["high"])
    if low == high:
        return f"{high} left"
    low_amount, _, low_unit = low.partition(" ")
    high_unit = high.partition(" ")[2]
    same = low_unit == high_unit and " " not in low_unit
    return f"{low_amount if same else low} to {high} left"


def rate(per_second: float | None) -> str:
    """Records a second: "120/s", "0.35/s"; empty while unknown."""
    if not per_second:
        return ""
    return f"{per_second:,.0f}/s" if per_second >= 10 else f"{per_second:.2g}/s"


def seen(progress: dict[str, Any]) -> int:
    """How many records were visited, whatever became of them."""
    return sum(progress.get(name) or 0 for name in ("done", "failed", "skipped"))


def progress(document: dict[str, Any]) -> str:
    """The API's progress as "1,350 of 3,000 records, 2 failed"; empty before anything happened."""
    visited, total = seen(document), document.get("total")
    if not visited and total is None:
        return ""
    unit = document.get("unit") or ""
    if unit and not unit.endswith("s"):
        unit = unit if (total if total is not None else visited) == 1 else f"{unit}s"
    text = counted(visited) if total is None else f"{counted(visited)} of {counted(total)}"
    text = f"{text} {unit}".rstrip()
    failed = document.get("failed") or 0
    return f"{text}, {counted(failed)} failed" if failed else text


def moment(rfc3339: str | None) -> datetime | None:
    """An API time as an aware datetime."""
    return datetime.fromisoformat(rfc3339) if rfc3339 else None


def local_time(rfc3339: str | None) -> str:
    """An API time on the person's own clock: "2026-11-21 23:12:05"; "" for None."""
    at = moment(rfc3339)
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""


def who(asker: dict | None) -> str:
    """Who asked for something, or approved it: "root, by the command · 2026-11-21 23:12:05"."""
    if not asker:
        return ""
    places = {"page": "in the page", "command": "by the command", "program": "by a program"}
    place = places.get(asker["by"], f"by a {asker['by']}")
    return " · ".join(filter(None, (f"{asker['user']}, {place}", local_time(asker.get("at")))))


def ago(rfc3339: str | None, now: datetime | None = None) -> str:
    """An API time from now: "12 s ago", "in 2 h"; "" for None."""
    at = moment(rfc3339)
    if at is None:
        return ""
    seconds = ((now or datetime.now(UTC)) - at).total_seconds()
    return f"in {duration(-seconds)}" if seconds < -1 else f"{duration(seconds)} ago"


def took(task: dict[str, Any]) -> str:
    """How long a finished task ran: "12 s"; "" when it never started."""
    started, finished = moment(task.get("started_at")), moment(task.get("finished_at"))
    return duration((finished - started).total_seconds()) if started and finished else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "Did you mean 'list'?" for a near miss among `known`, else ""."""
    near = get_close_matches(word, list(known), n=2, cutoff=0.6)
    return f"Did you mean {' or '.join(repr(match) for match in near)}?" if near else ""
