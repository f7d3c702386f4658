"""A target that is an SQLite file: finding it, opening it confined, telling why it failed.

Lives here: the file's connections and the diagnosis of damage and of a full disk. Not here: what a
backfill does with them (`core.target`), the words for errors (`core.target.errors`). Called by
`core.target` alone.

The owner's `journal_mode` is never changed, a database is never created, and a file that is opened
for reading only stays the same to the byte.
"""

import errno
import os
import sqlite3
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import cast
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from core.errors import DatabaseBusy, DatabaseError, Invalid
from core.paths import Roots

#: seconds SQLite waits for a lock: short, because the caller tries again and shows the reason
BUSY_TIMEOUT = 1.0
#: bytes written to find out whether the disk takes any more
_PROBE = 65536
#: one connection is opened at a time, so that the files that appear meanwhile are its own
_opening = threading.Lock()


class TrackingConnection(sqlite3.Connection):
    """A connection that can end the statements that were left half read.

    A SELECT that nobody finished keeps its snapshot, which pins the WAL of the owner; a RETURNING
    that nobody read keeps the write lock.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._cursors = []
        #: between BEGIN and COMMIT, as we see it; SQLite may have rolled back by itself
        self.writing = False

    def cursor(self, *args, **kwargs):
        cursor = super().cursor(*args, **kwargs)
        self._cursors.append(cursor)
        return cursor

    def end_statements(self) -> None:
        for cursor in self._cursors:
            cursor.close()
        self._cursors.clear()


class SqliteFile:
    """The SQLite database at `path`, which has to exist."""

    #: reads the header of the file, which opening it does not
    probe = "PRAGMA schema_version"

    def __init__(self, path: str, read_only: bool, roots: Roots | None):
        if "\0" in path:
            raise Invalid("A path has no null characters.")
        given = Path(os.path.expanduser(path))
        self.roots = roots
        self.path = roots.check(given) if roots else given.absolute()
        self.name = str(self.path)
        self.read_only = read_only
        self._refuse_other_things()

    def mask(self, text: str) -> str:
        return text  # there are no secrets in the path of a file

    def engine(self) -> Engine:
        """Connections that are opened one by one through `connect`, in autocommit mode."""
        engine = create_engine(
            "sqlite://",
            creator=self.connect,
            poolclass=QueuePool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
        )
        event.listen(engine, "handle_error", _drop_unfit_connection)
        return engine

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        """A connection on which no statement stays open."""
        with engine.connect() as connection:
            try:
                yield connection
            finally:
                if not connection.invalidated:
                    _driver(connection).end_statements()

    @contextmanager
    def transaction(self, engine: Engine) -> Iterator[Connection]:
        """A transaction that holds the write lock from its beginning."""
        with engine.connect() as connection:
            driver = _driver(connection)
            # A lock taken only at the first write would let two of them read the same state.
            driver.execute("BEGIN IMMEDIATE")
            driver.writing = True
            try:
                yield connection
                driver.end_statements()
                # Through the connection, which refuses if it was dropped in the block.
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                if not connection.invalidated:
                    driver.end_statements()
                    driver.rollback()
                raise
            finally:
                driver.writing = False

    def connect(self) -> TrackingConnection:
        """A connection; with `roots` one to a file that lies below them, reached without links.

        SQLite opens by name, not by handle, so the name is followed twice: once here, by handles
        that follow no link, and once by SQLite. Afterwards the files that this process has opened
        meanwhile are looked at; unless one of them is the very file found here (same device and
        inode), the connection is closed unread. Guaranteed on Linux and macOS: no byte is read from
        or written to a main file that a link swapped in at any moment leads to. Not guaranteed:
        the place of its journal, which SQLite creates beside the name (refusing a link as its last
        part), if folders are renamed while a transaction runs; and hard links.
        """
        if self.roots is None:
            return self._connect()
        with _opening:
            try:
                found = self.roots.stat(self.path)
            except OSError as error:
                why = f"{self.name} cannot be opened any more: {error.strerror}."
                raise DatabaseError(why, reason="exchanged") from None
            before = _open_files()
            connection = self._connect()
            appeared = {file for fd, file in _open_files().items() if before.get(fd) != file}
        if (found.st_dev, found.st_ino) in appeared:
            return connection
        connection.close()
        # Either a link was swapped in, or SQLite reused a descriptor that it had kept open for
        # another connection: both are over with the next try, and nothing was read.
        raise DatabaseBusy(f"{self.name} was exchanged while it was opened.", reason="exchanged")

    def _connect(self) -> TrackingConnection:
        mode = "ro" if self.read_only else "rw"  # neither creates a file
        return sqlite3.connect(
            f"file:{quote(self.name)}?mode={mode}",
            uri=True,
            timeout=BUSY_TIMEOUT,
            isolation_level=None,
            check_same_thread=False,
            factory=TrackingConnection,
        )

    def damage(self) -> str | None:
        """What `integrity_check` finds on a connection of its own; None for a sound file.

        Takes as long as reading the whole file. Raises sqlite3.Error when the check cannot run.
        """
        try:
            with closing(self.connect()) as connection:
                verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                return str(error)
            raise
        return None if verdict == "ok" else verdict.splitlines()[-1]

    def is_full(self) -> bool:
        """Whether the disk, or this user's quota on it, takes no more bytes beside the file.

        SQLite tells an exceeded quota only as a failed write (SQLITE_IOERR_WRITE).
        """
        try:
            with tempfile.TemporaryFile(dir=self.path.parent, buffering=0) as probe:
                return probe.write(b"\0" * _PROBE) < _PROBE
        except OSError as error:
            return error.errno in (errno.ENOSPC, errno.EDQUOT)

    def _refuse_other_things(self) -> None:
        """Invalid for what is no database, without opening it.

        Opening and closing it would drop the locks that this process holds on it.
        """
        try:
            status = self.roots.stat(self.path) if self.roots else self.path.stat()
        except FileNotFoundError:
            raise Invalid(f"{self.name} does not exist. It is not created here.") from None
        except OSError as error:
            raise Invalid(f"{self.name} cannot be opened: {error.strerror}.") from None
        if not stat.S_ISREG(status.st_mode):
            raise Invalid(f"{self.name} is not a file.")
        if status.st_size == 0:
            raise Invalid(f"{self.name} is empty: not a database yet.")
        needed = os.R_OK if self.read_only else os.R_OK | os.W_OK
        if not os.access(self.path, needed):
            verb = "read" if self.read_only else "written"
            raise Invalid(f"{self.name} may not be {verb} by this user.")


def _driver(connection: Connection) -> TrackingConnection:
    """What SQLAlchemy's connection wraps."""
    return cast(TrackingConnection, connection.connection.dbapi_connection)


def _drop_unfit_connection(context) -> None:
    """Close a connection that must not go on after this error; statements on it raise from then on.

    One that saw a bad page, so that the next try reads the file anew; and one whose transaction
    SQLite rolled back by itself: in autocommit mode whatever a block that ignores the error writes
    next would be committed at once, without its cursor.
    """
    code = getattr(context.original_exception, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR):
        context.is_disconnect = True
    elif context.connection is not None:
        driver = _driver(context.connection)
        if driver.writing and not driver.in_transaction:
            context.is_disconnect = True
            context.invalidate_pool_on_disconnect = False  # the others are fine


def _open_files() -> dict[int, tuple[int, int]]:
    """The open descriptors of this process and the device and inode behind each."""
    files = {}
    for name in os.listdir("/dev/fd"):
        try:
            status = os.fstat(int(name))
        except OSError:  # closed by another thread meanwhile, or the listing's own descriptor
            continue
        files[int(name)] = (status.st_dev, status.st_ino)
    return files
