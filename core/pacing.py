"""How fast to go: retry back-off and the batch size that meets a target time. Pure."""

import random
from dataclasses import dataclass, replace

BACKOFF_FIRST_S = 2.0
BACKOFF_MOST_S = 600.0
GROWTH = 1.2  #: a batch grows at most by this factor a step, so that one fast batch misleads nobody
SMOOTHING = 0.3  #: weight of the newest batch in the smoothed time a record


def backoff(tries: int, *, random_unit: float | None = None) -> float:
    """Seconds before try number `tries` + 1: 2, 4, 8 … at most 600, each shortened by up to 25 %.

    Doubling with jitter, so that many jobs that failed together do not come back together.
    """
    jitter = random.random() if random_unit is None else random_unit  # noqa: S311
    delay = min(BACKOFF_MOST_S, BACKOFF_FIRST_S * 2.0 ** max(0, tries - 1))
    return delay * (1 - 0.25 * jitter)


@dataclass(frozen=True)
class BatchSize:
    """A batch size that follows a target batch time (seconds), within limits."""

    size: int
    most: int
    target_s: float = 0.3
    least: int = 1
    pinned: bool = False
    record_s: float | None = None  #: smoothed seconds a record

    def after(self, records: int, seconds: float) -> "BatchSize":
        """The size for the next batch, having seen one of `records` take `seconds`."""
        if self.pinned or records <= 0 or seconds <= 0:
            return self
        newest = seconds / records
        smoothed = (
            newest
            if self.record_s is None
            else (1 - SMOOTHING) * self.record_s + SMOOTHING * newest
        )
        wanted = int(self.target_s / smoothed)
        grown = min(wanted, int(self.size * GROWTH) + 1)
        return replace(self, size=max(self.least, min(self.most, grown)), record_s=smoothed)
