"""The total of a backfill: counted before it begins, beside it where that takes long, and again
when its source has grown.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.run import Run
from core.totals import Counter

WAIT_S = 1.0  #: a run waits so long for its total; then it begins, and the count goes on beside it
LOOK_S = 0.1  #: how often it looks at pause and cancel meanwhile


class Counting:
    """The total of one attempt."""

    def __init__(self, stage: Any, run: Run, cursor: Callable[[], Any]):
        """`cursor`: tells how far the stage is committed."""
        self._stage, self._run, self._cursor = stage, run, cursor
        self._counter: Counter | None = None

    def begin(self) -> None:
        """Tell the total, or begin to count beside the work."""
        run = self._run
        if run.job.only_failed:
            return self._tell(len(run.items.keys()))
        if not self._count_on():
            return self._tell(run.patiently(lambda: self._stage.count(run)))
        left = WAIT_S
        while not self.look(LOOK_S) and left > 0:
            left -= LOOK_S
            run.check()

    def look(self, wait_s: float = 0.0) -> bool:
        """Called between batches: take over a total that is known by now, or count again when more
        was done than there should be. True while nothing is being counted."""
        counter, run = self._counter, self._run
        if not self._stage.is_whole:
            return True
        if counter is None:
            total = run.progress.total
            if total is not None and run.progress.seen > total and not run.job.only_failed:
                return not self._count_on()
            return True
        counter.total(wait_s)
        if not counter.is_done:
            return False
        self._counter = None
        if counter.error is not None:
            run.log(f"The records could not be counted: {counter.error}", "warning")
        self._tell(counter.total())  # read after it was done, not before
        return True

    def end(self) -> None:
        """Everything was done: what there was is what was seen."""
        self.close()
        run = self._run
        if not self._stage.is_whole:
            return
        if run.progress.total is not None and not run.job.only_failed:
            run.progress = replace(run.progress, total=run.progress.seen)

    def close(self) -> None:
        """Count no further."""
        if self._counter is not None:
            self._counter.leave()
            self._counter = None

    def _count_on(self) -> bool:
        """Count what comes after the cursor, in a thread; False where the type does not say how."""
        run = self._run
        parts = self._stage.counting(run, self._cursor())
        if parts is None:
            return False
        self._counter = Counter(parts, run.progress.seen)
        return True

    def _tell(self, total: int | None) -> None:
        run = self._run
        if total is not None:
            total = max(total, run.progress.seen)
            run.checkpoint(progress=replace(run.progress, total=total), tell=True)
