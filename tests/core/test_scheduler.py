"""The tick: schedules, retention in bounded bites, and that no error ends it."""

import threading

import pytest

from core import scheduler as scheduler_module
from core.errors import DatabaseBusy
from core.scheduler import BITE, KEEP_ANSWERS_S, Scheduler
from tests.factories import Desk
from tests.moves import end, put_setting

DAY = 86_400


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()


def sweep(desk):
    return Scheduler(desk.ledger, lambda: 0).sweep()


def count(desk, table):
    return desk.store.execute(f"SELECT count(*) AS n FROM {table}", {})[0]["n"]


def finished(desk, number=1):
    for _ in range(number):
        desk.enqueue()
        end(desk, desk.claim())


def test_finished_tasks_are_kept_as_long_as_the_setting_says(desk):
    put_setting(desk, retention__days=10)
    finished(desk)
    desk.clock.advance(10 * DAY - 1)
    sweep(desk)
    assert count(desk, "tasks") == 1
    desk.clock.advance(2)
    sweep(desk)
    assert count(desk, "tasks") == count(desk, "jobs") == count(desk, "attempts") == 0


def test_unfinished_tasks_are_kept_for_ever(desk):
    paused = desk.enqueue()
    desk.steering.act("pause", paused.id)
    desk.enqueue(hold=True)
    desk.clock.advance(10_000 * DAY)
    sweep(desk)
    assert count(desk, "tasks") == 2


def test_statistics_outlive_the_tasks(desk):
    finished(desk, 3)
    desk.clock.advance(1000 * DAY)
    sweep(desk)
    assert desk.store.execute("SELECT sum(completed) AS n FROM daily_stats", {})[0]["n"] == 3


def test_what_somebody_waits_for_is_kept(desk):
    first = desk.enqueue()
    waiting = desk.enqueue(after=(first.id,))
    desk.steering.act("cancel", first.id)
    desk.clock.advance(1000 * DAY)
    sweep(desk)
    assert count(desk, "tasks") == 2
    assert desk.claim() is None, "it still says what it waits for"
    desk.steering.act("cancel", waiting.id)
    desk.clock.advance(1000 * DAY)
    sweep(desk)
    assert count(desk, "tasks") == 0


def test_the_newest_events_are_kept(desk):
    put_setting(desk, retention__events=1000)
    with desk.store.transaction():
        for n in range(1500):
            desk.ledger.events.append("log", None, {"n": n})
    sweep(desk)
    assert (desk.ledger.events.first_id(), desk.ledger.events.last_id()) == (501, 1500)


def test_the_broom_sweeps_in_bites(desk, monkeypatch):
    """Nobody waits behind it for longer than one of them."""
    finished(desk, 3)
    desk.clock.advance(1000 * DAY)
    monkeypatch.setattr(scheduler_module, "BITE", 1)
    sizes, changed = [], desk.store.changed

    def counting(name, **params):
        gone = changed(name, **params)
        if name == "prune_tasks":
            sizes.append(gone)
        return gone

    monkeypatch.setattr(desk.store, "changed", counting)
    assert sweep(desk) == 3
    assert sizes == [1, 1, 1, 0]
    assert BITE <= 1000


def test_answers_are_forgotten_after_a_day(desk):
    with desk.store.transaction() as store:
        for key, age in (("old", KEEP_ANSWERS_S + 1), ("new", KEEP_ANSWERS_S - 1)):
            store.changed(
                "keep_answer", key=key, request="r", status=201, headers="{}", body="",
                at=desk.clock.wall() - age,
            )  # fmt: skip
    sweep(desk)
    assert [r["key"] for r in desk.store.execute("SELECT key FROM idempotency", {})] == ["new"]


@pytest.mark.parametrize("error", [DatabaseBusy(), ValueError("a schedule's own fault")])
def test_the_ticking_goes_on_after_any_error(desk, monkeypatch, error):
    monkeypatch.setattr(scheduler_module, "TICK_S", 0.001)
    again, calls = threading.Event(), []

    def fire():
        calls.append(1)
        if len(calls) == 1:
            raise error
        again.set()

    scheduler = Scheduler(desk.ledger, fire)
    scheduler.start()
    assert again.wait(5)
    scheduler.stop()


def test_the_log_is_brought_back_only_when_something_was_written(desk, monkeypatch):
    calls = []
    monkeypatch.setattr(desk.store, "maintain", lambda: calls.append(1))
    scheduler = Scheduler(desk.ledger, lambda: 0)
    desk.enqueue()
    scheduler._maintain()
    scheduler._maintain()
    assert len(calls) == 1
