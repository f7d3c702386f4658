"""Pages of rows by key: statements that go on behind a key, on every kind of database.

Lives here: the comparison that finds the next page by the index of the key, and its parameters.
Not here: what a row is. Called by `core.sources.table` and `core.tasks.backfill_column`.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, tuple_

from core.errors import Fail
from core.sources.keys import from_json, to_json

#: where (a, b) > (:a, :b) is one search in the index of (a, b)
ROW_VALUES = frozenset({"sqlite", "postgresql"})


class Paging:
    """The pages of one query, in ascending order of its key columns, which are unique together."""

    def __init__(self, query: Select, keys: Sequence[ColumnElement], dialect: str):
        self.width = len(keys)
        binds: list[Any] = [bindparam(f"key_{place}") for place in range(self.width)]
        ordered = query.order_by(*keys).limit(bindparam("page"))
        self._first = ordered
        self._next = ordered.where(behind(keys, binds, row_values=dialect in ROW_VALUES))
        self._one = query.where(*(key == bind for key, bind in zip(keys, binds, strict=True)))

    def after(self, cursor: Any, limit: int) -> tuple[Select, dict[str, Any]]:
        """The statement and parameters of the page behind a cursor (None: of the first)."""
        if cursor is None:
            return self._first, {"page": limit}
        return self._next, {"page": limit, **self._bound(cursor)}

    def at(self, key: Any) -> tuple[Select, dict[str, Any]]:
        """The statement and parameters of the row with this key."""
        return self._one, self._bound(key)

    def bound(self, key: Any) -> tuple[Any, ...]:
        """The values of the key columns."""
        parts = key if self.width > 1 else [key]
        return tuple(from_json(part) for part in parts)

    def _bound(self, key: Any) -> dict[str, Any]:
        return {f"key_{place}": value for place, value in enumerate(self.bound(key))}

    def key(self, values: Sequence[Any]) -> Any:
        """The key of a row as a cursor: a value, or a list where there are several columns."""
        if self.width == 1:
            return to_json(values[0])
        return [to_json(value) for value in values]


def behind(
    keys: Sequence[ColumnElement], values: Sequence[Any], *, row_values: bool
) -> ColumnElement[bool]:
    """The condition: a row's key is greater than the values, column by column.

    Without row values: a > :a OR (a = :a AND b > :b), and a >= :a, which the index can use.
    """
    if len(keys) == 1:
        return keys[0] > values[0]
    if row_values:
        return tuple_(*keys) > tuple_(*values)
    cases = [
        and_(*(keys[i] == values[i] for i in range(place)), keys[place] > values[place])
        for place in range(len(keys))
    ]
    return and_(keys[0] >= values[0], or_(*cases))


def refuse_twice(keys: Sequence[Any], columns: Sequence[str]) -> None:
    """Fail when two rows that follow each other have one key: rows between pages would be lost."""
    for one, other in pairwise(keys):
        if one == other:
            named = ", ".join(columns)
            why = f"The key ({named}) is not unique: {one!r} is there twice"
            raise Fail(why, hint="Name columns that are unique together", code="no-key")
