"""The queue's figures and switches, and why tasks wait."""

import json

import pytest

from core.desk.requests import Activity
from core.documents import rfc3339
from core.lifecycle import Ending
from core.model import Kind
from tests.desk_factories import Office, rows_of


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    made.settings.patch({"pipeline.total_slots": 2, "pipeline.lend_idle_slots": False})
    yield made
    made.store.close()


def why(office, task_id):
    return office.tasks.get(task_id)["waiting_because"]


# --- why it waits --------------------------------------------------------------------------------


def test_the_next_in_line_says_so_and_the_others_say_how_many_are_before_them(office):
    first, second, third = (office.create()["id"] for _ in range(3))
    assert why(office, first)["code"] == "next"
    assert why(office, third) == {
        "code": "in-line",
        "message": "2 before it in line",
        "until": None,
    }
    office.claim()
    assert why(office, second)["code"] == "lane-full"
    assert "it is next" in why(office, second)["message"]
    assert "1 before it" in why(office, third)["message"]


def test_a_long_line_is_counted_only_so_far(office):
    last = [office.create()["id"] for _ in range(102)][-1]
    assert why(office, last)["message"] == "more than 99 before it in line"


def test_a_held_task_says_that_it_waits_for_a_start(office):
    assert why(office, office.create(hold=True)["id"])["code"] == "held"


def test_a_task_names_what_it_waits_for_and_how_that_stands(office):
    first, second = office.create()["id"], office.create()["id"]
    waiting = office.create(after=[first, second])["id"]
    office.work(Ending.HOPELESS, error={"code": "failed", "message": "no"})
    assert why(office, waiting)["message"] == (
        f"Waits for task {first}, which failed, and task {second}, which is queued"
    )
    many = [office.create()["id"] for _ in range(5)]
    assert "and 2 more" in why(office, office.create(after=many)["id"])["message"]


def test_a_scheduled_task_says_until_when(office):
    task = office.create(not_before="2030-01-01T00:00:00Z")
    assert why(office, task["id"])["code"] == "scheduled"
    assert why(office, task["id"])["until"] == "2030-01-01T00:00:00.000Z"


def test_a_task_that_failed_for_now_says_when_it_is_tried_again(office):
    task = office.create()["id"]
    error = {"code": "failed", "message": "the network is down"}
    office.work(Ending.FAILED, error=error, delay_s=30)
    office.clock.advance(10)
    reason = why(office, task)
    assert reason["code"] == "back-off" and "network" in reason["message"]
    assert reason["until"] == rfc3339(office.clock.wall() + 20)


def test_a_task_of_which_a_part_could_start_does_not_speak_of_the_part_that_waits(office):
    task = office.create()["id"]
    office.work(Ending.SPLIT, chunks=("1", "2"))
    office.work(Ending.FAILED, error={"code": "failed", "message": "no"}, delay_s=30)
    assert why(office, task)["code"] == "next"
    office.work()
    assert why(office, task)["code"] == "back-off"


def test_a_paused_queue_is_the_reason_for_all_that_could_start(office):
    task, held = office.create()["id"], office.create(hold=True)["id"]
    office.queue.pause()
    assert why(office, task)["code"] == "queue-paused"
    assert why(office, held)["code"] == "held"


def test_recordings_wait_while_the_person_records(office):
    task, other = office.create(type="transcribe")["id"], office.create()["id"]
    office.queue.set_activity(Activity(state="recording", ttl_s=30))
    assert why(office, task)["code"] == "person-first"
    assert why(office, other)["code"] == "next"
    office.clock.advance(31)
    assert why(office, task)["code"] == "next"


def test_quiet_hours_are_named(office):
    task = office.create()["id"]
    office.settings.patch({"quiet_hours": [{"start": "00:00", "end": "23:59"}]})
    assert why(office, task)["code"] == "quiet-hours"


def test_a_paused_task_says_that_it_waits_for_the_person(office):
    task = office.create()["id"]
    office.tasks.act("pause", task)
    assert why(office, task)["code"] == "paused"


def test_every_waiting_task_of_a_list_says_why_and_no_other_does(office):
    running = office.create(priority=9)["id"]
    office.claim()
    office.create()
    office.create(hold=True)
    office.create(after=[running])
    listed = office.listed()
    assert all((t["waiting_because"] is None) == (t["id"] == running) for t in listed)
    assert len(listed) == 4


# --- figures -------------------------------------------------------------------------------------


def test_the_figures_count_every_status_and_lane(office):
    office.create(priority=5)
    office.work()
    office.create(priority=5)
    office.claim()
    office.create()
    office.create(type="transcribe", priority=-1)
    figures = office.queue.figures()
    counts = [figures[n] for n in ("pending", "running", "completed", "failed", "paused")]
    assert counts == [2, 1, 1, 0, 0]
    lanes = {lane["name"]: lane for lane in figures["lanes"]}
    assert lanes["normal"] == {"name": "normal", "slots": 1, "busy": 1, "lent": 0}
    assert lanes["recordings"]["busy"] == 0
    assert figures["waiting_because"]["code"] == "lane-full"
    assert figures["eta"] is None


def test_a_slot_that_is_lent_counts_for_the_lane_that_lends_it(office):
    office.settings.patch({"pipeline.lend_idle_slots": True})
    for _ in range(2):
        office.create()
        office.claim()
    lanes = {lane["name"]: lane for lane in office.queue.figures()["lanes"]}
    assert (lanes["normal"]["busy"], lanes["priority"]["busy"]) == (1, 0)
    assert (lanes["normal"]["lent"], lanes["priority"]["lent"]) == (0, 1)


def test_an_estimate_needs_everything_to_be_countable(office):
    task = office.create()
    with office.store.transaction() as store:
        rates = "total = 100, done = 40, rate_low = 2.0, rate_high = 3.0"
        store.execute(f"UPDATE tasks SET {rates} WHERE id = :id", {"id": task["id"]})
    assert office.queue.figures()["eta"] == {"low": 20.0, "high": 30.0}
    office.create()
    assert office.queue.figures()["eta"] is None


def test_nothing_waits_in_an_empty_queue(office):
    assert office.queue.figures()["waiting_because"] is None


# --- switches ------------------------------------------------------------------------------------


def test_a_pause_is_told_once_and_survives_a_restart(office, tmp_path):
    assert office.queue.pause()["is_paused"]
    office.queue.pause()
    told = office.told(Kind.QUEUE_UPDATE)
    assert json.loads(told[-1].data)["is_paused"]
    assert len(told) == 2  # one of the settings, one of the pause
    office.create()
    assert office.claim() is None
    again = Office(tmp_path, office.clock)
    assert again.queue.figures()["is_paused"]
    assert not again.queue.resume()["is_paused"]
    again.store.close()
    assert office.claim() is not None


def test_the_activity_falls_back_to_idle_and_a_renewal_tells_nothing(office):
    first = office.queue.set_activity(Activity(state="recording", ttl_s=60))
    assert first["state"] == "recording" and first["until"].endswith("Z")
    told = len(office.told(Kind.QUEUE_UPDATE))
    office.clock.advance(50)
    renewed = office.queue.set_activity(Activity(state="recording", ttl_s=60))
    assert renewed["until"] > first["until"]
    assert len(office.told(Kind.QUEUE_UPDATE)) == told
    office.clock.advance(61)
    assert office.queue.activity() == {"state": "idle", "until": None}


def test_clearing_removes_all_completed_tasks_and_no_other(office):
    rows_of(office, 1200)
    rows_of(office, 1, relevant=0)
    rows_of(office, 2, status="failed")
    kept = office.create()["id"]
    assert office.queue.clear_completed() == {"changed": 1201}
    statuses = {t["status"] for t in office.listed(status=["all"], show_maintenance=True)}
    assert statuses == {"queued", "failed"}
    assert office.queue.figures()["completed"] == 0
    assert office.tasks.get(kept)["status"] == "queued"


def test_retrying_brings_all_failed_tasks_back(office):
    for _ in range(3):
        office.create(priority=1)
        office.work(Ending.HOPELESS, error={"code": "failed", "message": "no"})
    assert office.queue.retry_failed() == {"changed": 3}
    assert office.queue.figures()["pending"] == 3
