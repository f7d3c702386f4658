"""The one door to the database: transactions, threads, migrations, statements, errors."""

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import pytest

from core.errors import DatabaseBusy, DatabaseDamaged, DatabaseError
from core.statements import named_statements, whole_statements
from core.store import Store


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "state.sqlite", busy_s=0.2)
    yield store
    store.close()


def put(store, key):
    store.changed("put_setting", key=key, value="1")


def keys(store):
    return [r["key"] for r in store.rows("settings")]


def test_a_transaction_that_fails_leaves_nothing(store):
    with pytest.raises(RuntimeError), store.transaction():
        put(store, "a")
        raise RuntimeError
    assert keys(store) == []
    with store.transaction():
        put(store, "b")
    assert keys(store) == ["b"]


def test_a_transaction_takes_the_write_lock_at_its_start(store):
    """Else two that read before they write would lose an update."""
    with store.transaction(), pytest.raises(DatabaseBusy):
        other = Store(store.path, busy_s=0.0)
        try:
            with other.transaction():
                pass
        finally:
            other.close()


def test_a_write_waits_for_another_programs_lock(tmp_path):
    store = Store(tmp_path / "state.sqlite", busy_s=10)
    locked, release = threading.Event(), threading.Event()

    def hold():
        with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            locked.set()
            release.wait(10)
            other.execute("COMMIT")

    holder = threading.Thread(target=hold)
    holder.start()
    assert locked.wait(5)
    timer = threading.Timer(0.2, release.set)
    timer.start()
    put(store, "a")
    holder.join()
    assert keys(store) == ["a"]
    store.close()


def test_a_lock_that_stays_is_an_error_with_words(store):
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy, match="locked by another program"):
            put(store, "a")


def test_transactions_do_not_nest_and_the_outer_one_leaves_nothing(store):
    with pytest.raises(DatabaseError, match="within a transaction"), store.transaction():
        put(store, "a")
        with store.transaction():
            pass
    assert keys(store) == []


def test_a_result_is_read_to_its_end(store):
    """An unread RETURNING would keep the write lock."""
    with store.transaction():
        store.one("insert_worker", pid=1, started="x", boot="y", now=1.0)
    other = Store(store.path, busy_s=0.0)
    put(other, "a")
    other.close()


def test_readers_see_one_state_in_a_snapshot(store):
    other = Store(store.path)
    with store.snapshot():
        assert keys(store) == []
        put(other, "a")
        assert keys(store) == []
    assert keys(store) == ["a"]
    other.close()


def test_threads_have_connections_of_their_own(store):
    seen = []
    with store.transaction():
        put(store, "a")
        thread = threading.Thread(target=lambda: seen.append(keys(store)))
        thread.start()
        thread.join()
    assert seen == [[]]


def test_thousands_of_short_lived_threads_leave_no_connections(store):
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else None
    for _ in range(600):
        thread = threading.Thread(target=lambda: store.value("last_event_id"))
        thread.start()
        thread.join()
    if before is not None:
        assert len(os.listdir("/proc/self/fd")) < before + 30


def test_the_file_is_opened_as_promised(store):
    def pragma(name):
        return store.execute(f"PRAGMA {name}", {})[0][0]

    assert pragma("journal_mode") == "wal"
    assert pragma("foreign_keys") == 1
    assert pragma("user_version") >= 1


def test_a_database_of_a_newer_longhaul_is_not_touched(store):
    store.execute("PRAGMA user_version=999", {})
    with pytest.raises(DatabaseError, match="newer Longhaul"):
        Store(store.path)
    assert store.execute("PRAGMA user_version", {})[0][0] == 999


def test_opening_again_changes_nothing(store):
    put(store, "a")
    version = store.execute("PRAGMA user_version", {})[0][0]
    again = Store(store.path)
    assert keys(again) == ["a"]
    assert again.execute("PRAGMA user_version", {})[0][0] == version
    again.close()


def test_a_second_door_in_this_process_leaves_the_first_its_locks_and_its_log(tmp_path):
    """A file that is opened and closed beside SQLite drops the locks that this process holds on it;
    then another program that closes the database takes its log away while it is written to."""
    path = tmp_path / "longhaul.sqlite"
    first, second = Store(path), Store(path)
    with first.transaction():
        put(first, "a")
    program = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM tasks')"
    )
    subprocess.run([sys.executable, "-c", f"{program}.fetchall(); c.close()", path], check=True)
    assert path.with_name("longhaul.sqlite-wal").exists()
    second.close()
    first.close()


def test_something_else_than_a_database_is_said_to_be_damaged(tmp_path):
    file = tmp_path / "state.sqlite"
    file.write_bytes(b"no database at all, but long enough to be read as one " * 100)
    with pytest.raises(DatabaseDamaged, match="not a database"):
        Store(file)


def test_statuses_that_do_not_exist_cannot_be_stored(store):
    with pytest.raises(DatabaseError, match="CHECK"), store.transaction():
        store.execute(
            "INSERT INTO tasks(type, title, status, source, steps, created_at, updated_at)"
            " VALUES ('t', 't', 'sleeping', 'api', '[]', 0, 0)",
            {},
        )


def test_a_durable_transaction_is_on_the_disk_when_it_returns(store, monkeypatch):
    flushed = []
    monkeypatch.setattr("core.logfile.os.fdatasync", flushed.append, raising=False)
    with store.transaction():
        put(store, "a")
    assert not flushed
    with store.transaction(durable=True):
        put(store, "b")
    assert len(flushed) == 1


def test_statements_are_found_by_their_names():
    found = named_statements("-- name: a\nSELECT 1;\n-- name: b\n-- why\nSELECT 2;\n")
    assert found == {"a": "SELECT 1", "b": "-- why\nSELECT 2"}
    with pytest.raises(ValueError, match="two statements"):
        named_statements("-- name: a\nSELECT 1;\n-- name: a\nSELECT 2;\n")


def test_scripts_are_split_at_statements_not_at_semicolons():
    trigger = "CREATE TRIGGER t AFTER INSERT ON x BEGIN\n  SELECT 1;\n  SELECT 2;\nEND;\n"
    assert list(whole_statements(f"SELECT ';';\n{trigger}")) == ["SELECT ';';\n", trigger]


def test_every_statement_can_be_prepared(store):
    """A misspelt column would be found only by whoever runs the statement."""

    class Anything(dict):
        def __missing__(self, key):
            return None

    assert len(store._statements) > 80
    for name in store._statements:
        store.execute(f"EXPLAIN {store.statement(name)}", Anything())
