"""Times as a person types them → RFC 3339, as the API wants them. Pure."""

import re
from datetime import UTC, datetime, timedelta

from desktop.failures import WrongUse

_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days"}


def at(text: str, now: datetime | None = None) -> str:
    """ "22:30" (the next time it is so), "+90m", "2026-11-21 22:30" (your clock) or RFC 3339.

    Raises WrongUse for anything else.
    """
    now = now or datetime.now().astimezone()
    text = text.strip()
    if relative := re.fullmatch(r"\+(\d+)\s*(s|m|min|h|d)", text):
        moment = now + timedelta(**{_UNITS[relative[2]]: int(relative[1])})
    elif clock := re.fullmatch(r"(\d\d?):(\d\d)", text):
        moment = _next(int(clock[1]), int(clock[2]), now)
    else:
        moment = _whole(text)
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _whole(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)  # without a zone: the person's own clock
    except ValueError:
        raise _not_a_time(text) from None


def _next(hour: int, minute: int, now: datetime) -> datetime:
    if hour > 23 or minute > 59:
        raise _not_a_time(f"{hour}:{minute:02}")
    # through naive local time, so that the day after a clock change is still at that hour
    moment = now.replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=None)
    local_now = now.replace(tzinfo=None)
    return moment if moment > local_now else moment + timedelta(days=1)


def _not_a_time(text: str) -> WrongUse:
    return WrongUse(
        f"{text!r} is no time.",
        "Write 22:30, +90m, 2026-11-21 22:30, or RFC 3339: 2026-11-21T22:30:00Z",
    )
