"""Knobs that are turned while a task lives: what they take, and who is remembered for it."""

import getpass

import pytest

from tests.webui.site import pointers
from tests.webui.test_approval import in_session

USER = getpass.getuser()


@pytest.fixture
def task(live):
    """A held backfill, whose knobs are there to be turned."""
    return live.add({"database": live.archive(), "dry_run": True}, type="backfill-dates")


def turn(live, task, **knobs):
    return live.ask("PATCH", f"/tasks/{task['id']}", knobs)


def test_who_changed_a_knob_when_and_from_what_stays_in_the_history(live, task):
    assert task["steered"] is None
    assert turn(live, task, batch_size=50).status == 200
    page = in_session(live)
    path = f"/tasks/{task['id']}"
    changed = live.ask("PATCH", path, {"batch_size": 20, "nice": 0.5}, **page).json
    steered = changed["steered"]
    assert (steered["by"], steered["user"]) == ("page", USER) and steered["session"]
    assert steered["at"] >= task["created_at"]
    assert steered["changes"] == [
        {"name": "batch_size", "from": 50, "to": 20},
        {"name": "nice", "from": None, "to": 0.5},
    ]
    events = live.read(f"{path}/events", kinds="task_update")["items"]
    told = [e["data"]["steered"] for e in events]
    assert [s["changes"][0]["to"] for s in told] == [50, 20]
    assert told[0]["by"] == "program"


def test_what_changes_no_knob_leaves_who_turned_the_last(live, task):
    first = turn(live, task, rate=100).json["steered"]
    assert turn(live, task, rate=100).json["steered"] == first
    assert turn(live, task, title="Another").json["steered"] == first
    back = turn(live, task, rate=None).json
    assert back["steered"]["changes"] == [{"name": "rate", "from": 100, "to": None}]
    assert back["knobs"] == {}


@pytest.mark.parametrize(
    "knobs",
    [
        {"nice": 0.96}, {"nice": -0.1}, {"target_ms": 19}, {"max_load": 1.5}, {"min_free_mb": -1},
        {"battery_percent": 102}, {"batch_size": 0}, {"rate": 0}, {"quiet_hours": "often"},
    ],
)  # fmt: skip
def test_a_knob_beyond_its_limits_is_refused(live, task, knobs):
    assert pointers(turn(live, task, **knobs)) == [f"/{next(iter(knobs))}"]


def test_a_canary_is_refused_where_there_are_no_records_one_by_one(live):
    body = {"type": "rehearsal", "params": {}, "canary": 5}
    assert pointers(live.ask("POST", "/tasks", body)) == ["/canary"]
    assert pointers(live.ask("POST", "/tasks", {**body, "canary": 0})) == ["/canary"]
