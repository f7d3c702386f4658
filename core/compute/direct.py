"""A pump without a thread: its caller moves the bytes while it waits for an answer.

For callers that have one process and little else to do: each answer otherwise wakes a thread that
wakes the caller, which costs more than reading a small document's page. What is handed in is sent
at once, so the process is busy while the caller writes; time limits are looked at when the caller
waits, and time in which it did not is not counted. The process dies with the thread that started it
(on Linux), so that is the worker's main one. Called by `core.compute.processes` alone.
"""

import time
from collections.abc import Callable

from core.compute.pump import Pump
from core.compute.work import Batch

_AWAY_SECONDS = 1.0  #: nobody looked for so long: the caller's time, not the record's
_MANY = 8  #: records that a process holds, from which on answers may gather


class Direct(Pump):
    """Used by one thread at a time."""

    def __init__(self, setup: bytes, processes: int, timeout: float) -> None:
        super().__init__(setup, processes, timeout)
        self._looked = time.monotonic()

    def add(self, batch: Batch) -> None:
        self._inbox.append(batch)
        self._do(self._feed)

    def wait(self, batch: Batch, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while not batch.done.is_set():
            self._do(lambda now: self._turn(max(0.0, until - now)))
            if time.monotonic() >= until:
                break
        return batch.done.is_set()

    def stop(self, now: bool) -> None:
        self._close_soon(now)
        if self.error is None:  # else they have ended
            self._abandon()

    def _all_have_plenty(self) -> bool:
        # The mean of earlier documents says little of the few records of a new one.
        return all(c.load >= _MANY for c in self._children) and super()._all_have_plenty()

    def _do(self, step: Callable[[float], None]) -> None:
        now = time.monotonic()
        if (away := now - self._looked) > _AWAY_SECONDS:
            for child in self._children:
                child.since += away
        try:
            step(now)
        except Exception as error:  # told by the caller's next call, as if a thread had met it
            self._break(error)
            self._abandon()
        self._looked = time.monotonic()
