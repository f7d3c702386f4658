"""Opening a target: paths, addresses, drivers, reading only, and confinement to the roots."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.util import find_spec

import pytest

from core.errors import (
    DatabaseBusy,
    DatabaseError,
    Forbidden,
    Invalid,
)
from core.paths import Roots
from core.target import Checkpoint, Target
from core.target import sqlite as target_sqlite
from tests.archive import RECORDS, dated, make, put_date
from tests.swapper import race, swapping

pytest_plugins = ("tests.open_archive",)


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
