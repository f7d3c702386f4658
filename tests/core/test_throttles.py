"""What holds and what slows a backfill, decided from measurements that a test makes up."""

import os
from datetime import datetime
from types import SimpleNamespace

import psutil
import pytest

from core import machine as machine_module
from core.lanes import Surroundings
from core.machine import Gauge
from core.settings import QuietHours, Settings
from core.throttles import Held, Limits, Machine, holding, slowed

NOON = datetime(2026, 5, 4, 12, 0)
IDLE = Surroundings(now=NOON)
ON = Limits(max_load=0.5, battery_percent=20, min_free_mb=100, activity=True)
NIGHT = QuietHours(start="22:00", end="07:00", lanes=["normal"])


@pytest.mark.parametrize(
    ("machine", "name", "words"),
    [
        (Machine(battery=18), "battery", "on battery (18 %)"),
        (Machine(free_mb={"archive.sqlite": 12.0}), "disk", "only 12 MB are free on the disk of"),
        (Machine(load=0.8), "load", "other programs use 80% of the processor"),
    ],
)
def test_what_is_short_holds_by_its_name(machine, name, words):
    held = holding(ON, machine, IDLE, "normal")
    assert held.name == name
    assert words in held.words


@pytest.mark.parametrize(
    "machine",
    [
        Machine(),
        Machine(battery=21, load=0.5, free_mb={"x": 100.0}),
        Machine(battery=None, load=None),
    ],
)
def test_what_suffices_or_cannot_be_measured_holds_nothing(machine):
    assert holding(ON, machine, IDLE, "normal") is None


def test_without_limits_nothing_holds():
    short = Machine(load=1.0, battery=1, free_mb={"x": 0.0})
    assert holding(Limits(), short, Surroundings(activity="recording"), "normal") is None


def test_the_person_comes_first_where_that_is_wanted():
    busy = Surroundings(activity="recording", now=NOON)
    assert holding(ON, Machine(), busy, "normal") == Held("activity", "you are recording")


def test_quiet_hours_hold_the_lanes_they_name():
    limits = Limits(quiet_hours=(NIGHT,))
    night = Surroundings(now=datetime(2026, 5, 4, 23, 0))
    assert holding(limits, Machine(), night, "normal").words == "quiet hours until 07:00"
    assert holding(limits, Machine(), night, "recordings") is None
    assert holding(limits, Machine(), IDLE, "normal") is None


def test_a_load_that_hovers_at_its_limit_does_not_start_and_stop_the_work():
    near = Machine(load=0.45)
    assert holding(ON, near, IDLE, "normal") is None
    assert holding(ON, near, IDLE, "normal", before="load").name == "load"
    assert holding(ON, Machine(load=0.3), IDLE, "normal", before="load") is None


def test_it_says_since_when():
    at = datetime(2026, 5, 4, 14, 2)
    assert Held("battery", "on battery (18 %)").told(at) == (
        "Throttled: on battery (18 %) since 14:02"
    )


def test_a_knob_goes_before_the_setting_of_its_name():
    settings = Settings(**{"throttle.max_load": 0.9, "quiet_hours": [NIGHT]})
    assert Limits.of(settings, {}).max_load == 0.9
    assert Limits.of(settings, {}).quiet_hours == ()
    limits = Limits.of(settings, {"max_load": 0.2, "quiet_hours": True, "target_ms": 1000})
    assert (limits.max_load, limits.target_s) == (0.2, 1.0)
    assert limits.quiet_hours == (NIGHT,)
    assert Limits.of(settings, {"battery_percent": 0}).battery_percent == 0, "0 is an answer, too"


@pytest.mark.parametrize(
    ("knobs", "seconds"),
    [
        ({}, 0),
        ({"rate": 100}, 0.75),  # 100 records at 100 a second, of which 0.25 s have passed
        ({"rate": 1000}, 0),
        ({"nice": 0.5}, 0.25),
        ({"nice": 0.75}, 0.75),
        ({"nice": 0.5, "rate": 100}, 0.75),  # the slower of the two
    ],
)
def test_what_slows_is_waited_for_after_the_batch(knobs, seconds):
    assert slowed(100, 0.25, knobs)[0] == pytest.approx(seconds)


# --- the gauge ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("battery", "percent"),
    [
        (None, None),
        (SimpleNamespace(percent=42.0, power_plugged=True), None),
        (SimpleNamespace(percent=42.0, power_plugged=None), None),
        (SimpleNamespace(percent=42.0, power_plugged=False), 42.0),
    ],
)
def test_only_a_battery_that_is_drained_counts(monkeypatch, battery, percent):
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    assert Gauge({}, list).look(Limits(battery_percent=20)).battery == percent


def test_the_load_of_others_is_told_without_our_own(monkeypatch):
    now = {"mono": 0.0, "busy": 0.0, "idle": 0.0, "ours": 0.0}
    monkeypatch.setattr(machine_module.time, "monotonic", lambda: now["mono"])
    monkeypatch.setattr(machine_module.psutil, "cpu_times", lambda: Times(now["busy"], now["idle"]))
    gauge = Gauge({}, list)
    monkeypatch.setattr(gauge, "_ours", lambda: {1: now["ours"]})
    limits = Limits(max_load=0.5)
    assert gauge.look(limits).load is None, "one look tells nothing"
    now.update(mono=2.0, busy=8.0, idle=2.0, ours=6.0)
    assert gauge.look(limits).load == pytest.approx(0.2)
    now.update(mono=2.5, busy=20.0, idle=2.0)
    assert gauge.look(limits).load == pytest.approx(0.2), "a measurement holds for a second"


class Times(tuple):
    """What `psutil.cpu_times` answers, with all but two of its times at 0."""

    def __new__(cls, busy, idle):
        made = super().__new__(cls, (busy, 0.0, 0.0, idle, 0.0, 0.0, 0.0, 0.0))
        made.idle, made.iowait = idle, 0.0
        return made


def test_free_space_is_that_of_each_place_and_a_lost_one_is_left_out(tmp_path):
    places = {"here": tmp_path, "gone": tmp_path / "gone"}
    free = Gauge(places, list).look(Limits(min_free_mb=1)).free_mb
    assert set(free) == {"here"}
    assert free["here"] > 0


def test_what_nobody_asks_for_is_not_measured(monkeypatch, tmp_path):
    def refuse(*args):
        raise AssertionError("nobody asked")

    for name in ("cpu_times", "sensors_battery"):
        monkeypatch.setattr(machine_module.psutil, name, refuse, raising=False)
    assert Gauge({"here": tmp_path}, list).look(Limits()) == Machine()


def test_it_measures_the_real_machine():
    gauge = Gauge({}, lambda: [os.getpid()])
    limits = Limits(max_load=0.5)
    gauge.look(limits)
    gauge._at = -10.0
    load = gauge.look(limits).load
    assert load is None or 0 <= load <= 1
