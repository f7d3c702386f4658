"""The target database on SQLite: opening, names, batches with their checkpoint, errors."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from importlib.util import find_spec
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import SQLAlchemyError

from core.errors import (
    ClaimLost,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseError,
    DiskFull,
    Forbidden,
    Invalid,
)
from core.paths import Roots
from core.target import Checkpoint, Column, Target
from core.target import sqlite as target_sqlite
from core.target.errors import reason_of
from tests.swapper import race, swapping

RECORDS = 20


def make(path, journal="delete", html="<p>x</p>"):
    """A small archive; the connection is closed, so nothing lies beside the file."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA journal_mode={journal}")
        database.execute(
            "CREATE TABLE articles (id INTEGER PRIMARY KEY, html TEXT NOT NULL, date TEXT UNIQUE)"
        )
        rows = [(html,)] * RECORDS
        database.executemany("INSERT INTO articles (html) VALUES (?)", rows)
        database.commit()
    return path


@pytest.fixture
def impatient(monkeypatch):
    """Locks are waited for a moment only, where the waiting itself is not what is tested."""
    monkeypatch.setattr(target_sqlite, "BUSY_TIMEOUT", 0.05)


@pytest.fixture
def archive(tmp_path):
    return make(tmp_path / "archive.sqlite")


@pytest.fixture
def target(archive):
    target = Target.open(str(archive))
    yield target
    target.close()


def ask(path, sql):
    with closing(sqlite3.connect(path)) as database:
        return database.execute(sql).fetchall()


def dated(path):
    return ask(path, "SELECT count(*) FROM articles WHERE date IS NOT NULL")[0][0]


def put_date(connection, n):
    connection.exec_driver_sql("UPDATE articles SET date = ? WHERE id = ?", (f"day {n}", n))


# --- opening -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.sqlite", "with space?#%41.db", "ä'\".sqlite"])
@pytest.mark.parametrize("form", ["{}", "sqlite:///{}", "sqlite+pysqlite:///{}"])
def test_a_file_is_opened_by_its_path_or_its_address(tmp_path, name, form):
    if "://" in form and "?" in name:
        pytest.skip("in an address a question mark begins the options")
    path = make(tmp_path / name)
    target = Target.open(form.format(path))
    assert target.tables() == ["articles"]
    target.close()
    assert os.listdir(tmp_path) == [name]


def test_a_file_that_does_not_exist_is_refused_and_not_created(tmp_path):
    with pytest.raises(Invalid, match="does not exist"):
        Target.open(str(tmp_path / "none.sqlite"))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("content", [b"", b"hello", b"<html>" * 5000])
def test_a_file_that_is_not_a_database_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "page.html"
    path.write_bytes(content)
    with pytest.raises(Invalid):
        Target.open(str(path))
    assert path.read_bytes() == content and os.listdir(tmp_path) == ["page.html"]


def test_folders_and_fifos_are_refused(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path, tmp_path / "fifo"):
        with pytest.raises(Invalid, match="not a file"):
            Target.open(str(path))


@pytest.mark.parametrize(
    "address",
    ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true", "nothing://x"]
    + ["sqlite+aiosqlite:////x", "postgresql+asyncpg://x/y", "file:///etc/passwd", "://", "a\0b"],
)
def test_addresses_that_cannot_be_a_target_are_refused(address):
    with pytest.raises(Invalid):
        Target.open(address)


@pytest.mark.parametrize(
    ("address", "module", "package"),
    [("mysql://u@localhost/x", "pymysql", "pymysql"), ("mssql://x", "pyodbc", "pyodbc")]
    + [("postgresql+psycopg2://x", "psycopg2", "psycopg2-binary")],
)
def test_a_missing_driver_is_named_with_the_package_to_install(address, module, package):
    if find_spec(module) or (module == "pymysql" and find_spec("MySQLdb")):
        pytest.skip(f"{module} is installed here")
    with pytest.raises(Invalid, match=f"pip install '{package}'"):
        Target.open(address)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:s3cr3t@127.0.0.1:1/x",
        "postgresql://me@127.0.0.1:1/x?password=s3cr3t",
        "postgresql://me:p@ss:s3cr3t@127.0.0.1:port/x",
        "postgresql://me:s3cr3t@127.0.0.1:1/x?no_such_option=s3cr3t",
        "postgres+s3cr3t://x",
        "mysql://me:s3cr3t@127.0.0.1:1/x",
    ],
)
def test_a_password_is_never_repeated(address):
    if "postgres" in address and not find_spec("psycopg"):
        pytest.skip("needs psycopg")
    with pytest.raises((Invalid, DatabaseError)) as refused:
        Target.open(address)
    if "+s3cr3t" not in address:  # the name of a driver is no secret
        assert "s3cr3t" not in refused.value.detail + repr(refused.value.extra)


@pytest.mark.parametrize("journal", ["delete", "truncate", "wal"])
def test_the_owners_journal_mode_stays_as_it_is(tmp_path, journal):
    path = make(tmp_path / "a.sqlite", journal)
    before = path.read_bytes()[18:20]  # the header's read and write versions: 2 is WAL
    target = Target.open(str(path))
    target.adopt("job", 1)
    with target.batch("job", 1, None, Checkpoint("1")) as connection:
        put_date(connection, 1)
    target.close()
    assert path.read_bytes()[18:20] == before and dated(path) == 1


def test_opened_for_reading_only_the_file_stays_the_same_to_the_byte(tmp_path, archive):
    before, status = archive.read_bytes(), archive.stat()
    target = Target.open(str(archive), read_only=True)
    with target.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM articles").scalar() == RECORDS
    for attempt in (target.write(), target.batch("job", 1, None, Checkpoint("1"))):
        with pytest.raises(DatabaseError, match="reading only"), attempt:
            pass
    for verb in (target.adopt, target.forget):
        with pytest.raises(DatabaseError, match="reading only"):
            verb("job", 1)
    with pytest.raises(DatabaseError), target.read() as connection:
        put_date(connection, 1)
    target.close()
    assert archive.read_bytes() == before and archive.stat().st_mtime_ns == status.st_mtime_ns
    assert os.listdir(tmp_path) == ["archive.sqlite"]


# --- confinement -------------------------------------------------------------------------------


@pytest.fixture
def confined(tmp_path):
    """A root with an archive, and outside of it a database that nobody may read."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "sub").mkdir(parents=True)
    outside.mkdir()
    make(root / "sub" / "a.sqlite")
    with closing(sqlite3.connect(outside / "a.sqlite")) as database:
        database.execute("CREATE TABLE secret (x)")
    return root, outside


def test_a_file_below_the_roots_is_opened(confined):
    root, _ = confined
    target = Target.open(str(root / "sub" / "a.sqlite"), roots=Roots([root]))
    assert target.tables() == ["articles"]
    target.close()


def test_a_file_outside_of_the_roots_is_forbidden_by_path_address_and_link(confined):
    root, outside = confined
    (root / "link.sqlite").symlink_to(outside / "a.sqlite")
    paths = [outside / "a.sqlite", outside / "none", root / "link.sqlite", "relative.sqlite"]
    for name in [*map(str, paths), f"sqlite:///{outside}/a.sqlite"]:
        with pytest.raises(Forbidden):
            Target.open(name, roots=Roots([root]))


def test_a_link_swapped_in_between_check_and_opening_is_noticed_unread(confined, monkeypatch):
    root, outside = confined
    real, opened = sqlite3.connect, []

    def swap_then_connect(*args, **kwargs):
        os.rename(root / "sub", root / "parked")
        (root / "sub").symlink_to(outside)
        opened.append(real(*args, **kwargs))
        os.unlink(root / "sub")  # swapped back at once: looking at the path again shows nothing
        os.rename(root / "parked", root / "sub")
        return opened[-1]

    monkeypatch.setattr(target_sqlite.sqlite3, "connect", swap_then_connect)
    with pytest.raises(DatabaseBusy, match="exchanged"):
        Target.open(str(root / "sub" / "a.sqlite"), roots=Roots([root]))
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")


def test_a_target_never_reads_outside_while_links_are_swapped(confined):
    """300 openings while a process swaps the folder for a link to the folder of the secret."""
    root, outside = confined

    def attempt():
        try:
            target = Target.open(str(root / "sub" / "a.sqlite"), roots=Roots([root]))
        except (Forbidden, Invalid, DatabaseError):
            return "refused"
        try:
            assert target.tables() == ["articles"]
            return "inside"
        except (Forbidden, DatabaseError):
            return "refused later"
        finally:
            target.close()

    with swapping(root / "sub", outside):
        race(attempt, at_least=300, wanted={"inside", "refused"})


def test_opening_a_target_again_keeps_the_locks_of_this_process(confined):
    """POSIX locks go when any descriptor of the file is closed: looking must not open it."""
    root, _ = confined
    path = str(root / "sub" / "a.sqlite")
    first = Target.open(path, roots=Roots([root]))
    with first.write() as connection:
        put_date(connection, 1)
        Target.open(path, roots=Roots([root])).close()
        with pytest.raises(Invalid):
            Target.open(path + "-none", roots=Roots([root]))
        code = "import sqlite3, sys; d = sqlite3.connect(sys.argv[1], timeout=0)"
        code += "; d.execute('BEGIN IMMEDIATE')"
        other = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
        assert "locked" in other.stderr
    first.close()
    assert dated(path) == 1


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


# --- what drivers say --------------------------------------------------------------------------


def test_a_lock_is_waited_for_about_a_second(target, archive):
    with closing(sqlite3.connect(archive, isolation_level=None)) as owner:
        owner.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        with pytest.raises(DatabaseBusy), target.write():
            pass
        assert 0.8 < time.monotonic() - began < 5


def test_a_locked_database_is_busy_and_usable_afterwards(impatient, archive):
    target = Target.open(str(archive))
    with closing(sqlite3.connect(archive, isolation_level=None)) as owner:
        owner.execute("BEGIN EXCLUSIVE")
        for verb in (target.tables, lambda: target.adopt("job", 1)):
            with pytest.raises(DatabaseBusy, match="locked by another program"):
                verb()
        with pytest.raises(DatabaseBusy):
            Target.open(str(archive))
        owner.execute("ROLLBACK")
    assert target.adopt("job", 1) is None
    target.close()


def test_a_commit_that_a_reader_blocks_is_busy_and_keeps_nothing(impatient, target, archive):
    target.adopt("job", 1)
    with closing(sqlite3.connect(archive, isolation_level=None)) as owner:
        owner.execute("BEGIN")
        owner.execute("SELECT * FROM articles").fetchall()
        with (
            pytest.raises(DatabaseBusy),
            target.batch("job", 1, None, Checkpoint("1")) as connection,
        ):
            put_date(connection, 1)
    assert dated(archive) == 0 and target.adopt("job", 1) == Checkpoint(None)


def fill(connection):
    connection.exec_driver_sql("UPDATE articles SET html = ?", ("x" * 1_000_000,))


def limit(connection):
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def test_a_full_database_is_told_as_full_and_keeps_nothing(target, archive):
    target.adopt("job", 1)
    with (
        pytest.raises(DiskFull),
        target.batch("job", 1, None, Checkpoint("1")) as connection,
    ):
        limit(connection)
        put_date(connection, 1)
        fill(connection)
    assert dated(archive) == 0 and target.adopt("job", 1) == Checkpoint(None)


def test_a_block_that_ignores_a_rollback_by_sqlite_commits_nothing(target, archive):
    """After OR ROLLBACK there is no transaction: what the block writes then must not stay."""
    target.adopt("job", 1)
    with (
        pytest.raises(DatabaseError),
        target.batch("job", 1, None, Checkpoint("1")) as connection,
    ):
        put_date(connection, 1)
        with suppress(SQLAlchemyError):
            connection.exec_driver_sql("INSERT OR ROLLBACK INTO articles VALUES (1, 'x', 'x')")
        with suppress(SQLAlchemyError):
            put_date(connection, 2)
    assert dated(archive) == 0 and target.adopt("job", 1) == Checkpoint(None)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MB; needs the right to mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "longhaul-test", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("may not mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_full_disk_is_told_as_full_and_work_goes_on_when_there_is_space(small_disk, journal):
    path = make(small_disk / "a.sqlite", journal)
    target = Target.open(str(path))
    target.adopt("job", 1)
    ballast = small_disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096) == 4096:
            pass
    with (
        pytest.raises(DiskFull, match="No space is left"),
        target.batch("job", 1, None, Checkpoint("1")) as connection,
    ):
        put_date(connection, 1)
        connection.exec_driver_sql("UPDATE articles SET html = ?", ("x" * 9000,))
    ballast.unlink()
    assert target.adopt("job", 1) == Checkpoint(None)
    with target.batch("job", 1, None, Checkpoint("1")) as connection:
        put_date(connection, 1)
    target.close()
    assert dated(path) == 1 and ask(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_failed_write_on_a_disk_with_space_is_not_called_full(archive):
    source = target_sqlite.SqliteFile(str(archive), read_only=False, roots=None)
    assert not source.is_full()


SUM = "SELECT sum(length(html)) FROM articles"


def damage(path):
    """Overwrite everything behind the first two pages; returns the sound bytes."""
    sound = path.read_bytes()
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * (len(sound) - 8192))
    return sound


def test_damage_is_told_after_integrity_check_confirmed_it(tmp_path):
    path = make(tmp_path / "a.sqlite", html="<p>" * 2000)
    target = Target.open(str(path))
    damage(path)
    with pytest.raises(DatabaseDamaged), target.read() as connection:
        connection.exec_driver_sql(SUM).all()
    target.close()


def test_a_read_error_on_a_sound_file_is_worth_another_try(tmp_path):
    path = make(tmp_path / "a.sqlite", html="<p>" * 2000)
    target = Target.open(str(path))
    sound = damage(path)
    with pytest.raises(DatabaseBusy, match="sound"), target.read() as connection:
        try:
            connection.exec_driver_sql(SUM).all()
        finally:
            path.write_bytes(sound)
    with target.read() as connection:
        assert connection.exec_driver_sql(SUM).scalar() == RECORDS * 6000
    target.close()


def test_a_missing_table_or_column_is_invalid(target):
    statements = ("SELECT * FROM none", "SELECT none FROM articles", "DELETE FROM none")
    for sql in (*statements, "INSERT INTO articles (none) VALUES (1)"):
        with pytest.raises(Invalid) as refused, target.write() as connection:
            connection.exec_driver_sql(sql)
        assert refused.value.extra["reason"] == "missing"


def test_a_refused_value_is_told_without_the_data_of_the_row(target):
    with pytest.raises(DatabaseError, match="UNIQUE") as refused, target.write() as connection:
        connection.exec_driver_sql("UPDATE articles SET date = ?", ("private words",))
    assert refused.value.extra["reason"] == "constraint"
    assert "private words" not in str(refused.value) + str(refused.value.__cause__)


class OperationalError(Exception):
    def __init__(self, *args, sqlstate=None):
        super().__init__(*args)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OperationalError("x", sqlstate="55P03"), "locked"),
        (OperationalError("x", sqlstate="40P01"), "locked"),
        (OperationalError("x", sqlstate="57P01"), "lost"),
        (OperationalError("x", sqlstate="08006"), "lost"),
        (OperationalError("x", sqlstate="53100"), "full"),
        (OperationalError("x", sqlstate="XX001"), "damaged"),
        (OperationalError("x", sqlstate="23505"), "constraint"),
        (OperationalError("x", sqlstate="22001"), "other"),
        (OperationalError({"C": "42P01", "M": "x"}), "missing"),
        (OperationalError(1205, "Lock wait timeout exceeded"), "locked"),
        (OperationalError(1114, "The table is full"), "full"),
        (OperationalError(2003, "Can't connect"), "lost"),
        (OperationalError("could not write: No space left on device"), "full"),
        (OperationalError("could not write: Disk quota exceeded"), "full"),
        (OperationalError("connection failed: Connection refused"), "lost"),
        (sqlite3.OperationalError("near X: syntax error"), "other"),
        (ValueError("x"), "other"),
    ],
)
def test_the_codes_of_other_drivers_are_understood(error, reason):
    assert reason_of(error) == reason
