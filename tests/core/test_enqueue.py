"""Accepting tasks: task, first job and event at once; what a new task may wait for."""

import pytest

from core.documents import rfc3339
from core.errors import Invalid
from core.model import Step
from core.wake import WORK, Sleeper
from tests.factories import Desk
from tests.moves import end, jobs, now, told


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()


def test_a_task_has_a_row_of_its_own_and_a_job_for_its_first_step_alone(desk):
    task = desk.enqueue("a", "b", "c")
    assert (task.status, task.step_index, task.run) == ("queued", 0, 1)
    assert [(j.type, j.step, j.status) for j in jobs(desk, task)] == [("a", 0, "queued")]


def test_a_task_that_is_refused_leaves_nothing(desk):
    first = desk.enqueue()
    before = len(desk.events())
    with pytest.raises(Invalid) as caught:
        desk.enqueue(after=(first.id, 77))
    assert caught.value.errors[0]["pointer"] == "/after/1"
    assert [r["id"] for r in desk.store.execute("SELECT id FROM tasks", {})] == [first.id]
    assert len(desk.store.execute("SELECT id FROM jobs", {})) == 1
    assert len(desk.events()) == before


def test_a_task_cannot_wait_for_itself_by_guessing_its_number(desk):
    with pytest.raises(Invalid):
        desk.enqueue(after=(1,))


def test_equals_run_in_the_order_they_came(desk):
    tasks = [desk.enqueue() for _ in range(5)]
    order = []
    while claim := desk.claim():
        order.append(claim.task.id)
        end(desk, claim)
    assert order == [t.id for t in tasks]


def test_the_steps_are_those_of_the_day_it_was_created(desk):
    task = desk.enqueue(steps=(Step("a", "work", priority=5, stages=("x", "y"), max_attempts=7),))
    job = jobs(desk, task)[0]
    assert (job.priority, job.stages, job.max_attempts) == (5, ["x", "y"], 7)


@pytest.mark.parametrize(
    ("fields", "blocked"),
    [
        ({"hold": True}, "held"),
        ({"not_before": 1_800_000_060.0}, "later"),
        ({"not_before": 1_799_999_999.0}, ""),
        ({"not_before": 1_800_000_060.0, "hold": True}, "held"),
        ({"direct": True}, ""),
    ],
)
def test_what_a_new_job_waits_for(desk, fields, blocked):
    task = desk.enqueue(**fields)
    assert jobs(desk, task)[0].blocked == blocked
    assert (desk.claim() is None) == bool(blocked)


def test_the_event_of_its_creation_says_why_it_waits(desk):
    first = desk.enqueue()
    held, later = desk.enqueue(hold=True), desk.enqueue(not_before=1_800_000_060.0)
    after = desk.enqueue(after=(first.id,))
    reasons = [told(desk, t, "task_created")[0][1]["waiting_because"] for t in (held, later, after)]
    assert [r["code"] for r in reasons] == ["held", "scheduled", "after"]
    assert reasons[1]["until"] == rfc3339(1_800_000_060.0)


def test_it_comes_due_by_the_calendar(desk):
    task = desk.enqueue(not_before=1_800_000_060.0)
    desk.clock.advance(59)
    assert desk.claim() is None
    desk.clock.advance(1)
    assert desk.claim().task.id == task.id


def test_it_starts_when_the_last_task_it_waits_for_completed(desk):
    first, second = desk.enqueue(), desk.enqueue()
    waiting = desk.enqueue(after=(first.id, second.id), priority=50)
    end(desk, desk.claim())
    assert jobs(desk, waiting)[0].blocked == "after"
    end(desk, desk.claim())
    assert desk.claim().task.id == waiting.id


def test_what_has_completed_already_is_not_waited_for(desk):
    first = desk.enqueue()
    end(desk, desk.claim())
    assert jobs(desk, desk.enqueue(after=(first.id,)))[0].blocked == ""


def test_freed_by_the_other_it_still_waits_for_its_time(desk):
    first = desk.enqueue()
    task = desk.enqueue(after=(first.id,), not_before=1_800_000_060.0)
    end(desk, desk.claim())
    assert jobs(desk, task)[0].blocked == "later"
    desk.clock.advance(60)
    assert desk.claim().task.id == task.id


@pytest.mark.parametrize("how", ["failed", "cancelled"])
def test_what_did_not_complete_keeps_others_waiting_and_its_retry_frees_them(desk, how):
    first = desk.enqueue()
    waiting = desk.enqueue(after=(first.id,))
    if how == "failed":
        end(desk, desk.claim(), "hopeless")
    else:
        desk.steering.act("cancel", first.id)
    assert desk.claim() is None
    assert now(desk, waiting).status == "queued"
    desk.steering.act("retry", first.id)
    end(desk, desk.claim())
    assert desk.claim().task.id == waiting.id


def test_removing_what_others_wait_for_frees_them(desk):
    first = desk.enqueue()
    waiting = desk.enqueue(after=(first.id,))
    desk.steering.act("cancel", first.id)
    desk.steering.act("clear", first.id)
    assert desk.claim().task.id == waiting.id


def test_being_freed_gives_a_new_version_that_waits_for_nothing(desk):
    """A reader that compares versions must take the new document for newer."""
    first = desk.enqueue()
    waiting = desk.enqueue(after=(first.id,))
    end(desk, desk.claim())
    (_, created), (_, freed) = [e for e in told(desk, waiting) if e[0].startswith("task_")]
    assert freed["version"] > created["version"]
    assert created["waiting_because"]["code"] == "after"
    assert freed["waiting_because"] is None


def test_items_are_there_with_the_first_job(desk):
    task = desk.enqueue(items=("b", "a", "b"))
    job = jobs(desk, task)[0]
    rows = desk.store.rows("open_items", job_id=job.id, limit=10)
    assert [r["key"] for r in rows] == ["b", "a"]


def test_an_accepted_task_is_on_the_disk(desk, monkeypatch):
    flushed = []
    monkeypatch.setattr("core.logfile.os.fdatasync", flushed.append, raising=False)
    desk.enqueue()
    assert flushed


def test_a_worker_is_woken_while_the_disk_writes(desk, tmp_path, monkeypatch):
    sleeper, woken = Sleeper(tmp_path, WORK), []
    sleeper.listen()

    def write(file):
        woken.append(sleeper.sleep(5.0))

    monkeypatch.setattr("core.logfile.os.fdatasync", write, raising=False)
    desk.enqueue()
    assert woken == [True]
    sleeper.close()
