"""Who goes first at the write lock, and how long a mark that nobody takes away holds others up."""

import threading
import time

from core.store import Store
from core.turn import WAY_S, Turn


def test_who_is_waited_for_goes_first(tmp_path):
    """Two that write all the time would else hand the lock to each other for a while."""
    turn = Turn(tmp_path / "state.sqlite")
    tries = turn.tries(5.0, urgent=True)
    next(tries)  # somebody waits for an answer
    began, waited = time.monotonic(), []

    def other():
        Turn(tmp_path / "state.sqlite").give_way()
        waited.append(time.monotonic() - began)

    thread = threading.Thread(target=other)
    thread.start()
    tries.close()  # it has the lock
    thread.join(5)
    assert waited[0] < 1.0
    turn.give_way()  # the mark is gone: returns at once


def test_a_mark_that_a_killed_process_left_holds_nobody_up_for_long(tmp_path):
    left = Turn(tmp_path / "state.sqlite")
    next(left.tries(5.0, urgent=True))
    left._mark[0] = 1  # as after kill -9: nobody takes it away
    other = Turn(tmp_path / "state.sqlite")
    began = time.monotonic()
    other.give_way()
    assert time.monotonic() - began >= WAY_S
    assert not left._mark[0], "the next one does not wait for it again"


def test_tries_end_when_patience_is_over(tmp_path):
    turn = Turn(tmp_path / "state.sqlite")
    assert len(list(turn.tries(0.02, urgent=False))) > 2
    assert not turn._mark[0]


def test_without_a_place_for_the_mark_the_database_is_opened_all_the_same(tmp_path):
    (tmp_path / "state.sqlite-turn").mkdir()
    store = Store(tmp_path / "state.sqlite")
    with store.transaction(durable=True):
        store.changed("settings_changed")
    store.close()
