"""One task type on trial: its tasks run in this process, step by step, and stop where a test says.

Lives here: the folder with its queue (`Trial`) and a task in it (`Ran`). Nothing is simulated but
the clock: it is the service's own database, intake, worker and steering, without its processes.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from core.backfill import Backfill
from core.clock import Clock
from core.desk.lists import Page
from core.desk.requests import TaskPatch, TaskRequest
from core.kit.clock import FakeClock
from core.kit.watched import Watch, watching
from core.model import TERMINAL, Job, Status, Task
from core.run import Run, Stop
from core.service import Service
from core.task_type import JobType, TaskType
from core.worker import Worker

MOST_PINNED = 1_000_000  #: records in a batch that a knob may ask for
MOST_ATTEMPTS = 10_000  #: of one task in `finish`; more is taken for a loop


class Trial:
    """A data directory for one task type. A context manager; nothing of it runs in between."""

    def __init__(
        self,
        folder: Path,
        task_type: type[TaskType],
        *parts: type[JobType],
        clock: Clock | None = None,
    ):
        """`parts`: the job types of its steps. `clock`: default one that stands still.

        Parameters may name files below `folder`. Raises AssertionError for a type that Longhaul
        would refuse.
        """
        self.folder, self.task_type, self.parts = Path(folder), task_type, parts
        self.clock = clock or FakeClock()
        self.data = self.folder / "longhaul"
        self.data.mkdir(mode=0o700, parents=True)
        self.service = Service(self.data, self.clock, types=(task_type, *parts))
        try:
            self._settle_in()
        except BaseException:
            self.close()
            raise

    def _settle_in(self) -> None:
        problems = self.service.registry.problems()
        assert not problems, f"Longhaul refuses it: {problems[0]['reason']}"
        with self.service.ledger.transaction() as store:
            roots = json.dumps([str(self.folder)])
            store.changed("put_setting", key="roots", value=roots)
            store.changed("settings_changed")

    def start(self, **params: Any) -> "Ran":
        """A task, accepted as the service accepts it and not yet begun.

        The batches of a `Backfill` are pinned to their full size: where the machine is slow they
        would otherwise get smaller, and a test would see other boundaries than the time before.
        Raises Invalid or Forbidden as a person would get it.
        """
        request = TaskRequest(type=self.task_type.name, params=params)
        ran = Ran(self, self.service.tasks.create(request)["id"])
        if issubclass(self.task_type, Backfill) and "batch_size" in self.task_type.knobs:
            size = self.task_type.from_params(params).batch_size()
            self.service.tasks.patch(ran.id, TaskPatch(batch_size=min(size, MOST_PINNED)))
        return ran

    def run(self, **params: Any) -> "Ran":
        """A task from its start to its end."""
        return self.start(**params).finish()

    def close(self) -> None:
        self.service.errands.close()
        self.service.waker.close()
        self.service.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Ran:
    """One task of a trial: move it on, look at it. Every move returns the task itself."""

    def __init__(self, trial: Trial, task_id: int):
        self.trial, self.id = trial, task_id

    # --- moving it on ----------------------------------------------------------------------------

    def finish(self) -> Self:
        """To its end, whatever that is; back-offs are waited out by moving the clock.

        Raises AssertionError, with the reason, when it waits for something else (paused, held).
        """
        for _ in range(MOST_ATTEMPTS):
            if self.status in TERMINAL:
                return self
            if not self._attempt(Watch()):
                self._wait_out()
        raise AssertionError(f"{self} is not finished after {MOST_ATTEMPTS} attempts")

    def one_batch(self) -> Self:
        """Until the next commit (of a `Backfill`: one batch); then interrupted."""
        return self.interrupt_after(batches=1)

    def attempt(self) -> Self:
        """One attempt at one job, as far as it gets: to see a failed try before the next one."""
        assert self._attempt(Watch()), f"{self} has nothing to do now"
        return self

    def interrupt_after(self, *, batches: int | None = None, records: int | None = None) -> Self:
        """Until so much more is committed; then the place is given back, as when Longhaul stops.

        `records` ends at the first commit that reaches it. Raises AssertionError when the task ends
        before that. It goes on with `resume`, `finish`, or another of these.
        """

        def interrupt(run: Run) -> None:
            raise Stop(release=True)

        return self._until(Watch(batches, records, interrupt))

    def pause_after(self, *, batches: int | None = None, records: int | None = None) -> Self:
        """The same, but a person pauses it there; it goes on with `resume`."""
        return self._until(Watch(batches, records, self._steer("pause")))

    def cancel_after(self, *, batches: int | None = None, records: int | None = None) -> Self:
        """The same, but a person cancels it there."""
        return self._until(Watch(batches, records, self._steer("cancel")))

    def resume(self) -> Self:
        """Go on where it was interrupted or paused, to its end."""
        if self.status == Status.PAUSED:
            self.trial.service.tasks.act("resume", self.id)
        return self.finish()

    # --- looking at it ---------------------------------------------------------------------------

    @property
    def task(self) -> Task:
        """The record, as it now is."""
        return self.trial.service.ledger.task(self.id)

    @property
    def status(self) -> str:
        return self.task.status

    @property
    def done(self) -> int:
        return self._sum("done")

    @property
    def failed(self) -> int:
        return self._sum("failed")

    @property
    def skipped(self) -> int:
        return self._sum("skipped")

    @property
    def cursor(self) -> Any:
        """How far the newest job got; None at the start."""
        job = self._jobs()[-1]
        return json.loads(job.cursor) if job.cursor is not None else None

    @property
    def error(self) -> dict[str, Any] | None:
        """Why it failed, or why its last attempt did: code, message, trace."""
        return self.task.error or next((j.error for j in self._jobs() if j.error), None)

    @property
    def result(self) -> Any:
        """What `run` returned: JSON read, text as text, else bytes. Raises when there is none."""
        assert self.status == Status.COMPLETED, f"{self} has no result"
        if self.task.result_type is None:
            return None
        media_type, content = self.trial.service.lists.result(self.id)
        if media_type == "application/json":
            return json.loads(content)
        return content.decode() if media_type.startswith("text/") else content

    @property
    def log(self) -> list[str]:
        """The lines of its log."""
        return [line["message"] for line in _all(self.trial.service.lists.logs, self.id)]

    @property
    def failures(self) -> dict[str, str]:
        """{key: message} of the records that failed."""
        items = _all(self.trial.service.lists.items, self.id, status="failed")
        return {item["key"]: item["message"] for item in items}

    def __str__(self) -> str:
        task = self.task
        why = f", {self.error['message']}" if self.error else ""
        return f"the task {task.type} ({task.status}, {self.done} {task.unit} done{why})"

    # --- inside ----------------------------------------------------------------------------------

    def _jobs(self) -> Sequence[Job]:
        return self.trial.service.ledger.jobs(self.task)

    def _sum(self, counter: str) -> int:
        return sum(getattr(job, counter) for job in self._jobs())

    def _steer(self, verb: str) -> Any:
        def act(run: Run) -> None:
            self.trial.service.tasks.act(verb, self.id)
            run.check()

        return act

    def _until(self, watch: Watch) -> Self:
        assert (watch.batches is None) != (watch.records is None), "say either batches or records"
        least = watch.batches if watch.batches is not None else watch.records
        assert least is not None and least > 0, "it can be ended after a commit, not before"
        while not watch.is_enough and self.status not in TERMINAL and self._attempt(watch):
            pass
        wanted = f"{least} {'batches' if watch.batches is not None else 'records'}"
        got = f"{watch.committed} batches of {watch.seen} records in all"
        assert watch.is_enough, f"{self} did not get as far as {wanted}: it committed {got}"
        return self

    def _attempt(self, watch: Watch) -> bool:
        service, clock = self.trial.service, self.trial.clock
        runs = watching(watch, clock if isinstance(clock, FakeClock) else None)
        return Worker(service.ledger, service.registry, self.trial.data, runs).work_one()

    def _wait_out(self) -> None:
        """Move the clock to the next try. Raises AssertionError when it is no try it waits for."""
        clock = self.trial.clock
        due = [
            j.wake_mono for j in self._jobs() if j.blocked == "backoff" and j.wake_mono is not None
        ]
        if due and isinstance(clock, FakeClock):
            clock.advance(max(0.001, min(due) - clock.mono()))
            return
        waiting = self.trial.service.tasks.get(self.id)["waiting_because"]
        because = f": {waiting['message']}" if waiting else ""
        raise AssertionError(f"{self} cannot be finished{because}")


def _all(pages: Callable[..., Page], task_id: int, **which: Any) -> Iterator[dict[str, Any]]:
    """The entries of all pages of a list."""
    page = pages(task_id, **which)
    yield from page.items
    while page.next_cursor is not None:
        page = pages(task_id, after=int(page.next_cursor), **which)
        yield from page.items
