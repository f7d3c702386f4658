"""The backfill core: plan → batches → compute → apply + checkpoint.

    read (no transaction) → compute (no transaction, other processes) → one short transaction with
    the effects and the checkpoint → our own state follows → what does the person want?

Where `target()` gives a database, the checkpoint row lives in it and commits with the effects: each
record takes effect exactly once. Without one, at most one batch is done again after a crash. The
contract of stages, cursor, pause and cancel is docs/backfill-contract.md.
"""

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from typing import Any, ClassVar

from sqlalchemy import Connection

from core import throttles
from core.compute import Code, Computer
from core.compute.inline import Inline, Untouched
from core.compute.processes import Processes
from core.loop import FAILED, Loop, Result
from core.run import Run
from core.sealed import sealed
from core.sources import Reader, Source, opened
from core.target import Target
from core.task_type import AT_LEAST_ONCE, TaskType

__all__ = ["Backfill", "Result"]


class Backfill(TaskType):
    """Subclass it: `source` (or `read`), `compute` and `apply`; `target` where there is one."""

    stages = ("scanning", "backfilling")
    guarantee = AT_LEAST_ONCE
    knobs = frozenset({"batch_size", "rate", "workers", "nice", *throttles.KNOBS})
    #: "inline": in the worker itself, for light work; "processes": with a limit per record
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
        if cls.source is not None and cls.read is Backfill.read:
            cls.read = Backfill._read_source  # type: ignore[method-assign]

    def __init__(self, params: Any):
        super().__init__(params)
        if self.source is not None:
            compute = self.compute  # of the subclass; a record that cannot be read raises in it
            self.compute = lambda record: compute(opened(record))  # type: ignore[method-assign]

    # --- what an author writes -------------------------------------------------------------------

    @abstractmethod
    def read(self, run: Run, cursor: Any, limit: int) -> Sequence[Any]:
        """The next records after `cursor` (None: from the start), in its order; [] at the end."""

    def key(self, record: Any) -> Any:
        """The record's place in the order: what the cursor is after it. JSON-able."""
        return record["id"] if isinstance(record, dict) else record[0]

    def keys(self, records: Sequence[Any]) -> list[Any]:
        """The `key` of each record of a batch."""
        if type(self).key is Backfill.key and isinstance(records[0], tuple):
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
        (a row that somebody else wrote meanwhile).
        """

    def outcome(self, result: Result) -> str:
        """What became of one record, by name; counted in `tally`. Pure."""
        return FAILED if result.failure is not None else "done"

    def tally(self, results: Sequence[Result]) -> dict[str, int]:
        """How many records had each outcome. Pure."""
        if type(self).outcome is not Backfill.outcome:
            return dict(Counter(map(self.outcome, results)))
        failed = len(results) - [r.failure for r in results].count(None)
        return {"done": len(results) - failed, FAILED: failed} if failed else {"done": len(results)}

    def count(self, run: Run) -> int | None:
        """How many records there are in all, or None when that cannot be told."""
        if self._opened_source is None or run.cursor is not None:
            return None  # it could not be told in time at the start: no attempt tries it again
        return self._opened_source.count()

    def target(self, run: Run) -> Target | None:
        """The database that the effects are written to, opened; None when there is none.

        For a dry run it is opened for reading only. It is closed when the attempt ends.
        """
        return None

    def changes_nothing(self) -> bool:
        """True for a dry run: nothing is applied, and no checkpoint is written into the target."""
        return False

    def read_keys(self, run: Run, keys: Sequence[Any]) -> Sequence[Any]:
        """The records with these keys, for a run over the failed ones alone."""
        if self._opened_source is None:
            raise NotImplementedError
        return self._opened_source.read_keys(keys)

    def _read_source(self, run: Run, cursor: Any, limit: int) -> Sequence[Any]:
        assert self._opened_source is not None, "it is opened before anything is read"
        return self._opened_source.read(cursor, limit)

    @classmethod
    def has_canary(cls) -> bool:
        return True

    def throttle(self, run: Run) -> str | None:
        """A reason to wait now, in words ("the nightly backup runs"), or None. Asked before each
        batch, at most once a second; quick."""
        return None

    def counting(self, run: Run, cursor: Any) -> Iterable[int] | None:
        """How many records come after the cursor, part by part (see `core.totals`), or None.

        Where it is given, a run begins without waiting for the whole count, which goes on in a
        thread beside it, and a source that grew is counted again. `count` is not asked then.
        """
        return None

    @classmethod
    def retries_items(cls) -> bool:
        if cls.read_keys is not Backfill.read_keys:
            return True
        return cls.source is not None and getattr(cls.source, "rereads", True)

    def summary(self, run: Run) -> dict[str, Any]:
        """The task's result."""
        p = run.progress
        return {"done": p.done, "failed": p.failed, "skipped": p.skipped, **p.tally}

    def batch_size(self) -> int:
        """Records in a batch, at most (a live knob may change it)."""
        return int(getattr(self.params, "batch_size", 200))

    # --- the loop --------------------------------------------------------------------------------

    def run(self, run: Run) -> dict[str, Any]:
        with ExitStack() as stack:
            target = run.patiently(lambda: self.target(run))
            if target is not None:
                stack.callback(target.close)
            if self.source is not None:
                self._opened_source = run.patiently(lambda: self._open_source(run))
                stack.callback(self._opened_source.close)
            Loop(self, run, None if self.changes_nothing() else target, stack).run()
            return self.summary(run)

    def _open_source(self, run: Run) -> Reader:
        made = self.source if isinstance(self.source, Source) else self.source(run)
        return made.open(run.roots)

    def computer(self, run: Run) -> Computer:
        """Where the records are computed."""
        if type(self).compute is Backfill.compute and self.source is None:
            return Untouched()
        if self.compute_in == "inline":
            return Inline(self)
        module = type(self).__module__
        code = Code(
            module,
            type(self).__qualname__,
            file=getattr(type(self), "__plugin_file__", None),
            params=sealed(self.params),
        )
        return Processes(
            code,
            processes=int(run.knobs.get("workers", 1)),
            timeout=self.record_timeout_s,
            memory=self.record_memory,
        )
