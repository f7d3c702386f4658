"""The statements of a run: which rows it visits, what would be written, how a batch is written.

A row is read with the value that belongs into it, by a connection that can only read. All names
are quoted by the target first; expressions were judged. On PostgreSQL values travel as the
server's own text for them, which loses nothing and is read back by it.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, literal_column, select, text, true

from core.errors import DatabaseBusy, DatabaseDamaged, DatabaseError, DiskFull
from core.loop import Result
from core.sources.counted import Counted
from core.sources.paging import Paging, refuse_twice
from core.sources.table import named
from core.target import Target
from core.tasks.backfill_column.csv_values import CsvValues
from core.tasks.backfill_column.names import Names
from core.tasks.backfill_column.types import fitted
from core.totals import Slices

#: errors that belong to one row; all others are of the database
_OF_A_ROW = frozenset({"constraint", "other"})
SEVERAL = "the lookup table has different values for it"


class Row(NamedTuple):
    """One row of the table; the key comes first, where `Backfill.keys` looks for it."""

    key: Any
    old: Any
    new: Any  #: None: nothing was found for it
    fault: str = ""  #: why no value can be told


class Rows:
    """Reads and writes the rows of one run."""

    def __init__(self, target: Target, names: Names, params: Any, values: CsvValues | None = None):
        self.target, self.names, self._params, self._values = target, names, params, values
        self._on_server = target.dialect != "sqlite"
        columns = [c.name for c in target.columns(names.table)]
        self._column = target.identifier(names.column, columns)
        self._table = target.identifier(names.table, target.tables())
        self._missing = f"{self._column} IS NULL"
        if not self._on_server or names.kind.name == "text":
            self._missing = f"({self._missing} OR {self._column} = '')"
        self._constant: Any = None
        if params.fill_with == "constant":
            self._constant = self.typed([params.constant])[0]
        keys = [target.identifier(name, columns) for name in names.keys]
        self._paging = self._pages(self._found(columns))
        self._bare = self._pages(["NULL", "NULL"])
        fits = and_(true(), *self._condition())
        self._slices = Slices(target, self._table, keys[0], fits)
        self._counted = Counted(target, self._visited(["NULL", "NULL"]), named(self.names.keys))
        where = " AND ".join(f"{key} = :key_{place}" for place, key in enumerate(keys))
        new = f"CAST(:new AS {names.kind.declared})" if self._on_server else ":new"
        guard = f" AND {self._missing}" if params.only_missing else ""
        # The guard repeats the condition of the read: a value written meanwhile stays as it is.
        self._write = text(f"UPDATE {self._table} SET {self._column} = {new} WHERE {where}{guard}")  # noqa: S608

    # --- statements ------------------------------------------------------------------------------

    def _condition(self) -> list[Any]:
        conditions = [self._missing] if self._params.only_missing else []
        if self._params.where.strip():
            conditions.append(f"(\n{self._params.where}\n)")
        return [literal_column(condition) for condition in conditions]

    def _pages(self, found: Sequence[str]) -> Paging:
        return Paging(self._visited(found), named(self.names.keys), self.target.dialect)

    def _visited(self, found: Sequence[str]) -> Select:
        """Every row that a run visits: its key, the old value, and what is found for it."""
        old = f"CAST({self._column} AS TEXT)" if self._on_server else self._column
        columns = [*named(self.names.keys), *map(literal_column, [old, *found])]
        return select(*columns).select_from(text(self._table)).where(*self._condition())

    def _found(self, columns: Sequence[str]) -> list[str]:
        """SQL of what is found for a row: the value, and a second one (NULL, or another value)."""
        p = self._params
        if p.fill_with == "expression":
            return [self._own(f"(\n{p.expression}\n)"), "NULL"]
        if p.fill_with == "constant":
            return ["NULL", "NULL"]
        match = f"{self._table}.{self.target.identifier(p.match_column, columns)}"
        if p.fill_with == "csv":
            return [f"CAST({match} AS TEXT)" if self._on_server else match, "NULL"]
        known = [c.name for c in self.target.columns(p.lookup_table)]
        key, value = (self.target.identifier(n, known) for n in (p.lookup_key, p.lookup_value))
        table = self.target.identifier(p.lookup_table, self.target.tables())
        value = f"CAST(x.{value} AS TEXT)" if self._on_server else f"x.{value}"
        rest = f"FROM {table} x WHERE x.{key} = {match} AND {value} <> ''"
        return [self._own(f"(SELECT {least}({value}) {rest})") for least in ("min", "max")]  # noqa: S608

    def _own(self, sql: str) -> str:
        """The value as the column would hold it, as text, where the server can say that."""
        if not self._on_server:
            return sql
        return f"CAST(CAST({sql} AS {self.names.kind.declared}) AS TEXT)"

    # --- reading ---------------------------------------------------------------------------------

    def count(self) -> int:
        """How many rows a run would visit."""
        return sum(self.counting(None))

    def counting(self, cursor: Any) -> Iterator[int]:
        """How many come after a cursor, part by part."""
        if len(self.names.keys) == 1:
            return self._slices.after(None if cursor is None else self._paging.bound(cursor)[0])
        return self._counted.after(cursor)

    def read(self, cursor: Any, limit: int) -> list[Row]:
        """The next rows after the cursor. Where one of them has no value but an error, the page
        is read again row by row, and that one carries the error."""
        try:
            rows = self._fetched(*self._paging.after(cursor, limit))
        except DatabaseError as error:
            _pass_on(error)
            bare = self._fetched(*self._bare.after(cursor, limit))
            rows = [row for key, *_ in bare for row in self._one(key)]
        refuse_twice([row.key for row in rows], self.names.keys)
        return self._with_values(rows)

    def keys_left(self, cursor: Any, limit: int) -> list[Any]:
        """Keys after the cursor of rows that are still to be filled."""
        return [row.key for row in self._fetched(*self._bare.after(cursor, limit))]

    def matches(self, limit: int) -> list[Any]:
        """What the first rows would be looked up by in a file."""
        return [row.new for row in self._fetched(*self._paging.after(None, limit))]

    def at(self, keys: Sequence[Any]) -> list[Row]:
        """The rows with these keys that are there and still to be filled."""
        return self._with_values([row for key in keys for row in self._one(key)])

    def _one(self, key: Any) -> list[Row]:
        try:
            return self._fetched(*self._paging.at(key))
        except DatabaseError as error:
            _pass_on(error)
            return [Row(key, None, None, _why(error))]

    def _fetched(self, statement: Select, parameters: dict[str, Any]) -> list[Row]:
        width = len(self.names.keys)
        with self.target.look() as connection:
            rows = []
            for row in connection.execute(statement, parameters):
                old, new, other = row[width:]
                fault = SEVERAL if other is not None and other != new else ""
                rows.append(Row(self._paging.key(row[:width]), old, new, fault))
        return rows

    def _with_values(self, rows: list[Row]) -> list[Row]:
        if self._params.fill_with == "constant":
            return [row._replace(new=self._constant) for row in rows]
        if self._values is None:
            return rows
        found = [self._values.get(row.new) for row in rows]
        rows = [r._replace(new=v, fault=f) for r, (v, f) in zip(rows, found, strict=True)]
        return self._typed_rows(rows) if self._on_server else rows

    def _typed_rows(self, rows: list[Row]) -> list[Row]:
        """With each text as the server would hold it; a page at once, or one by one."""
        try:
            values = self.typed([row.new for row in rows])
        except DatabaseError as error:
            _pass_on(error)
            return [self._typed_row(row) for row in rows]
        return [row._replace(new=value) for row, value in zip(rows, values, strict=True)]

    def _typed_row(self, row: Row) -> Row:
        try:
            return row._replace(new=self.typed([row.new])[0])
        except DatabaseError as error:
            _pass_on(error)
            return row._replace(new=None, fault=_why(error))

    def typed(self, values: list[str | None]) -> list[Any]:
        """Texts as values of the column. ValueError or DatabaseError when one does not fit."""
        if not self._on_server:
            return [fitted(value, self.names.kind) for value in values]
        sql = text(
            f"SELECT CAST(CAST(v AS {self.names.kind.declared}) AS TEXT)"  # noqa: S608
            " FROM unnest(CAST(:texts AS TEXT[])) WITH ORDINALITY AS t(v, n) ORDER BY n"
        )
        with self.target.look() as connection:
            return list(connection.execute(sql, {"texts": values}).scalars())

    # --- writing ---------------------------------------------------------------------------------

    def write(self, connection: Connection, results: Sequence[Result]) -> set[int]:
        """Write a batch's values; the places of rows that somebody else wrote or removed meanwhile.

        A value that the database refuses raises: the loop finds the row, which fails alone.
        """
        places = [p for p, r in enumerate(results) if not r.failure and r.value.outcome == "filled"]
        wanted = {place: self._bound(results[place]) for place in places}
        if not wanted:
            return set()
        connection.exec_driver_sql("SAVEPOINT longhaul_batch")
        if connection.execute(self._write, list(wanted.values())).rowcount == len(wanted):
            lost = set()
        else:  # some are another's by now: which ones, a row at a time
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT longhaul_batch")
            lost = {
                p for p, row in wanted.items() if not connection.execute(self._write, row).rowcount
            }
        connection.exec_driver_sql("RELEASE SAVEPOINT longhaul_batch")
        return lost

    def _bound(self, result: Result) -> dict[str, Any]:
        keys = self._paging.bound(result.key)
        return {"new": result.value.new, **{f"key_{i}": part for i, part in enumerate(keys)}}


def _pass_on(error: DatabaseError) -> None:
    """Raise what no single row is to blame for."""
    if isinstance(error, DatabaseBusy | DiskFull | DatabaseDamaged):
        raise error
    if error.extra.get("reason") not in _OF_A_ROW:
        raise error


def _why(error: DatabaseError) -> str:
    cause = getattr(error.__cause__, "orig", None) or error.__cause__ or error
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0]
