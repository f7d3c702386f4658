"""Ending the statements of another thread, or one's own when its time is over.

Lives here: which connection works under a leash, and how each kind of database is told to stop.
Called by `core.target`, which puts each read on the leash of its thread, and by `core.totals`.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection

_STEPS = 10_000  #: of SQLite's machine between two looks: well below a millisecond
_held: ContextVar["Leash | None"] = ContextVar("leash", default=None)


class Leash:
    """What is read while it is held ends with an error soon after `cut`; nothing begins then.

    SQLite looks by itself; psycopg's connections are told, so whoever cuts does so again until
    nothing runs any more: a statement may just have been about to begin. Where a driver knows no
    way to end a statement, the one that runs comes to its end.
    """

    def __init__(self) -> None:
        self.is_cut = False
        self._lock = threading.Lock()
        self._driver: Any = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """The reads of this thread are on the leash in this block."""
        token = _held.set(self)
        try:
            yield
        finally:
            _held.reset(token)

    def cut(self) -> None:
        """From any thread, any number of times."""
        with self._lock:
            self.is_cut = True
            if self._driver is not None:
                with suppress(Exception):  # it has ended by itself meanwhile
                    self._driver.cancel()

    @contextmanager
    def on(self, connection: Connection) -> Iterator[None]:
        driver: Any = connection.connection.dbapi_connection
        if isinstance(driver, sqlite3.Connection):
            driver.set_progress_handler(lambda: self.is_cut, _STEPS)
            try:
                yield
            finally:
                driver.set_progress_handler(None, 0)
            return
        with self._lock:
            self._driver = driver if hasattr(driver, "cancel") else None
        try:
            yield
        finally:
            with self._lock:  # the connection goes back to the pool: never cancel another's work
                self._driver = None


class Cut(Exception):
    """Nothing is read any more: the leash was cut."""


@contextmanager
def leashed(connection: Connection) -> Iterator[None]:
    """In this block the connection is on the leash that this thread holds, if it holds one."""
    leash = _held.get()
    if leash is None:
        yield
        return
    with leash.on(connection):
        if leash.is_cut:
            raise Cut
        yield
