"""Records that failed: the list of them that people read and retry."""

from collections.abc import Sequence

from core.documents import compact
from core.loop.result import Result
from core.run import Run


class Failures:
    """The failed records of one attempt."""

    def __init__(self, run: Run):
        self._run = run

    def note(self, results: Sequence[Result]) -> None:
        """List what failed, before the batch is written: a redone batch writes it again."""
        run = self._run
        only_failed = bool(run.job.only_failed)
        items = [
            (compact(r.key), "failed", r.failure.message, r.failure.trace)
            if r.failure is not None
            else (compact(r.key), "completed", "", "")
            for r in results
            if r.failure is not None or only_failed
        ]
        if items:
            run.items.put_many(items)
            for key, status, message, _ in items:
                if status == "failed":
                    run.log(f"record {key} failed: {message}", "warning")
