"""The target database on a real PostgreSQL server: batches, fences, locks, lost connections."""

import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from core.errors import ClaimLost, DatabaseBusy, DatabaseError, DiskFull, Invalid
from core.target import Checkpoint, Column, Target

pytest_plugins = ("tests.postgres",)

RECORDS = 20


@pytest.fixture
def ask(postgres, database):
    """Run a statement in this test's database, on a connection of its own."""
    return lambda sql: postgres.execute(sql, database)


@pytest.fixture
def url(postgres, database, ask):
    ask("CREATE TABLE articles (id int PRIMARY KEY, html text NOT NULL, date text, visits int)")
    ask(f"INSERT INTO articles SELECT n, '<p>', NULL, 0 FROM generate_series(1, {RECORDS}) n")
    return postgres.url(database)


@pytest.fixture
def target(url):
    target = Target.open(url)
    yield target
    target.close()


def put_date(connection, n):
    connection.exec_driver_sql("UPDATE articles SET date = %s WHERE id = %s", (f"day {n}", n))


def backend(connection):
    return connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()


def test_the_driver_that_is_installed_is_chosen_and_the_password_not_shown(target, postgres):
    assert target.name.startswith("postgresql+psycopg://longhaul:***@127.0.0.1")
    assert postgres.password not in repr(target)


def test_a_wrong_password_is_refused_without_repeating_it(postgres, database):
    with pytest.raises(Invalid, match="does not let this user in") as refused:
        Target.open(postgres.url(database, password="wr0ng-w0rd"))
    assert "wr0ng-w0rd" not in refused.value.detail


def test_an_unknown_database_and_a_closed_port_are_told_apart(postgres):
    with pytest.raises(Invalid, match="does not exist"):
        Target.open(postgres.url("none"))
    with pytest.raises(DatabaseBusy, match="not possible now"):
        Target.open(postgres.url().replace(f":{postgres.port}/", ":1/"))


def test_tables_columns_and_quoted_names_with_capitals(target, ask):
    ask('CREATE TABLE "Artikel" (id int PRIMARY KEY, "Datum" date NOT NULL)')
    target.adopt("job", 1)
    assert target.tables() == ["Artikel", "articles"]
    columns = target.columns("Artikel")
    assert columns == [Column("id", "INTEGER", False, True), Column("Datum", "DATE", False, False)]
    table = target.identifier("Artikel", target.tables())
    with target.read() as connection:
        assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0
    with pytest.raises(Invalid, match="Artikel"):
        target.identifier("artikel", target.tables())


def test_effects_and_cursor_commit_together_or_not_at_all(target, ask):
    assert target.adopt("job", 1) is None
    new = Checkpoint('{"id": 1}', done=1, tally={"backfilled": 1})
    with target.batch("job", 1, None, new) as connection:
        put_date(connection, 1)
    with (
        pytest.raises(ZeroDivisionError),
        target.batch("job", 1, new.cursor, Checkpoint("2")) as connection,
    ):
        put_date(connection, 2)
        raise ZeroDivisionError
    assert ask("SELECT id FROM articles WHERE date IS NOT NULL") == [(1,)]
    assert target.adopt("job", 2) == new
    target.forget("job", 2)
    assert ask("SELECT * FROM longhaul_checkpoint") == []


def test_nothing_is_left_open_after_a_read(target, ask):
    with target.read() as connection:
        pid = backend(connection)
        assert connection.exec_driver_sql("SELECT * FROM articles").fetchone()
    assert ask(f"SELECT state, backend_xmin FROM pg_stat_activity WHERE pid = {pid}") == [
        ("idle", None)
    ]


def test_opened_for_reading_only_the_server_refuses_writes(url, ask):
    target = Target.open(url, read_only=True)
    with pytest.raises(DatabaseError) as refused, target.read() as connection:
        put_date(connection, 1)
    assert refused.value.extra["reason"] == "privilege"
    with pytest.raises(DatabaseError, match="reading only"):
        target.adopt("job", 1)
    target.close()
    assert ask("SELECT count(*) FROM articles WHERE date IS NOT NULL") == [(0,)]


def test_the_older_of_two_attempts_is_refused(target, url, ask):
    newer = Target.open(url)
    target.adopt("job", 1)
    newer.adopt("job", 2)
    with pytest.raises(ClaimLost), target.batch("job", 1, None, Checkpoint("1")) as connection:
        put_date(connection, 1)
    for verb in (target.adopt, target.forget):
        with pytest.raises(ClaimLost):
            verb("job", 1)
    newer.close()
    assert ask("SELECT count(*) FROM articles WHERE date IS NOT NULL") == [(0,)]
    assert ask("SELECT fence, cursor FROM longhaul_checkpoint") == [(2, None)]


def test_an_older_batch_that_waits_for_the_row_is_refused_when_it_gets_it(target, url, ask):
    """The newer attempt's adoption is committed while the older one already waits at the row."""
    newer = Target.open(url)
    target.adopt("job", 1)
    with ThreadPoolExecutor(1) as pool:
        with newer.write() as connection:
            sql = "UPDATE longhaul_checkpoint SET fence = 2 WHERE key = 'job'"
            connection.exec_driver_sql(sql)
            older = pool.submit(lambda: target.batch("job", 1, None, Checkpoint("1")).__enter__())
            wait_until(ask, "SELECT count(*) FROM pg_locks WHERE NOT granted", 1)
        with pytest.raises(ClaimLost):
            older.result()
    newer.close()


def wait_until(ask, sql, value, tries=2000):
    """Ask the server until it answers `value`; each answer is a round trip, so this is bounded."""
    for _ in range(tries):
        if ask(sql) == [(value,)]:
            return
    pytest.fail(f"never became {value}: {sql}")


def test_attempts_racing_on_one_checkpoint_apply_every_record_once(url, ask):
    start = threading.Barrier(4)

    def attempt(fence):
        target = Target.open(url)
        start.wait()
        try:
            found = None
            while found is None or found.done < RECORDS:
                with suppress(DatabaseBusy):
                    found = target.adopt("job", fence) or Checkpoint(None)
                    while found.done < RECORDS:
                        new = Checkpoint(str(found.done + 1), done=found.done + 1)
                        with target.batch("job", fence, found.cursor, new) as connection:
                            sql = "UPDATE articles SET visits = visits + 1 WHERE id = %s"
                            connection.exec_driver_sql(sql, (new.done,))
                        found = new
            return True
        except ClaimLost:
            return False
        finally:
            target.close()

    with ThreadPoolExecutor(4) as pool:
        finished = list(pool.map(attempt, range(1, 5)))
    assert finished[3], "the newest fence is never refused"
    assert ask("SELECT DISTINCT visits FROM articles") == [(1,)]


def test_a_lock_of_another_program_is_busy_with_the_reason(target, postgres, database, ask):
    import psycopg

    target.adopt("job", 1)
    with psycopg.connect(postgres.url(database)) as owner:
        owner.execute("LOCK TABLE articles IN EXCLUSIVE MODE")
        with (
            pytest.raises(DatabaseBusy, match="locked by another program"),
            target.batch("job", 1, None, Checkpoint("1")) as connection,
        ):
            put_date(connection, 1)
        owner.rollback()
    assert target.adopt("job", 1) == Checkpoint(None)


def test_a_connection_killed_in_mid_batch_is_busy_and_nothing_is_half_written(target, ask):
    target.adopt("job", 1)
    with (
        pytest.raises(DatabaseBusy, match="connection"),
        target.batch("job", 1, None, Checkpoint("2", done=2)) as connection,
    ):
        put_date(connection, 1)
        ask(f"SELECT pg_terminate_backend({backend(connection)}, 5000)")
        put_date(connection, 2)
    assert ask("SELECT count(*) FROM articles WHERE date IS NOT NULL") == [(0,)]
    assert target.adopt("job", 1) == Checkpoint(None), "and the next try has a connection again"
    with target.batch("job", 1, None, Checkpoint("2", done=2)) as connection:
        put_date(connection, 1)
    assert ask("SELECT cursor FROM longhaul_checkpoint") == [("2",)]


def test_a_connection_killed_before_the_commit_keeps_nothing(target, ask):
    target.adopt("job", 1)
    with (
        pytest.raises(DatabaseBusy),
        target.batch("job", 1, None, Checkpoint("1")) as connection,
    ):
        put_date(connection, 1)
        ask(f"SELECT pg_terminate_backend({backend(connection)}, 5000)")
    assert ask("SELECT count(*) FROM articles WHERE date IS NOT NULL") == [(0,)]
    assert target.adopt("job", 1) == Checkpoint(None)


def test_a_worker_that_stands_still_in_mid_batch_is_ended_by_the_server(target, ask):
    """Its rows would stay locked otherwise. The real limit is a minute; here a shorter one."""
    target.adopt("job", 1)
    with target.read() as connection:
        limit = "SHOW idle_in_transaction_session_timeout"
        assert connection.exec_driver_sql(limit).scalar() == "1min"
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "1s"
    with (
        pytest.raises(DatabaseBusy),
        target.batch("job", 1, None, Checkpoint("1")) as connection,
    ):
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '50ms'")
        wait_until(
            ask, f"SELECT count(*) FROM pg_stat_activity WHERE pid = {backend(connection)}", 0
        )
        put_date(connection, 1)
    assert target.adopt("job", 1) == Checkpoint(None)


def test_a_user_who_may_not_create_the_table_is_told_so_and_may_use_one_made_for_him(
    target, postgres, database, ask
):
    guest = f"guest_{database}"
    ask(f"CREATE USER {guest} PASSWORD 'guest'")
    ask(f"GRANT SELECT, UPDATE ON articles TO {guest}")
    try:
        theirs = Target.open(postgres.url(database, guest, "guest"))
        with pytest.raises(DatabaseError) as refused:
            theirs.adopt("job", 1)
        assert refused.value.extra["reason"] == "privilege"
        target.adopt("another job", 1)  # the owner's attempt creates the table
        ask(f"GRANT SELECT, INSERT, UPDATE, DELETE ON longhaul_checkpoint TO {guest}")
        assert theirs.adopt("job", 1) is None
        with theirs.batch("job", 1, None, Checkpoint("1")) as connection:
            put_date(connection, 1)
        theirs.close()
    finally:
        ask(f"DROP OWNED BY {guest}")
        ask(f"DROP USER {guest}")


def test_a_missing_column_is_invalid_and_a_refused_value_keeps_its_data_to_itself(target):
    with pytest.raises(Invalid) as missing, target.read() as connection:
        connection.exec_driver_sql("SELECT none FROM articles")
    assert missing.value.extra["reason"] == "missing"
    with pytest.raises(DatabaseError) as refused, target.write() as connection:
        sql = "INSERT INTO articles VALUES (1, %s, %s, 0)"
        connection.exec_driver_sql(sql, ("private words", "private words"))
    assert refused.value.extra["reason"] == "constraint"
    assert "private words" not in str(refused.value)


@pytest.fixture
def small_tablespace(postgres, ask):
    """A tablespace on a file system of 4 MB; needs the right to mount one."""
    folder = postgres.folder / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "longhaul-test", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        folder.rmdir()
        pytest.skip("may not mount a small file system")
    if postgres.runs_as:
        shutil.chown(folder, postgres.runs_as)
    try:
        ask(f"CREATE TABLESPACE small LOCATION '{folder}'")
        yield "small"
        ask("DROP TABLE IF EXISTS pages")
        ask("DROP TABLESPACE small")
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_of_the_server_is_told_as_full_and_keeps_nothing(target, ask, small_tablespace):
    ask(f"CREATE TABLE pages (html text) TABLESPACE {small_tablespace}")
    target.adopt("job", 1)
    with (
        pytest.raises(DiskFull, match="No space"),
        target.batch("job", 1, None, Checkpoint("1")) as connection,
    ):
        put_date(connection, 1)
        sql = "INSERT INTO pages SELECT repeat('x', 1000) FROM generate_series(1, 20000)"
        connection.exec_driver_sql(sql)
    assert ask("SELECT count(*) FROM articles WHERE date IS NOT NULL") == [(0,)]
    assert target.adopt("job", 1) == Checkpoint(None)
