"""Computes in the calling thread: for small tasks, for tests, and where one core is enough.

There is no time limit and no memory limit here, and a record that crashes takes the caller with it;
`core.compute.processes` has all three. Called by `core.backfill` through the `Computer` contract.
"""

from collections.abc import Sequence
from operator import sub
from time import perf_counter
from typing import Any

from core.compute import Code, Failure, Outcomes, TooManyBatches


class Untouched:
    """A `Computer` for tasks that compute nothing: the values are the records themselves."""

    in_flight = 1

    def __init__(self) -> None:
        self._batch: list[Any] | None = None

    @property
    def pending(self) -> int:
        return 0 if self._batch is None else 1

    def submit(self, records: Sequence[Any]) -> None:
        if self._batch is not None:
            raise TooManyBatches()
        self._batch = list(records)

    def collect(self, wait: float) -> Outcomes | None:
        """At once, whatever `wait` says."""
        records, self._batch = self._batch, None
        return None if records is None else Outcomes(records, [0.0] * len(records), {})

    def resize(self, processes: int) -> None:
        """Nothing to do: there is only the calling thread."""

    def close(self, now: bool = False) -> None:
        self._batch = None


class Inline(Untouched):
    """A `Computer` without processes: a batch is computed while it is collected."""

    def __init__(self, code: Any) -> None:
        """`code` is a `Code`, loaded with the first batch, or the object itself."""
        super().__init__()
        self._code = code
        self._object: Any = None

    def collect(self, wait: float) -> Outcomes | None:
        """As in `Computer`, but it takes as long as the batch does, whatever `wait` says."""
        if self._batch is None:
            return None
        if self._object is None:
            self._object = self._ready()
        records, self._batch = self._batch, None
        return compute_all(self._object.compute, records)

    def _ready(self) -> Any:
        loaded = self._code.load() if isinstance(self._code, Code) else self._code
        if hasattr(loaded, "warm_up"):
            loaded.warm_up()
        return loaded


def compute_all(compute: Any, records: Sequence[Any]) -> Outcomes:
    """Every record in order; an exception becomes that record's failure.

    The `try` stands outside the loop and is entered again only after a failure, and one reading of
    the clock ends a record and begins the next: together they add about a tenth of a microsecond.
    """
    values: list[Any] = []
    failures: dict[int, Failure] = {}
    ticks = [perf_counter()]
    rest = iter(records)
    while True:
        try:
            for record in rest:
                values.append(compute(record))
                ticks.append(perf_counter())
            break
        except Exception as error:  # whatever the task's code raises belongs to the record
            ticks.append(perf_counter())
            failures[len(values)] = Failure.of(error, own_frames=1)
            values.append(None)
    return Outcomes(values, list(map(sub, ticks[1:], ticks)), failures)
