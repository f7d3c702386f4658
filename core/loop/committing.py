"""How a batch is written: effects, cursor and counters in one transaction, and again while locked.

Where there is a target its row is the truth; our own state follows in `Run.checkpoint`. A batch
that is refused because of single records is halved until each of these stands alone and fails
alone; all others are written, once.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from core import seams
from core.errors import DatabaseBusy
from core.loop.failures import Failures, is_of_a_record, refused
from core.loop.result import FAILED, Result
from core.loop.standing import Standings
from core.model import Progress
from core.pacing import backoff
from core.run import BUSY_WAIT_S, Run
from core.target import Checkpoint, Target
from core.target.checkpoint import advance


class Refused(Exception):
    """The effects of a batch cannot be written, and that may be the fault of single records."""

    def __init__(self, error: Exception):
        super().__init__(str(error))
        self.error = error


@contextmanager
def _judged() -> Iterator[None]:
    """Raise Refused for what may be a record's fault; everything else passes."""
    try:
        yield
    except Exception as error:
        if is_of_a_record(error):
            raise Refused(error) from error
        raise


class Committing:
    """Writes the batches of one attempt, in the order of their cursors."""

    def __init__(self, run: Run, target: Target | None, failures: Failures, standings: Standings):
        self._run, self._target, self._failures = run, target, failures
        #: where each stage stands, as it is committed
        self.standings = standings
        self._stage: Any = None
        self._place = 0

    def begin_stage(self, stage: Any, place: int) -> None:
        """Batches are this stage's from now on."""
        self._stage, self._place = stage, place

    # --- a batch ---------------------------------------------------------------------------------

    def commit(self, results: Sequence[Result]) -> None:
        """Write a batch, up to where the policy for errors ends the run.

        Raises Stop after it when the person wants something else, Fail where the policy says so.
        """
        stop = self._failures.place_of_stop(results)
        if stop is None:
            return self._write(results)
        if stop:
            self._write(results[:stop])
        # Writing may have changed what counts: the record is judged again, alone.
        if self._failures.place_of_stop(results[stop : stop + 1]) is None:
            return self.commit(results[stop:])
        raise self._failures.stop(results[stop])

    def _write(self, results: Sequence[Result]) -> None:
        """Write these; halve them where the effects are refused because of single records."""
        try:
            self._write_together(results)
        except Refused as refusal:
            seams.reach("refused")
            if len(results) > 1:
                middle = len(results) // 2
                self.commit(results[:middle])
                self.commit(results[middle:])
            elif results[0].failure is not None:
                raise refusal.error from None  # not even that it failed: no fault of the record
            else:
                self._fail_alone(results[0], refusal.error)

    def _fail_alone(self, result: Result, error: Exception) -> None:
        """One record whose effects are refused: tried as often as the policy says, then failed."""
        policy, tries = self._failures.policy, 1
        while tries < policy.tries:
            pause = backoff(tries)
            key, why = self._failures.key(result.key), refused(error).message
            self._run.wait(pause, f"Record {key} is tried again: {why}")
            tries += 1
            try:
                return self._write_together([result])
            except Refused as again:
                error = again.error
        self._failures.tried(result.key, tries)
        self._failures.refusal = error
        self.commit([result._replace(value=None, failure=refused(error))])

    def _write_together(self, results: Sequence[Result]) -> None:
        run, stage = self._run, self._stage
        self._failures.note(results)
        run.confirm()
        keys, tally = [result.key for result in results], stage.tally(results)
        if self._target is None and not stage.changes_nothing():
            with _judged():
                tally = stage.apply(run, results, None) or tally
        standings = self.standings.moved(self._place, keys, self._counts(tally))
        if not stage.counts:
            standings = standings.noted(self._place, keys)

        def effects(connection: Any) -> tuple[Standings, Progress] | None:
            actual = stage.apply(run, results, connection)
            if actual is None or actual == tally:
                return None
            # Somebody else wrote these rows meanwhile: count what really happened.
            other = self.standings.moved(self._place, keys, self._counts(actual))
            return other, self._progress(other, actual)

        self._move(standings, self._progress(standings, tally), effects)

    # --- between the stages ----------------------------------------------------------------------

    def change(self, tell: bool = True, **facts: Any) -> None:
        """Commit other facts about the stage at hand, without effects."""
        standings = self.standings.changed(self._place, **facts)
        self._move(standings, replace(self._run.progress, cursor=standings.text()), None, tell)

    # --- inside ----------------------------------------------------------------------------------

    def _move(self, standings: Standings, new: Progress, effects: Any, tell: bool = False) -> None:
        if self._target is not None:
            standings, new = self._move_in_target(self._target, standings, new, effects)
        self.standings = standings
        self._run.checkpoint(progress=new, tell=tell)

    def _move_in_target(
        self, target: Target, standings: Standings, new: Progress, effects: Any
    ) -> tuple[Standings, Progress]:
        """Effects and checkpoint in one transaction of the target; again while it is locked."""
        run, key, fence = self._run, self._run.key, self._run.claim.fence
        old, first = run.progress.cursor, (standings, new)
        while True:
            standings, new = first
            try:
                with _judged(), target.batch(key, fence, old, _row(new)) as connection:
                    seams.reach("target-begun")
                    other = effects(connection) if effects is not None else None
                    if other is not None:
                        between = new.cursor
                        standings, new = other
                        advance(connection, key, fence, between, _row(new))
                    seams.reach("target-effects")
                seams.reach("target-committed")
                return standings, new
            except DatabaseBusy as busy:
                run.wait(BUSY_WAIT_S, f"Waiting: {busy.detail}")
                stored = run.patiently(lambda: target.adopt(key, fence))
                if stored is not None and stored.cursor == new.cursor:
                    return standings, new  # the commit had happened; only its answer was lost

    def _counts(self, tally: dict[str, int]) -> tuple[int, int, int]:
        """(done, failed, skipped) of a tally."""
        failed = tally.get(FAILED, 0)
        skipped = sum(tally.get(name, 0) for name in self._stage.skipped_as)
        return sum(tally.values()) - failed - skipped, failed, skipped

    def _progress(self, standings: Standings, tally: dict[str, int]) -> Progress:
        """The progress after a batch with these outcomes."""
        p = self._run.progress
        if not self._stage.counts:
            return replace(p, cursor=standings.text())
        merged = Counter(p.tally)
        merged.update(tally)
        done, failed, skipped = self._counts(tally)
        return replace(
            p,
            cursor=standings.text(),
            done=p.done + done,
            failed=p.failed + failed,
            skipped=p.skipped + skipped,
            tally=dict(merged),
        )


def _row(progress: Progress) -> Checkpoint:
    return Checkpoint(
        cursor=progress.cursor,
        done=progress.done,
        failed=progress.failed,
        skipped=progress.skipped,
        tally=progress.tally,
    )
