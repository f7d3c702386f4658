"""The person's side: every verb, what it changes, and what it refuses with which alternatives."""

import pytest

from core.errors import DatabaseBusy, NotFound, NotPossible
from core.model import Status
from tests.factories import Desk
from tests.moves import (
    assert_last_event_is_the_truth,
    end,
    fail,
    jobs,
    now,
    step,
    told,
)


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()


def act(desk, verb, task, **options):
    return desk.steering.act(verb, task.id, **options)


# --- pause and resume ----------------------------------------------------------------------------


def test_what_waits_is_paused_at_once_and_runs_only_after_a_resume(desk):
    task = desk.enqueue()
    assert act(desk, "pause", task).status == "paused"
    assert desk.claim() is None
    assert act(desk, "resume", task).status == "queued"
    assert desk.claim()


def test_what_runs_is_pausing_until_its_checkpoint(desk):
    task = desk.enqueue()
    claim = desk.claim()
    task = act(desk, "pause", task)
    assert (task.status, task.control) == ("running", "pause")
    assert told(desk, task)[-1][1]["shown_status"] == "pausing"
    assert step(desk, claim, None, 3).control == "pause"
    assert end(desk, claim, "stopped").status == "paused"


def test_after_paused_is_shown_nothing_moves(desk):
    task = desk.enqueue()
    claim = desk.claim()
    step(desk, claim, None, 3)
    act(desk, "pause", task)
    end(desk, claim, "stopped")
    before = now(desk, task)
    desk.clock.advance(10_000)
    assert desk.claim() is None
    assert now(desk, task) == before


def test_a_resumed_task_goes_on_at_its_cursor(desk):
    task = desk.enqueue()
    claim = desk.claim()
    step(desk, claim, None, 3, total=9)
    act(desk, "pause", task)
    end(desk, claim, "stopped")
    act(desk, "resume", task)
    claim = desk.claim()
    assert (claim.job.cursor, claim.task.done, claim.task.total) == ("3", 3, 9)


def test_pausing_twice_is_once(desk):
    task = desk.enqueue()
    first = act(desk, "pause", task)
    assert act(desk, "pause", task) == first


@pytest.mark.parametrize(
    ("fields", "blocked"),
    [({"hold": True}, "held"), ({"not_before": 1_800_000_100.0}, "later"), ({}, "")],
)
def test_a_resume_brings_back_what_it_waited_for(desk, fields, blocked):
    task = desk.enqueue(**fields)
    act(desk, "pause", task)
    act(desk, "resume", task)
    assert jobs(desk, task)[0].blocked == blocked


def test_a_task_paused_while_the_other_completes_is_not_claimed_and_then_free(desk):
    first = desk.enqueue()
    task = desk.enqueue(after=(first.id,))
    act(desk, "pause", task)
    end(desk, desk.claim())
    assert desk.claim() is None
    act(desk, "resume", task)
    assert desk.claim().task.id == task.id


def test_a_task_that_has_begun_waits_for_nothing_again_after_a_pause(desk):
    """It was retried though the other had failed; pause and resume must not block it again."""
    first = desk.enqueue()
    task = desk.enqueue(after=(first.id,))
    fail(desk, desk.claim())
    act(desk, "cancel", task)
    act(desk, "retry", task)
    end(desk, desk.claim(), "released")
    act(desk, "pause", task)
    act(desk, "resume", task)
    assert desk.claim().task.id == task.id


# --- hold and start ------------------------------------------------------------------------------


def test_a_held_task_waits_until_it_is_started(desk):
    task = desk.enqueue()
    task = act(desk, "hold", task)
    assert told(desk, task)[-1][1]["held"]
    desk.clock.advance(10_000)
    assert desk.claim() is None
    task = act(desk, "start", task)
    assert not task.hold
    assert desk.claim()


@pytest.mark.parametrize("wait", ["hold", "time", "other", "back-off"])
def test_a_start_ends_every_wait_for_good(desk, wait):
    first = desk.enqueue()
    fields = {"hold": {"hold": True}, "time": {"not_before": 1_800_009_999.0}}
    fields["other"] = {"after": (first.id,)}
    task = desk.enqueue(priority=5, **fields.get(wait, {}))
    if wait == "back-off":
        fail(desk, desk.claim(), ending="failed")
    task = act(desk, "start", task)
    assert jobs(desk, task)[0].blocked == ""
    assert told(desk, task)[-1][1]["waiting_because"] is None
    act(desk, "pause", task)
    act(desk, "resume", task)
    assert desk.claim().task.id == task.id


def test_a_held_task_that_was_paused_is_still_held(desk):
    task = desk.enqueue(hold=True)
    act(desk, "pause", task)
    act(desk, "resume", task)
    assert desk.claim() is None


# --- cancel --------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["queued", "held", "paused", "back-off"])
def test_what_no_worker_holds_is_cancelled_at_once(desk, before):
    task = desk.enqueue(hold=before == "held")
    if before == "paused":
        act(desk, "pause", task)
    if before == "back-off":
        fail(desk, desk.claim(), ending="failed")
    task = act(desk, "cancel", task)
    assert task.status == "cancelled"
    assert jobs(desk, task)[0].status == "cancelled"
    assert desk.claim() is None
    assert_last_event_is_the_truth(desk, task)


def test_what_runs_is_cancelling_and_says_for_how_long(desk):
    task = desk.enqueue()
    claim = desk.claim()
    task = act(desk, "cancel", task)
    document = told(desk, task)[-1][1]
    assert (document["shown_status"], document["can_cancel"]) == ("cancelling", False)
    assert "ended after 10 s" in document["message"]
    assert step(desk, claim, None, 1).control == "cancel"
    assert end(desk, claim, "stopped").status == "cancelled"


def test_a_cancel_cannot_be_taken_back(desk):
    task = desk.enqueue()
    desk.claim()
    act(desk, "cancel", task)
    for verb in ("pause", "resume", "hold", "start", "retry"):
        with pytest.raises(NotPossible):
            act(desk, verb, task)
    assert act(desk, "cancel", task).control == "cancel", "asking again changes nothing"


def test_why_it_was_paused_is_not_said_of_a_cancelled_task(desk):
    task = desk.enqueue()
    end(desk, desk.claim(), "disk_full", message="The disk is full. Make room, then resume.")
    assert act(desk, "cancel", task).message == ""


# --- retry ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["failed", "cancelled"])
def test_a_retry_is_possible_exactly_then_and_goes_on_at_the_cursor(desk, how):
    task = desk.enqueue()
    claim = desk.claim()
    with pytest.raises(NotPossible):
        act(desk, "retry", task)
    step(desk, claim, None, 4, total=9)
    if how == "failed":
        fail(desk, claim)
    else:
        act(desk, "cancel", task)
        end(desk, claim, "stopped")
    task = act(desk, "retry", task)
    assert (task.status, task.control, task.error, task.finished_at) == (
        "queued", "run", None, None,
    )  # fmt: skip
    assert (task.done, task.total, task.message, task.stage) == (4, 9, "", "")
    assert desk.claim().job.cursor == "4"


def test_a_retry_from_the_start_is_a_new_run_that_begins_at_nothing(desk):
    task = desk.enqueue("a", "b")
    claim = desk.claim()
    step(desk, claim, None, 9, total=9, failed=1)
    end(desk, claim)
    fail(desk, desk.claim())
    task = act(desk, "retry", task, from_="start")
    assert (task.run, task.step_index, task.stage) == (2, 0, "")
    assert (task.done, task.failed, task.total) == (0, 0, None), "not the last run's counters"
    document = told(desk, task)[-1][1]
    assert document["progress"]["done"] == 0
    claim = desk.claim()
    assert (claim.job.type, claim.job.cursor, claim.job.run) == ("a", None, 2)
    assert_last_event_is_the_truth(desk, task)


def test_the_time_of_a_retry_counts_from_its_own_start(desk):
    """Else the days between a failure and its retry would be told as work."""
    task = desk.enqueue()
    desk.clock.advance(1)
    fail(desk, desk.claim())
    desk.clock.advance(86_400)
    assert act(desk, "retry", task).started_at is None
    claim = desk.claim()
    desk.clock.advance(5)
    assert end(desk, claim).started_at == desk.clock.wall() - 5
    seconds = desk.store.execute("SELECT sum(seconds) AS s FROM daily_stats", {})[0]["s"]
    assert seconds == pytest.approx(5)


def test_a_completed_task_runs_again_from_the_start_only(desk):
    task = desk.enqueue()
    end(desk, desk.claim(), result="x", result_type="text/plain")
    with pytest.raises(NotPossible, match="from the start"):
        act(desk, "retry", task)
    task = act(desk, "retry", task, from_="start")
    assert (task.result_type, desk.store.value("result", id=task.id)) == (None, None)


def test_a_retry_gives_all_tries_and_deaths_again(desk):
    task = desk.enqueue()
    for _ in range(2):
        desk.claim()
        desk.settling.settle_dead(jobs(desk, task)[0], "killed")
    act(desk, "retry", task)
    desk.claim()
    assert desk.settling.settle_dead(jobs(desk, task)[0], "killed").status == "queued"


def put_items(desk, claim, *items):
    with desk.store.transaction() as store:
        for key, status in items:
            store.one(
                "put_item", job_id=claim.job.id, task_id=claim.task.id, key=key, status=status,
                message="", trace="", data=None, now=0.0,
            )  # fmt: skip


def test_failed_items_alone_are_retried_in_the_step_they_belong_to(desk):
    task = desk.enqueue("a", "b")
    claim = desk.claim()
    put_items(desk, claim, ("1", "failed"), ("2", "completed"), ("3", "failed"))
    step(desk, claim, None, 1, total=3, failed=2)
    end(desk, claim)
    end(desk, desk.claim())
    task = act(desk, "retry", task, only_failed_items=True)
    assert (task.run, task.step_index, task.done) == (2, 0, 0)
    claim = desk.claim()
    assert claim.job.only_failed
    rows = desk.store.rows("item_keys", job_id=claim.job.id)
    assert [r["key"] for r in rows] == ["1", "3"]


def test_without_failed_items_there_are_none_to_retry(desk):
    task = desk.enqueue()
    end(desk, desk.claim())
    with pytest.raises(NotPossible, match="no item"):
        act(desk, "retry", task, only_failed_items=True)


# --- clear, errors, many -------------------------------------------------------------------------


def test_a_cleared_task_is_gone_with_all_that_hung_on_it(desk):
    task = desk.enqueue(items=("a",))
    with pytest.raises(NotPossible):
        act(desk, "clear", task)
    end(desk, desk.claim())
    act(desk, "clear", task)
    for table in ("tasks", "jobs", "attempts", "items"):
        assert desk.store.execute(f"SELECT * FROM {table}", {}) == []
    assert told(desk, task)[-1] == ("task_update", {"id": task.id, "removed": True})


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel", "retry", "hold", "start", "clear"])
def test_no_verb_but_a_retry_brings_a_finished_task_back(desk, verb):
    task = desk.enqueue()
    fail(desk, desk.claim())
    if verb in ("retry", "clear"):
        act(desk, verb, task)
        return
    with pytest.raises(NotPossible) as caught:
        act(desk, verb, task)
    assert caught.value.extra["allowed"] == ["retry", "clear"]
    assert "failed" in caught.value.detail
    assert now(desk, task).status == Status.FAILED


def test_what_does_not_exist_is_not_found(desk):
    with pytest.raises(NotFound):
        desk.steering.act("pause", 77)


def test_many_tasks_each_answer_for_themselves(desk):
    tasks = [desk.enqueue() for _ in range(250)]
    end(desk, desk.claim())
    results = desk.steering.act_many("cancel", [*(t.id for t in tasks), 999])
    assert [r.id for r in results] == [*(t.id for t in tasks), 999]
    assert isinstance(results[0].error, NotPossible)
    assert isinstance(results[-1].error, NotFound)
    assert all(r.task.status == "cancelled" for r in results[1:-1])


def test_a_refusal_leaves_nothing_half_done(desk):
    task = desk.enqueue()
    end(desk, desk.claim())
    before = now(desk, task), len(desk.events())
    desk.steering.act_many("pause", [task.id])
    assert (now(desk, task), len(desk.events())) == before


def test_a_locked_database_fails_all_of_them_instead_of_each(desk, monkeypatch):
    task = desk.enqueue()

    def locked(*_, **__):
        raise DatabaseBusy

    monkeypatch.setitem(desk.steering._verbs, "pause", locked)
    with pytest.raises(DatabaseBusy):
        desk.steering.act_many("pause", [task.id])


def test_the_pause_of_the_queue_survives_a_restart(desk, tmp_path):
    desk.enqueue()
    desk.steering.pause_queue(True)
    again = Desk(tmp_path)
    assert again.claim() is None
    again.steering.pause_queue(False)
    assert again.claim()
