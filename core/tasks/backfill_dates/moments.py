"""Reading one written date: "2021-03-04T10:00+01:00", "04.03.2021", "Thu, 4 Mar 2021 10:00 GMT".

A value of an attribute or a JSON key goes in, a day (and the time of day, where it is written)
comes out, or None. Only unambiguous forms are read here, a month without a day is none of them;
other languages and orders are read by htmldate (`read_with_library`). Where values come from is
in `markup`; whether a day is plausible is in `rules`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from htmldate.extractors import try_date_expr

#: longer values are prose or addresses, not dates
LONGEST = 80

_ISO = re.compile(
    r"\s*(\d{4})(?:[-/.年]\s?(\d{1,2})[-/.月]\s?(\d{1,2})|(\d\d)(\d\d)(?=\D|$|(?:\d\d){2,3}(?:\D|$)))"
    r"日?(?!\d[-/.])"
)
_DAY_FIRST = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MAIL = re.compile(
    rf"(?:[A-Z][a-z]{{2,8}},?\s+)?(\d{{1,2}})[\s-]({'|'.join(_MONTHS)})[a-z]*[\s-](\d{{4}})\b"
)
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_CLOCK_NEXT = re.compile(
    r"[T\s]\s*([01]\d|2[0-3])[:時]?([0-5]\d)分?(?::?([0-5]\d))?(?:[.,]\d+)?"
    r"\s*(Z\b|UTC\b|GMT\b|[+-][01]\d(?::?[0-5]\d)?)?",
)
_CLOCK_LATER = re.compile(
    r"(?<![\d:.])(\d|[01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?!\d)(?:\s*([ap])\.?m\b)?", re.I
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, and the time of day as ISO 8601 writes it after the day ("T10:00:00+01:00" or "")."""

    day: date
    clock: str = ""

    def iso(self, with_time: bool) -> str:
        return self.day.isoformat() + (self.clock if with_time else "")


def read(value: str | None) -> Moment | None:
    """The moment written in `value`, on the calendar of whoever wrote it (offsets do not move it).

    Never raises for any text; a day that does not exist (30 February) is None.
    """
    if not value or not 6 <= len(value) <= LONGEST:
        return None
    value = value.strip()
    if _EPOCH.fullmatch(value):
        seen = datetime.fromtimestamp(int(value[:10]), UTC)
        return Moment(seen.date(), seen.strftime("T%H:%M:%S+00:00"))
    if found := _ISO.match(value):
        year, month, day = (int(part) for part in found.groups() if part)
    elif found := _DAY_FIRST.search(value):
        day, month, year = (int(part) for part in found.groups())
    elif found := _MAIL.match(value):
        day, month, year = int(found[1]), _MONTHS.index(found[2]) + 1, int(found[3])
    else:
        return None
    try:
        return Moment(date(year, month, day), clock_in(value[found.end() :]))
    except ValueError:
        return None


def read_with_library(value: str | None, bounds: tuple[datetime, datetime]) -> Moment | None:
    """Like `read`, and what htmldate reads beyond it (month names in some 200 languages), within
    `bounds`; some milliseconds where a month is named in a rare language.
    """
    moment = read(value)
    if moment or not value or not 6 <= len(value) <= LONGEST:
        return moment
    iso = try_date_expr(value, "%Y-%m-%d", True, *bounds)
    return Moment(date.fromisoformat(iso), clock_in(value)) if iso else None


def clock_in(rest: str) -> str:
    """The time of day in what is written after (or around) a day, or ""."""
    if found := _CLOCK_NEXT.match(rest):
        hour, minute, second, offset = found.groups()
        return f"T{int(hour):02}:{int(minute):02}:{int(second or 0):02}{_offset(offset)}"
    if found := _CLOCK_LATER.search(rest):
        hour, minute, second, half = int(found[1]), int(found[2]), int(found[3] or 0), found[4]
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half in "pP" else 0)
        return f"T{hour:02}:{minute:02}:{second:02}"
    return ""


def _offset(written: str | None) -> str:
    if not written:
        return ""
    if written[0] not in "+-":
        return "+00:00"
    digits = written[1:].replace(":", "").ljust(4, "0")
    return f"{written[0]}{digits[:2]}:{digits[2:]}" if digits <= "1400" else ""
