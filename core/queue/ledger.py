"""What all verbs of the queue share: the transaction that tells its events and wakes who waits."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Literal

from core.clock import Clock
from core.documents import blocked_reason, told
from core.errors import NotFound
from core.events import Events
from core.lanes import DIRECT, Limits
from core.lifecycle import rolled_up
from core.model import TERMINAL, Blocked, Job, Kind, Step, Task
from core.settings import Settings
from core.store import Store
from core.wake import EVENTS, EVERYBODY, WORK, Waker


class Ledger:
    """The store, the clock and the wake-ups, with the moves that several verbs make."""

    def __init__(self, store: Store, clock: Clock, waker: Waker):
        self.store = store
        self.clock = clock
        self.events = Events(store, clock)
        self.waker = waker
        self._local = threading.local()
        self._limits: tuple[int, Limits] = (0, Limits())
        self._settings: tuple[dict[str, str], Settings] = ({}, Settings.model_validate({}))

    @contextmanager
    def transaction(
        self, *, durable: bool | Literal["soon"] = False, quiet: bool = False
    ) -> Iterator[Store]:
        """One transaction; after its commit the stream is woken, and the workers if needed.

        They are woken before the disk is waited for: while it writes, nobody holds the lock.
        `quiet`: nothing is told by it (renewing a lease), so nobody is woken.
        """
        self._local.work = 0
        with self.store.transaction(durable=durable, committed=None if quiet else self._wake):
            yield self.store

    def _wake(self) -> None:
        self.waker.wake(EVENTS)
        if self._local.work:
            self.waker.wake(WORK, self._local.work)

    def work_is_ready(self, jobs: int = EVERYBODY) -> None:
        """So many jobs more may now be claimed (by default: nobody knows how many).

        As many workers are woken when this transaction is committed.
        """
        self._local.work = min(self._local.work + jobs, EVERYBODY)

    def task(self, task_id: int) -> Task:
        """Raises NotFound."""
        row = self.store.one("task", id=task_id)
        if row is None:
            raise NotFound(f"There is no task {task_id}")
        return Task.of(row)

    def jobs(self, task: Task, step: int | None = None) -> list[Job]:
        """The jobs of the current run, of one step or all."""
        if step is None:
            rows = self.store.rows("jobs_of_run", task_id=task.id, run=task.run)
        else:
            rows = self.store.rows("jobs_of_step", task_id=task.id, run=task.run, step=step)
        return [Job.of(r) for r in rows]

    def limits(self, settings_version: int) -> Limits:
        """The lanes' limits, read again only when a setting changed."""
        if self._limits[0] != settings_version:
            self._limits = (settings_version, Limits.of(self.settings()))
        return self._limits[1]

    def settings(self) -> Settings:
        """As they are now, for reading only; checked again only when one changed."""
        rows = {row["key"]: row["value"] for row in self.store.rows("settings")}
        if self._settings[0] != rows:
            values = {key: json.loads(value) for key, value in rows.items()}
            self._settings = (rows, Settings.model_validate(values))
        return self._settings[1]

    # --- moves that several verbs make (inside their transaction) --------------------------------

    def tell(self, task: Task, jobs: list[Job] | None = None, kind: Kind | None = None) -> None:
        """Append the task as it now is, and each of `jobs`."""
        if kind is None:
            kind = Kind.TASK_FINISHED if task.status in TERMINAL else Kind.TASK_UPDATE
        waiting = next((r for j in jobs or () if (r := blocked_reason(task, j))), None)
        self.events.task(kind, task, jobs or (), waiting)

    def roll_status(self, task: Task, *, message: str | None = None) -> Task:
        """Give an unfinished task the status that its current step's jobs add up to."""
        jobs = self.jobs(task, task.step_index)
        row = self.store.one(
            "set_task_status",
            id=task.id,
            status=rolled_up(j.status for j in jobs),
            step_index=task.step_index,
            stage=None,
            message=message,
            now=self.clock.wall(),
        )
        return Task.of(row) if row is not None else self.task(task.id)

    def roll_up(self, task: Task, message: str | None = None) -> Task:
        """Give a task the sums of the counters of its current run's jobs."""
        now = self.clock.wall()
        row = self.store.one("roll_up", id=task.id, stage=None, message=message, mono=None, now=now)
        return Task.of(row)

    def touch(self, task_id: int) -> Task:
        """A new version of a task whose reason to wait has changed."""
        return Task.of(self.store.one("touch_task", id=task_id, now=self.clock.wall()))

    def insert_step(
        self,
        task: Task,
        index: int,
        *,
        blocked: str = Blocked.NOTHING,
        status: str = "queued",
        chunks: list[str | None] | None = None,
        only_failed: bool = False,
    ) -> list[Job]:
        """The jobs of step `index`: one, or one for each chunk (JSON text)."""
        step, now = Step.of(task.steps[index]), self.clock.wall()
        common: dict[str, Any] = {
            "task_id": task.id,
            "run": task.run,
            "step": index,
            "type": step.type,
            "status": status,
            "blocked": blocked,
            "lane": DIRECT if task.direct else step.lane,
            "priority": task.priority + (step.priority or 0),
            "position": task.position,
            "not_before": task.not_before if index == 0 else None,
            "stages": told(step.stages),
            "total": None,
            "unit": task.unit,
            "max_attempts": step.max_attempts,
            "only_failed": int(only_failed),
            "created_at": now,
            "updated_at": now,
        }
        chunks = chunks if chunks is not None else [None]
        if status == "queued" and not blocked:
            self.work_is_ready(len(chunks))
        jobs = []
        for chunk in chunks:
            number = self.store.insert("insert_job", **common, chunk=chunk)
            jobs.append(self._new_job.changed(**common, chunk=chunk, id=number))
        return jobs

    @cached_property
    def _new_job(self) -> Job:
        return Job.of(self.store.defaults("jobs"))

    @cached_property
    def new_task(self) -> Task:
        """A task as the schema makes it, of which nothing is said yet."""
        return Task.of(self.store.defaults("tasks"))
