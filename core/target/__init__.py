"""The database that a backfill reads and writes, on any SQLAlchemy dialect.

Lives here: reflection, short reads and writes, and the batch that commits with its checkpoint. Not
here: how a connection is opened (`core.target.sqlite`, `core.target.server`), the checkpoint's row
(`core.target.checkpoint`), what an error means (`core.target.errors`), which rows a task wants.
Called by `core.backfill` and the tasks built on it.

The checkpoint lives in the target itself, so that a batch's effects and its cursor are one commit:
after any crash the row says exactly what was done.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Executable, inspect, make_url
from sqlalchemy.exc import ArgumentError

from core.errors import DatabaseBusy, DatabaseDamaged, DatabaseError, DiskFull, Invalid
from core.paths import Roots
from core.target.checkpoint import TABLE, Checkpoint, advance, forget, keys, take_over
from core.target.errors import translated
from core.target.leash import leashed
from core.target.looking import looking
from core.target.server import Server
from core.target.sqlite import SqliteFile

__all__ = ["Checkpoint", "Column", "Target"]

#: letters (of any script), digits and underscores, not starting with a digit; PostgreSQL's length
_NAME = re.compile(r"[^\W\d]\w{0,62}")


@dataclass(frozen=True)
class Column:
    """A column as the database reports it; `type` is the database's own word for it."""

    name: str
    type: str
    nullable: bool
    primary_key: bool


class Target:
    """An open target database. Threads may share it; each block has a connection of its own.

    Every method raises the errors of `core.target.errors.translated`.
    """

    def __init__(self, source: SqliteFile | Server):
        self._source = source
        self._engine = source.engine()

    @classmethod
    def open(
        cls, database: str, *, read_only: bool = False, roots: Roots | None = None
    ) -> "Target":
        """Open a database by the path of an SQLite file or a SQLAlchemy URL, and try it once.

        With `roots` a file has to lie below them (Forbidden), which holds against links swapped in
        while it is opened: see `SqliteFile.connect`. Give them wherever a request named the file.
        A database is never created. `read_only` refuses writes, and leaves a file the same to the
        byte, with nothing beside it; only a file in WAL mode, which SQLite cannot read without,
        may get its `-wal` and `-shm` beside it.

        Raises Invalid for a missing file, one that is no database, an unknown kind of database and
        a missing driver (naming the package).
        """
        source = _source(database, read_only, roots)
        with translated(source):
            target = cls(source)
        try:
            with target.read() as connection:
                connection.exec_driver_sql(source.probe)
        except DatabaseDamaged:
            target.close()
            raise Invalid(f"{source.name} is not an SQLite database, or a damaged one.") from None
        except BaseException:
            target.close()
            raise
        return target

    def __repr__(self) -> str:
        return f"Target({self._source.name!r})"

    @property
    def name(self) -> str:
        """The path or URL as it may be shown: without a password."""
        return self._source.name

    @property
    def file(self) -> Path | None:
        """The file it is, where it is one."""
        return self._source.path if isinstance(self._source, SqliteFile) else None

    @property
    def dialect(self) -> str:
        """The kind of database, as SQLAlchemy calls it: sqlite, postgresql, …"""
        return self._engine.dialect.name

    def close(self) -> None:
        """Close every connection that is not in use; the target is not used afterwards."""
        self._engine.dispose()

    # --- what is in it -------------------------------------------------------------------------

    def tables(self) -> list[str]:
        """The names of the tables of the default schema, sorted, without Longhaul's own."""
        with self.read() as connection:
            names = inspect(connection).get_table_names()
        return sorted(set(names) - {TABLE})

    def columns(self, table: str) -> list[Column]:
        """The columns of a table in their order. Invalid for a table that does not exist."""
        self.identifier(table, self.tables())
        with self.read() as connection:
            inspector = inspect(connection)
            keys = set(inspector.get_pk_constraint(table)["constrained_columns"])
            return [
                Column(c["name"], str(c["type"]), bool(c["nullable"]), c["name"] in keys)
                for c in inspector.get_columns(table)
            ]

    def identifier(self, name: str, known: Iterable[str], pointer: str = "") -> str:
        """`name`, quoted for this dialect, if it is a plain name and exactly one of `known`.

        Everything else is Invalid with the close matches; `pointer` says which parameter it was.
        """
        names = list(known)
        if name in names and _NAME.fullmatch(name):
            return self._engine.dialect.identifier_preparer.quote_identifier(name)
        folded = {known_name.lower(): known_name for known_name in names}
        close = difflib.get_close_matches(str(name).lower(), folded, n=3)
        message = f"There is no {str(name)[:80]!r} in {self.name}."
        if name in names:
            message = f"The name {str(name)[:80]!r} has characters that are not supported."
        elif close:
            message += f" Did you mean {' or '.join(repr(folded[key]) for key in close)}?"
        raise Invalid(message, errors=[{"pointer": pointer, "message": message}])

    # --- reading and writing -------------------------------------------------------------------

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for a short read, outside of transactions: each statement sees its moment.

        Nothing stays open afterwards, statements that were not read to their end included: those
        would pin the WAL of the owner's database. A thread that holds a `Leash` reads on it.
        """
        with (
            translated(self._source),
            self._source.reading(self._engine) as connection,
            leashed(connection),
        ):
            yield connection

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """As `read`, for statements that somebody wrote: the database refuses what would write."""
        with self.read() as connection, looking(connection):
            yield connection

    def rows(
        self, statement: Executable | str, parameters: Mapping[str, Any] | tuple = ()
    ) -> list[tuple]:
        """Every row of one short read, as the driver's own tuples: for pages of many rows.

        SQLAlchemy's rows cost more than SQLite takes to read them. The price: no conversion by
        column type, so dates and the like come as the driver has them. A statement in a string is
        in the driver's own language, its parameters in the driver's own style.
        """
        with self.read() as connection:
            if isinstance(statement, str):
                result = connection.exec_driver_sql(statement, parameters)
            else:
                result = connection.execute(statement, parameters or None)
            try:
                return list(result.cursor.fetchall())
            except Exception:
                connection.invalidate()  # SQLAlchemy did not see the error, so it would keep it
                raise

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One short transaction: committed at the end of the block, rolled back by any exception.

        On SQLite the write lock is taken at once, so that what is read inside stays true.
        """
        if self._source.read_only:
            raise DatabaseError(f"{self.name} was opened for reading only.", reason="privilege")
        with translated(self._source), self._source.transaction(self._engine) as connection:
            yield connection

    # --- the checkpoint ------------------------------------------------------------------------

    def adopt(self, key: str, fence: int) -> Checkpoint | None:
        """Take the job's checkpoint over for the attempt with `fence`, in one transaction.

        Returns what the attempts before committed, or None where there was nothing; then the row
        starts at the cursor None. From here on every batch of an older fence is refused. Idempotent
        for the same fence, so it is also how an attempt finds out, after a lost connection, whether
        its last batch was committed. Creates the table where it is missing.

        The row knows nothing of a job that was forgotten: an attempt confirms its claim *after* it
        has adopted and before its first batch.

        Raises ClaimLost if a newer fence has the row.
        """
        try:
            with self.write() as connection:
                return take_over(connection, key, fence)
        except (DatabaseBusy, DiskFull, DatabaseDamaged):
            raise
        except (DatabaseError, Invalid):
            # Two attempts that create the table, or the row, at the same moment: one of them is
            # told that it exists already. Now it does.
            with self.write() as connection:
                return take_over(connection, key, fence)

    @contextmanager
    def batch(self, key: str, fence: int, old: str | None, new: Checkpoint) -> Iterator[Connection]:
        """One short transaction for a batch: the cursor moves from `old` to `new`, then the block.

        The block writes the effects through the connection it gets; both are committed together or
        not at all. Compute before: nothing slow belongs inside. If the commit's answer is lost
        (DatabaseBusy), `adopt` tells whether it happened.

        Raises ClaimLost, before the block runs and with nothing written, unless the row has this
        fence and stands at `old`.
        """
        with self.write() as connection:
            advance(connection, key, fence, old, new)
            yield connection

    def keys(self, prefix: str) -> list[str]:
        """The keys of the checkpoints that begin with `prefix`, sorted; after an `adopt`."""
        with self.read() as connection:
            return keys(connection, prefix)

    def forget(self, key: str, fence: int) -> None:
        """Remove the checkpoint of a job that has ended for good. Idempotent.

        Raises ClaimLost, and removes nothing, if a newer fence has the row.
        """
        with self.write() as connection:
            forget(connection, key, fence)


def _source(database: str, read_only: bool, roots: Roots | None) -> SqliteFile | Server:
    """The file or server that a path or URL names. No message repeats what could be a password."""
    if "://" not in database:
        return SqliteFile(database, read_only, roots)
    try:
        url = make_url(database)
    except (ArgumentError, ValueError):
        raise Invalid("This is not a database address: dialect://user:password@host/name") from None
    if url.get_backend_name() != "sqlite":
        return Server(url, read_only)
    if url.drivername not in ("sqlite", "sqlite+pysqlite") or url.query or url.host:
        raise Invalid("For an SQLite database give the path of its file and nothing else.")
    if not url.database or url.database.startswith((":", "file:")):
        raise Invalid("A database in memory holds nothing to work on; give the path of a file.")
    return SqliteFile(url.database, read_only, roots)
