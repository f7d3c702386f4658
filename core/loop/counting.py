"""The total of a stage: counted before it begins, beside it where that takes long, and again when
its source has grown.

The total of a backfill that is its own only stage is its job's. Of several each has one of its own,
which stands with its cursor, and the job's is their sum.
"""

from dataclasses import replace
from typing import Any

from core.loop.reading import Reading
from core.loop.standing import Standing
from core.run import Run
from core.totals import Counter

WAIT_S = 1.0  #: a run waits so long for its total; then it begins, and the count goes on beside it
LOOK_S = 0.1  #: how often it looks at pause and cancel meanwhile


class Counting:
    """The total of one stage in one attempt."""

    def __init__(self, loop: Any, stage: Any, place: int, reading: Reading):
        """`loop`: the attempt, with where each stage stands."""
        self._loop, self._stage, self._place, self._reading = loop, stage, place, reading
        self._run: Run = loop.run_
        self._counter: Counter | None = None

    @property
    def _standing(self) -> Standing:
        """Where the stage is committed."""
        standing: Standing = self._loop.committing.standings.stages[self._place]
        return standing

    def _known(self) -> tuple[int, int | None]:
        """(records seen, the total)."""
        of: Any = self._run.progress if self._stage.is_whole else self._standing
        return of.seen, of.total

    def begin(self) -> None:
        """Tell the total, or begin to count beside the work."""
        run = self._run
        if run.job.only_failed:
            return self._tell(len(self._reading.failed_keys()))
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
        if counter is None:
            seen, total = self._known()
            if total is not None and seen > total and not run.job.only_failed:
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
        parts = self._stage.counting(self._run, self._standing.cursor)
        if parts is None:
            return False
        self._counter = Counter(parts, self._known()[0])
        return True

    def _tell(self, total: int | None) -> None:
        if total is None:
            return
        run, total = self._run, max(total, self._known()[0])
        if self._stage.is_whole:
            run.checkpoint(progress=replace(run.progress, total=total), tell=True)
        else:
            self._loop.committing.change(total=total)
            self._loop.tell_total()
