"""The person's side: pause, resume, cancel, retry, hold, start, clear, and the queue's own pause.

People write `control` (what they want); where no worker holds a job, its status follows in the
same transaction, otherwise at the worker's next checkpoint. Every verb says in its error what
else is possible, and none of them brings a finished task back except a retry.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from core import seams
from core.documents import awaits_look, compact
from core.errors import DatabaseError, LonghaulError, NotPossible
from core.identity import Who
from core.lifecycle import shown, verbs
from core.model import ACTIVE, Blocked, Control, Job, Kind, Status, Task
from core.queue.finishing import Left
from core.queue.ledger import Ledger
from core.queue.settling import Settling

BULK = 100  #: tasks changed in one transaction of a bulk action, so that workers never wait long


@dataclass(frozen=True)
class Result:
    """What became of one task of a bulk action."""

    id: int
    task: Task | None = None
    error: LonghaulError | None = None


class Steering:
    """The verbs a person has."""

    def __init__(self, ledger: Ledger, settling: Settling):
        self._ledger = ledger
        self._store = ledger.store
        self._settling = settling
        self._verbs: dict[str, Callable[..., Task]] = {
            "pause": self._pause,
            "resume": self._resume,
            "cancel": self._cancel,
            "retry": self._retry,
            "hold": self._hold,
            "start": self._start,
            "clear": self._clear,
        }

    def act(self, verb: str, task_id: int, **options: Any) -> Task:
        """Do `verb` with one task: one durable transaction.

        Raises NotFound, or NotPossible with the verbs that are possible now.
        """
        with self._ledger.transaction(durable=True):
            task = self._verbs[verb](self._ledger.task(task_id), **options)
            seams.reach("steer-written")
        seams.reach("steered")
        return task

    def act_many(self, verb: str, task_ids: Iterable[int], **options: Any) -> list[Result]:
        """Do `verb` with many tasks, BULK to a transaction; each answers for itself."""
        ids, results = list(task_ids), []
        for start in range(0, len(ids), BULK):
            with self._ledger.transaction(durable=True):
                for task_id in ids[start : start + BULK]:
                    results.append(self._try(verb, task_id, options))
        return results

    def _try(self, verb: str, task_id: int, options: dict[str, Any]) -> Result:
        # A verb refuses before its first write, so a refusal leaves nothing half done.
        try:
            return Result(task_id, self._verbs[verb](self._ledger.task(task_id), **options))
        except DatabaseError:
            raise  # the whole transaction failed, not this verb
        except LonghaulError as error:
            return Result(task_id, error=error)

    # --- pause and resume ------------------------------------------------------------------------

    def _pause(self, task: Task) -> Task:
        if task.status == Status.PAUSED or task.control == Control.PAUSE:
            return task
        self._require(task, task.status in ACTIVE and task.control == Control.RUN, "pause")
        task = self._set_control(task, Control.PAUSE)
        jobs = self._stop_waiting(task, Status.PAUSED)
        task = self._ledger.roll_status(task)
        self._ledger.tell(task, jobs)
        return task

    def _resume(self, task: Task) -> Task:
        self._require(
            task,
            task.status == Status.PAUSED
            or (task.status == Status.RUNNING and task.control == Control.PAUSE),
            "resume",
        )
        task = self._set_control(task, Control.RUN)
        if awaits_look(task):
            self._store.changed("canary_passed", id=task.id)
        rows = self._store.rows(
            "resume_paused_jobs",
            id=task.id,
            run=task.run,
            blocked=self._still_blocked(task),
            now=self._ledger.clock.wall(),
        )
        self._ledger.work_is_ready()
        task = self._ledger.roll_status(task, message="")
        self._ledger.tell(task, [Job.of(r) for r in rows])
        return task

    def _still_blocked(self, task: Task) -> Blocked:
        if task.hold:
            return Blocked.HELD
        if task.attempts:
            return Blocked.NOTHING  # what it had to wait for came before its first attempt
        if self._store.rows("unmet_dependencies", task_id=task.id):
            return Blocked.AFTER
        if task.not_before is not None and task.not_before > self._ledger.clock.wall():
            return Blocked.LATER
        return Blocked.NOTHING

    # --- cancel ----------------------------------------------------------------------------------

    def _cancel(self, task: Task) -> Task:
        if task.control == Control.CANCEL and task.status in ACTIVE:
            return task
        self._require(task, task.status in ACTIVE, "cancel")
        task = self._set_control(task, Control.CANCEL)
        jobs = self._stop_waiting(task, Status.CANCELLED)
        if any(job.status in ACTIVE for job in self._ledger.jobs(task)):
            grace = self._ledger.settings().pipeline_grace_s
            task = self._ledger.roll_status(
                task,
                message=f"Cancelling; a process that does not answer is ended after {grace:g} s",
            )
        else:
            task = self._settling.finishing.finish(task, Status.CANCELLED, Left(""))
        self._ledger.tell(task, jobs)
        return task

    # --- retry -----------------------------------------------------------------------------------

    def _retry(self, task: Task, from_: str = "failed", only_failed_items: bool = False) -> Task:
        self._require(task, task.is_finished, "retry")
        if only_failed_items:
            return self._retry_items(task)
        if from_ == "start":
            task = self._revive(task, run=task.run + 1, step=0)
            jobs = self._ledger.insert_step(task, 0)
        else:
            self._require(task, task.status != Status.COMPLETED, "retry", "from the start")
            task = self._revive(task, run=task.run, step=task.step_index)
            rows = self._store.rows(
                "retry_jobs",
                id=task.id,
                run=task.run,
                step=task.step_index,
                now=self._ledger.clock.wall(),
            )
            jobs = [Job.of(r) for r in rows]
        self._ledger.work_is_ready()
        task = self._ledger.roll_up(task)
        self._ledger.tell(task, jobs)
        return task

    def _retry_items(self, task: Task) -> Task:
        """A new run over the failed items alone, in the step they belong to."""
        failed = self._store.rows("failed_items", task_id=task.id)
        self._require(task, bool(failed), "retry", "all of it: no item of it has failed")
        task = self._revive(task, run=task.run + 1, step=failed[0]["step"])
        jobs = self._ledger.insert_step(task, task.step_index, only_failed=True)
        now = self._ledger.clock.wall()
        self._store.many(
            "insert_item",
            [
                {"job_id": jobs[0].id, "task_id": task.id, "key": r["key"], "now": now}
                for r in failed
            ],
        )
        self._store.many(  # those of all runs count
            "add_item_tries",
            [{"job_id": jobs[0].id, "key": r["key"], "more": r["attempts"]} for r in failed],
        )
        task = self._ledger.roll_up(task)
        self._ledger.tell(task, jobs)
        return task

    def _revive(self, task: Task, *, run: int, step: int) -> Task:
        row = self._store.one(
            "retry_task", id=task.id, run=run, step_index=step, now=self._ledger.clock.wall()
        )
        return Task.of(row)

    # --- hold, start, clear ----------------------------------------------------------------------

    def _hold(self, task: Task) -> Task:
        if task.hold:
            return task
        self._require(task, task.status == Status.QUEUED, "hold")
        now = self._ledger.clock.wall()
        task = Task.of(self._store.one("hold_task", id=task.id, now=now))
        rows = self._store.rows("hold_jobs", id=task.id, run=task.run, now=now)
        self._ledger.tell(task, [Job.of(r) for r in rows])
        return task

    def _start(self, task: Task, who: Who | None = None) -> Task:
        """Whatever the task waits for (a start, its time, others), it may be claimed now, and a
        later pause and resume do not make it wait for that again. `who` has approved what was
        held: the event tells it, with the parameters."""
        self._require(task, task.status == Status.QUEUED, "start")
        now = self._ledger.clock.wall()
        self._store.changed("forget_dependencies", id=task.id)
        approved = compact({**who.document(), "at": now}) if who else None
        row = self._store.one("start_task", id=task.id, now=now, approved=approved)
        task = Task.of(row)
        rows = self._store.rows("free_jobs", id=task.id, run=task.run, now=now)
        self._ledger.work_is_ready()
        self._ledger.tell(task, [Job.of(r) for r in rows])
        return task

    def _clear(self, task: Task) -> Task:
        """Remove a finished task from the list and the database."""
        self._require(task, task.is_finished, "clear")
        self._store.one("delete_task", id=task.id)
        self._settling.finishing.free_dependents(task.id)
        self._ledger.events.append(Kind.TASK_UPDATE, task.id, {"id": task.id, "removed": True})
        return task

    # --- the queue itself ------------------------------------------------------------------------

    def pause_queue(self, paused: bool) -> None:
        """Start nothing new, or go on. Survives a restart."""
        with self._ledger.transaction(durable=True) as store:
            store.changed("pause_queue", is_paused=int(paused))
            self._ledger.work_is_ready()

    # --- inside ----------------------------------------------------------------------------------

    def _set_control(self, task: Task, control: Control) -> Task:
        row = self._store.one(
            "set_control", id=task.id, control=control, now=self._ledger.clock.wall()
        )
        return Task.of(row)

    def _stop_waiting(self, task: Task, status: Status) -> list[Job]:
        rows = self._store.rows(
            "stop_waiting_jobs",
            id=task.id,
            run=task.run,
            status=status,
            now=self._ledger.clock.wall(),
        )
        return [Job.of(r) for r in rows]

    def _require(self, task: Task, possible: bool, verb: str, instead: str = "") -> None:
        if possible:
            return
        allowed = verbs(task.status, task.control, held=bool(task.hold))
        state = shown(task.status, task.control)
        detail = f"Task {task.id} is {state}: it cannot {verb}"
        if instead:
            detail += f" in this way; {verb} {instead}"
        raise NotPossible(detail, allowed)
