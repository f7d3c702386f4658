"""Which table, columns and values a run works with; everything a person named must exist.

What is wrong is said with the pointer of the parameter. Called by the task before it is accepted,
and again by each attempt.
"""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.exc import CompileError

from core.errors import Invalid
from core.target import Target
from core.tasks.backfill_column.judge import judged
from core.tasks.backfill_column.types import Kind, on_sqlite
from core.tasks.backfill_dates.names import missing

DIALECTS = ("sqlite", "postgresql")
_TEXTUAL = re.compile(r"(VARCHAR|CHAR|TEXT|CITEXT)(\(\d+\))?")


@dataclass(frozen=True)
class Names:
    """Plain names (not quoted), each of which exists."""

    table: str
    column: str
    keys: tuple[str, ...]
    kind: Kind  #: of the column


def resolve(target: Target, params: Any) -> Names:
    """Find the names for these parameters. Raises Invalid with a pointer for what does not fit."""
    if target.dialect not in DIALECTS:
        raise _wrong("database", f"This works on SQLite and PostgreSQL, not on {target.dialect}.")
    tables = [t for t in target.tables() if not t.startswith("longhaul_")]
    target.identifier(params.table, tables, "/params/table")
    with target.read() as connection:
        described: dict[str, Any] = {
            c["name"]: c for c in inspect(connection).get_columns(params.table)
        }
    target.identifier(params.column, described, "/params/column")
    column = described[params.column]
    if column.get("computed"):
        raise _wrong("column", f"{params.column!r} is computed by the database.")
    keys = _keys(target, params, described)
    if params.column in keys:
        raise _wrong("column", f"{params.column!r} belongs to the key, so it cannot be filled.")
    kind = _kind(target, params, column)
    _check_values(target, params, described)
    if params.where.strip():
        judged(target, params.table, params.where, "/params/where")
    return Names(params.table, params.column, keys, kind)


def _keys(target: Target, params: Any, described: dict[str, Any]) -> tuple[str, ...]:
    with target.read() as connection:
        inspector = inspect(connection)
        primary = inspector.get_pk_constraint(params.table)["constrained_columns"]
        unique: list[list[Any]] = [primary] + [
            c["column_names"] for c in inspector.get_unique_constraints(params.table)
        ]
        unique += [
            index["column_names"]
            for index in inspector.get_indexes(params.table)
            if index["unique"]
            and not index.get("dialect_options", {}).get(f"{target.dialect}_where")
        ]
    keys = tuple(params.key_columns) or tuple(primary)
    if not keys:
        question = f"{params.table!r} has no primary key. Which columns are unique together?"
        raise missing("key_columns", question, described)
    for name in keys:
        target.identifier(name, described, "/params/key_columns")
    if len(set(keys)) < len(keys) or not any(u and set(u) <= set(keys) for u in unique):
        named = ", ".join(keys)
        raise _wrong("key_columns", f"({named}) is no key: no primary key or unique index in it.")
    if target.dialect != "sqlite" and any(described[name]["nullable"] for name in keys):
        raise _wrong("key_columns", "A column of the key may be NULL; name columns that may not.")
    return keys


def _kind(target: Target, params: Any, column: dict[str, Any]) -> Kind:
    if target.dialect == "sqlite":
        sql = "SELECT type FROM pragma_table_xinfo(?) WHERE name = ?"
        declared = target.rows(sql, (params.table, params.column))[0][0]
        return on_sqlite(declared or "")
    with target.read() as connection:
        try:
            words = column["type"].compile(dialect=connection.dialect)
        except CompileError:
            raise _wrong("column", f"The type of {params.column!r} is not supported.") from None
    length = getattr(column["type"], "length", None)
    textual = _TEXTUAL.fullmatch(words.upper()) is not None
    return Kind("text" if textual else "server", "TEXT" if textual else words, length)


def _check_values(target: Target, params: Any, described: dict[str, Any]) -> None:
    """The parameters of the chosen way to fill; the others are not looked at."""
    way = params.fill_with
    if way == "expression":
        judged(target, params.table, params.expression, "/params/expression")
    if way == "constant" and params.constant == "":
        raise _wrong("constant", "Which value? An empty one counts as missing.")
    if way in ("lookup", "csv"):
        target.identifier(params.match_column, described, "/params/match_column")
    if way == "lookup":
        target.identifier(params.lookup_table, target.tables(), "/params/lookup_table")
        known = [c.name for c in target.columns(params.lookup_table)]
        target.identifier(params.lookup_key, known, "/params/lookup_key")
        target.identifier(params.lookup_value, known, "/params/lookup_value")


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, [{"pointer": f"/params/{field}", "message": message}])
