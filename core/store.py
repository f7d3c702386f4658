"""The one door to Longhaul's own database, and the only importer of `dataset`.

Here live: opening (with the settings that design.md measured), migrations, named statements from
queries*.sql, transactions, and the translation of driver errors. What the statements mean is not
decided here. `dataset` opens the file, keeps one connection a thread and runs the pragmas; the
statements go straight to its driver connection, which costs 6 µs a statement instead of 60.

Rules that each prevent a fault seen before: every result is read to its end (an unread RETURNING
keeps the write lock, a half-read SELECT pins the WAL); a transaction takes the write lock at its
start (`BEGIN IMMEDIATE`), never nests, and never spans a person's or a task's own code.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TypeVar

from sqlalchemy.exc import DBAPIError

from core.errors import DatabaseBusy, DatabaseDamaged, DatabaseError, DiskFull
from core.logfile import LogFile
from core.statements import named_statements, whole_statements
from core.turn import Turn
from core.unmigrated import without_alembic

with without_alembic():
    import dataset

HERE = Path(__file__).parent
BUSY_S = 15.0  #: how long a write waits for another program's lock before it says so
THREADS = 256  #: connections that may be open; one is opened a thread, when it first asks

#: said on every connection; SQLite itself waits for a lock only while these are said
_PRAGMAS = (
    # For a new file: a job writes some thirty pages, and what costs is their length.
    "page_size=2048",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "cache_size=-2048",
    # The service brings the log back every two seconds; nobody else has to wait for it.
    "wal_autocheckpoint=8000",
    "temp_store=MEMORY",
    # From here on we wait ourselves: SQLite would sleep up to 25 ms between two tries.
    "busy_timeout=0",
)
_POOL = {"isolation_level": "AUTOCOMMIT", "pool_size": THREADS, "max_overflow": 0}

Row = sqlite3.Row
T = TypeVar("T")


class Store:
    """An open database. Safe to share between threads; each gets a connection of its own."""

    def __init__(self, path: Path, *, busy_s: float = BUSY_S):
        self.path = Path(path)
        texts = (file.read_text(encoding="utf-8") for file in sorted(HERE.glob("queries*.sql")))
        self._statements = named_statements("\n".join(texts))
        self._local = threading.local()
        self._busy_s = busy_s
        # Ours alone from the start, as SQLite makes the files beside it. One that is there is not
        # opened: closing it would drop the locks of this process's other connections.
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        self._log, self._turn = LogFile(self.path), Turn(self.path)
        first = f"busy_timeout={int(busy_s * 1000)}"
        with translated():
            self._db = dataset.connect(
                f"sqlite:///{self.path}",
                ensure_schema=False,
                row_type=dict,
                on_connect_statements=[f"PRAGMA {p}" for p in (first, *_PRAGMAS)],
                engine_kwargs=_POOL,
            )
        self._migrate()

    def close(self) -> None:
        """Close every connection of every thread."""
        self._local = threading.local()
        self._log.close()
        self._turn.close()
        self._db.close()

    # --- statements ---------------------------------------------------------------------------

    def rows(self, name: str, **params: Any) -> list[Row]:
        """Run the statement `name` of queries*.sql and read its result to the end."""
        return self.execute(self._statements[name], params)

    def one(self, name: str, **params: Any) -> Row | None:
        """The first row of `rows`, or None."""
        found = self.execute(self._statements[name], params)
        return found[0] if found else None

    def row(self, name: str, **params: Any) -> Row:
        """The one row of a statement that always has one."""
        return self.execute(self._statements[name], params)[0]

    def value(self, name: str, **params: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.one(name, **params)
        return row[0] if row is not None else None

    def changed(self, name: str, **params: Any) -> int:
        """Run a statement without RETURNING; how many rows it changed."""
        cursor, sql = self._cursor(), self._statements[name]
        try:
            return cursor.execute(sql, params).rowcount
        except sqlite3.Error as error:
            return self._again(error, lambda: cursor.execute(sql, params).rowcount)

    def insert(self, name: str, **params: Any) -> int:
        """Run an INSERT of one row, inside a transaction; its number."""
        cursor = self._cursor()
        try:
            return cursor.execute(self._statements[name], params).lastrowid or 0
        except sqlite3.Error as error:
            raise translate(error) from error

    def defaults(self, table: str) -> dict[str, Any]:
        """What the schema gives the columns of a new row that an INSERT does not name."""
        columns = self.rows("columns", table=table)
        values = ", ".join(f"{row['dflt_value'] or 'NULL'} AS {row['name']}" for row in columns)
        return dict(self.execute(f"SELECT {values}", {})[0])

    def many(self, name: str, params: list[dict[str, Any]]) -> int:
        """Run one statement for many sets of parameters in a transaction; how many rows changed."""
        try:
            return self._cursor().executemany(self._statements[name], params).rowcount
        except sqlite3.Error as error:
            raise translate(error) from error

    def execute(self, sql: str, params: dict[str, Any]) -> list[Row]:
        """Run SQL that `core` composed itself (filters of lists); values are always bound."""
        cursor = self._cursor()
        try:
            return cursor.execute(sql, params).fetchall()
        except sqlite3.Error as error:
            return self._again(error, lambda: cursor.execute(sql, params).fetchall())

    def _again(
        self,
        error: sqlite3.Error,
        action: Callable[[], T],
        patience_s: float | None = None,
        urgent: bool = False,
    ) -> T:
        """Try again while another program holds the lock; every other error is translated.

        Inside a transaction the lock is ours already, so that nothing is half done by waiting.
        """
        if isinstance(translate(error), DatabaseBusy):
            patience_s = self._busy_s if patience_s is None else patience_s
            for _ in self._turn.tries(patience_s, urgent=urgent):
                try:
                    return action()
                except sqlite3.Error as newer:
                    error = newer
                if not isinstance(translate(error), DatabaseBusy):
                    break
        raise translate(error) from error

    def statement(self, name: str) -> str:
        """The text of a named statement, for callers that add a filter to it."""
        return self._statements[name]

    # --- transactions -------------------------------------------------------------------------

    @contextmanager
    def transaction(
        self,
        *,
        durable: bool | Literal["soon"] = False,
        patience_s: float | None = None,
        committed: Callable[[], None] | None = None,
    ) -> Iterator["Store"]:
        """One write transaction of this thread; commits at the end, rolls back on any error.

        `durable`: when this returns, it survives power loss, not only a killed process (for what
        a person was promised). The disk is waited for after the commit has let the lock go, with
        the same outcome as `synchronous=FULL` for the caller, and without making others wait.
        "soon": some milliseconds after this returns. Who asks for True goes first at the lock.
        `patience_s`: how long to wait for another program's lock, where it is not the usual time.
        `committed`: what to do after the commit while the disk is not yet waited for.
        """
        connection, urgent = self._connection(), durable is True
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            self._again(error, lambda: connection.execute("BEGIN IMMEDIATE"), patience_s, urgent)
        self._turn.begun()
        try:
            yield self
            self._turn.call()
            connection.execute("COMMIT")
        except BaseException as error:
            self._turn.call()
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise translate(error) from error
            raise
        finally:
            self._turn.ended()
        if committed is not None:
            committed()
        if durable == "soon":
            self._log.flush_soon()
        elif durable:
            self._log.flush()

    @property
    def in_transaction(self) -> bool:
        """Whether this thread is inside of one."""
        return self._connection().in_transaction

    @contextmanager
    def snapshot(self) -> Iterator["Store"]:
        """Several reads that see one state of the database."""
        connection = self._connection()
        if connection.in_transaction:
            yield self
            return
        connection.execute("BEGIN")
        try:
            yield self
        finally:
            connection.execute("COMMIT")

    def maintain(self) -> None:
        """Bring the write-ahead log back into the file without making anybody wait."""
        self.execute("PRAGMA wal_checkpoint(PASSIVE)", {})

    def check(self) -> None:
        """Raise DatabaseDamaged when `integrity_check` finds damage."""
        found = [r[0] for r in self.execute("PRAGMA integrity_check", {})]
        if found != ["ok"]:
            raise DatabaseDamaged("; ".join(found[:5]))

    # --- inside -------------------------------------------------------------------------------

    def _connection(self) -> sqlite3.Connection:
        return self._cursor().connection

    def _cursor(self) -> sqlite3.Cursor:
        """This thread's one cursor: every result is read to its end before the next statement."""
        local = self._local
        try:
            return local.cursor
        except AttributeError:
            with translated():
                connection: Any = self._db.executable.connection.driver_connection
            local.cursor = connection.cursor()
            local.cursor.row_factory = Row
            return local.cursor

    def _migrate(self) -> None:
        """Bring the schema up to date, in one transaction."""
        files = sorted((HERE / "migrations").glob("*.sql"))
        connection = self._connection()
        if self.execute("PRAGMA user_version", {})[0][0] == len(files):
            return  # as nearly always: a worker that starts must not wait for a lock
        with self.transaction():
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > len(files):
                raise DatabaseError(
                    f"{self.path} was written by a newer Longhaul (schema {version}, this one "
                    f"knows {len(files)}); update Longhaul or use another data directory"
                )
            for number, file in enumerate(files[version:], version + 1):
                for statement in whole_statements(file.read_text(encoding="utf-8")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version={number}")


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of the SQLite driver into ours, in one place."""
    try:
        yield
    except sqlite3.Error as error:
        raise translate(error) from error
    except DBAPIError as error:  # while a connection is opened, which `dataset` does
        raise translate(error.orig) from error  # type: ignore[arg-type]


def translate(error: sqlite3.Error) -> DatabaseError:
    """The error of ours that says what a driver's error means for the person."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DatabaseBusy("Longhaul's database is locked by another program")
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE")):
        return DiskFull("The disk that holds Longhaul's data directory is full")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return DatabaseDamaged(f"Longhaul's database cannot be read: {error}")
    return DatabaseError(f"{error} ({name})" if name else str(error))
