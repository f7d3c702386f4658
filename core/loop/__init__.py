"""The loop of a backfill: stage after stage, reading ahead while batches are computed.

One `Loop` is one attempt of one `core.backfill.Backfill`, its only caller. What a record is, how
it is computed and written is the task's; when, in which transaction, and what happens about locks,
pauses and lost answers is decided here. Its parts: `standing` (where each stage stands), `passing`
(one stage), `reading` (what comes next), `committing` (how a batch is written), `failures` (records
that failed), `caution` (after a death), `counting` (the total), `pace` (how fast it goes), `course`
(what is left to be seen of that).
"""

from dataclasses import replace
from functools import partial
from typing import Any

from core import seams
from core.documents import compact
from core.errors import Fail
from core.loop.committing import Committing
from core.loop.failures import Failures
from core.loop.passing import Pass
from core.loop.reading import Reading
from core.loop.result import FAILED, Result
from core.loop.standing import AHEAD, NOW, PAST, SAMPLE, Standings
from core.run import Run
from core.target import Checkpoint, Target

__all__ = ["FAILED", "Loop", "Result"]

NEWEST_FENCE = 2**62  #: newer than every attempt's: for rows that no attempt needs


class Loop:
    """One attempt's loop."""

    def __init__(self, task: Any, run: Run, target: Target | None):
        self.task, self.run_, self.target = task, run, target
        self.stages = task.passes(bool(run.job.only_failed))
        self.failures = Failures(run, task.error_policy())
        #: what the last stage found left: {count, sample of keys}; None where none looks
        self.leftover: dict[str, Any] | None = None

    def run(self) -> None:
        run = self.run_
        if self.target is not None:
            self._adopt(self.target)
            self._tidy(self.target)
        names = ["backfilling" if stage is self.task else stage.name for stage in self.stages]
        standings = Standings.of(names, run.progress.cursor)
        self.committing = Committing(run, self.target, self.failures, standings)
        for place, stage in enumerate(self.stages):
            self.committing.begin_stage(stage, place)
            if standings.stages[place].state != PAST:
                self._see_through(stage, place)
            if place and stage is self.stages[-1] and not stage.counts:
                self._tell_leftover(place)
        run.checkpoint(tell=True)
        self._fail_if_nothing_could_be_written()

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

    # --- a stage ---------------------------------------------------------------------------------

    def _see_through(self, stage: Any, place: int) -> None:
        """From the stage's cursor to its end, which no later attempt does again."""
        run, committing = self.run_, self.committing
        # Keys of the list of failed records say their stage where there are several to tell apart.
        name = None if stage is self.task else stage.name
        self.failures.begin_stage(name)
        stage.open(run)
        try:
            reading = Reading(stage, run, committing.standings.stages[place].cursor, name)
            one = Pass(self, stage, place, reading)
            if name is None:
                self._count_whole(one, place)
            else:
                run.stage(name)
                self._count(one, place)
            one.run()
        finally:
            stage.close()
        if not committing.standings.is_plain:
            total = run.progress.total if name is None else committing.standings.stages[place].seen
            committing.change(state=PAST, total=total)
            self.tell_total()

    def _count_whole(self, one: Pass, place: int) -> None:
        """Of a backfill that is its own only stage, apart from one that looks what is left."""
        run, committing = self.run_, self.committing
        if run.progress.total is None:
            run.stage("scanning")
            one.counting.begin()
        if committing.standings.stages[place].state != NOW:
            committing.change(state=NOW, total=run.progress.total)
        run.stage("backfilling")

    def _count(self, one: Pass, place: int) -> None:
        """Of one stage of several: its total, when it begins."""
        committing = self.committing
        if committing.standings.stages[place].state != NOW:
            committing.change(state=NOW)
        if committing.standings.stages[place].total is None:
            one.counting.begin()

    def tell_total(self) -> None:
        """The total of the job, once that of every stage that counts is known."""
        run, counting = self.run_, [n for n, stage in enumerate(self.stages) if stage.counts]
        total = self.committing.standings.total(counting)
        if total is not None and total != run.progress.total:
            run.checkpoint(progress=replace(run.progress, total=total), tell=True)

    # --- after the last one ----------------------------------------------------------------------

    def _tell_leftover(self, place: int) -> None:
        """What the last stage found left: a warning, or the end of the run as a failed one."""
        run, found = self.run_, self.committing.standings.stages[place]
        self.leftover = {"count": found.done, "sample": list(found.sample)}
        if not found.done:
            return
        some = ", ".join(map(compact, found.sample)) + (", …" if found.done > SAMPLE else "")
        text = f"{found.done:,} {self.task.unit} are left to do: {some}"
        if self.task.verifying() == "warn":
            run.message(text)
            return run.log(text, "warning")
        # A retry looks again, from the start of this stage.
        self.committing.change(state=AHEAD, cursor=None, done=0, total=None, sample=())
        hint = "Start it again: a new run visits what is left. A retry only looks once more."
        raise Fail(text, hint=hint, code="left-over")

    def _fail_if_nothing_could_be_written(self) -> None:
        """Effects of every single record were refused: that is no matter of single records."""
        p, refusal = self.run_.progress, self.failures.refusal
        if self.run_.job.only_failed:
            return
        if refusal is not None and p.failed and not p.done + p.skipped:
            raise Fail(
                f"No record could be written: {refusal}",
                hint="When that is put right, retry the failed records.",
                code="nothing-written",
            )
