"""The values of a CSV file by their key, in bounded memory. Called by `rows`.

The whole file is read once for each attempt into a private temporary database, which SQLite keeps
on disk where it is large, and removes when it is closed.
"""

import sqlite3
from collections.abc import Callable, Collection
from time import monotonic
from typing import Any

from core.errors import Invalid
from core.paths import Roots
from core.sources import CsvFile
from core.sources.csv_file import CsvReader

_PAGE = 2_000  #: rows read at once
SEARCH_S = 5.0  #: seconds that a preview looks for the keys of its sample
_CREATE = """CREATE TABLE found (k TEXT PRIMARY KEY, v TEXT NOT NULL, line INT NOT NULL,
                                 other INT) WITHOUT ROWID"""
_KEEP = """INSERT INTO found (k, v, line) VALUES (?, ?, ?)
           ON CONFLICT (k) DO UPDATE SET other = coalesce(other, excluded.line)
           WHERE v <> excluded.v"""


def open_csv(params: Any, roots: Roots) -> CsvReader:
    """The file, with its key and value columns. Raises Invalid with the pointer of a parameter."""
    if not params.csv_file:
        message = "Which CSV file?"
        raise Invalid(message, [{"pointer": "/params/csv_file", "message": message}])
    reader = CsvFile(params.csv_file).open(roots)
    for field in ("csv_key", "csv_value"):
        name = getattr(params, field)
        if name not in reader.names:
            reader.close()
            message = f"There is no column {name!r} in the file, only {', '.join(reader.names)}."
            raise Invalid(
                message[:500], [{"pointer": f"/params/{field}", "message": message[:500]}]
            )
    return reader


class CsvValues:
    """(value, why it cannot be used) by key; the texts are as they stand in the file."""

    def __init__(self, params: Any):
        self._key, self._value = params.csv_key, params.csv_value
        self._base = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._base.execute(_CREATE)
        self.unreadable: list[str] = []  #: faults of the file's first lines that have one
        self.faults = 0

    def close(self) -> None:
        self._base.close()

    def load(self, reader: CsvReader, between: Callable[[], None]) -> None:
        """Read the whole file; `between` is called every few thousand rows."""
        cursor = None
        self._base.execute("BEGIN")
        while page := reader.read(cursor, _PAGE):
            self._keep(page, None)
            cursor = page[-1].key
            between()
        self._base.execute("COMMIT")

    def search(self, reader: CsvReader, keys: Collection[str]) -> bool:
        """Read on until SEARCH_S have passed, keeping these keys only; whether it saw the end."""
        cursor, until = None, monotonic() + SEARCH_S
        while page := reader.read(cursor, _PAGE):
            self._keep(page, keys)
            cursor = page[-1].key
            if monotonic() > until:
                return False
        return True

    def get(self, key: Any) -> tuple[str | None, str]:
        """(the value or None, the reason why there is none to be trusted)."""
        if key is None:
            return None, ""
        one = "SELECT v, line, other FROM found WHERE k = ?"
        row = self._base.execute(one, (text_of(key),)).fetchone()
        if row is None:
            return None, ""
        value, line, other = row
        if other is not None:
            return None, f"lines {line} and {other} of the file have different values for it"
        return value, ""

    def _keep(self, page: list, keys: Collection[str] | None) -> None:
        kept = []
        for drawn in page:
            if drawn.fault:
                self.faults += 1
                if len(self.unreadable) < 3:
                    self.unreadable.append(drawn.fault)
                continue
            key, value = drawn.record[self._key], drawn.record[self._value]
            if value != "" and (keys is None or key in keys):
                kept.append((key, value, drawn.key["line"]))
        self._base.executemany(_KEEP, kept)


def text_of(key: Any) -> str:
    """A key of the table as it would stand in a file."""
    if isinstance(key, float) and key.is_integer():
        return str(int(key))
    return key.decode("latin-1") if isinstance(key, bytes) else str(key)
