"""The heart of a worker: leases are renewed and progress is told while the code is busy."""

import threading

import pytest

from core.errors import ClaimLost, DatabaseBusy, DiskFull
from core.worker import Heartbeat
from tests.core.worker.doing import does
from tests.moves import told


class Beating:
    """What a heartbeat sees of a run."""

    def __init__(self, news=None):
        self.claim, self.has_news, self.lost = "claim", news is not None, threading.Event()
        self.flushed, self._news = threading.Event(), news

    def flush(self):
        if isinstance(self._news, list) and self._news:
            raise self._news.pop()
        self.has_news = False
        self.flushed.set()

    def lose(self):
        self.lost.set()


class Leases:
    lease_s = 0.2

    def __init__(self, *answers):
        self.renewed, self._answers = threading.Semaphore(0), list(answers)

    def renew(self, claim):
        self.renewed.release()
        if self._answers:
            raise self._answers.pop(0)


def test_the_heart_renews_the_lease_while_the_code_is_busy():
    leases = Leases()
    Heartbeat(leases).attend(Beating())
    assert all(leases.renewed.acquire(timeout=5) for _ in range(3))


def test_the_heart_tells_a_lost_claim():
    run = Beating()
    Heartbeat(Leases(ClaimLost())).attend(run)
    assert run.lost.wait(5)


@pytest.mark.parametrize("error", [DatabaseBusy(), DiskFull(), UnicodeError("half a character")])
def test_the_heart_beats_on_after_any_error(error, capfd):
    run, leases = Beating([error]), Leases(DatabaseBusy())
    Heartbeat(leases).attend(run)
    assert run.flushed.wait(5), "what it could not tell it tells later"
    assert leases.renewed.acquire(timeout=5)
    assert leases.renewed.acquire(timeout=5)
    assert not run.lost.is_set()


def test_the_heart_sleeps_while_nothing_runs_and_misses_no_beginning():
    """The run begins at the worst moment: when the heart has seen none and is going to sleep."""
    leases, heart = Leases(), None

    class Eyelids(threading.Event):
        def clear(self):
            heart.attend(Beating())
            super().clear()

    heart = Heartbeat(leases)
    waited_for, heart._awake = heart._awake, Eyelids()
    assert not waited_for.is_set()
    heart._awake.set()
    waited_for.set()
    assert leases.renewed.acquire(timeout=5)
    heart._awake = threading.Event()
    heart.attend(None)
    assert not heart._awake.is_set(), "nobody is woken for nothing"


def test_the_heart_tells_progress_that_no_checkpoint_follows(bench, monkeypatch):
    done = threading.Event()

    def action(run):
        run.checkpoint(1, done=1)
        run.checkpoint(2, done=2)  # held back: too soon after the first
        while not [d for _, d in told(bench, run.task) if d.get("progress", {}).get("done") == 2]:
            run.check()
        done.set()

    does(bench, monkeypatch, action)
    assert done.is_set()
