"""The statements of a run: which rows it visits, and how a batch of outcomes is written.

Beside the articles stands `longhaul_dates`, a row for each visited record: what became of it and
where its date came from. A record without a date is remembered there and not visited again
unless `redo`; a date that somebody else wrote is never touched, not even by `redo`.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, inspect, text

from core.loop import Result
from core.target import Target
from core.tasks.backfill_dates.names import Names
from core.totals import Slices

MEMORY = "longhaul_dates"
BATCH_BYTES = 32 << 20  #: a batch ends early when its pages are larger than this together

_CREATE = f"""CREATE TABLE IF NOT EXISTS {MEMORY} (
  table_name VARCHAR(128) NOT NULL, record_id VARCHAR(255) NOT NULL, outcome VARCHAR(16) NOT NULL,
  date_found VARCHAR(40), source VARCHAR(16), is_guess SMALLINT NOT NULL, detail TEXT,
  task_id INTEGER NOT NULL, at VARCHAR(32) NOT NULL, PRIMARY KEY (table_name, record_id))"""
_FORGET = text(f"DELETE FROM {MEMORY} WHERE table_name = :t AND record_id = :r")  # noqa: S608
_REMEMBER = text(
    f"INSERT INTO {MEMORY} (table_name, record_id, outcome, date_found, source, is_guess, detail,"  # noqa: S608
    " task_id, at) VALUES (:t, :r, :outcome, :date, :source, :guess, :detail, :task, :at)"
)
_SOURCES = text(
    f"SELECT source, is_guess, count(*) FROM {MEMORY}"  # noqa: S608
    " WHERE table_name = :t AND task_id = :task AND date_found IS NOT NULL"
    " GROUP BY source, is_guess"
)


class Rows:
    """Reads and writes the records of one run. All names are quoted by the target first."""

    def __init__(self, target: Target, names: Names, *, redo: bool, list_existing: bool):
        self.target, self.names = target, names
        columns = [c.name for c in target.columns(names.table)]

        def quoted(name: str) -> str:
            return target.identifier(name, columns)

        self._id, self._date = quoted(names.id), quoted(names.date)
        self._html = self._page(quoted(names.html)) if names.html else "NULL"
        self._url = quoted(names.url) if names.url else "NULL"
        self._table = target.identifier(names.table, target.tables())
        self._undated = f"{self._date} IS NULL"
        if names.date_type == "text":
            self._undated = f"({self._undated} OR {self._date} = '')"
        self._memory = self.has_memory()
        self._where = self._condition(redo, list_existing, self._memory)
        self._prepare(self._ours() if redo and self._memory else "1 = 0")

    def _page(self, column: str) -> str:
        """The page as it is stored: SQLite's text is UTF-8, and would only be decoded here to be
        encoded again on its way to a computing process."""
        if self.target.dialect != "sqlite":
            return column
        with self.target.read() as connection:
            encoding = connection.exec_driver_sql("PRAGMA encoding").scalar_one()
        return f"CAST({column} AS BLOB)" if encoding == "UTF-8" else column

    def has_memory(self) -> bool:
        """Whether an earlier run left its table (a dry run makes none)."""
        with self.target.read() as connection:
            return inspect(connection).has_table(MEMORY)

    def create_memory(self) -> None:
        """Make the table that remembers; called before the first read of a run that writes."""
        if not self.has_memory():
            with self.target.write() as connection:
                connection.exec_driver_sql(_CREATE)

    def _condition(self, redo: bool, list_existing: bool, memory: bool) -> str:
        if list_existing:
            return "1 = 1"
        if not memory:
            return self._undated
        if redo:
            return f"({self._undated} OR {self._ours()})"
        return f"{self._undated} AND NOT EXISTS ({self._seen()})"

    def _seen(self) -> str:
        return (
            f"SELECT 1 FROM {MEMORY} m WHERE m.table_name = :t"  # noqa: S608
            f" AND m.record_id = CAST(a.{self._id} AS VARCHAR(255))"
        )

    def _ours(self) -> str:
        """Longhaul itself dated the row, and nobody changed it since."""
        return f"EXISTS ({self._seen()} AND m.date_found = {self._shown('a.' + self._date)})"

    def _shown(self, column: str) -> str:
        return f"CAST({column} AS VARCHAR(40))"

    def _prepare(self, ours: str) -> None:
        a = f"{self._table} a"
        dated = f"CASE WHEN {self._undated} THEN NULL ELSE {self._shown(self._date)} END"
        mine = f"CASE WHEN {ours} THEN 1 ELSE 0 END"
        columns = f"{self._id}, {self._url}, {self._html}, {dated}, {mine}"
        order = f"ORDER BY {self._id} LIMIT :n"
        self._count = text(f"SELECT count(*) FROM {a} WHERE {self._where}")  # noqa: S608
        fits = text(self._where)
        bound = self._bound(fits)
        self._slices = Slices(self.target, a, f"a.{self._id}", fits, bound)
        self._first = text(f"SELECT {columns} FROM {a} WHERE {self._where} {order}")  # noqa: S608
        self._next = text(
            f"SELECT {columns} FROM {a} WHERE {self._id} > :cursor AND {self._where} {order}"  # noqa: S608
        )
        tried = f" AND NOT EXISTS ({self._seen()} AND m.outcome <> 'failed')"
        left = self._undated + (tried if self._memory else "")
        after = f"(:cursor IS NULL OR {self._id} > :cursor)"
        self._left = text(f"SELECT {self._id} FROM {a} WHERE {after} AND {left} {order}")  # noqa: S608
        self._one = text(f"SELECT {columns} FROM {a} WHERE a.{self._id} = :id")  # noqa: S608
        # The guard repeats the condition of the read: a row dated meanwhile stays as it is.
        self._write = text(
            f"UPDATE {self._table} SET {self._date} = :date WHERE {self._id} = :id"  # noqa: S608
            f" AND ({self._undated} OR {self._shown(self._date)} = :old)"
        )
        self._current = text(
            f"SELECT {self._shown(self._date)} FROM {self._table} WHERE {self._id} = :id"  # noqa: S608
        )

    # --- reading ---------------------------------------------------------------------------------

    def count(self) -> int:
        with self.target.read() as connection:
            return int(connection.execute(self._count, self._bound(self._count)).scalar_one())

    def counting(self, cursor: Any) -> Iterable[int]:
        """The same after a cursor, part by part."""
        return self._slices.after(cursor)

    def read(self, cursor: Any, limit: int) -> list[tuple]:
        """Up to `limit` (id, url, html, date, whether the date is ours) after the cursor.

        The html is text or bytes. Fewer when the pages are huge.
        """
        query = self._first if cursor is None else self._next
        params = self._bound(query, n=limit, cursor=cursor)
        rows, size = [], 0
        with self.target.read() as connection:
            for row in connection.execute(query, params):
                rows.append(tuple(row))
                size += len(row[2] or "")
                if size > BATCH_BYTES:
                    break
        return rows

    def keys_left(self, cursor: Any, limit: int) -> list[Any]:
        """Keys after the cursor of rows without a date that no run looked at without a failure."""
        bound = self._bound(self._left, n=limit, cursor=cursor)
        with self.target.read() as connection:
            return list(connection.execute(self._left, bound).scalars())

    def one_by_one(self, keys: Sequence[Any]) -> list[tuple]:
        """The rows with these keys that still exist."""
        with self.target.read() as connection:
            found = [
                connection.execute(self._one, self._bound(self._one, id=k)).fetchone() for k in keys
            ]
        return [tuple(row) for row in found if row is not None]

    def _bound(self, query, **params: Any) -> dict[str, Any]:
        params["t"] = self.names.table
        wanted = query.compile().params.keys()
        return {k: v for k, v in params.items() if k in wanted}

    # --- writing ---------------------------------------------------------------------------------

    def write(self, connection: Connection, results: Sequence[Result], task_id: int) -> set[Any]:
        """Write a batch's dates and memory; the keys that somebody else dated meanwhile."""
        dates = [
            {"id": r.key, "date": self._typed(r.value.date), "old": r.value.old or ""}
            for r in results
            if r.failure is None and r.value.writes
        ]
        lost: set[Any] = set()
        if dates:
            written = connection.execute(self._write, dates).rowcount
            if written not in (-1, len(dates)):
                lost = self._not_ours(connection, dates)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        memory = [
            _memory(r, self.names.table, task_id, at)
            for r in results
            if r.key not in lost and (r.failure is not None or r.value.outcome != "existing")
        ]
        if memory:
            connection.execute(_FORGET, [{"t": m["t"], "r": m["r"]} for m in memory])
            connection.execute(_REMEMBER, memory)
        return lost

    def _not_ours(self, connection: Connection, dates: list[dict]) -> set[Any]:
        lost = set()
        for row in dates:
            current = connection.execute(self._current, {"id": row["id"]}).scalar_one_or_none()
            if current != str(row["date"]):
                lost.add(row["id"])
        return lost

    def _typed(self, iso: str) -> Any:
        if self.names.date_type == "date":
            return date.fromisoformat(iso[:10])
        return datetime.fromisoformat(iso) if self.names.date_type == "datetime" else iso

    def sources(self, task_id: int) -> list[dict[str, Any]]:
        """Where the dates that this task wrote came from."""
        with self.target.read() as connection:
            found = connection.execute(_SOURCES, {"t": self.names.table, "task": task_id})
            return [{"source": s, "is_guess": bool(g), "records": n} for s, g, n in found]


def _memory(result: Result, table: str, task_id: int, at: str) -> dict[str, Any]:
    row = {"t": table, "r": str(result.key), "task": task_id, "at": at, "date": None}
    if result.failure is not None:
        reason = f"{result.failure.kind}: {result.failure.message}"
        return row | {"outcome": "failed", "source": None, "guess": 0, "detail": reason[:2000]}
    v = result.value
    return row | {
        "outcome": v.outcome,
        "date": v.date,
        "source": v.source,
        "guess": int(v.is_guess),
        "detail": v.detail,
    }
