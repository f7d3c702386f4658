"""One stage in one attempt: reads ahead while batches are computed, commits them in order."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import repeat
from time import perf_counter
from typing import Any

from core import seams
from core.compute import Computer, Failure, Outcomes
from core.loop.caution import Caution
from core.loop.committing import Committing
from core.loop.counting import Counting
from core.loop.failures import Failures
from core.loop.pace import Pace
from core.loop.reading import Reading
from core.loop.result import Result
from core.pacing import backoff
from core.run import Run

LOOK_S = 0.1  #: how often a long computation looks at pause and cancel


class Pass:
    """Sees one stage through, from its reader's place to its end."""

    def __init__(self, loop: Any, stage: Any, place: int, reading: Reading):
        """`loop`: the attempt, with what commits and what lists failures."""
        run: Run = loop.run_
        self._run, self._stage, self._reading = run, stage, reading
        self._committing: Committing = loop.committing
        self._failures: Failures = loop.failures
        self._place = place
        self._computer: Computer = stage.computer(run)
        self._pace = Pace(stage, run, self._computer, loop.target)
        self.counting = Counting(loop, stage, place, reading)
        self._caution = Caution(run, stage.batch_size())
        # Of the batches that are out: their keys, and the records where they may be tried again.
        self._out: deque[tuple[list[Any], Sequence[Any] | None]] = deque()
        self._ahead: deque[Outcomes] = deque()  # computed before their turn came

    def _cursor(self) -> Any:
        """How far the stage is committed."""
        return self._committing.standings.stages[self._place].cursor

    def run(self) -> None:
        # What is out when it ends early is dropped: nobody waits for the processes to end.
        with closing(self._pace.course), closing(self.counting), _closed(self._computer):
            self._pace.begin(self._cursor())
            self._skip_what_kills()
            began = perf_counter()
            while self._read_ahead():
                outcomes = self._collect()
                seams.reach("computed")
                self._failures.begin_batch()
                keys, records = self._out.popleft()
                if self._stage.counts:
                    self._pace.computed(keys, outcomes)
                self._committing.commit(self._tried(keys, records, outcomes))
                self._caution.passed(len(keys))
                self._pace.after_batch(len(keys), perf_counter() - began)
                self.counting.look()
                began = perf_counter()  # what it waited to be slow is no time of the next batch
            self._pace.end()
            self.counting.end()

    def _read_ahead(self) -> bool:
        """Keep the computer busy; False when everything is read and committed."""
        computer, reading = self._computer, self._reading
        while not reading.exhausted and len(self._out) < self._caution.in_flight(computer):
            self._pace.hold()
            limit = self._caution.limit(self._pace.limit())
            if not limit:
                break
            keys, records = reading.next(limit)
            seams.reach("read")
            if not keys:
                break
            self._pace.took(len(keys))
            self._out.append((keys, records if self._failures.policy.tries > 1 else None))
            computer.submit(records)
            if len(self._out) > 1:
                self._run.check()  # several reads without a commit between them: look meanwhile
        return len(self._out) > 0

    def _collect(self) -> Outcomes:
        """The oldest batch, computed; looks at what the person wants meanwhile."""
        if self._ahead:
            return self._ahead.popleft()
        while (outcomes := self._computer.collect(LOOK_S)) is None:
            self._run.check()
        return outcomes

    def _tried(
        self, keys: list[Any], records: Sequence[Any] | None, outcomes: Outcomes
    ) -> list[Result]:
        """The results of a batch, after what failed was tried as often as the policy says."""
        results = list(map(Result, keys, outcomes.values, repeat(None)))
        failed = dict(outcomes.failures)
        tries = 1
        while failed and records is not None and tries < self._failures.policy.tries:
            self._wait_for_a_try(keys, failed, tries)
            places = list(failed)
            again = self._apart([records[place] for place in places])
            tries += 1
            for at, place in enumerate(places):
                results[place] = Result(keys[place], again.values[at], None)
                self._failures.tried(keys[place], tries)
            failed = {places[at]: failure for at, failure in again.failures.items()}
        for place, failure in failed.items():
            results[place] = Result(keys[place], None, failure)
        return results

    def _wait_for_a_try(self, keys: list[Any], failed: dict[int, Failure], tries: int) -> None:
        place, failure = next(iter(failed.items()))
        more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
        said = f"Record {self._failures.key(keys[place])}{more} failed, tried again after a pause"
        self._run.wait(backoff(tries), f"{said}: {failure.message}")

    def _apart(self, records: Sequence[Any]) -> Outcomes:
        """Compute these before what is out already, whose outcomes are kept for their turn."""
        while self._computer.pending:
            if (outcomes := self._computer.collect(LOOK_S)) is None:
                self._run.check()
            else:
                self._ahead.append(outcomes)
        self._computer.submit(records)
        while (outcomes := self._computer.collect(LOOK_S)) is None:
            self._run.check()
        return outcomes

    def _skip_what_kills(self) -> None:
        """The record that ended a worker each time it was alone fails, and is not tried again."""
        if (message := self._caution.verdict) is None or self._reading.exhausted:
            return
        if not self._pace.limit():
            return  # the canary's are all done: this one comes after the look
        keys, _ = self._reading.next(1)
        if keys:
            self._pace.took(1)
            self._failures.begin_batch()
            self._failures.tried(keys[0], self._run.job.deaths)
            self._committing.commit([Result(keys[0], None, Failure("crash", message))])


@contextmanager
def _closed(computer: Computer) -> Iterator[None]:
    try:
        yield
    except BaseException:
        computer.close(now=True)
        raise
    computer.close()
