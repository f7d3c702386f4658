"""What the target makes of locks, full disks, damage and refusals."""

import shutil
import sqlite3
import subprocess
import time
from contextlib import closing, suppress

import pytest
from sqlalchemy.exc import SQLAlchemyError

from core.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseError,
    DiskFull,
    Invalid,
)
from core.target import Checkpoint, Target
from core.target import sqlite as target_sqlite
from core.target.errors import reason_of
from tests.archive import RECORDS, ask, dated, make, put_date

pytest_plugins = ("tests.open_archive",)


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
    assert target.rows(SUM) == [(RECORDS * 6000,)]
    target.close()


def test_damage_met_while_rows_are_fetched_is_told_too(tmp_path):
    path = make(tmp_path / "a.sqlite", html="<p>" * 2000)
    damage(path)
    target = Target.open(str(path))
    with pytest.raises(DatabaseDamaged):
        target.rows("SELECT id, html FROM articles ORDER BY id")
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
