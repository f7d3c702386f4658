"""Records that failed: which errors are a record's own, the list of them, and the policy's end."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.compute import Failure
from core.documents import compact
from core.errors import DatabaseError, Fail, LonghaulError, TaskSignal
from core.loop.result import Result
from core.policy import ErrorPolicy
from core.run import Run

#: why a database refuses values; anything else it says is no matter of single records
OF_VALUES = ("constraint", "other")


class Failures:
    """The failed records of one attempt."""

    def __init__(self, run: Run, policy: ErrorPolicy):
        self._run, self.policy = run, policy
        self._stage: str | None = None  # of a backfill with several, as keys need it
        self._noted: dict[str, tuple[str, int]] = {}  # of this batch: how it is listed, its tries
        self._tries: dict[str, int] = {}
        self._unwritten: frozenset[str] = frozenset()
        #: what `apply` raised last about a record that stood alone
        self.refusal: Exception | None = None

    def begin_stage(self, name: str | None) -> None:
        """`name`: None where it is the only one, so that the list has the records' plain keys."""
        self._stage, run = name, self._run
        # More are listed than were counted: a kill, or the end that the policy set, came between
        # the list and the write. Whoever of them works this time has not failed.
        listed = run.items.failed() if run.job.attempts > 1 else []
        self._unwritten = frozenset(listed if len(listed) > run.progress.failed else ())

    def begin_batch(self) -> None:
        self._noted, self._tries = {}, {}

    def key(self, key: Any) -> str:
        """A record's key in the list."""
        return compact(key if self._stage is None else [self._stage, key])

    def tried(self, key: Any, tries: int) -> None:
        """A record of this batch was tried so often by now."""
        self._tries[self.key(key)] = tries

    def place_of_stop(self, results: Sequence[Result]) -> int | None:
        """Where in a batch the policy ends the run; None: nowhere."""
        places = [n for n, result in enumerate(results) if result.failure is not None]
        if not places:
            return None
        progress = self._run.progress
        return self._policy_now().place_of_stop(places, progress.seen, progress.failed)

    def stop(self, result: Result) -> Fail:
        """The end of the run at a record, which is listed; nothing of it or after it is written."""
        self.note([result])
        progress, key = self._run.progress, self.key(result.key)
        assert result.failure is not None
        reason = self._policy_now().reason(progress.failed + 1, progress.seen + 1)
        return Fail(
            f"Record {key} failed: {result.failure.message}. {reason}",
            hint="What came before it is written. Put it right and retry, which goes on there, "
            "or start it again with another policy for errors.",
            code="too-many-failed",
        )

    def note(self, results: Sequence[Result]) -> None:
        """List what failed, before the batch is written: a redone batch writes it again."""
        run = self._run
        only_failed = bool(run.job.only_failed)
        items, tries = [], []
        for result in results:
            failure = result.failure
            if failure is None and not only_failed and not self._unwritten:
                continue
            key = self.key(result.key)
            if failure is None and not only_failed and key not in self._unwritten:
                continue
            now = ("completed" if failure is None else "failed", self._tries.get(key, 1))
            before = self._noted.get(key, ("", 0))
            if now != before:
                self._noted[key] = now
                tries.append(now[1] - before[1])
                said = (failure.message, failure.trace) if failure else ("", "")
                items.append((key, now[0], *said))
        if items:
            run.items.put_many(items, tries)
        for key, status, message, _ in items:
            if status == "failed":
                run.log(f"record {key} failed: {message}", "warning")

    def _policy_now(self) -> ErrorPolicy:
        """A run over failed records alone has no share: most of them may fail once more."""
        if not self._run.job.only_failed:
            return self.policy
        return ErrorPolicy(self.policy.on_error, self.policy.tries, self.policy.most, share=1)


def is_of_a_record(error: Exception) -> bool:
    """Whether what `apply` raised can be the fault of one record of the batch."""
    if isinstance(error, DatabaseError):
        return error.extra.get("reason") in OF_VALUES
    return not isinstance(error, LonghaulError | TaskSignal)


def refused(error: Exception) -> Failure:
    """The failure of a record that `apply` raised for when it stood alone."""
    failure = Failure.of(error, own_frames=1)
    return replace(failure, message=error.detail) if isinstance(error, LonghaulError) else failure
