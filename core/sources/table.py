"""A table, or a query, of any SQLAlchemy database as a source. Made by an author.

Rows are read a page at a time by their key, with no transaction open between the pages. The key's
columns are unique together; that they are not, and NULL in them, is found and told.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, column, literal_column, select, table, text
from sqlalchemy.sql import quoted_name

from core.errors import Invalid
from core.paths import Roots
from core.sources.counted import Counted
from core.sources.drawn import Drawn, Reader, Source
from core.sources.paging import Paging, refuse_twice
from core.target import Target

#: a page ends early when its texts are larger than this together
PAGE_BYTES = 32 << 20


@dataclass(frozen=True)
class Table(Source):
    """The rows of a table as {column: value}, as the driver has the values.

    `database` is a path, a URL, or an open target, which is left open. `where` is SQL, in which
    `:name` stands for one of the `parameters`.
    """

    database: str | Target
    name: str
    key: tuple[str, ...] = ()  #: unique together; (): the primary key
    columns: tuple[str, ...] = ()  #: (): all; those of the key come with them
    where: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def open(self, roots: Roots) -> "Rows":
        target, owned = _target(self.database, roots)
        try:
            known = {c.name: c for c in target.columns(self.name)}
            keys = self.key or tuple(c.name for c in known.values() if c.primary_key)
            if not keys:
                raise Invalid(f"{self.name!r} has no primary key; name columns as its `key`.")
            names = tuple(dict.fromkeys((*keys, *(self.columns or known))))
            for name in names:
                target.identifier(name, known)
            columns = named(names)
            query = select(*columns).select_from(table(quoted_name(self.name, True)))
            if self.where:
                query = query.where(text(f"({self.where})"))
            return Rows(target, query, keys, self.parameters, owned=owned)
        except BaseException:
            if owned:
                target.close()
            raise


@dataclass(frozen=True)
class Query(Source):
    """The rows of a SELECT as {column: value}; `key` names columns of its result.

    In the SQL `:name` stands for one of the `parameters`. The database refuses whatever would
    write, or reach another file. The key should be one that an index of the tables can find.
    """

    database: str | Target
    sql: str
    key: tuple[str, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def open(self, roots: Roots) -> "Rows":
        if not self.key:
            raise Invalid("A query needs the names of its key columns.")
        target, owned = _target(self.database, roots)
        inner = text(f"(\n{self.sql}\n) AS wanted")
        query: Select = select(literal_column("*")).select_from(inner)
        rows = Rows(target, query, self.key, self.parameters, owned=owned)
        try:
            rows.names()
        except BaseException:
            rows.close()
            raise
        return rows


class Rows(Reader):
    """Reads the pages of one query."""

    def __init__(
        self,
        target: Target,
        query: Select,
        keys: tuple[str, ...],
        parameters: Mapping[str, Any],
        *,
        owned: bool,
    ):
        self._target, self._owned = target, owned
        self._keys, self._parameters = keys, dict(parameters)
        self._paging = Paging(query, named(keys), target.dialect)
        self._counted = Counted(target, query, named(keys), parameters)
        self._query = query

    def close(self) -> None:
        if self._owned:
            self._target.close()

    def names(self) -> list[str]:
        """The columns of the result. Invalid unless those of the key are among them."""
        with self._target.look() as connection:
            found = connection.execute(self._query.limit(0), self._parameters)
            names = list(found.keys())
        missing = [key for key in self._keys if key not in names]
        if missing:
            raise Invalid(f"The query has no column {missing[0]!r}, only {', '.join(names)}.")
        return names

    def count(self) -> int:
        return sum(self._counted.after(None))

    def counting(self, cursor: Any, again: Callable[[], Reader]) -> Iterator[int]:
        return self._counted.after(cursor)  # threads may share the database

    def read(self, cursor: Any, limit: int) -> list[Drawn]:
        # One row more than wanted: whether the key that ends the page is there a second time.
        statement, bound = self._paging.after(cursor, limit + 1)
        drawn: list[Drawn] = []
        size, more = 0, False
        with self._target.look() as connection:
            for row in connection.execute(statement, self._parameters | bound).mappings():
                drawn.append(self._drawn(dict(row)))
                size += sum(len(value) for value in row.values() if isinstance(value, str | bytes))
                more = len(drawn) > limit or (size > PAGE_BYTES and len(drawn) > 1)
                if more:
                    break
        refuse_twice([d.key for d in drawn], self._keys)
        return drawn[:-1] if more else drawn

    def read_keys(self, keys: Sequence[Any]) -> list[Drawn]:
        drawn = []
        with self._target.look() as connection:
            for key in keys:
                statement, bound = self._paging.at(key)
                found = connection.execute(statement, self._parameters | bound)
                drawn += [self._drawn(dict(row)) for row in found.mappings()]
        return drawn

    def _drawn(self, row: dict[str, Any]) -> Drawn:
        return Drawn(self._paging.key([row[name] for name in self._keys]), row)


def named(names: Sequence[str]) -> list[ColumnElement]:
    """Columns of these names, always quoted, with the values as the driver has them."""
    return [column(quoted_name(name, True)) for name in names]


def _target(database: str | Target, roots: Roots) -> tuple[Target, bool]:
    """(the open database, whether it is to be closed by us)."""
    if isinstance(database, Target):
        return database, False
    return Target.open(database, read_only=True, roots=roots), True
