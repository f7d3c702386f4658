"""After a worker died in a batch: its records one at a time, to find the one that did it.

Nothing inside the dead process can say which record it was. So the next attempt takes the records
after that cursor alone, and when one of them ends the worker each time, it has failed by itself.
Whether it may is the policy's to say; where it may not, the queue stops the job (`Settling`).
"""

from core.compute import Computer
from core.lifecycle import DEATHS_ALONE
from core.policy import SKIP
from core.run import Run


class Caution:
    """How carefully one attempt goes on at the cursor where its predecessors died."""

    def __init__(self, run: Run, batch: int):
        """`batch`: the records that the batch that died may have had."""
        job = run.job
        policy = (run.task.step_list()[job.step].errors or {}).get("on_error")
        is_place = job.deaths > 0 and job.death_cursor == (run.progress.cursor or "")
        died_here = is_place and policy == SKIP
        self._alone = batch if died_here else 0
        #: why the next record has failed without being computed; None: it is computed
        self.verdict: str | None = None
        if died_here and job.deaths >= run.deaths_at_cursor + DEATHS_ALONE:
            self.verdict = (
                f"It ended the worker process each time it was worked on alone "
                f"({job.deaths} deaths at this place)"
            )

    def limit(self, wanted: int) -> int:
        """Records of the next batch."""
        return min(1, wanted) if self._alone > 0 else wanted

    def in_flight(self, computer: Computer) -> int:
        """Batches that may be out at once."""
        return 1 if self._alone > 0 else computer.in_flight

    def passed(self, records: int) -> None:
        """So many records are committed."""
        self._alone -= records
