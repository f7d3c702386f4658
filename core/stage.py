"""One pass of a backfill over records: what is read, computed and written, with its own cursor.

A `Backfill` is one itself; one of several stages names them in `parts`. `Leftover` is the stage
that looks afterwards whether something is left. The loop (`core.loop`) drives them.
"""

import os
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self

from sqlalchemy import Connection

from core.compute import Code, Computer
from core.compute.inline import Inline, Untouched
from core.compute.processes import Processes
from core.loop.result import FAILED, Result
from core.run import Run
from core.sealed import sealed
from core.sources import Reader, Source, opened


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Stage:
    """Subclass it: `source` (or `read`), `compute` and `apply`. `self.task` is the backfill."""

    #: how it is called in the list of stages
    name: ClassVar[str] = ""
    #: whether its records count as the task's; the counts of the others stand beside their stage
    counts: ClassVar[bool] = True
    #: "inline": in the worker itself, for light work; "processes": on all cores, with a limit per
    #: record
    compute_in: ClassVar[str] = "inline"
    #: seconds a record may take, and bytes of memory, where it is computed in processes
    record_timeout_s: ClassVar[float] = 10.0
    record_memory: ClassVar[int] = 2 << 30
    #: outcomes that count as skipped; FAILED counts as failed, all others as done
    skipped_as: ClassVar[frozenset[str]] = frozenset({"skipped"})
    #: where the records come from: a `core.sources.Source`, or a method that gets the run and
    #: returns one. With it `count`, `read`, `key` and `read_keys` need not be written
    source: ClassVar[Any] = None
    _opened_source: Reader | None = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.source is not None and cls.read is Stage.read:
            cls.read = Stage._read_source  # type: ignore[method-assign]

    def __init__(self, params: Any):
        self.params = params
        #: the backfill that it is a stage of
        self.task: Any = self
        if self.source is not None:
            compute = self.compute  # of the subclass; a record that cannot be read raises in it
            self.compute = lambda record: compute(opened(record))  # type: ignore[method-assign]

    def of(self, task: Any) -> Self:
        """This stage as one of a backfill."""
        self.task = task
        return self

    # --- what an author writes -------------------------------------------------------------------

    @abstractmethod
    def read(self, run: Run, cursor: Any, limit: int) -> Sequence[Any]:
        """The next records after `cursor` (None: from the start), in its order; [] at the end."""

    def key(self, record: Any) -> Any:
        """The record's place in the order: what the cursor is after it. JSON-able."""
        return record["id"] if isinstance(record, dict) else record[0]

    def keys(self, records: Sequence[Any]) -> list[Any]:
        """The `key` of each record of a batch."""
        if type(self).key is Stage.key and isinstance(records[0], tuple):
            return [record[0] for record in records]
        return [self.key(record) for record in records]

    def compute(self, record: Any) -> Any:
        """The value of one record. Pure and picklable: it may run anywhere, and again."""
        return record

    @abstractmethod
    def apply(
        self, run: Run, results: Sequence[Result], connection: Connection | None
    ) -> dict | None:
        """Write a batch's results; the checkpoint commits with it when `connection` is given.

        Returns None, or the numbers {outcome: records} where they differ from what `outcome` says
        (a row that somebody else wrote meanwhile). What it raises about single records (a value
        that the database refuses) fails those records alone, see docs/backfill-contract.md.
        """

    def outcome(self, result: Result) -> str:
        """What became of one record, by name; counted in `tally`. Pure."""
        return FAILED if result.failure is not None else "done"

    def tally(self, results: Sequence[Result]) -> dict[str, int]:
        """How many records had each outcome. Pure."""
        if type(self).outcome is not Stage.outcome:
            return dict(Counter(map(self.outcome, results)))
        failed = len(results) - [r.failure for r in results].count(None)
        return {"done": len(results) - failed, FAILED: failed} if failed else {"done": len(results)}

    def count(self, run: Run) -> int | None:
        """How many records there are in all, or None when that cannot be told."""
        if self._opened_source is None or (self.is_whole and run.cursor is not None):
            return None  # it could not be told in time at the start: no attempt tries it again
        return self._opened_source.count()

    def counting(self, run: Run, cursor: Any) -> Iterable[int] | None:
        """How many records come after the cursor, part by part (see `core.totals`), or None.

        Where it is given, a run begins without waiting for the whole count, which goes on in a
        thread beside it, and a source that grew is counted again. `count` is not asked then. Most
        sources say it by themselves.
        """
        source = self._opened_source
        if source is None or type(self).count is not Stage.count:
            return None
        return source.counting(cursor, lambda: self._open_source(run))

    def throttle(self, run: Run) -> str | None:
        """A reason to wait now, in words ("the nightly backup runs"), or None. Asked before each
        batch, at most once a second; quick."""
        return None if self.is_whole else self.task.throttle(run)

    def changes_nothing(self) -> bool:
        """True for a dry run: nothing is applied, and no checkpoint is written into the target."""
        return False if self.is_whole else self.task.changes_nothing()

    def read_keys(self, run: Run, keys: Sequence[Any]) -> Sequence[Any]:
        """The records with these keys, for a run over the failed ones alone."""
        if self._opened_source is None:
            raise NotImplementedError
        return self._opened_source.read_keys(keys)

    @classmethod
    def retries_items(cls) -> bool:
        """Whether a retry can be over the failed records alone."""
        if cls.read_keys is not Stage.read_keys:
            return True
        return cls.source is not None and getattr(cls.source, "rereads", True)

    def batch_size(self) -> int:
        """Records in a batch, at most (a live knob may change it)."""
        return int(getattr(self.params, "batch_size", 200))

    # --- for the loop ----------------------------------------------------------------------------

    @property
    def is_whole(self) -> bool:
        """Whether it is a backfill itself, not one of several stages."""
        return self.task is self

    def open(self, run: Run) -> None:
        """Open the source, where it has one, before anything is read."""
        if self.source is not None:
            self._opened_source = run.patiently(lambda: self._open_source(run))

    def _open_source(self, run: Run) -> Reader:
        made = self.source if isinstance(self.source, Source) else self.source(run)
        return made.open(run.roots)

    def close(self) -> None:
        """Close what `open` opened. May be called twice."""
        if self._opened_source is not None:
            self._opened_source.close()
            self._opened_source = None

    def _read_source(self, run: Run, cursor: Any, limit: int) -> Sequence[Any]:
        assert self._opened_source is not None, "it is opened before anything is read"
        return self._opened_source.read(cursor, limit)

    def computer(self, run: Run) -> Computer:
        """Where the records are computed."""
        if type(self).compute is Stage.compute and self.source is None:
            return Untouched()
        if self.compute_in == "inline":
            return Inline(self)
        task = type(self.task)
        code = Code(
            task.__module__,
            task.__qualname__,
            file=getattr(task, "__plugin_file__", None),
            params=sealed(self.params),
            part="" if self.is_whole else self.name,
        )
        return Processes(
            code,
            processes=int(run.knobs.get("workers") or cores()),
            timeout=self.record_timeout_s,
            memory=self.record_memory,
        )


class Leftover(Stage):
    """The stage after all others: visits what `Backfill.left` still finds, and counts it."""

    name = "verifying"
    counts = False

    def read(self, run: Run, cursor: Any, limit: int) -> Sequence[Any]:
        return list(self.task.left(run, cursor, limit))

    def keys(self, records: Sequence[Any]) -> list[Any]:
        return list(records)

    def apply(self, run: Run, results: Sequence[Result], connection: Connection | None) -> None:
        """Nothing is written."""

    def batch_size(self) -> int:
        return 1000
