"""Asks the database whether an expression over a row can be computed by reading alone.

Called by `names` before a task is accepted and again by each attempt.
"""

import re

from core.errors import DatabaseBusy, DatabaseDamaged, DatabaseError, DiskFull, Invalid
from core.target import Target
from core.tasks.backfill_column.expression import Token, Wrong, refuse_text_as_name, tokens_of

_NEAR = re.compile(r'near "(.*)": syntax error|unrecognized token: "(.*)"|incomplete input', re.S)
_NAMED = re.compile(r"(?:no such (?:column|function|table)|function):? ([\w.]+)")
#: an aggregate or window function is no expression over one row, and is refused in a WHERE
_HEAD, _TAIL = "SELECT 1 FROM {table} WHERE (\n", "\n) IS NULL LIMIT 0"


def judged(target: Target, table: str, text: str, pointer: str) -> str:
    """The expression, when it is one over the rows of `table` that only reads.

    Raises Invalid with the pointer of the parameter, the reason and, where it is known, the place.
    """
    try:
        tokens = tokens_of(text, target.dialect)
        if target.dialect == "sqlite":
            refuse_text_as_name(tokens, _known(target, table, tokens))
        _try(target, table, text, tokens)
    except Wrong as wrong:
        what = pointer.rpartition("/")[2].replace("_", " ")
        message = f"The {what} cannot be used: {wrong}."
        raise Invalid(message, [{"pointer": pointer, "message": message}]) from None
    return text


def _known(target: Target, table: str, tokens: list[Token]) -> set[str]:
    """Names of columns and tables that the expression may mean."""
    tables = target.tables()
    named = {token.name.lower() for token in tokens if token.kind in ("word", "name")}
    read = [name for name in tables if name == table or name.lower() in named]
    return {*tables, *(c.name for name in read for c in target.columns(name))}


def _try(target: Target, table: str, text: str, tokens: list[Token]) -> None:
    head = _HEAD.format(table=target.identifier(table, target.tables()))
    try:
        _prepare(target, head + text + _TAIL)
    except (DatabaseBusy, DatabaseDamaged, DiskFull):
        raise
    except (DatabaseError, Invalid) as error:
        cause = getattr(error.__cause__, "orig", None) or error.__cause__ or error
        why = (str(cause).strip().splitlines() or [type(cause).__name__])[0]
        at = _place(target, head, text, tokens, cause)
        if at is not None and at > len(text.rstrip()):
            why = "it is not finished"
        raise Wrong(why, at) from None


def _prepare(target: Target, sql: str) -> None:
    if target.dialect != "sqlite":
        sql = sql.replace("%", "%%")  # else the driver looks for its own parameters
    with target.look() as connection:
        connection.exec_driver_sql(sql).fetchall()


def _place(
    target: Target, head: str, text: str, tokens: list[Token], cause: BaseException
) -> int | None:
    """Where the error is, counted from 1; None when nobody knows."""
    told = getattr(getattr(cause, "diag", None), "statement_position", None)
    if told is not None:
        at = int(told) - len(head)
        return max(1, min(at, len(text.rstrip()) + 1))
    if _NEAR.search(str(cause)):
        return _first_refused(target, head, text, tokens)
    named = _NAMED.search(str(cause))
    if named:
        word = named[1].rpartition(".")[2].lower()
        return next((t.at + 1 for t in tokens if t.name.lower() == word), None)
    return None


def _first_refused(target: Target, head: str, text: str, tokens: list[Token]) -> int:
    """The first token behind which the beginning of the statement is more than unfinished.

    Behind the last one, when there is none.

    SQLite says what it stumbled over, not where; a beginning without fault is "incomplete input".
    """
    for token in tokens:
        try:
            _prepare(target, head + text[: token.end])
        except (DatabaseError, Invalid) as error:
            if "incomplete input" not in str(error):
                return token.at + 1
    return tokens[-1].end + 1
