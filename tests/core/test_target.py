"""The target database on SQLite: names, reading, batches with their checkpoint."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from core.errors import ClaimLost, DatabaseBusy, Invalid
from core.target import Checkpoint, Column, Target
from tests.archive import RECORDS, ask, dated, make, put_date

pytest_plugins = ("tests.open_archive",)


# --- names -------------------------------------------------------------------------------------


def test_tables_and_columns_are_what_the_database_reports(target):
    target.adopt("job", 1)
    assert target.tables() == ["articles"], "the checkpoint's own table is not the person's"
    assert target.columns("articles") == [
        Column("id", "INTEGER", True, True),
        Column("html", "TEXT", False, False),
        Column("date", "TEXT", True, False),
    ]
    assert target.identifier("html", [c.name for c in target.columns("articles")]) == '"html"'


def test_an_unknown_name_is_refused_with_the_close_ones(target):
    with pytest.raises(Invalid, match="Did you mean 'articles'") as refused:
        target.identifier("Artikles", target.tables(), pointer="/table")
    assert refused.value.errors[0]["pointer"] == "/table"
    with pytest.raises(Invalid, match="articles"):
        target.columns("article")


@given(st.text(max_size=80) | st.sampled_from(["a b", 'a"b', "a;b", "1a", "a-b", "", "a" * 64]))
def test_only_plain_members_of_the_reflected_names_are_quoted(name):
    engine = SimpleNamespace(dialect=SimpleNamespace(identifier_preparer=_Preparer))
    target = object.__new__(Target)
    target._engine, target._source = engine, SimpleNamespace(name="x")
    with pytest.raises(Invalid):
        target.identifier(name, ["articles" + name])
    try:
        quoted = target.identifier(name, [name])
    except Invalid:
        assert not (name.isascii() and name.isidentifier() and len(name) <= 63)
    else:
        assert quoted == f"<{name}>" and not set(name) & set("\"'`;[] \n\0-.")


class _Preparer:
    @staticmethod
    def quote_identifier(name):
        return f"<{name}>"


# --- reading and writing -----------------------------------------------------------------------


def test_a_half_read_select_does_not_pin_the_wal(tmp_path):
    path = make(tmp_path / "a.sqlite", "wal")
    target = Target.open(str(path))
    with closing(sqlite3.connect(path, timeout=0)) as owner:
        with target.read() as connection:
            result = connection.exec_driver_sql("SELECT * FROM articles")
            assert result.fetchone()
            owner.execute("UPDATE articles SET date = 'x' WHERE id = 1")
            owner.commit()
            assert owner.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 1, "pinned"
        assert owner.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    target.close()


def test_a_returning_that_was_not_read_is_committed_and_gives_the_lock_back(target, archive):
    with target.write() as connection:
        sql = "UPDATE articles SET html = 'new' RETURNING id"
        result = connection.exec_driver_sql(sql)
        assert result.fetchone()
    assert ask(archive, "SELECT DISTINCT html FROM articles") == [("new",)]
    with closing(sqlite3.connect(archive, timeout=0)) as owner:
        owner.execute("BEGIN IMMEDIATE")


def test_rows_are_plain_tuples_read_to_the_end(target):
    page = target.rows("SELECT id, html FROM articles WHERE id > ? LIMIT ?", (3, 2))
    assert page == [(4, "<p>x</p>"), (5, "<p>x</p>")] and type(page[0]) is tuple
    assert target.rows(text("SELECT id FROM articles WHERE id = :n"), {"n": 7}) == [(7,)]
    assert target.rows(text("SELECT count(*) FROM articles")) == [(RECORDS,)]
    with pytest.raises(Invalid):
        target.rows("SELECT none FROM articles")


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, ClaimLost])
def test_a_write_that_raises_leaves_nothing_and_lets_the_exception_pass(target, archive, error):
    with pytest.raises(error), target.write() as connection:
        put_date(connection, 1)
        raise error("stop")
    assert dated(archive) == 0
    with target.write() as connection:
        put_date(connection, 1)
    assert dated(archive) == 1


# --- the checkpoint ----------------------------------------------------------------------------


def test_the_first_adoption_finds_nothing_and_the_next_what_was_committed(target):
    assert target.adopt("job", 1) is None
    assert target.adopt("job", 1) == Checkpoint(None)
    new = Checkpoint('{"id": 5}', done=5, failed=1, skipped=2, tally={"backfilled": 2})
    with target.batch("job", 1, None, new):
        pass
    assert target.adopt("job", 2) == new
    assert target.adopt("other job", 1) is None


def test_effects_and_cursor_commit_together_or_not_at_all(target, archive):
    target.adopt("job", 1)
    with target.batch("job", 1, None, Checkpoint("1", done=1)) as connection:
        put_date(connection, 1)
    with (
        pytest.raises(ZeroDivisionError),
        target.batch("job", 1, "1", Checkpoint("2", done=2)) as connection,
    ):
        put_date(connection, 2)
        raise ZeroDivisionError
    assert dated(archive) == 1 and target.adopt("job", 1) == Checkpoint("1", done=1)


def test_a_batch_of_an_older_fence_is_refused_and_its_block_never_runs(target, archive):
    target.adopt("job", 1)
    target.adopt("job", 2)
    with (
        pytest.raises(ClaimLost),
        target.batch("job", 1, None, Checkpoint("1")) as connection,
    ):
        put_date(connection, 1)
    with pytest.raises(ClaimLost):
        target.adopt("job", 1)
    assert dated(archive) == 0 and target.adopt("job", 2) == Checkpoint(None)


@pytest.mark.parametrize("old", [None, "0", "2"])
def test_a_batch_from_another_cursor_is_refused(target, archive, old):
    target.adopt("job", 1)
    with target.batch("job", 1, None, Checkpoint("1")):
        pass
    with pytest.raises(ClaimLost), target.batch("job", 1, old, Checkpoint("3")) as connection:
        put_date(connection, 1)
    assert dated(archive) == 0 and target.adopt("job", 1) == Checkpoint("1")


def test_an_adoption_waits_for_the_batch_of_the_older_attempt(impatient, target, archive):
    """The newer attempt is told busy while the batch is open, then finds all of it."""
    newer = Target.open(str(archive))
    target.adopt("job", 1)
    with target.batch("job", 1, None, Checkpoint("1", done=1)) as connection:
        put_date(connection, 1)
        with pytest.raises(DatabaseBusy):
            newer.adopt("job", 2)
    assert newer.adopt("job", 2) == Checkpoint("1", done=1) and dated(archive) == 1
    newer.close()


def test_two_attempts_racing_on_one_checkpoint_apply_every_record_once(tmp_path):
    """Attempts with rising fences work on the same rows at the same time; the effect is counted."""
    path = make(tmp_path / "a.sqlite", "wal")
    with closing(sqlite3.connect(path)) as database:
        database.execute("ALTER TABLE articles ADD visits INT DEFAULT 0")
    lost = []

    def attempt(fence):
        target = Target.open(str(path))
        with suppress(ClaimLost):
            found = None
            while found is None or found.done < RECORDS:
                with suppress(DatabaseBusy):
                    found = target.adopt("job", fence) or Checkpoint(None)
                    while found.done < RECORDS:
                        n = found.done + 1
                        new = Checkpoint(str(n), done=n)
                        with target.batch("job", fence, found.cursor, new) as connection:
                            sql = "UPDATE articles SET visits = visits + 1 WHERE id = ?"
                            connection.exec_driver_sql(sql, (n,))
                        found = new
            target.close()
            return True
        lost.append(fence)
        target.close()
        return False

    with ThreadPoolExecutor(4) as pool:
        finished = list(pool.map(attempt, range(1, 9)))
    assert finished[7], "the newest fence is never refused"
    assert ask(path, "SELECT DISTINCT visits FROM articles") == [(1,)]
    assert len(lost) == finished.count(False)


def test_attempts_that_create_the_table_at_the_same_moment_agree_on_one_owner(archive):
    targets = [Target.open(str(archive)) for _ in range(4)]
    start = threading.Barrier(4)

    def adopt(fence):
        start.wait()
        try:
            return targets[fence].adopt("job", fence)
        except (ClaimLost, DatabaseBusy) as error:
            return type(error)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(adopt, range(4)))
    assert answers.count(None) == 1
    assert all(answer in (None, Checkpoint(None), ClaimLost, DatabaseBusy) for answer in answers)
    assert len(ask(archive, "SELECT * FROM longhaul_checkpoint")) == 1
    for target in targets:
        target.close()


def test_a_forgotten_checkpoint_is_gone_and_only_its_owner_may_forget(target):
    target.forget("job", 1)
    target.adopt("job", 2)
    with pytest.raises(ClaimLost):
        target.forget("job", 1)
    assert target.adopt("job", 2) == Checkpoint(None)
    target.forget("job", 2)
    target.forget("job", 2)
    with pytest.raises(ClaimLost), target.batch("job", 2, None, Checkpoint("1")):
        pass
    assert target.adopt("job", 3) is None
