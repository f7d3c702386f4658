"""Which record is computed next, and what the death of the process that had it means.

Pure bookkeeping, without processes or clocks; `core.compute.pump` is its only caller. Records are
computed in the order they came, except that records of a dead process come first again, and a
record that was being computed when its process died (a *suspect*) is tried alone.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

from core.compute import Failure, Outcomes


class Batch:
    """The records of one submit and, as they come in, what became of them."""

    def __init__(self, records: Sequence[Any]) -> None:
        self.records = list(records)
        size = len(self.records)
        self.outcomes = Outcomes([None] * size, [0.0] * size, {})
        #: set when every record has its outcome (or nothing more will come)
        self.done = Event()
        self._left = size
        if not size:
            self.done.set()

    def fill(self, at: int, value: Any, seconds: float, failure: Failure | None) -> None:
        """Keep one record's outcome and let go of the record; the last one sets `done`."""
        self.records[at] = None
        self.outcomes.values[at] = value
        self.outcomes.seconds[at] = seconds
        if failure is not None:
            self.outcomes.failures[at] = failure
        self._left -= 1
        if not self._left:
            self.done.set()


@dataclass(slots=True)
class Ticket:
    """One record on its way: where its outcome goes, and how many processes died computing it."""

    batch: Batch
    at: int
    deaths: int = 0

    @property
    def record(self) -> Any:
        return self.batch.records[self.at]

    def fill(self, value: Any, seconds: float, failure: Failure | None = None) -> None:
        self.batch.fill(self.at, value, seconds, failure)


class Work:
    """The records that no process holds."""

    def __init__(self) -> None:
        self._new: deque[Ticket] = deque()
        self._again: deque[Ticket] = deque()
        self._suspects: deque[Ticket] = deque()

    def __len__(self) -> int:
        return len(self._new) + len(self._again) + len(self._suspects)

    def add(self, batch: Batch) -> None:
        self._new.extend(Ticket(batch, at) for at in range(len(batch.records)))

    def take(self, *, empty: bool, fresh: bool, fresh_coming: bool) -> Ticket | None:
        """The next record for a process, or None when it should get nothing now.

        A suspect goes to an `empty` process, and to a `fresh` one (nothing computed yet) as long
        as one is there or coming: memory that earlier records leaked must not be held against it.
        """
        if self._suspects:
            if empty and (fresh or not fresh_coming):
                return self._suspects.popleft()
            if not fresh_coming:
                return None  # run empty first, else the suspect would wait for ever
        for queue in (self._again, self._new):
            if queue:
                return queue.popleft()
        return None

    def lost(self, tickets: Sequence[Ticket], failure: Failure, seconds: float, tries: int) -> None:
        """The process that held `tickets` is dead; it was computing the first of them.

        Only that one is charged: after `tries` deaths it has failed, before that it is tried
        again alone. The others are computed again as if nothing had happened.
        """
        if not tickets:
            return
        current, *innocent = tickets
        self._again.extendleft(reversed(innocent))
        current.deaths += 1
        if current.deaths < tries:
            self._suspects.append(current)
            return
        if current.deaths > 1:
            message = f"{failure.message} (in {current.deaths} of {current.deaths} attempts)"
            failure = Failure(failure.kind, message, failure.trace)
        current.fill(None, seconds, failure)

    def abandon(self) -> None:
        """Nothing will be computed any more: let go of all records."""
        for queue in (self._new, self._again, self._suspects):
            queue.clear()
