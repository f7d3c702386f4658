"""A random life of tasks: every verb of a person, of two workers and of the supervisor, in any
order, on the real store with a clock that stands still. Called by `test_lifecycle_property`.

A worker here is an `Attempt`: what it believes. One that was given up (a lease that ran out) goes
on believing, as a stopped process would, and every write of its has to be refused.
"""

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from core.errors import ClaimLost, Invalid, NotPossible
from core.lifecycle import Ending, verbs
from core.model import ACTIVE, TERMINAL, Control, Job, Progress, Status
from core.queue import Outcome
from core.recovery import Recovery
from tests.core.lifecycle_truths import Attempt, Truths
from tests.factories import Desk

RECORDS = 2  #: in each job
MOST_TASKS = 3  #: unfinished at a time, so that the steps meet each other
PLACES = [Path("/dev/shm"), Path(tempfile.gettempdir())]
VERBS = ["pause", "resume", "resume", "cancel", "cancel", "start", "hold"]
AFTERWARDS = ["clear", "cancel", "pause", {}, {"from_": "start"}, {"only_failed_items": True}]
WORKERS = st.integers(1, 2)
ENDINGS = [e for e in Ending if e != Ending.COMPLETED]  # that one comes from `work`
PICK = st.integers(0, 1000)


class Lifecycle(Truths, RuleBasedStateMachine):
    """The steps that a life is made of."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=next(p for p in PLACES if p.is_dir())))
        self.desk = Desk(self.folder)
        self.store, self.ledger = self.desk.store, self.desk.ledger
        self.recovery = Recovery(self.ledger, self.desk.settling)
        self.store.execute("CREATE TABLE effects(job INT, record INT, fence INT)", {})
        self.put_setting("pipeline.total_slots", 2)
        self.workers: dict[int, Attempt] = {}
        self.stale: list[Attempt] = []
        self.ended: dict[int, tuple] = {}  # task → (status, version) when it was shown as ended
        self.fences: dict[int, int] = {}

    def put_setting(self, key, value):
        with self.ledger.transaction() as store:
            store.changed("put_setting", key=key, value=json.dumps(value))
            store.changed("settings_changed")

    # --- the person ----------------------------------------------------------------------------

    @precondition(lambda self: len(self.tasks(ACTIVE)) < MOST_TASKS)
    @rule(
        steps=st.integers(1, 3),
        after=st.none() | PICK,
        hold=st.sampled_from([False] * 5 + [True]),
        priority=st.sampled_from([0, 0, 0, 100]),
        later=st.sampled_from([None, None, None, 600.0]),
    )
    def enqueue(self, steps, after, hold, priority, later):
        tasks = self.tasks()
        self.desk.enqueue(
            *["work"] * steps,
            after=(tasks[after % len(tasks)].id,) if tasks and after is not None else (),
            hold=hold,
            priority=priority,
            not_before=self.desk.clock.wall() + later if later else None,
        )

    @precondition(lambda self: self.tasks(ACTIVE))
    @rule(pick=PICK, verb=st.sampled_from(VERBS))
    def steer(self, pick, verb):
        """What runs is preferred: there the person and a worker meet."""
        running = self.tasks({Status.RUNNING})
        self.act(self.some(running if running and pick % 3 else self.tasks(ACTIVE), pick), verb)

    @precondition(lambda self: self.tasks(TERMINAL))
    @rule(pick=PICK, how=st.sampled_from(AFTERWARDS))
    def after_the_end(self, pick, how):
        task = self.some(self.tasks(TERMINAL), pick)
        self.ended.pop(task.id, None)
        if isinstance(how, str):
            self.act(task, how)
        else:
            self.act(task, "retry", **how)

    def act(self, task, verb, **options):
        """A verb that is offered works; one that does not work changes nothing."""
        offered = verbs(task.status, task.control, held=bool(task.hold))
        try:
            self.desk.steering.act(verb, task.id, **options)
        except NotPossible:
            assert verb not in offered or options or task.status == Status.COMPLETED
            assert self.ledger.task(task.id) == task
            if task.is_finished:
                self.ended[task.id] = (task.status, task.version)

    @precondition(lambda self: self.tasks(ACTIVE))
    @rule(pick=PICK, other=PICK, how=st.sampled_from(["top", "bottom", "before", "after"]))
    def move(self, pick, other, how):
        task, beside = self.some(self.tasks(ACTIVE), pick), self.some(self.tasks(ACTIVE), other)
        try:
            if how in ("top", "bottom"):
                self.desk.ordering.to_end(task.id, how)
            else:
                self.desk.ordering.beside(task.id, other_id=beside.id, before=how == "before")
        except (NotPossible, Invalid):
            return
        if how in ("before", "after"):
            mine, theirs = self.ledger.task(task.id), self.ledger.task(beside.id)
            assert mine.priority == theirs.priority
            assert (mine.position < theirs.position) == (how == "before")

    # --- the workers ---------------------------------------------------------------------------

    @initialize(tasks=st.integers(1, MOST_TASKS))
    def begin(self, tasks):
        """Some work that nothing keeps from running."""
        for _ in range(tasks):
            self.desk.enqueue("work")

    @precondition(lambda self: self.tasks(ACTIVE))
    @rule(worker=WORKERS, steps=st.integers(1, 2))
    def work(self, worker, steps):
        """Some steps of a sound worker: claim, checkpoints, and the end that comes of them."""
        for _ in range(steps):
            attempt = self.workers.get(worker)
            if attempt is None:
                self.claim(worker)
            elif attempt.stop is None and attempt.cursor < RECORDS:
                self.refused_if_lost(attempt, lambda a=attempt: self.write(a))
            else:
                self.end(attempt, Outcome(attempt.stop or Ending.COMPLETED))
                self.workers.pop(worker, None)

    @precondition(lambda self: self.workers)
    @rule(worker=WORKERS)
    def work_on(self, worker):
        """Once more, so that lives do not consist of verbs alone."""
        if worker in self.workers:
            self.work(worker, 1)

    @precondition(lambda self: any(self.is_done(w) for w in self.workers))
    @rule(worker=WORKERS, verb=st.sampled_from(["cancel", "pause"]))
    def a_person_stops_it_at_the_last_moment(self, worker, verb):
        """After its last checkpoint, before its end: nothing tells the worker any more."""
        if self.is_done(worker):
            self.act(self.ledger.task(self.workers[worker].claim.job.task_id), verb)
            self.work(worker, 1)

    def is_done(self, worker):
        attempt = self.workers.get(worker)
        return attempt is not None and attempt.stop is None and attempt.cursor == RECORDS

    def claim(self, worker):
        claim = self.desk.claims.claim(worker, pid=worker)
        if claim is None:
            return
        assert claim.fence > self.fences.get(claim.job.id, 0), "fences increase"
        self.fences[claim.job.id] = claim.fence
        assert claim.task.control == Control.RUN
        self.workers[worker] = Attempt(claim, json.loads(claim.job.cursor or "0"))

    def write(self, attempt):
        job, old = attempt.claim.job, attempt.cursor
        new = Progress(cursor=str(old + 1), done=old + 1, total=RECORDS)
        effect = {"job": job.id, "record": old, "fence": job.fence}
        verdict = self.desk.claims.checkpoint(
            attempt.claim,
            str(old) if old else None,
            new,
            effects=lambda: self.store.execute(
                "INSERT INTO effects VALUES (:job, :record, :fence)", effect
            ),
        )
        attempt.cursor += 1
        if verdict.control != Control.RUN:
            attempt.stop = Ending.STOPPED
        elif verdict.give_back:
            attempt.stop = Ending.RELEASED

    @precondition(lambda self: self.workers)
    @rule(worker=WORKERS, ending=st.sampled_from(ENDINGS), chunks=st.integers(0, 3))
    def settle(self, worker, ending, chunks):
        attempt = self.workers.get(worker)
        if attempt is None:
            return
        if attempt.stop is not None:
            ending = attempt.stop
        if ending == Ending.SPLIT and (attempt.cursor or attempt.claim.job.chunk is not None):
            return
        parts = tuple(json.dumps(n) for n in range(chunks)) if ending == Ending.SPLIT else ()
        error = {"code": "x", "message": "failed"} if "fail" in ending else None
        outcome = Outcome(
            ending, error=error, chunks=parts, delay_s=30 if ending == Ending.SNOOZED else None
        )
        self.end(attempt, outcome)
        self.workers.pop(worker, None)

    def end(self, attempt, outcome):
        job, task = attempt.claim.job, attempt.claim.task  # as it was then: the end is foreseen
        self.refused_if_lost(attempt, lambda: self.desk.settling.settle(job, outcome, task=task))

    @precondition(lambda self: self.stale)
    @rule(worker=WORKERS)
    def stale_workers_wake_up(self, worker):
        """While somebody else has the job, if anybody can: only the fence keeps them out then."""
        if worker not in self.workers:
            self.claim(worker)
        before = self.ledger.events.last_id()
        for attempt in self.stale:
            job, done = attempt.claim.job, Outcome(Ending.COMPLETED)
            with pytest.raises(ClaimLost):
                self.write(attempt)
            with pytest.raises(ClaimLost):
                self.desk.claims.renew(attempt.claim)
            with pytest.raises(ClaimLost):
                self.desk.settling.settle(job, done)
        assert self.ledger.events.last_id() == before

    def refused_if_lost(self, attempt, action):
        """Do it; it is refused exactly when the claim is not this attempt's any more."""
        row = self.store.one("job", id=attempt.claim.job.id)
        held = row and row["fence"] == attempt.claim.fence and row["status"] == Status.RUNNING
        try:
            action()
            assert held, "a write without the claim was accepted"
        except ClaimLost:
            assert not held, "a write with the claim was refused"
            self.workers = {w: a for w, a in self.workers.items() if a is not attempt}

    # --- the supervisor and time ---------------------------------------------------------------

    @precondition(lambda self: self.workers)
    @rule(worker=WORKERS, lives_on=st.booleans())
    def die(self, worker, lives_on):
        """A worker dies, or is taken for dead and lives on."""
        attempt = self.workers.pop(worker, None)
        if attempt is not None:
            self.recovery.bury(worker, "died")
            if lives_on:
                self.stale.append(attempt)

    @rule(what=st.sampled_from([0.2, 13.0, 700.0, 4000.0, "an hour back", "an hour on", "reboot"]))
    def time_passes(self, what):
        clock = self.desk.clock
        if what == "reboot":
            self.workers.clear()
            clock.boot_id, clock.mono_s = clock.boot_id + "'", 1.0
            self.recovery.sweep()
        elif isinstance(what, str):
            clock.wall_s += 3600 if what == "an hour on" else -3600
        else:
            clock.advance(what)

    @rule()
    def look_for_leases_that_ran_out(self):
        self.recovery.overdue()
        for job in self.recovery.overdue():
            self.desk.settling.settle_dead(job, "no heartbeat")
            for worker, attempt in list(self.workers.items()):
                if attempt.claim.job.id == job.id:
                    self.stale.append(self.workers.pop(worker))

    @precondition(lambda self: self.workers)
    @rule(worker=WORKERS)
    def renew_and_end_what_does_not_answer_a_cancel(self, worker):
        if attempt := self.workers.get(worker):
            self.refused_if_lost(attempt, lambda: self.desk.claims.renew(attempt.claim))
        for row in self.store.rows("cancelling_jobs"):
            self.desk.settling.end_by_force(Job.of(row), "no answer")

    # --- the end -------------------------------------------------------------------------------

    def teardown(self):
        """Left alone, everything finishes that no person stopped."""
        try:
            self.leave_alone()
            self.what_is_left_was_stopped()
        finally:
            self.store.close()
            shutil.rmtree(self.folder)

    def leave_alone(self):
        idle = 0
        for _ in range(2000):
            if idle == 4:
                return
            before = self.ledger.events.last_id()
            for worker in (1, 2):
                self.work(worker, RECORDS + 2)
            idle = 0 if self.ledger.events.last_id() > before else idle + 1
            self.desk.clock.advance(3000)
            self.look_for_leases_that_ran_out()
        raise AssertionError("it never comes to rest")
