"""The course of a task: its pace, figures that add up, and lists that are read from their end."""

import json

import pytest

from core.errors import Invalid, NotFound
from core.lifecycle import Ending
from core.model import Progress
from core.queue import Outcome
from tests.desk_factories import Office


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    yield made
    made.store.close()


def logged(office, count):
    """A task with so many lines."""
    task = office.create()["id"]
    job = office.tasks.get(task)["jobs"][0]["id"]
    with office.ledger.transaction() as store:
        for n in range(count):
            values = {"task_id": task, "job_id": job, "attempt": 1, "at": float(n), "stage": ""}
            level = "warning" if n % 10 == 9 else "info"
            store.one("insert_log", **values, level=level, message=f"line {n}")
    return task


def run_to(office, claim, seen, **tally):
    """A checkpoint that is told, a second later."""
    office.clock.advance(1.0)
    cursor = json.dumps(seen)
    old = office.ledger.store.row("job", id=claim.job.id)["cursor"]
    office.claims.checkpoint(claim, old, Progress(cursor, done=seen, total=1000, tally=tally))


# --- from the end --------------------------------------------------------------------------------


def test_a_log_is_read_from_its_end_backwards_until_its_first_line(office):
    task, before, found = logged(office, 25), 2**62, []
    while before is not None:
        page = office.lists.logs(task, before=before, limit=10)
        found = [line["message"] for line in page.items] + found
        before = int(page.next_cursor) if page.next_cursor else None
    assert found == [f"line {n}" for n in range(25)]


def test_a_log_read_backwards_keeps_its_filters(office):
    page = office.lists.logs(logged(office, 60), before=2**62, levels=("warning",), q="9", limit=3)
    assert [line["message"] for line in page.items] == ["line 39", "line 49", "line 59"]


def test_a_timeline_is_read_from_its_end_and_by_kinds(office):
    task = office.create()["id"]
    office.tasks.act("pause", task)
    office.tasks.act("resume", task)
    kinds = [e["kind"] for e in office.lists.events(task, before=2**62, limit=500).items]
    assert {"task_created", "task_update", "job_update"} == set(kinds)
    only = office.lists.events(task, before=2**62, kinds=["task_update"], limit=1)
    assert [e["kind"] for e in only.items] == ["task_update"]
    earlier = office.lists.events(task, before=int(only.next_cursor), kinds=["task_update"])
    assert len(earlier.items) == kinds.count("task_update") - 1


@pytest.mark.parametrize("before", [-1, 2**63])
def test_a_place_that_is_none_is_refused(office, before):
    with pytest.raises(Invalid, match="before"):
        office.lists.logs(office.create()["id"], before=before)


# --- the pace ------------------------------------------------------------------------------------


def test_the_pace_has_the_whole_course_and_every_change_of_it(office):
    task = office.create()["id"]
    claim = office.claim()
    for seen in range(10, 1000, 10):
        run_to(office, claim, seen)
    office.settling.settle(claim.job, office_outcome(Ending.STOPPED))
    pace = office.paces.read(task, points=20)["samples"]
    assert len(pace) < 60, "thinned"
    assert [pace[0]["seen"], pace[-1]["seen"]] == [0, 990]
    assert [s["at"] for s in pace] == sorted(s["at"] for s in pace)
    statuses = [s["status"] for s in pace]
    assert statuses[0] == "queued" and "running" in statuses and statuses[-1] != "running"
    assert len(office.paces.read(task, points=2000)["samples"]) > 90


def test_the_pace_of_no_task_is_none(office):
    with pytest.raises(NotFound):
        office.paces.read(99)


def office_outcome(ending, **fields):
    """How an attempt ended."""
    return Outcome(ending, **fields)


# --- figures -------------------------------------------------------------------------------------


def test_what_jobs_tally_is_told_with_their_task(office):
    task = office.create()["id"]
    claim = office.claim()
    run_to(office, claim, 10, found=7, missing=3)
    assert office.tasks.get(task)["figures"] == {"found": 7, "missing": 3}
    told = json.loads(office.told("task_progress")[-1].data)
    assert told["figures"] == {"found": 7, "missing": 3}


def test_the_result_wins_over_the_tally_and_both_go_with_a_new_run(office):
    task = office.create()["id"]
    claim = office.claim()
    run_to(office, claim, 10, found=7, missing=3)
    result = office_outcome(
        Ending.COMPLETED, result='{"found":8,"in":[1]}', result_type="application/json"
    )
    office.settling.settle(claim.job, result)
    assert office.tasks.get(task)["figures"] == {"found": 8, "missing": 3}
    office.tasks.act("retry", task, from_="start", only_failed_items=False)
    assert office.tasks.get(task)["figures"] == {}


@pytest.mark.parametrize("result", ["[1]", '"a"', "7", "null", "no JSON at all", "{" * 5000])
def test_a_result_of_any_shape_ends_its_task(office, result):
    task = office.create()["id"]
    outcome = office_outcome(Ending.COMPLETED, result=result, result_type="application/json")
    office.settling.settle(office.claim().job, outcome)
    shown = office.tasks.get(task)
    assert (shown["status"], shown["figures"]) == ("completed", {})


def test_the_jobs_of_a_task_come_with_their_attempts(office):
    task = office.create()["id"]
    office.work()
    (job, *_) = office.tasks.jobs(task)
    (attempt,) = job["attempt_list"]
    assert attempt["outcome"] == "completed" and attempt["pid"] >= 0
