"""The loop of a backfill: reads ahead while batches are computed, commits them in order.

One `Loop` is one attempt of one `core.backfill.Backfill`, its only caller. What a record is, how
it is computed and written is the task's; when, in which transaction, and what happens about locks,
pauses and lost answers is decided here. Its parts: `reading` (what comes next), `committing` (how
a batch is written), `failures` (records that failed), `counting` (the total), `pace` (how fast it
goes), `course` (what is left to be seen of that).
"""

from collections import deque
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import repeat
from time import perf_counter
from typing import Any

from core import seams
from core.compute import Outcomes
from core.loop.committing import Committing
from core.loop.counting import Counting
from core.loop.failures import Failures
from core.loop.pace import Pace
from core.loop.reading import Reading
from core.loop.result import FAILED, Result
from core.run import Run
from core.target import Checkpoint, Target

__all__ = ["FAILED", "Loop", "Result"]

NEWEST_FENCE = 2**62  #: newer than every attempt's: for rows that no attempt needs
LOOK_S = 0.2  #: how often a long computation looks at pause and cancel


class Loop:
    """One attempt's loop."""

    def __init__(self, task: Any, run: Run, target: Target | None, stack: ExitStack):
        self.task, self.run_, self.target = task, run, target
        self.computer = task.computer(run)
        stack.callback(self.computer.close)
        self.pace = Pace(task, run, self.computer, target)
        stack.callback(self.pace.course.close)
        self.counting = Counting(task, run)
        stack.callback(self.counting.close)
        self.committing = Committing(task, run, target, Failures(run))
        self.keys: deque[list[Any]] = deque()  # of the batches that are out

    def run(self) -> None:
        run = self.run_
        if self.target is not None:
            self._adopt(self.target)
            self._tidy(self.target)
        self.pace.begin()
        self.reading = Reading(self.task, run, run.cursor)
        if run.progress.total is None:
            run.stage("scanning")
            self.counting.begin()
        run.stage("backfilling")
        began = perf_counter()
        while self._read_ahead():
            outcomes = self.computer.collect(LOOK_S)
            if outcomes is None:
                run.check()
                continue
            seams.reach("computed")
            keys = self.keys.popleft()
            self.pace.computed(keys, outcomes)
            self.committing.commit(_results(keys, outcomes))
            self.pace.after_batch(len(keys), perf_counter() - began)
            self.counting.look()
            began = perf_counter()  # what it waited to be slow is no time of the next batch
        self.pace.end()
        self.counting.end()
        run.checkpoint(tell=True)

    # --- before the first batch ------------------------------------------------------------------

    def _adopt(self, target: Target) -> None:
        """The target's checkpoint row is the truth: follow it before anything is read."""
        run = self.run_
        stored = run.patiently(lambda: target.adopt(run.key, run.claim.fence))
        seams.reach("adopted")
        run.check()  # an attempt that lost its claim meanwhile must not begin on a row of nobody
        if stored is None:
            if run.progress.cursor is None:
                return
            # Another database stands there now, in which nothing was done.
            stored = Checkpoint(None)
        run.reconcile(
            replace(
                run.progress,
                cursor=stored.cursor,
                done=stored.done,
                failed=stored.failed,
                skipped=stored.skipped,
                tally=dict(stored.tally),
            )
        )
        seams.reach("reconciled")

    def _tidy(self, target: Target) -> None:
        """Remove the rows of our own jobs that have ended well: nobody goes on from there."""
        for key in self.run_.needless(target.keys):
            self.run_.patiently(partial(target.forget, key, NEWEST_FENCE))

    # --- reading ahead ---------------------------------------------------------------------------

    def _read_ahead(self) -> bool:
        """Keep the computer busy; False when everything is read and committed."""
        computer, reading = self.computer, self.reading
        while not reading.exhausted and computer.pending < computer.in_flight:
            self.pace.hold()
            limit = self.pace.limit()
            if not limit:
                break
            keys, records = reading.next(limit)
            seams.reach("read")
            if not keys:
                break
            self.pace.took(len(keys))
            self.keys.append(keys)
            computer.submit(records)
            if computer.pending > 1:
                self.run_.check()  # several reads without a commit between them: look meanwhile
        return computer.pending > 0


def _results(keys: list[Any], outcomes: Outcomes) -> list[Result]:
    results = list(map(Result, keys, outcomes.values, repeat(None)))
    for place, failure in outcomes.failures.items():
        results[place] = results[place]._replace(failure=failure)
    return results
