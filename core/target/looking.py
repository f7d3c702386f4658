"""Reads that cannot write: the database itself refuses whatever would change it or reach a file.

For statements that a person or an author wrote. Called by `core.target` alone.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from core.errors import Invalid

#: https://www.sqlite.org/c3ref/c_alter_table.html
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE})
#: load a library, or a pointer as a tokenizer
_FORBIDDEN_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer"})
_BEGIN = {
    "postgresql": "BEGIN READ ONLY",
    "mysql": "START TRANSACTION READ ONLY",
    "mariadb": "START TRANSACTION READ ONLY",
}


@contextmanager
def looking(connection: Connection) -> Iterator[None]:
    """Only reading in this block; its statements see one moment on a server.

    Raises Invalid for a kind of database that cannot promise it.
    """
    kind = connection.dialect.name
    if kind == "sqlite":
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_authorizer(_authorized)
        try:
            yield
        finally:
            driver.set_authorizer(None)
        return
    if kind not in _BEGIN:
        raise Invalid(f"Reading only is not supported on {kind}.")
    connection.exec_driver_sql(_BEGIN[kind])
    try:
        yield
    finally:
        if not connection.invalidated:
            connection.exec_driver_sql("ROLLBACK")


def _authorized(
    action: int, first: str | None, second: str | None, database: str | None, _by: str | None
) -> int:
    """SQLite asks this about each thing a statement would do, while it is prepared."""
    if action in _ALLOWED:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_READ and database in ("main", None):
        # A pragma as a table tells of files; it is asked about only when it is run.
        told = str(first).lower().startswith("pragma_")
        return sqlite3.SQLITE_DENY if told else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_UPDATE and first == "sqlite_master":
        # What json_each and its like ask for when they are declared. As a statement it is refused
        # by SQLite itself, except with a pragma, which is denied here.
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and str(second).lower() not in _FORBIDDEN_FUNCTIONS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY
