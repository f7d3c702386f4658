"""Wake-ups between threads and processes; they carry nothing and may be lost."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from core import wake
from core.wake import EVENTS, WORK, Sleeper, Waker, clear_marks

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def waker(tmp_path):
    waker = Waker(tmp_path)
    yield waker
    waker.close()


def settled(monkeypatch):
    """Sleepers are looked for anew with every wake."""
    monkeypatch.setattr(wake, "LOOK_S", 0.0)


def test_a_sleeper_is_woken(tmp_path, waker):
    sleeper = Sleeper(tmp_path, WORK)
    waker.wake(WORK)
    assert sleeper.sleep(5.0)
    sleeper.close()


def test_nobody_wakes_those_of_another_channel(tmp_path, waker):
    sleeper = Sleeper(tmp_path, EVENTS)
    waker.wake(WORK)
    assert not sleeper.sleep(0.05)
    sleeper.close()


def test_a_burst_is_one_wake_up(tmp_path, waker):
    sleeper = Sleeper(tmp_path, WORK)
    for _ in range(500):
        waker.wake(WORK)
    assert sleeper.sleep(5.0)
    assert not sleeper.sleep(0.05)
    sleeper.close()


def test_a_sleeper_that_comes_later_is_found(tmp_path, waker, monkeypatch):
    settled(monkeypatch)
    waker.wake(WORK)
    sleeper = Sleeper(tmp_path, WORK)
    waker.wake(WORK)
    assert sleeper.sleep(5.0)
    sleeper.close()


def test_without_sleepers_nothing_happens(waker):
    waker.wake(WORK)


def test_a_sleeper_that_left_does_no_harm(tmp_path, waker, monkeypatch):
    settled(monkeypatch)
    gone, here = Sleeper(tmp_path, WORK), Sleeper(tmp_path, WORK)
    gone.close()
    waker.wake(WORK)
    assert here.sleep(5.0)
    here.close()


def test_foreign_files_do_no_harm(tmp_path, waker, monkeypatch):
    """A commit must not fail because somebody left a file beside the marks."""
    settled(monkeypatch)
    sleeper = Sleeper(tmp_path, WORK)
    for name in (".DS_Store", "work-notaport-1", "x"):
        (tmp_path / "wake" / name).touch()
    waker.wake(WORK)
    assert sleeper.sleep(5.0)
    clear_marks(tmp_path)
    assert (tmp_path / "wake" / ".DS_Store").exists()
    sleeper.close()


def test_another_process_wakes_us_within_a_blink(tmp_path):
    sleeper = Sleeper(tmp_path, EVENTS)
    code = "import sys; from core.wake import *; Waker(__import__('pathlib').Path(sys.argv[1]))"
    code += ".wake(EVENTS)"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=True)
    assert sleeper.sleep(0.5)
    sleeper.close()


def test_one_job_wakes_one_of_those_that_listen(tmp_path, waker):
    busy, first, second = (Sleeper(tmp_path, WORK) for _ in range(3))
    first.listen()
    second.listen()
    waker.wake(WORK, 1)
    assert sorted(s.sleep(0.05) for s in (first, second)) == [False, True]
    waker.wake(WORK, 1)  # the one that was woken is not asked again before it listens
    waker.wake(WORK, 1)
    assert not busy.sleep(0.05)
    assert [s.sleep(0.05) for s in (first, second)].count(True) == 1
    for sleeper in (busy, first, second):
        sleeper.close()


def test_who_found_work_leaves_the_wake_up_to_another(tmp_path, waker):
    risen, other = Sleeper(tmp_path, WORK), Sleeper(tmp_path, WORK)
    for sleeper in (risen, other):
        sleeper.listen()
    risen.rise()
    waker.wake(WORK, 1)
    assert (risen.sleep(0.05), other.sleep(5.0)) == (False, True)
    waker.wake(WORK)  # everybody: whether they listen or not
    assert risen.sleep(5.0)
    risen.close()
    other.close()


def test_flags_are_seen_by_other_processes(tmp_path):
    sleeper = Sleeper(tmp_path, WORK)
    sleeper.listen()
    code = "import sys; from core.wake import *; Waker(__import__('pathlib').Path(sys.argv[1]))"
    code += ".wake(WORK, 1)"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=True)
    assert sleeper.sleep(5.0)
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=True)
    assert not sleeper.sleep(0.05), "it does not listen again yet"
    sleeper.close()


def test_who_goes_last_gives_way_when_woken_and_takes_what_came_meanwhile(
    tmp_path, waker, monkeypatch
):
    """By a pause that ends before anything else is done; nobody waits when nobody was woken."""
    pauses, sleeper = [], Sleeper(tmp_path, WORK)

    def pause(seconds):
        pauses.append(seconds)
        waker.wake(WORK)

    monkeypatch.setattr(wake.time, "sleep", pause)
    assert not sleeper.sleep(0.01, last=True)
    waker.wake(WORK)
    assert sleeper.sleep(5.0)
    assert pauses == [], "who is quick goes at once"
    waker.wake(WORK)
    assert sleeper.sleep(5.0, last=True)
    assert pauses == [wake.GIVE_WAY_S]
    assert not sleeper.sleep(0.05), "what came during the pause was the same wake-up"
    sleeper.close()


def test_a_sleep_can_be_interrupted(tmp_path):
    sleeper = Sleeper(tmp_path, EVENTS)
    sleeper.interrupt()
    began = time.monotonic()
    sleeper.sleep(10)
    assert time.monotonic() - began < 5
    sleeper.close()


def test_marks_of_dead_processes_are_cleared_and_those_of_living_ones_stay(tmp_path):
    sleeper = Sleeper(tmp_path, WORK)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    mark = tmp_path / "wake" / f"work-9-{dead.pid}"
    mark.touch()
    clear_marks(tmp_path)
    assert not mark.exists()
    assert len(list((tmp_path / "wake").iterdir())) == 1
    sleeper.close()
