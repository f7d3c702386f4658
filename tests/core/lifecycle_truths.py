"""What must be true of tasks, jobs, attempts, effects and events after each step of a random life.

A part of `tests.core.lifecycle_machine`, which has the steps; here nothing is changed.
"""

import json
from dataclasses import dataclass

from hypothesis.stateful import invariant

from core.documents import compact, job_document, task_document
from core.lifecycle import Ending, rolled_up
from core.model import ACTIVE, TERMINAL, Control, Job, Kind, Status
from core.queue import Claim

TASK_KINDS = {Kind.TASK_CREATED, Kind.TASK_UPDATE, Kind.TASK_PROGRESS, Kind.TASK_FINISHED}


@dataclass
class Attempt:
    """What a worker believes of its claim."""

    claim: Claim
    cursor: int
    stop: Ending | None = None  #: how its last checkpoint told it to end


class Truths:
    """Looks at `ledger`, `store`, `workers` and `ended` of the machine."""

    @invariant()
    def one_holder_and_each_effect_once(self):
        running = [Job.of(r) for r in self.store.rows("running_jobs")]
        believed = {a.claim.job.id: a.claim.fence for a in self.workers.values()}
        assert len(believed) == len(self.workers), "two workers hold one job"
        for job in running:
            assert believed.get(job.id, job.fence) == job.fence
        for row in self.store.execute("SELECT * FROM jobs", {}):
            effects = self.store.execute(
                "SELECT record FROM effects WHERE job = :id ORDER BY rowid", {"id": row["id"]}
            )
            assert [e["record"] for e in effects] == list(range(int(row["cursor"] or 0)))
            history = self.store.execute(
                "SELECT number, fence FROM attempts WHERE job_id = :id ORDER BY number",
                {"id": row["id"]},
            )
            fences = [h["fence"] for h in history]
            assert fences == sorted(set(fences)) and len(fences) == row["attempts"]

    @invariant()
    def a_task_follows_from_its_jobs(self):
        for task in self.tasks():
            jobs = self.ledger.jobs(task)
            current = [j for j in jobs if j.step == task.step_index]
            statuses = {j.status for j in current}
            if task.is_finished:
                assert not statuses & ACTIVE
                assert task.status != Status.COMPLETED or statuses == {Status.COMPLETED}
                assert (task.control == Control.CANCEL) == (task.status == Status.CANCELLED)
            else:
                assert task.status == rolled_up(statuses)
            if task.status == Status.PAUSED:
                assert not statuses & {Status.QUEUED, Status.RUNNING}
            if task.control == Control.CANCEL and not task.is_finished:
                assert not statuses & {Status.QUEUED, Status.PAUSED}
            assert all(j.status in TERMINAL for j in jobs if j.step < task.step_index)
            if Status.RUNNING not in statuses:
                assert task.done == sum(j.done for j in jobs)
            for job in current:
                if job.blocked == "after":
                    assert self.store.rows("unmet_dependencies", task_id=task.id)
                assert job.blocked != "held" or task.hold

    @invariant()
    def the_end_is_the_end(self):
        for task in self.tasks(TERMINAL):
            shown = self.ended.setdefault(task.id, (task.status, task.version))
            assert shown == (task.status, task.version)
        assert set(self.ended) <= {t.id for t in self.tasks(TERMINAL)}

    @invariant()
    def the_last_event_is_the_row(self):
        told, told_jobs = {}, {}
        for event in self.ledger.events.after(0, 100_000):
            if event.kind in TASK_KINDS:
                told[event.task_id] = json.loads(event.data)
            elif event.kind == Kind.JOB_UPDATE:
                told_jobs[json.loads(event.data)["id"]] = json.loads(event.data)
        for task in self.tasks():
            now = json.loads(compact(task_document(task)))
            assert told[task.id] | {"waiting_because": None} == now
            for job in self.ledger.jobs(task):
                last = told_jobs[job.id]
                if last["version"] == job.version:  # a checkpoint tells of the task alone
                    assert job_document(job).items() <= last.items()

    # --- looking -------------------------------------------------------------------------------

    def tasks(self, statuses=frozenset(Status)):
        rows = self.store.execute("SELECT id FROM tasks ORDER BY id", {})
        return [t for r in rows if (t := self.ledger.task(r["id"])).status in statuses]

    @staticmethod
    def some(things, pick):
        return things[pick % len(things)]

    def what_is_left_was_stopped(self):
        """When everything came to rest: whatever has no end waits for a person."""
        for task in self.tasks(ACTIVE):
            waits_for = self.store.rows("unmet_dependencies", task_id=task.id)
            stopped = task.hold or task.status == Status.PAUSED or waits_for
            paused_chunk = any(j.status == Status.PAUSED for j in self.ledger.jobs(task))
            assert stopped or paused_chunk, task
        self.one_holder_and_each_effect_once()
        self.a_task_follows_from_its_jobs()
        self.the_end_is_the_end()
        self.the_last_event_is_the_row()
