"""Schedules: when they fire, how often, and what keeps them from it."""

import threading
import time
from datetime import UTC, datetime

import pytest

from core.desk.cron import LocalZone, next_time
from core.desk.requests import SchedulePatch
from core.errors import Invalid, NotFound
from tests.desk_factories import BERLIN, Office
from tests.factories import FakeClock


def wall(text):
    """Wall seconds of a local time in Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path, FakeClock(wall("2026-05-04 12:00")))
    yield made
    made.store.close()


def next_local(expression, after, zone=BERLIN):
    return datetime.fromtimestamp(next_time(expression, after, zone), BERLIN).isoformat(" ")[:16]


# --- expressions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("30 2 * * *", "2026-05-05 02:30"),
        ("0 12 * * *", "2026-05-05 12:00"),
        ("*/15 * * * *", "2026-05-04 12:15"),
        ("0 9 * * MON-FRI", "2026-05-05 09:00"),
        ("0 0 29 2 *", "2028-02-29 00:00"),
        ("@weekly", "2026-05-10 00:00"),
        (" @Daily ", "2026-05-05 00:00"),
    ],
)
def test_the_next_time_is_in_local_time(expression, expected):
    assert next_local(expression, wall("2026-05-04 12:00")) == expected


@pytest.mark.parametrize(
    "expression",
    ["", "hello", "* * * *", "61 * * * *", "* * * * * *", "0 0 31 2 *", "@never", "*/0 * * * *"],
)
def test_an_expression_that_is_none_is_refused_with_the_way_to_write_one(expression):
    with pytest.raises(Invalid, match="five fields") as error:
        next_time(expression, 0.0, UTC)
    assert [e["pointer"] for e in error.value.errors] == ["/cron"]


def test_a_time_in_the_skipped_hour_comes_right_after_it():
    assert next_local("30 2 * * *", wall("2026-03-28 12:00")) == "2026-03-29 03:00"


def test_a_time_in_the_repeated_hour_comes_once():
    first = next_time("30 2 * * *", wall("2026-10-24 12:00"), BERLIN)
    assert datetime.fromtimestamp(first, UTC).isoformat()[:16] == "2026-10-25T00:30"
    for later in (0, 1800, 3600):
        assert next_local("30 2 * * *", first + later) == "2026-10-26 02:30"


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="needs tzset to change the zone")
def test_the_zone_of_the_machine_knows_its_changes_of_clock(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        for after in ("2026-03-28 12:00", "2026-05-04 12:00", "2026-10-24 12:00"):
            for expression in ("30 2 * * *", "*/20 * * * *", "0 3 * * *"):
                at = wall(after)
                for _ in range(100):
                    mine = next_time(expression, at, LocalZone())
                    assert mine == next_time(expression, at, BERLIN)
                    at = mine
    finally:
        monkeypatch.undo()
        time.tzset()


# --- keeping -------------------------------------------------------------------------------------


def test_a_schedule_says_when_it_comes_next(office):
    made = office.schedule(priority=5)
    assert made["next_at"] == "2026-05-05T00:30:00.000Z"
    assert (made["enabled"], made["priority"], made["problem"]) == (True, 5, "")
    assert office.schedules.all() == [made]
    assert office.schedules.next_due() == wall("2026-05-05 02:30")


def test_the_next_times_of_an_expression_are_told_before_it_is_a_schedule(office):
    times = office.schedules.times("30 2 * * 1", 2)
    assert times == ["2026-05-11T00:30:00.000Z", "2026-05-18T00:30:00.000Z"]
    with pytest.raises(Invalid, match="five fields"):
        office.schedules.times("soon", 2)
    assert office.schedules.all() == []


def test_a_schedule_that_does_not_fit_is_refused_with_pointers(office):
    for fields, pointer in (
        ({"cron": "never"}, "/cron"),
        ({"type": "nothing"}, "/type"),
        ({"params": {"depth": 0}}, "/params/depth"),
    ):
        with pytest.raises(Invalid) as error:
            office.schedule(**fields)
        assert [e["pointer"] for e in error.value.errors] == [pointer]
    assert office.schedules.all() == []


def test_a_patch_changes_what_is_given(office):
    made = office.schedule(params={"depth": 3})
    off = office.schedules.patch(made["id"], SchedulePatch(enabled=False))
    assert off["next_at"] is None and off["params"]["depth"] == 3
    on = office.schedules.patch(made["id"], SchedulePatch(enabled=True, cron="@hourly"))
    assert on["next_at"] == "2026-05-04T11:00:00.000Z"
    renamed = office.schedules.patch(made["id"], SchedulePatch(name="new", params={"depth": 4}))
    assert (renamed["next_at"], renamed["params"]["depth"]) == (on["next_at"], 4)
    with pytest.raises(Invalid):
        office.schedules.patch(made["id"], SchedulePatch(cron="x"))


def test_a_schedule_that_is_gone_is_not_found(office):
    made = office.schedule()
    office.schedules.delete(made["id"])
    for number in (made["id"], 0, 2**63):
        for ask in (office.schedules.get, office.schedules.delete, office.schedules.run_now):
            with pytest.raises(NotFound):
                ask(number)


# --- firing --------------------------------------------------------------------------------------


def test_nothing_fires_before_its_time(office):
    office.schedule()
    assert office.schedules.fire_due() == 0
    office.clock.advance(14.5 * 3600)
    assert office.schedules.fire_due() == 1
    assert office.schedules.fire_due() == 0
    (task,) = office.listed()
    assert (task["type"], task["source"]) == ("scan", "schedule")
    (schedule,) = office.schedules.all()
    assert schedule["last_task_id"] == task["id"]
    assert schedule["next_at"] == "2026-05-06T00:30:00.000Z"


def test_missed_times_are_made_up_for_once(office):
    office.schedule(cron="0 * * * *")
    office.clock.advance(10 * 86_400)
    assert office.schedules.fire_due() == 1
    assert office.schedules.next_due() == office.clock.wall() + 3600


def test_a_disabled_schedule_does_not_fire_but_runs_when_asked(office):
    made = office.schedule(enabled=False, params={"folder": "attic"})
    office.clock.advance(86_400)
    assert office.schedules.fire_due() == 0
    assert office.schedules.run_now(made["id"])["title"] == "Scan attic"


def test_a_clock_set_back_fires_nothing_twice(office):
    office.schedule(cron="0 * * * *")
    office.clock.advance(3600)
    assert office.schedules.fire_due() == 1
    office.work()
    office.clock.set_back(1800)
    assert office.schedules.fire_due() == 0
    office.clock.advance(3600)
    assert office.schedules.fire_due() == 0


def test_of_many_schedulers_at_once_only_one_starts_the_task(office):
    office.schedule()
    office.clock.advance(86_400)
    barrier, fired, find = threading.Barrier(6), [], office.registry.get

    def find_together(name):  # all have seen that it is due before the first one writes
        barrier.wait(10)
        return find(name)

    office.registry.get = find_together

    def race():
        fired.append(office.schedules.fire_due())

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(fired) == [0, 0, 0, 0, 0, 1]
    assert len(office.listed()) == 1
    assert office.schedules.all()[0]["problem"] == ""


def test_a_time_is_left_out_while_the_task_before_is_not_finished(office):
    office.schedule(cron="0 * * * *")
    office.clock.advance(3600)
    assert office.schedules.fire_due() == 1
    office.clock.advance(3600)
    assert office.schedules.fire_due() == 0
    assert "not finished" in office.schedules.all()[0]["problem"]
    office.work()
    office.clock.advance(3600)
    assert office.schedules.fire_due() == 1
    assert office.schedules.all()[0]["problem"] == ""


def test_a_schedule_whose_type_is_gone_says_so_and_stops_nobody(office):
    office.schedule(type="sweep")
    office.schedule()
    del office.registry.known["sweep"]
    office.clock.advance(86_400)
    assert office.schedules.fire_due() == 1
    broken, sound = office.schedules.all()
    assert "sweep" in broken["problem"] and sound["problem"] == ""
    assert broken["next_at"] == sound["next_at"]
