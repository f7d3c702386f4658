"""An attempt that is watched: what it commits is counted, and it ends where a test says.

`WatchedRun` is the `core.run.Run` of `core.kit`, in this process (`core.kit.trial`) and in the
process that is killed (`core.kit.victim`). A commit is a checkpoint that moved the cursor or the
counters; for a `Backfill` each batch is one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.kit.clock import FakeClock
from core.run import Run


@dataclass
class Watch:
    """How much was committed since it was set, and what to do when it is enough."""

    batches: int | None = None  #: commits that are enough
    records: int | None = None  #: records that are enough: done, failed and skipped
    then: Callable[[Run], None] | None = None  #: may raise Stop, act on the task, kill the process
    committed: int = 0
    seen: int = 0
    is_enough: bool = False

    def add(self, run: Run, records: int) -> None:
        """One more commit, of so many records."""
        self.committed += 1
        self.seen += records
        if self.then is None or self.is_enough:
            return
        in_batches = self.batches is not None and self.committed >= self.batches
        if in_batches or (self.records is not None and self.seen >= self.records):
            self.is_enough = True
            self.then(run)


class WatchedRun(Run):
    """A Run that tells its watch of every commit; a subclass for each watch (see `watching`)."""

    watch: Watch
    clock: FakeClock | None = None

    def checkpoint(self, *args: Any, **options: Any) -> None:
        before = self.progress
        super().checkpoint(*args, **options)
        after = self.progress
        if (after.cursor, after.seen) != (before.cursor, before.seen):
            self.watch.add(self, after.seen - before.seen)

    def wait(self, seconds: float, why: str = "") -> None:
        """With a clock that stands still, waiting moves it on and takes no time."""
        if self.clock is None:
            super().wait(seconds, why)
        else:
            self.clock.advance(max(0.0, seconds))
            self.check()


def watching(watch: Watch, clock: FakeClock | None = None) -> type[WatchedRun]:
    """The class of runs for this watch."""
    return type("WatchedRun", (WatchedRun,), {"watch": watch, "clock": clock})
