"""Where a batch is computed: the seam between a run and the cores (later: machines) that compute.

Here stand the contract (`Computer`) and the records that cross it. The two computers are in
`inline` (the calling thread) and `processes` (spawned processes, all cores); a cluster engine would
be a third one beside them. What a record means, where results are written, and what happens about
failures is not decided here: `core.backfill` reads, submits, collects and applies.

The object that computes is named by a `Code`. It has `compute(record)`, which must be pure (it may
be called again for the same record) with picklable records and results, and optionally `warm_up()`,
called once in each process before its first record, outside of any record's time limit.
"""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self, overload

from core.code import Code
from core.errors import LonghaulError

__all__ = ["Code", "Computer", "Failure", "Outcome", "Outcomes"]

_MESSAGE_CHARS, _TRACE_CHARS = 2_000, 20_000  # an exception may quote a whole 60 KB record


Kind = Literal["error", "timeout", "crash", "memory"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one record has no value. Message and trace are cut to a bounded length."""

    #: error: it raised; timeout: over its time limit; crash: its process died; memory: over its
    #: memory limit
    kind: Kind
    message: str
    trace: str = ""

    @classmethod
    def of(cls, error: BaseException, *, lead: str = "", own_frames: int = 0) -> Self:
        """The failure for an exception; `lead` opens its message, `own_frames` are left out."""
        try:
            said = str(error)
        except Exception:  # a __str__ of the task's code may be broken too
            said = "(its message cannot be shown)"
        where = error.__traceback__
        while own_frames and where is not None:
            own_frames, where = own_frames - 1, where.tb_next
        trace = "".join(traceback.format_exception(type(error), error, where))
        kind: Kind = "memory" if isinstance(error, MemoryError) else "error"
        name = type(error).__name__
        message = f"{lead}{name}: {said}" if said else f"{lead}{name}"
        return cls(kind, message[:_MESSAGE_CHARS], trace[-_TRACE_CHARS:])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record; `value` means nothing where there is an `error`."""

    value: Any
    error: Failure | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Outcomes(Sequence[Outcome]):
    """One batch, computed: a sequence of `Outcome` in the order of the records.

    It is kept as columns, so that a batch without failures costs no object per record; use
    `values` and `failures` where speed matters.
    """

    #: one per record, None where it failed
    values: list[Any]
    #: what each record took inside `compute`, successful or not
    seconds: list[float]
    #: by position in the batch; mostly empty
    failures: dict[int, Failure]

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, at: int) -> Outcome: ...
    @overload
    def __getitem__(self, at: slice) -> list[Outcome]: ...
    def __getitem__(self, at: int | slice) -> Outcome | list[Outcome]:
        if isinstance(at, slice):
            return [self[i] for i in range(len(self))[at]]
        at = range(len(self))[at]  # negative positions, IndexError
        return Outcome(self.values[at], self.failures.get(at), self.seconds[at])


class Computer(Protocol):
    """Computes batches; used by one thread. A failed record never hides the others' results."""

    @property
    def in_flight(self) -> int:
        """How many batches may be out at once: this bounds the memory."""

    @property
    def pending(self) -> int:
        """How many batches are out: submitted and not yet collected."""

    def submit(self, records: Sequence[Any]) -> None:
        """Hand in one batch. Raises `TooManyBatches` when `in_flight` batches are out already."""

    def collect(self, wait: float) -> Outcomes | None:
        """The oldest batch, complete and in record order.

        None when it is not ready within `wait` seconds, so that the caller can look at pause and
        cancel and renew its lease; None at once when nothing is out. Raises `LonghaulError` when
        nothing can be computed at all, such as an import error in the task's code.
        """

    def resize(self, processes: int) -> None:
        """Compute with this many processes from now on; nothing in flight is lost."""

    def close(self, now: bool = False) -> None:
        """End, dropping what is out; no process is left behind. May be called twice.

        Processes get a second to end by themselves (their exit hooks run), with `now` none.
        """


class TooManyBatches(LonghaulError):
    """More batches were submitted than the computer keeps in flight: a mistake of the caller."""

    code, title = "too-many-batches", "More batches were handed in than are kept in flight"
