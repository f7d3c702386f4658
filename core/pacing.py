"""How fast to go: retry back-off and the batch size that meets a target time. Pure."""

import math
import random
from dataclasses import dataclass, replace
from typing import Any

BACKOFF_FIRST_S = 2.0
BACKOFF_MOST_S = 600.0
GROWTH = 1.2  #: a batch grows at most by this factor a step, so that one fast batch misleads nobody
SMOOTHING = 0.3  #: weight of the newest batch in the smoothed time a record
HOVERS = 0.2  #: so much up and down of a size is no change to be told
MOST_CHANGES = 12  #: changes of a size that are kept
FIRST = 10  #: records of the first batch, when nothing is known of their time


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
    record_s: float | None = None  #: smoothed seconds a record, beyond what a batch costs anyhow
    fixed_s: float | None = None  #: seconds that even the smallest batch costs: its commit

    @classmethod
    def begin(cls, most: int, record_s: float | None = None, size: int = FIRST) -> "BatchSize":
        """The first size: small, or the one an earlier attempt had come to."""
        return cls(size=max(1, min(size, most)), most=most, record_s=record_s)

    def within(self, *, most: int, target_s: float, pinned: int | None) -> "BatchSize":
        """The same under limits that a person may have changed; `pinned` is a size to keep."""
        if pinned is not None:
            return replace(self, size=pinned, most=most, target_s=target_s, pinned=True)
        size = min(self.size, most)
        return replace(self, size=size, most=most, target_s=target_s, pinned=False)

    def after(self, records: int, seconds: float, commit_s: float = 0.0) -> "BatchSize":
        """The size for the next batch, having seen one of `records` take `seconds`, of which its
        commit took `commit_s`.

        The shortest commit is what any batch costs. Where that alone is longer than the target, the
        records get as much time as it takes: smaller batches would do little but commit.
        """
        if records <= 0 or seconds <= 0:
            return self
        fixed = commit_s if self.fixed_s is None else min(self.fixed_s, commit_s)
        newest = max(seconds - fixed, 1e-9) / records
        smoothed = (
            newest
            if self.record_s is None
            else (1 - SMOOTHING) * self.record_s + SMOOTHING * newest
        )
        known = replace(self, record_s=smoothed, fixed_s=fixed)
        if self.pinned:
            return known
        grown = min(known.wanted, int(self.size * GROWTH) + 1)
        return replace(known, size=max(self.least, min(self.most, grown)))

    @property
    def wanted(self) -> int:
        """The size that would meet the target, whatever the limits."""
        if self.record_s is None:
            return self.size
        fixed = self.fixed_s or 0.0
        # rounded up: rounded down, a batch of one could never grow
        return math.ceil(max(self.target_s - fixed, fixed) / self.record_s - 1e-6)

    @property
    def reason(self) -> str:
        """Why it is what it is, in words."""
        if self.pinned:
            return f"pinned to {self.size}"
        if self.record_s is None:
            return "begins small, as nothing is known of its records"
        if self.size >= self.most:
            return f"at its limit of {self.most}"
        aim = f"{self.target_s * 1000:.0f} ms a batch"
        each = f"a record takes {_short(self.record_s)}"
        if self.record_s > self.target_s:
            return f"{each}, so even one alone is longer than {aim}"
        if self.fixed_s and self.fixed_s > self.target_s / 2:
            each = f"{each}, and every commit {_short(self.fixed_s)}"
        if self.size < self.wanted:
            return f"growing towards {aim}: {each}"
        return f"meets {aim}: {each}"


def noted(changes: list[dict[str, Any]], size: BatchSize, at: float) -> list[dict[str, Any]]:
    """The changes of a size, {at, from, to, reason, pinned}, with this one; the last ones only.

    Steps in one direction are one change, and what hovers is none, so that a list of them says
    something. Each begins where the one before ended.
    """
    change = {"at": at, "from": None, "to": size.size, "reason": size.reason, "pinned": size.pinned}
    if not changes:
        return [change]
    last = changes[-1]
    change["from"] = last["to"]
    if size.pinned == last["pinned"]:
        step = size.size - last["to"]
        goes_on = last["from"] is not None and (last["to"] > last["from"]) == (step > 0)
        if step and goes_on and not size.pinned:
            return [*changes[:-1], change | {"from": last["from"]}]
        if abs(step) <= (0 if size.pinned else max(1, HOVERS * last["to"])):
            return changes
    return [*changes, change][-MOST_CHANGES:]


def _short(seconds: float) -> str:
    """A time a record takes, with two figures: "3.1 ms", "40 s"."""
    if seconds >= 1:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    ms = seconds * 1000
    return f"{ms:.2g} ms" if 0.1 <= ms < 100 else f"{ms:.0f} ms" if ms >= 100 else "under 0.1 ms"
