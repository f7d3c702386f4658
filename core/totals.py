"""How many records there are: counted a part at a time, beside the work where it takes long.

A task type says in `counting` how many records come after a cursor, part by part, so that a count
can be left when it takes too long (a preview then says "at least"), and go on beside a run that has
begun already. Nothing is locked between two parts.
"""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, select, text

from core.target import Target
from core.target.leash import Leash

PREVIEW_S = 2.0  #: a preview counts so long
AGAIN_S = 0.1  #: what is to end is told so again after this time
LEAVE_S = 1.0  #: whoever leaves a count waits so long for it to be gone
SLICE = 20_000  #: rows that one part looks at: some 10 ms where nothing but the key is read


def bounded(parts: Iterable[int], seconds: float = PREVIEW_S) -> dict[str, int]:
    """{"count": n} when all parts could be counted in time, else {"at_least": n}.

    Reads of a `Target` are ended when the time is over, wherever they are.
    """
    leash, done, found = Leash(), threading.Event(), 0
    until = time.monotonic() + seconds
    threading.Thread(target=_cut, args=(leash, done, seconds), daemon=True).start()
    try:
        with leash.held():
            for part in parts:
                found += part
                if time.monotonic() > until:
                    return {"at_least": found}
    except Exception:
        if not leash.is_cut:
            raise
        return {"at_least": found}
    finally:
        done.set()
    return {"count": found}


def _cut(leash: Leash, done: threading.Event, after_s: float) -> None:
    """Cut the leash after this time, and until nothing is counted any more."""
    while not done.wait(after_s):
        leash.cut()
        after_s = AGAIN_S


def capped(parts: Iterable[int], most: int) -> Iterator[int]:
    """The parts up to `most` records together."""
    for part in parts:
        yield min(part, most)
        most -= part
        if most <= 0:
            return


def columns_of(target: Target, table: str) -> str:
    """The columns of a table with their types: what a plan is made for."""
    return ", ".join(f"{c.name} {c.type}" for c in target.columns(table))


def file_mark(path: Path) -> str:
    """Length and time of a file: what a plan is made for."""
    found = path.stat()
    at = datetime.fromtimestamp(found.st_mtime).isoformat(" ", "seconds")
    return f"{found.st_size:,} bytes of {at}"


class Counter:
    """Counts in a thread of its own, until it is done or left."""

    def __init__(self, parts: Iterable[int], seen: int):
        """`parts`: of the records after the cursor at which `seen` records were done."""
        self._parts, self._seen = parts, seen
        self._leash = Leash()
        self._done = threading.Event()
        self.error: Exception | None = None
        self._total: int | None = None
        threading.Thread(target=self._count, name="count", daemon=True).start()

    def _count(self) -> None:
        found = 0
        try:
            with self._leash.held():
                for part in self._parts:
                    found += part
                    if self._leash.is_cut:
                        return
            self._total = self._seen + found
        except Exception as error:  # the work does not depend on it; the loop tells it
            if not self._leash.is_cut:
                self.error = error
        finally:
            self._done.set()

    def total(self, wait_s: float = 0.0) -> int | None:
        """How many there are in all, done ones included; None while that is not known."""
        self._done.wait(wait_s)
        return self._total

    @property
    def is_done(self) -> bool:
        return self._done.is_set()

    def leave(self) -> None:
        """Count no further. Statements of a `Target` end at once, other parts by themselves."""
        until = time.monotonic() + LEAVE_S
        self._leash.cut()
        while not self._done.wait(AGAIN_S) and time.monotonic() < until:
            self._leash.cut()


class Slices:
    """The rows of a table that fit a condition, counted SLICE rows of the table at a time."""

    def __init__(
        self,
        target: Target,
        table: str,
        key: str,
        where: Any,
        bound: Mapping[str, Any] | None = None,
    ):
        """Names are quoted; `where` is a condition of SQLAlchemy, `bound` are its parameters."""
        self._target, self._bound = target, dict(bound or {})
        k: ColumnElement = literal_column(key)
        rows = text(table)
        self._edge: dict[bool, Select] = {}
        self._count: dict[bool, Select] = {}
        for first in (True, False):
            behind = [] if first else [k > bindparam("behind")]
            some = select(k.label("k")).select_from(rows).where(*behind).order_by(k).limit(SLICE)
            edge = some.subquery("some")
            self._edge[first] = select(func.max(edge.c.k)).select_from(edge)
            fits = (k <= bindparam("upto"), *behind, where)
            self._count[first] = select(func.count()).select_from(rows).where(*fits)

    def after(self, cursor: Any) -> Iterator[int]:
        """How many rows come after the cursor (None: all of them), part by part."""
        while True:
            first = cursor is None
            behind = {} if first else {"behind": cursor}
            with self._target.look() as connection:
                edge = connection.execute(self._edge[first], behind).scalar_one_or_none()
                if edge is None:
                    return
                values = self._bound | behind | {"upto": edge}
                found = int(connection.execute(self._count[first], values).scalar_one())
            yield found
            cursor = edge
