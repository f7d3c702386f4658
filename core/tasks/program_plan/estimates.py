"""Estimates as people write them → minutes. Pure.

"30 min", "1.5 h", "1h30", "4-5 hours", "2 to 3 days", "half a day", "a week", "~2 hours". A day and
a week are working time: their hours come from the parameters.
"""

import re
from dataclasses import dataclass

_UNITS = {
    "minutes": r"minutes?|mins?|m",
    "hours": r"hours?|hrs?|h",
    "days": r"(?:working\s+|work)?days?|d",
    "weeks": r"weeks?|wks?|w",
}
_UNIT = "|".join(f"(?P<{name}{{0}}>{words})" for name, words in _UNITS.items())
_NUMBER = r"\d+(?:[.,]\d+)?"
_WORDS = {"a": 1.0, "an": 1.0, "one": 1.0, "half a": 0.5, "half an": 0.5, "two": 2.0, "three": 3.0}
_WORD = "half\\s+an?|an?|one|two|three"
_AMOUNT = rf"(?:{_NUMBER}(?:\s*½)?|½|{_WORD})"
_END = r"(?![a-z]|-[a-z])"  #: of a unit; "1h30" goes on with minutes, "24h-support" is no estimate
#: one amount with a unit, or a range of them: the unit of the first may be left out
_PHRASE = re.compile(
    rf"(?P<about>(?:~|≈|ca\.?|about|approx(?:\.|imately)?|est(?:\.|imated?)?:?|estimate:?)\s*)?"
    rf"(?<![\w.@#/-])(?P<low>{_AMOUNT})\s*(?:(?:{_UNIT.format(1)}){_END})?"
    rf"(?:\s*(?:-|–|—|to|\.\.)\s*(?P<high>{_AMOUNT})\s*(?:{_UNIT.format(2)}){_END})?"
    rf"(?:\s*(?:and\s+)?(?P<rest>\d{{1,2}})\s*(?:(?:min(?:ute)?s?|m)\b|(?![\w.])))?",
    re.IGNORECASE,
)
MOST_MINUTES = 60.0 * 24 * 366 * 10  #: an estimate beyond is none


@dataclass(frozen=True)
class Estimate:
    """Working time in minutes, as a range; both ends are the same where one number was said."""

    low: float
    high: float

    @property
    def expected(self) -> float:
        """The middle of the range."""
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class WorkingTime:
    """How long a day and a week are."""

    hours_a_day: float = 8.0
    days_a_week: float = 5.0

    def minutes(self, unit: str) -> float:
        day = 60 * self.hours_a_day
        return {"minutes": 1.0, "hours": 60.0, "days": day, "weeks": day * self.days_a_week}[unit]


def take(text: str, time: WorkingTime) -> tuple[Estimate | None, str]:
    """The estimate that is said in `text`, and the text without it; the last one counts."""
    for found in reversed(list(_PHRASE.finditer(text))):
        estimate = _estimate(found, time)
        if estimate is not None:
            return estimate, text[: found.start()] + text[found.end() :]
    return None, text


def _estimate(found: re.Match[str], time: WorkingTime) -> Estimate | None:
    first, second = (_unit(found, place) for place in "12")
    if not (first or second):
        return None
    low = _amount(found["low"]) * time.minutes(first or second)  # type: ignore[arg-type]
    high = _amount(found["high"]) * time.minutes(second) if found["high"] and second else low
    if found["rest"] and first == "hours" and not found["high"]:
        low = high = low + int(found["rest"])
    low, high = min(low, high), max(low, high)
    return Estimate(low, high) if high <= MOST_MINUTES else None


def _unit(found: re.Match[str], place: str) -> str | None:
    return next((name for name in _UNITS if found[f"{name}{place}"]), None)


def _amount(text: str) -> float:
    text = re.sub(r"\s+", " ", text.lower())
    if text in _WORDS:
        return _WORDS[text]
    half = 0.5 if "½" in text else 0.0
    digits = text.replace("½", "").strip().replace(",", ".")
    return (float(digits) if digits else 0.0) + half
