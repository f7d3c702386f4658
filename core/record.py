"""Rows of the database → records, and a record with some columns written anew. Pure.

The base of the records of `core.model`; what they hold is said there.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Self

SHORT = 2000  #: JSON texts below this many characters are decoded once and shared


@lru_cache(maxsize=512)
def _read(text: str) -> Any:
    return json.loads(text)


class Record:
    """A frozen record made from a row; columns named in `_json` hold JSON text."""

    _json: frozenset[str] = frozenset()

    @classmethod
    def of(cls, row: Any) -> Self:
        """The record of a row (columns beyond the record's fields do no harm)."""
        # Filled directly: an __init__ that assigns forty frozen fields would cost ten times this.
        record = object.__new__(cls)
        values = record.__dict__
        values.update(row if isinstance(row, dict) else zip(row.keys(), row, strict=True))
        _decode(values, cls._json)
        return record

    def changed(self, **columns: Any) -> Self:
        """The record with these columns written, as a guarded update makes of its row."""
        _decode(columns, self._json & columns.keys())
        record = object.__new__(type(self))
        record.__dict__.update(self.__dict__ | columns)
        return record


def _decode(columns: dict[str, Any], names: Iterable[str]) -> None:
    for name in names:
        if isinstance(text := columns[name], str):
            columns[name] = _read(text) if len(text) < SHORT else json.loads(text)
