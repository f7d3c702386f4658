"""How many rows a query has, page by page, so that counting may be left and goes on at a key.

A full page costs one search for its last row, whose key is where the next one begins. Pages grow
while that makes counting faster: with an index a page takes as long as it has rows, without one as
long as all rows, so that there should be few of them. Called by `core.sources.table` and
`core.tasks.backfill_column`.
"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from core.sources.paging import Paging
from core.target import Target

FIRST = 1000  #: rows of the first page
PART_S = 0.1  #: pages that take longer grow no more, where growing makes them slower


class Counted:
    """The rows of one query, whose key columns are unique together."""

    def __init__(
        self,
        target: Target,
        query: Select,
        keys: Sequence[ColumnElement],
        parameters: Mapping[str, Any] | None = None,
    ):
        self._target, self._parameters = target, dict(parameters or {})
        self._paging = Paging(query.with_only_columns(*keys), keys, target.dialect)

    def after(self, cursor: Any) -> Iterator[int]:
        """How many rows come after a key as `Paging.key` tells it (None: all), part by part."""
        size, grows, before = FIRST, True, math.inf
        while True:
            began = time.monotonic()
            edge = self._edge(cursor, size)
            if edge is None:
                yield self._rest(cursor, size)
                return
            yield size
            cursor, took = edge, time.monotonic() - began
            grows = grows and (took < PART_S or took < 1.5 * before)
            before = took
            if grows:
                size *= 2

    def _edge(self, cursor: Any, size: int) -> Any:
        """The key of the row that ends a page of this size; None where there are fewer rows."""
        statement, bound = self._paging.after(cursor, 1)
        with self._target.look() as connection:
            last = statement.offset(bindparam("before"))
            values = self._parameters | bound | {"before": size - 1}
            row = connection.execute(last, values).fetchone()
        return None if row is None else self._paging.key(row)

    def _rest(self, cursor: Any, size: int) -> int:
        """How many of fewer than `size` rows come after the cursor."""
        statement, bound = self._paging.after(cursor, size)
        counted = select(func.count()).select_from(statement.subquery("counted"))
        with self._target.look() as connection:
            return int(connection.execute(counted, self._parameters | bound).scalar_one())
