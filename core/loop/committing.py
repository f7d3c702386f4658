"""How a batch is written: effects, cursor and counters in one transaction, and again while locked.

Where there is a target its row is the truth; our own state follows in `Run.checkpoint`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core import seams
from core.documents import compact
from core.errors import DatabaseBusy
from core.loop.failures import Failures
from core.loop.result import FAILED, Result
from core.model import Progress
from core.run import BUSY_WAIT_S, Run
from core.target import Checkpoint, Target
from core.target.checkpoint import advance


class Committing:
    """Writes the batches of one attempt, in the order of their cursors."""

    def __init__(self, task: Any, run: Run, target: Target | None, failures: Failures):
        self._task, self._run, self._target = task, run, target
        self._failures = failures

    def commit(self, results: Sequence[Result]) -> None:
        """Write a batch. Raises Stop after it when the person wants something else."""
        run, task = self._run, self._task
        self._failures.note(results)
        run.confirm()
        cursor = compact(results[-1].key)
        tally = task.tally(results)
        if self._target is not None:
            new = self._commit_in_target(self._target, results, cursor, tally)
        else:
            if not task.changes_nothing():
                tally = task.apply(run, results, None) or tally
            new = self._advanced(cursor, tally)
        run.checkpoint(progress=new)

    def _commit_in_target(
        self, target: Target, results: Sequence[Result], cursor: str, tally: dict[str, int]
    ) -> Progress:
        """Effects and checkpoint in one transaction of the target; again while it is locked."""
        run, key, fence = self._run, self._run.key, self._run.claim.fence
        old = run.progress.cursor
        while True:
            new = self._advanced(cursor, tally)
            try:
                with target.batch(key, fence, old, _row(new)) as connection:
                    seams.reach("target-begun")
                    actual = self._task.apply(run, results, connection)
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
        p, merged = self._run.progress, Counter(self._run.progress.tally)
        merged.update(tally)
        failed = tally.get(FAILED, 0)
        skipped = sum(tally.get(name, 0) for name in self._task.skipped_as)
        return replace(
            p,
            cursor=cursor,
            done=p.done + sum(tally.values()) - failed - skipped,
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
