"""Who is called at the write lock, in which order, and what a hint that came to nothing costs."""

import threading
import time

from core.errors import DatabaseBusy
from core.store import Store
from core.turn import Turn


def waiting(turn, *, urgent=False, patience_s=5.0):
    """Somebody who has found the lock taken, and tried once more since taking a place."""
    tries = turn.tries(patience_s, urgent=urgent)
    next(tries)
    return tries


def called(tries, within_s=0.5):
    """Whether it was called: then its next try comes at once, and not after a pause."""
    began = time.monotonic()
    next(tries)
    return time.monotonic() - began < within_s


def patient(monkeypatch):
    """Nobody tries again by himself."""
    monkeypatch.setattr("core.turn.AGAIN_S", 60.0)
    monkeypatch.setattr("core.turn.MOST_S", 60.0)


def in_threads(*parts):
    """Each part's first wait in a thread of its own, as each thread has an ear of its own."""
    threads = [threading.Thread(target=part, daemon=True) for part in parts]
    for thread in threads:
        thread.start()
    return threads


def test_who_waits_is_called_by_who_commits(tmp_path, monkeypatch):
    patient(monkeypatch)
    tries = waiting(Turn(tmp_path / "state.sqlite"))
    Turn(tmp_path / "state.sqlite").call()  # another process
    assert called(tries)
    tries.close()


def test_a_person_is_called_before_all_others(tmp_path, monkeypatch):
    patient(monkeypatch)
    turn, order, ready = Turn(tmp_path / "state.sqlite"), [], threading.Barrier(4)

    def wait(name, urgent):
        tries = waiting(turn, urgent=urgent)
        ready.wait(5)
        next(tries)
        order.append(name)
        tries.close()
        turn.call()  # it has written, and calls the next one

    threads = in_threads(
        lambda: wait("other", False), lambda: wait("another", False), lambda: wait("person", True)
    )
    ready.wait(5)
    turn.call()
    for thread in threads:
        thread.join(5)
    assert order[0] == "person" and sorted(order[1:]) == ["another", "other"]


def test_the_others_are_called_by_turns(tmp_path, monkeypatch):
    """Else the one with the first place would always be called, and the last one never."""
    patient(monkeypatch)
    turn, heard, ready = Turn(tmp_path / "state.sqlite"), [], threading.Barrier(4)
    told = threading.Semaphore(0)

    def wait(name):
        tries = waiting(turn)
        ready.wait(5)
        next(tries)  # called, and too late: it waits again
        heard.append(name)
        told.release()
        next(tries)
        tries.close()

    threads = in_threads(*(lambda name=name: wait(name) for name in "abc"))
    ready.wait(5)
    for _ in threads:
        turn.call()
        assert told.acquire(timeout=5)
    assert sorted(heard) == ["a", "b", "c"]
    for thread in threads:
        while thread.is_alive():
            turn.call()
            thread.join(0.01)


def test_nobody_is_missed_who_takes_a_place_while_the_lock_is_let_go(tmp_path, monkeypatch):
    patient(monkeypatch)
    turn = Turn(tmp_path / "state.sqlite")
    turn.call()  # nobody has a place yet
    tries = turn.tries(5.0, urgent=False)
    assert called(tries), "the first try comes at once, after the place was taken"
    tries.close()


def test_a_place_that_a_killed_process_left_costs_one_call(tmp_path, monkeypatch):
    turn = Turn(tmp_path / "state.sqlite")
    turn._ports[0] = 7  # as after kill -9: nobody listens there
    patient(monkeypatch)
    tries = waiting(turn)
    turn.call()
    turn.call()
    assert called(tries)
    tries.close()


def test_who_is_not_called_tries_again_soon(tmp_path):
    tries = waiting(Turn(tmp_path / "state.sqlite"))
    assert called(tries, within_s=1.0)
    tries.close()


def test_more_who_wait_than_there_are_places_all_get_their_turn(tmp_path):
    store, done = Store(tmp_path / "state.sqlite"), []

    def write():
        for _ in range(5):
            with store.transaction():
                store.changed("settings_changed")
            done.append(1)

    before = store.row("queue_state")["settings_version"]
    for thread in in_threads(*[write] * 40):
        thread.join(30)
    assert len(done) == 200
    assert store.row("queue_state")["settings_version"] == before + 200
    store.close()


def test_tries_end_when_patience_is_over_and_leave_no_place_behind(tmp_path):
    turn = Turn(tmp_path / "state.sqlite")
    assert len(list(turn.tries(0.02, urgent=False))) > 2
    assert not any(turn._ports)


def test_a_mark_of_writing_that_a_killed_process_left_holds_nobody_up(tmp_path):
    store = Store(tmp_path / "state.sqlite", busy_s=0.05)
    other = Store(tmp_path / "state.sqlite")
    store._turn.begun()  # as after kill -9 in a transaction
    with other.transaction():
        try:
            with store.transaction():
                raise AssertionError("two at once")
        except DatabaseBusy:
            pass
    with store.transaction():
        store.changed("settings_changed")
    assert not any(store._turn._ports) and not store._turn._is_written[0]
    store.close()
    other.close()


def test_without_a_place_for_the_hints_the_database_is_opened_all_the_same(tmp_path):
    (tmp_path / "state.sqlite-turn").mkdir()
    store = Store(tmp_path / "state.sqlite")
    with store.transaction(durable=True):
        store.changed("settings_changed")
    store.close()
