"""Computes on several cores: spawned processes with a time limit and a memory limit per record.

A record that exceeds the time limit fails at once. One whose process dies or runs out of memory is
tried once more, alone and in a fresh process where there is one, and then fails; after SIGKILL and
SIGTERM, which come from outside, it takes four deaths. All other records are computed, again where
necessary, and stay in order. Called by `core.backfill` through the `Computer` contract. Here stands
only the caller's side; what does the work is in `pump`.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from core.compute import Code, Outcomes, TooManyBatches
from core.compute.direct import Direct
from core.compute.pump import Pump
from core.compute.spawned import pack
from core.compute.threaded import Threaded
from core.compute.work import Batch
from core.errors import LonghaulError


class Processes:
    """A `Computer` on this machine. Its processes start with the first batch."""

    def __init__(
        self,
        code: Code,
        processes: int = 1,
        *,
        timeout: float = 10.0,
        memory: int = 2 << 30,
        in_flight: int = 4,
        threaded: bool = True,
    ) -> None:
        """`timeout` in seconds a record (wall time), `memory` in bytes of address space a process.

        The memory limit holds where the system has RLIMIT_AS (Linux); a record above it fails.
        `threaded`: False lets the caller's own thread move the bytes, while it collects
        (`core.compute.direct`).
        Raises ValueError for numbers below one or not finite.
        """
        for name, number in (("timeout", timeout), ("memory", memory), ("in_flight", in_flight)):
            if not 0 < number < math.inf:
                raise ValueError(f"{name} must be positive and finite, not {number}")
        self._setup = pack(asdict(code), memory)
        self._processes = _at_least_one(processes)
        self._timeout, self._in_flight = timeout, in_flight
        self._batches: deque[Batch] = deque()
        self._pump: Pump | None = None
        self._kind: type[Pump] = Threaded if threaded else Direct
        self._closed = False

    @property
    def in_flight(self) -> int:
        return self._in_flight

    @property
    def pending(self) -> int:
        return len(self._batches)

    @property
    def pids(self) -> list[int]:
        """The process ids of this moment, for showing."""
        return self._pump.pids if self._pump else []

    @property
    def is_usable(self) -> bool:
        """Whether another job may have it: nothing is out, nothing broke, it is not closed."""
        broken = self._pump is not None and self._pump.error is not None
        return not (self._closed or self._batches or broken)

    def submit(self, records: Sequence[Any]) -> None:
        if self._closed:
            raise LonghaulError("This computer is closed")
        if len(self._batches) >= self._in_flight:
            raise TooManyBatches()
        if self._pump is None:
            self._pump = self._kind(self._setup, self._processes, self._timeout)
        self._raise_if_broken(self._pump)
        batch = Batch(records)
        self._batches.append(batch)
        self._pump.add(batch)

    def collect(self, wait: float) -> Outcomes | None:
        if not self._batches or self._pump is None:
            return None
        done = self._pump.wait(self._batches[0], wait)
        self._raise_if_broken(self._pump)
        return self._batches.popleft().outcomes if done else None

    def resize(self, processes: int) -> None:
        self._processes = _at_least_one(processes)
        if self._pump is not None:
            self._pump.resize(processes)

    def allow(self, timeout: float) -> None:
        """Seconds that each record handed in from now on may take; for callers that have one
        record out at a time and know what it needs."""
        self._timeout = timeout
        if self._pump is not None:
            self._pump.timeout = timeout

    def close(self, now: bool = False) -> None:
        self._closed = True
        self._batches.clear()
        if self._pump is not None:
            self._pump.stop(now)
            self._pump = None

    @staticmethod
    def _raise_if_broken(pump: Pump) -> None:
        if pump.error is not None:
            raise pump.error


def _at_least_one(processes: int) -> int:
    if processes < 1:
        raise ValueError(f"processes must be at least 1, not {processes}")
    return processes
