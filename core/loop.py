"""The loop of a backfill: reads ahead while batches are computed, commits them in order.

One `Loop` is one attempt of one `core.backfill.Backfill`, its only caller. What a record is, how
it is computed and written is the task's; when, in which transaction, and what happens about locks,
pauses and lost answers is decided here.
"""

import json
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import repeat
from time import perf_counter
from typing import Any, NamedTuple

from core import seams
from core.compute import Failure, Outcomes
from core.documents import compact
from core.errors import DatabaseBusy
from core.model import Progress
from core.pacing import BatchSize
from core.run import BUSY_WAIT_S, Run
from core.target import Checkpoint, Target
from core.target.checkpoint import advance

FAILED = "failed"  #: the outcome that counts as failed
NEWEST_FENCE = 2**62  #: newer than every attempt's: for rows that no attempt needs
LOOK_S = 0.2  #: how often a long computation looks at pause and cancel


class Result(NamedTuple):  # a tuple: millions of them are made where computing costs nothing
    """One record, computed: its key, its value, or why it failed."""

    key: Any
    value: Any
    failure: Failure | None


class Loop:
    """One attempt's loop: reads ahead while batches are computed, commits them in order."""

    def __init__(self, task: Any, run: Run, target: Target | None, stack: ExitStack):
        self.task, self.run_, self.target = task, run, target
        self.computer = task.computer(run)
        stack.callback(self.computer.close)
        self.size = BatchSize(size=task.batch_size(), most=task.batch_size())
        self.keys: deque[list[Any]] = deque()  # of the batches that are out
        self.reading: Any = None  # the cursor of the reader, ahead of the committed one
        self.exhausted = False

    def run(self) -> None:
        run = self.run_
        if self.target is not None:
            self._adopt(self.target)
            self._tidy(self.target)
        self.reading = run.cursor
        if run.progress.total is None:
            run.stage("scanning")
            self._count()
        run.stage("backfilling")
        began = perf_counter()
        while self._read_ahead():
            outcomes = self.computer.collect(LOOK_S)
            if outcomes is None:
                run.check()
                continue
            seams.reach("computed")
            keys = self.keys.popleft()
            self._commit(keys, outcomes)
            self._pace(len(keys), perf_counter() - began)
            began = perf_counter()  # what it waited to be slow is no time of the next batch
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

    def _count(self) -> None:
        run = self.run_
        if run.job.only_failed:
            total = len(run.items.keys())
        else:
            total = run.patiently(lambda: self.task.count(run))
        if total is not None:
            run.checkpoint(progress=replace(run.progress, total=total), tell=True)

    # --- reading ---------------------------------------------------------------------------------

    def _read_ahead(self) -> bool:
        """Keep the computer busy; False when everything is read and committed."""
        run, computer = self.run_, self.computer
        while not self.exhausted and computer.pending < computer.in_flight:
            records = run.patiently(self._next_records)
            seams.reach("read")
            if not records:
                self.exhausted = True
                break
            keys = self.task.keys(records)
            self.reading = keys[-1]
            self.keys.append(keys)
            computer.submit(records)
            if computer.pending > 1:
                run.check()  # several reads without a commit between them: look meanwhile
        return computer.pending > 0

    def _next_records(self) -> Sequence[Any]:
        limit = int(self.run_.knobs.get("batch_size", self.size.size))
        if not self.run_.job.only_failed:
            return self.task.read(self.run_, self.reading, limit)
        # All of them, not only the open ones: an item is noted before its batch is committed, so
        # after a crash between the two a record may look done that has to be visited again.
        keys = [json.loads(k) for k in self.run_.items.keys()]
        if self.reading is not None and self.reading in keys:
            keys = keys[keys.index(self.reading) + 1 :]
        while keys:
            if records := self.task.read_keys(self.run_, keys[:limit]):
                return records
            keys = keys[limit:]  # all of these are gone from the source
        return []

    # --- committing ------------------------------------------------------------------------------

    def _commit(self, keys: list[Any], outcomes: Outcomes) -> None:
        run, task = self.run_, self.task
        results = list(map(Result, keys, outcomes.values, repeat(None)))
        for place, failure in outcomes.failures.items():
            results[place] = results[place]._replace(failure=failure)
        if outcomes.failures or run.job.only_failed:
            self._note_failures(results)
        run.confirm()
        cursor = compact(keys[-1])
        tally = task.tally(results)
        if self.target is not None:
            new = self._commit_in_target(self.target, results, cursor, tally)
        else:
            if not task.changes_nothing():
                tally = task.apply(run, results, None) or tally
            new = self._advanced(cursor, tally)
        run.checkpoint(progress=new)

    def _commit_in_target(
        self, target: Target, results: list[Result], cursor: str, tally: dict[str, int]
    ) -> Progress:
        """Effects and checkpoint in one transaction of the target; again while it is locked."""
        run, key, fence = self.run_, self.run_.key, self.run_.claim.fence
        old = run.progress.cursor
        while True:
            new = self._advanced(cursor, tally)
            try:
                with target.batch(key, fence, old, _row(new)) as connection:
                    seams.reach("target-begun")
                    actual = self.task.apply(run, results, connection)
                    if actual is not None and actual != tally:
                        # Somebody else wrote these rows meanwhile: count what really happened.
                        new = self._advanced(cursor, actual)
                        advance(connection, key, fence, cursor, _row(new))
                    seams.reach("target-effects")
                seams.reach("target-committed")
                return new
            except DatabaseBusy as busy:
                run.wait(BUSY_WAIT_S, f"Waiting: {busy.detail}")
                stored = run.patiently(lambda: target.adopt(key, fence))
                if stored is not None and stored.cursor == cursor:
                    return new  # the commit had happened; only its answer was lost

    def _advanced(self, cursor: str, tally: dict[str, int]) -> Progress:
        """The progress after a batch with these outcomes."""
        p, merged = self.run_.progress, Counter(self.run_.progress.tally)
        merged.update(tally)
        failed = tally.get(FAILED, 0)
        skipped = sum(tally.get(name, 0) for name in self.task.skipped_as)
        return replace(
            p,
            cursor=cursor,
            done=p.done + sum(tally.values()) - failed - skipped,
            failed=p.failed + failed,
            skipped=p.skipped + skipped,
            tally=dict(merged),
        )

    def _note_failures(self, results: list[Result]) -> None:
        """The list of failed records, written before the batch: a redone batch writes it again."""
        only_failed = bool(self.run_.job.only_failed)
        items = [
            (compact(r.key), "failed", r.failure.message, r.failure.trace)
            if r.failure is not None
            else (compact(r.key), "completed", "", "")
            for r in results
            if r.failure is not None or only_failed
        ]
        if items:
            self.run_.items.put_many(items)
            for key, status, message, _ in items:
                if status == "failed":
                    self.run_.log(f"record {key} failed: {message}", "warning")

    # --- pace ------------------------------------------------------------------------------------

    def _pace(self, records: int, seconds: float) -> None:
        knobs = self.run_.knobs
        self.size = replace(self.size, most=self.task.batch_size()).after(records, seconds)
        if "workers" in knobs:
            self.computer.resize(int(knobs["workers"]))
        if rate := knobs.get("rate"):
            pause = records / float(rate) - seconds
            if pause > 0:
                self.run_.wait(pause, f"Slowed to {float(rate):g} a second")


def _row(progress: Progress) -> Checkpoint:
    return Checkpoint(
        cursor=progress.cursor,
        done=progress.done,
        failed=progress.failed,
        skipped=progress.skipped,
        tally=progress.tally,
    )
