"""Rates and the time to go as a range, from what happened lately. Pure.

Each sample is (monotonic seconds of working time, records seen). A pause is taken out by the
caller, who stops the clock. The estimate is hidden (None) until it means something: at least
three spans, two seconds and ten records of evidence.
"""

from collections import deque
from dataclasses import dataclass, field

WINDOW_S = 60.0
LEAST_S = 2.0
LEAST_RECORDS = 10
LEAST_SPANS = 3
SPANS = 12


@dataclass(frozen=True)
class Rate:
    """Records a second: the likely one, and a low and a high one (the spread of recent spans)."""

    likely: float
    low: float
    high: float


@dataclass
class RateMeter:
    """Remembers a minute of samples and tells the recent rate."""

    window_s: float = WINDOW_S
    _samples: deque[tuple[float, int]] = field(default_factory=deque)

    def add(self, at: float, seen: int) -> None:
        """One sample: `seen` records in all at working time `at` (seconds)."""
        samples = self._samples
        if len(samples) > 1 and at - samples[-2][0] < self.window_s / 240:
            samples[-1] = (at, seen)  # closer than a quarter of a second: one sample is enough
        else:
            samples.append((at, seen))
        while len(samples) > 2 and at - samples[1][0] > self.window_s:
            samples.popleft()

    def rate(self) -> Rate | None:
        """The recent rate, or None while it would be a guess."""
        samples = list(self._samples)
        if len(samples) < LEAST_SPANS + 1:
            return None
        (t0, n0), (t1, n1) = samples[0], samples[-1]
        if t1 - t0 < LEAST_S or n1 - n0 < LEAST_RECORDS:
            return None
        likely = (n1 - n0) / (t1 - t0)
        speeds = sorted(_span_speeds(samples))
        low = speeds[len(speeds) // 4]
        high = speeds[-1 - len(speeds) // 4]
        return Rate(likely, min(low, likely) or likely / 2, max(high, likely))


def _span_speeds(samples: list[tuple[float, int]]) -> list[float]:
    """Records a second of up to SPANS spans of about equal length."""
    step = max(1, (len(samples) - 1) // SPANS)
    marks = samples[::step]
    if marks[-1] is not samples[-1]:
        marks.append(samples[-1])
    return [
        (n1 - n0) / (t1 - t0)
        for (t0, n0), (t1, n1) in zip(marks, marks[1:], strict=False)
        if t1 > t0
    ]


class StageClock:
    """What each stage of an attempt took, without the time that it was held back."""

    def __init__(self, name: str, at: float, seen: int):
        """`at`: monotonic seconds, `seen`: records in all; both of the moment it begins."""
        self._name, self._at, self._seen = name, at, seen
        self._held = 0.0
        self._stages: dict[str, dict[str, float]] = {}

    def enter(self, name: str, at: float, seen: int) -> None:
        """Another stage begins."""
        self.read(at, seen)
        self._name = name

    def hold(self, seconds: float) -> None:
        """So much of the time since was no work."""
        self._held += seconds

    def read(self, at: float, seen: int) -> dict[str, dict[str, float]]:
        """{stage: {seconds, records}} up to now, in the order they began."""
        if self._name:
            stage = self._stages.setdefault(self._name, {"seconds": 0.0, "records": 0})
            stage["seconds"] += max(0.0, at - self._at - self._held)
            stage["records"] += max(0, seen - self._seen)
        self._at, self._seen, self._held = at, seen, 0.0
        return self._stages


def eta(to_go: int | None, low: float | None, high: float | None) -> dict[str, float] | None:
    """{low, high}: seconds to go at the high and at the low rate, or None while unknown."""
    if to_go is None or not low or not high:
        return None
    return {"low": round(to_go / high, 1), "high": round(to_go / low, 1)}
