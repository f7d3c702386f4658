"""A worker in this process: verbs, lost claims, a locked database and its own leaving, each at
the worst moment."""

import pytest

from core import worker as worker_module
from core.errors import ClaimLost, DatabaseBusy, DiskFull
from core.lifecycle import Ending
from core.queue import Outcome
from tests.core.worker.doing import Does, does, raising
from tests.moves import jobs, now

# --- races injected into the code itself ---------------------------------------------------------


@pytest.mark.parametrize(("verb", "status"), [("pause", "paused"), ("cancel", "cancelled")])
def test_a_verb_in_mid_work_is_obeyed_at_the_next_checkpoint(bench, monkeypatch, verb, status):
    went_on = []

    def action(run):
        run.checkpoint(1, done=1)
        bench.steering.act(verb, run.task.id)
        run.checkpoint(2, done=2)
        went_on.append(1)

    task = does(bench, monkeypatch, action)
    assert (task.status, task.done, went_on) == (status, 2, [])


def test_a_cancel_after_the_last_checkpoint_still_wins(bench, monkeypatch):
    task = does(
        bench, monkeypatch, lambda run: bench.steering.act("cancel", run.task.id) and {"a": 1}
    )
    assert task.status == "cancelled"
    assert task.result_type is None


def test_a_pause_after_the_last_checkpoint_lets_finished_work_be_finished(bench, monkeypatch):
    task = does(bench, monkeypatch, lambda run: bench.steering.act("pause", run.task.id) and None)
    assert task.status == "completed"


def test_who_was_taken_over_changes_nothing_and_the_worker_goes_on(bench, monkeypatch):
    def action(run):
        bench.settling.settle_dead(run.job, "its lease ran out")
        bench.settling.settle(bench.claim(9).job, Outcome(Ending.COMPLETED, result="theirs"))
        return "ours"

    task = does(bench, monkeypatch, action)
    assert bench.store.value("result", id=task.id) == b"theirs"
    assert bench.run("rehearsal", records=1, seconds_per_batch=0).status == "completed"


def test_a_claim_that_only_seemed_lost_ends_as_a_failed_attempt(bench, monkeypatch):
    """The target's checkpoint row moved by itself; nobody else has the job. Left running, it would
    be nobody's until its lease ends, and then cost a worker that has other work by then."""
    task = does(bench, monkeypatch, raising(ClaimLost("The checkpoint has moved on")))
    job = jobs(bench, task)[0]
    assert (job.status, job.blocked) == ("queued", "backoff")
    assert job.error == {"code": "claim-lost", "message": "The checkpoint has moved on"}


# --- settling under trouble ----------------------------------------------------------------------


def test_a_locked_database_delays_the_end_and_loses_nothing(bench, monkeypatch):
    settle, answers = bench.worker._settling.settle, iter([DatabaseBusy(), DiskFull()])

    def troubled(*args):
        if error := next(answers, None):
            raise error
        return settle(*args)

    monkeypatch.setattr(bench.worker._settling, "settle", troubled)
    assert does(bench, monkeypatch, lambda run: "x").status == "completed"


def test_an_end_that_was_rolled_back_has_claimed_nothing(bench, monkeypatch):
    """The disk is full when the end and the next claim are committed; both happen once."""
    first, second = bench.start("does"), bench.start("does")
    settle, failures = bench.worker._settling.settle, iter([DiskFull()])

    def full_once(job, outcome, then, task):
        def then_full():
            is_free = then()
            if error := next(failures, None):
                raise error
            return is_free

        return settle(job, outcome, then and then_full, task)

    monkeypatch.setattr(bench.worker._settling, "settle", full_once)
    following = bench.worker._see_through(bench.claim(), ahead=True)
    assert now(bench, first).status == "completed"
    assert (following.task.id, following.job.attempts) == (second.id, 1)
    bench.worker._see_through(following)
    assert now(bench, second).status == "completed"


# --- leaving -------------------------------------------------------------------------------------


def test_asked_to_leave_it_gives_its_job_back_at_the_cursor(bench, monkeypatch):
    def action(run):
        for n in range(run.cursor or 0, 10):
            if n == 4 and run.job.attempts == 1:
                bench.worker.leave()
            run.checkpoint(n + 1, done=n + 1)

    task = does(bench, monkeypatch, action)
    assert (task.status, jobs(bench, task)[0].cursor) == ("queued", "5")
    rows = bench.store.rows("attempts_of_task", task_id=task.id)
    assert [r["outcome"] for r in rows] == ["released"]


class Once:
    """A sleeper that nobody needs."""

    def listen(self):
        pass

    rise = listen

    def sleep(self, seconds, last=False):
        raise AssertionError("there was work, and then it was to leave")


def test_who_leaves_holding_the_next_claim_gives_it_back(bench, monkeypatch):
    """Asked to leave at the very moment at which it settled one job and claimed the next."""

    def action(run):
        run.checkpoint(1, done=1)

    monkeypatch.setattr(Does, "action", staticmethod(action))
    first, second = bench.start("does"), bench.start("does")
    settle = bench.worker._settling.settle

    def settle_and_leave(job, outcome, then=None, task=None):
        task = settle(job, outcome, then)
        bench.worker.leave()
        return task

    monkeypatch.setattr(bench.worker._settling, "settle", settle_and_leave)
    bench.worker.work(Once())
    assert now(bench, first).status == "completed"
    task = now(bench, second)
    assert (task.status, jobs(bench, task)[0].deaths) == ("queued", 0)
    assert bench.store.rows("running_jobs") == []


# --- waiting -------------------------------------------------------------------------------------


def test_who_has_not_worked_lately_lets_others_go_first(bench, monkeypatch):
    seen = []

    class Step(Once):
        def sleep(self, seconds, last=False):
            seen.append(last)
            if len(seen) == 1:
                bench.start("does")
            elif len(seen) == 2:
                monkeypatch.setattr(worker_module, "WARM_S", -1.0)  # as if it were long ago
            else:
                bench.worker.leave()

    monkeypatch.setattr(Does, "action", staticmethod(lambda run: None))
    bench.worker.work(Step())
    assert seen == [True, False, True], "new, warm from its job, and cold again"
