"""The canary of a backfill: it pauses after its first records, once, whoever dies meanwhile."""

import pytest

from core.loop import pace
from tests.core.pace.marking import RECORDS, Died, Mark, marks, start
from tests.moves import now, told


def dies(bench, task, times=1):
    """Attempts that end with the worker."""
    for _ in range(times):
        with pytest.raises(Died):
            bench.work_one()
        (job,) = bench.ledger.jobs(now(bench, task))
        bench.settling.settle_dead(job, "killed")


def test_a_canary_pauses_by_itself_after_its_records_and_resume_goes_on_from_there(bench):
    task = start(bench, canary=30)
    bench.work_all()
    task = now(bench, task)
    assert task.status == "paused"
    assert task.message == "Canary: look at the first 30 numbers; resume goes on from there"
    assert marks(bench) == list(range(1, 31))
    assert (task.done, task.skipped, task.total) == (15, 15, RECORDS)
    told_last = told(bench, task)[-1][1]
    documents = [d for k, d in told(bench, task) if k == "task_update"]
    assert documents[-1]["canary"] == {"records": 30, "state": "waiting"}, told_last
    assert task.figures == {"marked": 15, "even": 15}, "the results so far"
    bench.steering.act("resume", task.id)
    bench.work_all()
    task = now(bench, task)
    assert task.status == "completed"
    assert marks(bench) == list(range(1, RECORDS + 1)), "every record once"


def dies_before_the_look(bench, task, monkeypatch, times=1):
    """The canary's records are committed; the worker dies before it pauses for them."""

    def die(self):
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(pace.Pace, "end", die)
        dies(bench, task, times=times)


def test_a_canary_that_dies_before_it_paused_pauses_when_it_is_run_again(bench, monkeypatch):
    task = start(bench, canary=30)
    dies_before_the_look(bench, task, monkeypatch)
    bench.work_all()
    assert now(bench, task).status == "paused"
    assert len(marks(bench)) == 30


def test_a_pause_before_the_canary_is_no_look_at_it(bench):
    task = start(bench, canary=60)
    Mark.in_compute = staticmethod(lambda n: n == 5 and bench.steering.act("pause", task.id))
    bench.work_all()
    assert now(bench, task).status == "paused" and len(marks(bench)) < 60
    Mark.in_compute = staticmethod(lambda n: None)
    bench.steering.act("resume", task.id)
    bench.work_all()
    assert now(bench, task).status == "paused" and len(marks(bench)) == 60


def test_a_record_that_ends_every_worker_is_one_of_the_canary_s(bench):
    def die(n):
        if n == 5:
            raise Died

    Mark.in_compute = staticmethod(die)
    task = start(bench, canary=30, batch_size=1)
    dies(bench, task, times=3)
    bench.work_all()
    task = now(bench, task)
    assert (task.status, task.failed, task.done + task.skipped) == ("paused", 1, 29)
    assert marks(bench) == [n for n in range(1, 31) if n != 5], "and none that comes after it"


def test_a_record_after_the_canary_is_not_skipped_before_the_look(bench, monkeypatch):
    task = start(bench, canary=30)
    dies_before_the_look(bench, task, monkeypatch, times=3)
    bench.work_all()
    task = now(bench, task)
    assert (task.status, task.failed, len(marks(bench))) == ("paused", 0, 30)


@pytest.mark.parametrize("when", ["before it halts", "as it halts"])
def test_a_resume_between_the_canary_s_last_record_and_its_pause_needs_no_other(
    bench, monkeypatch, when
):
    task = start(bench, canary=30)
    end, asked = pace.Pace.end, []

    def ask():
        if not asked:
            asked.append(bench.steering.act("pause", task.id))
            bench.steering.act("resume", task.id)

    def ended(self):
        if when == "before it halts":
            ask()
        try:
            end(self)
        finally:
            ask()

    monkeypatch.setattr(pace.Pace, "end", ended)
    bench.work_all()
    task = now(bench, task)
    assert task.status == "completed", task.message
    assert marks(bench) == list(range(1, RECORDS + 1)), "every record once"
    assert all("Canary" not in (d.get("message") or "") for _, d in told(bench, task))


def test_a_canary_of_everything_stops_nothing(bench):
    task = start(bench, canary=RECORDS)
    bench.work_all()
    assert now(bench, task).status == "completed"


def test_a_run_from_the_start_has_its_canary_again(bench):
    task = start(bench, canary=30)
    bench.work_all()
    bench.steering.act("resume", task.id)
    bench.work_all()
    bench.steering.act("retry", task.id, from_="start")
    bench.work_all()
    assert now(bench, task).status == "paused"
