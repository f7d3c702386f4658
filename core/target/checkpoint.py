"""The row in the target database that says how far a job got, and who may move it.

Lives here: the table `longhaul_checkpoint`, its statements, and the rules of the fence. Not here:
the transaction around them, which is the caller's: `core.target` alone.

Every statement is built once; names are quoted by the dialect (`key` and `cursor` are reserved in
some). A row belongs to the fence it carries: only a newer fence may take it over, and only its
owner may move it on.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    inspect,
    select,
)

from core.errors import ClaimLost

#: the table's name, in the default schema of the target
TABLE = "longhaul_checkpoint"


@dataclass(frozen=True)
class Checkpoint:
    """How far a job got: the cursor as JSON text (None: before the first batch), and its counts."""

    cursor: str | None
    done: int = 0
    failed: int = 0
    skipped: int = 0
    #: outcome -> records, as the task names its outcomes
    tally: Mapping[str, int] = field(default_factory=dict)


_table = Table(
    TABLE,
    MetaData(),
    Column("key", String(191), primary_key=True),  # the longest that every MySQL can index
    Column("fence", BigInteger, nullable=False),
    Column("cursor", Text),
    Column("done", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("skipped", BigInteger, nullable=False),
    Column("tally", Text, nullable=False),
)
_c = _table.c
_of_key = _c.key == bindparam("k")
_fence = select(_c.fence).where(_of_key)
_load = select(_c.cursor, _c.done, _c.failed, _c.skipped, _c.tally).where(_of_key)
_take_over = _table.update().where(_of_key, _c.fence <= bindparam("f")).values(fence=bindparam("f"))
_keys = select(_c.key).where(_c.key.startswith(bindparam("p"), autoescape=False)).order_by(_c.key)
_forget = _table.delete().where(_of_key, _c.fence <= bindparam("f"))
_advance = (
    _table.update()
    .where(_of_key, _c.fence == bindparam("f"), _c.cursor.is_not_distinct_from(bindparam("old")))
    .values(
        cursor=bindparam("new"),
        done=bindparam("n_done"),
        failed=bindparam("n_failed"),
        skipped=bindparam("n_skipped"),
        tally=bindparam("n_tally"),
    )
)


def take_over(connection: Connection, key: str, fence: int) -> Checkpoint | None:
    """Make the row of `key` this fence's, creating table and row where missing (then None).

    The UPDATE comes first, so that two attempts wait for each other at the row and cannot both read
    the old fence. Raises ClaimLost if a newer fence has it.
    """
    if not inspect(connection).has_table(TABLE):
        _table.create(connection, checkfirst=False)
    if connection.execute(_take_over, {"k": key, "f": fence}).rowcount:
        row = connection.execute(_load, {"k": key}).one()
        return Checkpoint(row.cursor, row.done, row.failed, row.skipped, json.loads(row.tally))
    _refuse_newer(connection, key, fence)
    start = {"key": key, "fence": fence, "cursor": None, "tally": "{}"}
    connection.execute(_table.insert(), start | {"done": 0, "failed": 0, "skipped": 0})
    return None


def advance(connection: Connection, key: str, fence: int, old: str | None, new: Checkpoint) -> None:
    """Move the row from cursor `old` to `new`; ClaimLost unless it has this fence and cursor."""
    moved = {
        "k": key,
        "f": fence,
        "old": old,
        "new": new.cursor,
        "n_done": new.done,
        "n_failed": new.failed,
        "n_skipped": new.skipped,
        "n_tally": json.dumps(dict(new.tally), separators=(",", ":")),
    }
    if connection.execute(_advance, moved).rowcount != 1:
        raise ClaimLost(f"The checkpoint of {key} has moved on without attempt {fence}.")


def keys(connection: Connection, prefix: str) -> list[str]:
    """The keys that begin with `prefix`; the table exists."""
    return list(connection.execute(_keys, {"p": prefix}).scalars())


def forget(connection: Connection, key: str, fence: int) -> None:
    """Remove the row, if there is one; ClaimLost if a newer fence has it."""
    if not inspect(connection).has_table(TABLE):
        return
    if not connection.execute(_forget, {"k": key, "f": fence}).rowcount:
        _refuse_newer(connection, key, fence)


def _refuse_newer(connection: Connection, key: str, fence: int) -> None:
    held = connection.execute(_fence, {"k": key}).scalar()
    if held is not None:
        raise ClaimLost(f"Attempt {held} of {key} holds the checkpoint, and this is {fence}.")
