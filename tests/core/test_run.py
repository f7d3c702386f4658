"""What a task's code sees: checkpoints, stop, wait, stages, messages, logs, items."""

import json
import threading
import time

import pytest

from core.errors import ClaimLost, DatabaseBusy
from core.run import Run, Stop
from tests.factories import Desk
from tests.moves import end, jobs, now, told


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()


@pytest.fixture
def run(desk, tmp_path):
    desk.enqueue()
    return Run(desk.ledger, desk.claims, desk.claim(), tmp_path)


def lose(desk, run):
    desk.settling.settle_dead(jobs(desk, run.task)[0], "killed")


# --- checkpoints ---------------------------------------------------------------------------------


def test_a_checkpoint_keeps_what_it_is_not_given(desk, run):
    run.checkpoint({"page": 3}, done=30, total=90)
    run.checkpoint(failed=2)
    assert run.cursor == {"page": 3}
    job = jobs(desk, run.task)[0]
    assert (json.loads(job.cursor), job.done, job.failed, job.total) == ({"page": 3}, 30, 2, 90)


def test_an_attempt_begins_at_the_cursor_it_finds(desk, run, tmp_path):
    run.checkpoint([1, "ü"], done=5)
    end(desk, run.claim, "released")
    again = Run(desk.ledger, desk.claims, desk.claim(), tmp_path)
    assert (again.cursor, again.progress.done) == ([1, "ü"], 5)


@pytest.mark.parametrize("verb", ["pause", "cancel"])
@pytest.mark.parametrize("look", ["checkpoint", "check", "wait", "stage"])
def test_what_the_person_wants_ends_the_attempt(desk, run, verb, look):
    desk.steering.act(verb, run.task.id)
    looks = {
        "checkpoint": lambda: run.checkpoint(1, done=1),
        "check": run.check,
        "wait": lambda: run.wait(60),
        "stage": lambda: run.stage("next"),
    }
    with pytest.raises(Stop) as caught:
        looks[look]()
    assert not caught.value.release


def test_a_checkpoint_is_committed_before_it_stops(desk, run):
    desk.steering.act("pause", run.task.id)
    with pytest.raises(Stop):
        run.checkpoint(7, done=7)
    assert jobs(desk, run.task)[0].cursor == "7"


def test_stop_is_not_swallowed_by_a_tasks_own_except(desk, run):
    desk.steering.act("cancel", run.task.id)
    with pytest.raises(Stop):
        try:
            run.check()
        except Exception:
            pytest.fail("a task's code would go on working on a cancelled task")


def test_a_released_attempt_stops_at_its_next_look(run):
    run.release()
    with pytest.raises(Stop) as caught:
        run.check()
    assert caught.value.release


def test_what_the_person_wants_counts_more_than_the_slot(desk, run):
    run.release()
    desk.steering.act("pause", run.task.id)
    with pytest.raises(Stop) as caught:
        run.check()
    assert not caught.value.release, "else a paused job would be queued again"


@pytest.mark.parametrize(
    "write",
    [
        lambda run: run.checkpoint(2, done=2),
        lambda run: run.check(),
        lambda run: run.confirm(),
        lambda run: run.log("hello"),
        lambda run: run.items.put_many([("a", "failed", "", "")]),
        lambda run: run.items.put("a", "failed"),
        lambda run: run.stage("next"),
        lambda run: run.wait(1),
        lambda run: run.flush(force=True),
    ],
    ids="checkpoint check confirm log put_items put_item stage wait flush".split(),
)
def test_an_attempt_that_lost_its_claim_writes_nothing(desk, run, write):
    run.checkpoint(1, done=1)
    lose(desk, run)
    before = len(desk.events())
    with pytest.raises(ClaimLost):
        write(run)
    assert len(desk.events()) == before
    assert desk.store.execute("SELECT * FROM items", {}) == []
    assert desk.store.execute("SELECT * FROM logs", {}) == []


def test_the_heartbeats_news_of_a_lost_claim_count_at_once(run):
    run.lose()
    with pytest.raises(ClaimLost):
        run.check()


# --- wait ----------------------------------------------------------------------------------------


def test_a_wait_shows_why_and_takes_it_back_when_it_is_over(desk, run):
    run.message("file 3 of 9")
    run.checkpoint(tell=True)
    run.wait(0.02, "Waiting: the database is locked")
    messages = [d["message"] for _, d in told(desk, run.task, "task_progress")]
    assert messages == ["file 3 of 9", "Waiting: the database is locked"]
    assert run.has_news, "the heartbeat tells that it goes on"
    run.flush()
    assert told(desk, run.task)[-1][1]["message"] == "file 3 of 9"


def test_a_stopped_wait_does_not_leave_its_reason_behind(desk, run):
    run.message("file 3 of 9")
    desk.steering.act("pause", run.task.id)
    with pytest.raises(Stop):
        run.wait(60, "Waiting: the database is locked")
    assert run.line == "file 3 of 9"


def test_a_release_interrupts_a_wait_at_once(run):
    timer = threading.Timer(0.05, run.release)
    began = time.monotonic()
    timer.start()
    with pytest.raises(Stop):
        run.wait(60)
    assert time.monotonic() - began < 5


def test_patience_tries_again_and_shows_the_reason(desk, run, monkeypatch):
    monkeypatch.setattr("core.run.BUSY_WAIT_S", 0.01)
    answers = iter([DatabaseBusy("locked by the importer"), DatabaseBusy("locked"), 42])

    def ask():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert run.patiently(ask) == 42
    messages = [d["message"] for _, d in told(desk, run.task, "task_progress")]
    assert "Waiting: locked by the importer" in messages


def test_patience_ends_with_a_cancel(desk, run, monkeypatch):
    monkeypatch.setattr("core.run.BUSY_WAIT_S", 0.01)

    def locked():
        desk.steering.act("cancel", run.task.id)
        raise DatabaseBusy

    with pytest.raises(Stop):
        run.patiently(locked)


# --- what is told --------------------------------------------------------------------------------


def test_held_back_progress_is_told_later(desk, run):
    run.checkpoint(1, done=1)
    run.checkpoint(2, done=2)
    assert run.has_news
    run.flush()
    assert not run.has_news
    assert told(desk, run.task)[-1][1]["progress"]["done"] == 2


def test_a_locked_database_does_not_make_it_forget_what_to_tell(desk, run, monkeypatch):
    run.checkpoint(1, done=1)
    run.checkpoint(2, done=2)

    def locked(*_):
        raise DatabaseBusy

    with monkeypatch.context() as patch:
        patch.setattr(run._claims, "tell_progress", locked)
        with pytest.raises(DatabaseBusy):
            run.flush()
    assert run.has_news
    run.flush()
    assert told(desk, run.task)[-1][1]["progress"]["done"] == 2


def test_a_stage_is_told_at_once_and_only_when_it_changes(desk, run):
    run.stage("scanning")
    run.stage("scanning")
    run.stage("backfilling")
    stages = [d["stage"] for _, d in told(desk, run.task, "task_progress")]
    assert stages == ["scanning", "backfilling"]
    assert jobs(desk, run.task)[0].stage == "backfilling"


def test_a_log_line_knows_its_attempt_and_stage(desk, run):
    run.stage("scanning")
    run.log("found 3", "warning")
    row = desk.store.execute("SELECT * FROM logs", {})[0]
    assert (row["attempt"], row["level"], row["stage"], row["message"]) == (
        1, "warning", "scanning", "found 3",
    )  # fmt: skip
    assert told(desk, run.task, "log")[0][1]["id"] == row["id"]


def test_an_unknown_level_is_the_authors_mistake(run):
    with pytest.raises(ValueError, match="debug, info, warning, error"):
        run.log("x", "fatal")


def test_half_characters_can_be_logged_shown_and_kept(desk, run):
    """Names of files that are no UTF-8 come with them."""
    name = "caf\udce9.txt"
    run.log(f"cannot read {name}")
    run.message(name)
    run.checkpoint({"file": name}, done=1, tell=True)
    run.items.put(name, "failed", name, name)
    assert run.cursor == {"file": name}
    assert json.loads(jobs(desk, run.task)[0].cursor) == {"file": name}
    assert now(desk, run.task).message == "caf\\udce9.txt"


# --- items ---------------------------------------------------------------------------------------


def test_items_left_running_are_taken_up_again(desk, run, tmp_path):
    with desk.store.transaction() as store:
        rows = [{"job_id": run.job.id, "task_id": run.task.id, "key": k, "now": 0.0} for k in "abc"]
        store.many("insert_item", rows)
    run.items.put("a", "completed")
    run.items.put("b", "running")
    lose(desk, run)
    again = Run(desk.ledger, desk.claims, desk.claim(), tmp_path)
    assert again.items.open() == ["b", "c"]
    assert again.items.keys() == ["a", "b", "c"]


def test_an_item_inside_effects_is_one_fact_with_the_checkpoint(desk, run):
    def effects():
        run.items.put("a", "completed")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        run.checkpoint(1, done=1, effects=effects)
    assert desk.store.execute("SELECT * FROM items", {}) == []
    run.checkpoint(1, done=1, effects=lambda: run.items.put("a", "completed"))
    assert told(desk, run.task, "item_update")[0][1]["key"] == "a"


def test_an_item_event_says_what_groups_it(desk, run):
    run.items.put("a", "failed", "why", "trace")
    document = told(desk, run.task, "item_update")[0][1]
    assert (document["source"], document["task_id"], document["task_type"]) == (
        "api", run.task.id, "test",
    )  # fmt: skip
    assert "trace" not in document


def test_all_items_are_those_of_every_job_of_the_run(desk, run, tmp_path):
    run.items.put_many([(f"k{n:04}", "completed", "", "") for n in range(1500)])
    assert [i["key"] for i in run.items.all()] == [f"k{n:04}" for n in range(1500)]


def test_the_key_of_a_job_is_shared_by_no_other_installation(desk, run, tmp_path):
    (tmp_path / "other").mkdir()
    other = Desk(tmp_path / "other")
    other.enqueue()
    twin = Run(other.ledger, other.claims, other.claim(), tmp_path)
    assert twin.job.id == run.job.id
    assert twin.key != run.key


def test_telemetry_is_an_event_of_its_own_and_needs_the_claim(desk, run):
    run.telemetry(pages=3, ms=1.5)
    event = desk.events()[-1]
    assert event.kind == "telemetry"
    assert json.loads(event.data)["facts"] == {"pages": 3, "ms": 1.5}
    desk.settling.settle_dead(run.job, "gone")
    with pytest.raises(ClaimLost):
        run.telemetry(pages=4)
