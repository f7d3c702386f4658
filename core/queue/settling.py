"""Ending attempts: a worker's own settlement, and the end of an attempt whose worker is gone.

One transaction writes the job's end, the attempt's history, what comes next (the orchestrator's
answer) and the events. It is guarded by the fence: whoever lost the claim changes nothing.
"""

from collections.abc import Callable
from dataclasses import replace

from core import seams
from core.documents import awaits_look
from core.errors import ClaimLost
from core.lifecycle import DEATHS_ALONE, Ending
from core.model import Control, Job, Status, Task
from core.orchestrator import Finish, Start, advance
from core.policy import SKIP
from core.queue.finishing import Finishing, Left
from core.queue.foreseen import Foreseen, foresee
from core.queue.ledger import Ledger
from core.queue.outcome import JobEnd, Outcome


class Settling:
    """The ends of attempts."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger
        self._store = ledger.store
        self.finishing = Finishing(ledger)

    def settle(
        self,
        job: Job,
        outcome: Outcome,
        then: Callable[[], bool] | None = None,
        task: Task | None = None,
    ) -> Task:
        """End the attempt that holds `job.fence`; on the disk some milliseconds after this returns.

        `then` is done in the same transaction (a worker claims its next job with it), and says
        whether the slot that got free is of use to others. `task`: as the caller saw it last; it
        is read again only when somebody changed it since.

        Raises ClaimLost, with nothing written, when the claim is somebody else's by now or the
        job has ended already: a late finish never overwrites what was shown.
        """
        foreseen = foresee(job, outcome, task, self._ledger.clock) if task else None
        with self._ledger.transaction(durable="soon"):
            task = self._as_foreseen(foreseen) or self._settle(
                job, outcome, deaths=(0, None), task=task
            )
            seams.reach("settle-written")
            if then is None or then():
                self._ledger.work_is_ready(1)
        seams.reach("settled")
        return task

    def settle_dead(self, job: Job, why: str, *, at_fault: bool = True) -> Task | None:
        """End the attempt of a worker that is gone; counts towards the crash-loop stop.

        `at_fault`: False when we ended the worker for reasons of our own (the service stopped),
        which says nothing about the job. None when somebody settled it meanwhile.
        """
        with self._ledger.transaction(durable=True):
            row = self._store.one("job", id=job.id)
            if row is None or row["status"] != Status.RUNNING or row["fence"] != job.fence:
                return None
            self._ledger.work_is_ready(1)  # a slot is free, and perhaps the job itself waits again
            current = Job.of(row)
            if not at_fault:
                outcome = Outcome(Ending.RELEASED, message=why)
                return self._settle(current, outcome, deaths=(0, None), burn=1)
            same_place = current.deaths > 0 and current.death_cursor == (current.cursor or "")
            deaths = current.deaths + 1 if same_place else 1
            task = self._settle(
                current,
                self._death(current, why, deaths, self._may_skip(current)),
                deaths=(deaths, current.cursor or ""),
                burn=1,
            )
            seams.reach("death-written")
        seams.reach("death-settled")
        return task

    def end_by_force(self, job: Job, why: str) -> Task | None:
        """Cancel a running job whose process is being ended after the grace period."""
        with self._ledger.transaction(durable=True):
            row = self._store.one("job", id=job.id)
            if row is None or row["status"] != Status.RUNNING or row["fence"] != job.fence:
                return None
            self._ledger.work_is_ready(1)
            outcome = Outcome(Ending.STOPPED, message=why)
            return self._settle(Job.of(row), outcome, deaths=(0, None), burn=1)

    # --- inside the transaction ------------------------------------------------------------------

    def _as_foreseen(self, foreseen: Foreseen | None) -> Task | None:
        """Write it; None, with nothing written, where job or task has changed meanwhile."""
        if foreseen is None or not self._end_job(foreseen.job, foreseen.before):
            return None
        self.finishing.write(foreseen.task)
        self._ledger.events.append_facts(foreseen.facts)
        return foreseen.task.after

    def _may_skip(self, job: Job) -> bool:
        """Whether the policy lets a record fail that ends every worker (`core.loop.caution`)."""
        policy = self._ledger.task(job.task_id).step_list()[job.step].errors
        return policy is not None and policy["on_error"] == SKIP

    def _death(self, job: Job, why: str, deaths: int, may_skip: bool) -> Outcome:
        most = self._ledger.settings().pipeline_deaths_at_cursor
        error = {"code": "worker-died", "message": why, "cursor": job.cursor}
        if deaths < most or (may_skip and deaths <= most + DEATHS_ALONE):
            # The place in the queue is kept and nothing is waited for: the worker was at fault.
            return Outcome(Ending.RELEASED, message=why, error=error)
        error["code"] = "crash-loop"
        where = f"after {job.cursor}" if job.cursor else "at the start"
        error["message"] = (
            f"A worker died {deaths} times at the same place ({where}): {why}. "
            "Leave out what stands there, then retry."
        )
        return Outcome(Ending.HOPELESS, error=error)

    def _settle(
        self,
        job: Job,
        outcome: Outcome,
        *,
        deaths: tuple[int, str | None],
        burn: int = 0,
        task: Task | None = None,
    ) -> Task:
        ledger = self._ledger
        job, task = self._current(job, task)
        if outcome.for_look and not awaits_look(task):
            # Paused and resumed since its last checkpoint: that was the look.
            outcome = replace(outcome, ending=Ending.RELEASED, message=None)
        end = JobEnd.of(job, outcome, task, ledger.clock, deaths, burn)
        if not self._end_job(end, task):
            raise ClaimLost(f"job {job.id} has been settled or taken over; nothing was changed")
        ended = end.after
        if outcome.effects is not None and ended.status == Status.COMPLETED:
            outcome.effects()
            task = ledger.task(task.id)  # which they may have changed
        chunks: list[Job] = []
        if outcome.ending == Ending.SPLIT and ended.status == Status.COMPLETED:
            chunks = ledger.insert_step(
                task, ended.step, chunks=list(outcome.chunks), status=_entry(task)
            )
        return self._advance(task, ended, outcome, chunks)

    def _current(self, job: Job, task: Task | None) -> tuple[Job, Task]:
        """The records as they are now, with the fence that the caller holds."""
        versions = self._store.one("versions", id=job.id)
        if versions is None:
            raise ClaimLost(f"task {job.task_id} has ended and was removed")
        if versions["job"] != job.version:  # its counters and tries may have moved since the claim
            job = Job.of(self._store.one("job", id=job.id)).changed(fence=job.fence)
        if task is None or versions["task"] != task.version:
            task = self._ledger.task(job.task_id)
        return job, task

    def _end_job(self, end: JobEnd, task: Task) -> bool:
        """Write it; False, with nothing written, when the attempt is over, or when job or task
        are no longer as the caller knows them."""
        job = end.before
        written = self._store.changed(
            "settle_job",
            id=job.id,
            held=job.fence,
            version=job.version,
            task_version=task.version,
            **end.settled,
        )
        if written:
            self._store.changed(
                "end_attempt",
                job_id=job.id,
                fence=job.fence,
                outcome=end.ending,
                error=end.settled["error"],
                cursor=job.cursor,
                now=end.settled["updated_at"],
            )
        return bool(written)

    def _advance(self, task: Task, ended: Job, outcome: Outcome, chunks: list[Job]) -> Task:
        ledger = self._ledger
        alone = ended.chunk is None and not chunks and outcome.ending != Ending.SPLIT
        jobs = [ended] if alone else ledger.jobs(task, task.step_index)
        decision = advance(task.steps, task.step_index, jobs)
        match decision:
            case Finish(status, job):
                only = ended if alone and len(task.steps) == 1 else None
                task = self._finish(task, status, job, outcome, only)
                ledger.tell(task, [ended])
            case Start(step):
                task = self._start_step(task, step)
                started = ledger.insert_step(task, step, status=_entry(task))
                task = ledger.roll_status(self._roll_up(task, outcome))
                ledger.tell(task, [ended, *started])
            case _:
                task = ledger.roll_status(self._roll_up(task, outcome))
                ledger.tell(task, [ended, *chunks])
        return task

    def _roll_up(self, task: Task, outcome: Outcome) -> Task:
        # While it is being cancelled the line beside the bar says so, and for how long.
        message = None if task.control == Control.CANCEL else outcome.message
        return self._ledger.roll_up(task, message)

    def _start_step(self, task: Task, step: int) -> Task:
        row = self._store.one(
            "set_task_status",
            id=task.id,
            status=task.status,
            step_index=step,
            stage="",
            message=None,
            now=self._ledger.clock.wall(),
        )
        return Task.of(row)

    def _finish(
        self, task: Task, status: Status, job: Job | None, outcome: Outcome, only: Job | None
    ) -> Task:
        message, completed = outcome.message, status == Status.COMPLETED
        if message is None and status == Status.CANCELLED:
            message = ""  # not the words of the grace period, nor why it was paused before
        left = Left(
            message,
            job.error if job is not None and status == Status.FAILED else None,
            outcome.result if completed else None,
            outcome.result_type if completed else None,
        )
        return self.finishing.finish(task, status, left, only=only)


def _entry(task: Task) -> str:
    """The status with which new jobs of a task begin: a pause holds for them too."""
    return Status.PAUSED if task.control == Control.PAUSE else Status.QUEUED
