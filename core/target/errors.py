"""The one place where the errors of database drivers become Longhaul's.

Lives here: what a driver's error means, as one word, and which error of the tree says it. Not here:
finding out about the disk or the damage, which the source of the connections knows
(`core.target.sqlite`, `core.target.server`). Called by `core.target` around everything it does.

The message of a driver is shown, its statement and parameters are not: they are the person's data.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy.exc import DBAPIError, NoSuchTableError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.errors import DatabaseBusy, DatabaseDamaged, DatabaseError, DiskFull, Invalid

#: primary result codes, https://www.sqlite.org/rescode.html
_SQLITE = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_PROTOCOL: "locked",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_IOERR: "unwritten",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_PERM: "privilege",
    sqlite3.SQLITE_READONLY: "privilege",
    sqlite3.SQLITE_AUTH: "privilege",
    sqlite3.SQLITE_CANTOPEN: "privilege",
    sqlite3.SQLITE_CONSTRAINT: "constraint",
}
#: SQLSTATE, whole or its class, https://www.postgresql.org/docs/current/errcodes-appendix.html
_SQLSTATE = {
    "55P03": "locked",
    "40001": "locked",
    "40P01": "locked",
    "57014": "locked",  # cancelled by the server's statement_timeout or by its administrator
    "08": "lost",
    "25P03": "lost",  # idle in a transaction for too long
    "57P": "lost",  # shut down, crashed, not up yet
    "53300": "lost",  # too many connections
    "53100": "full",
    "XX001": "damaged",
    "XX002": "damaged",
    "42P01": "missing",
    "42703": "missing",
    "3F000": "missing",
    "3D000": "missing",
    "28": "login",
    "42501": "privilege",
    "25006": "privilege",  # read-only transaction
    "23": "constraint",
}
#: https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html and its client's
_MYSQL = {
    **dict.fromkeys((1205, 1213), "locked"),
    **dict.fromkeys((1040, 1053, 2002, 2003, 2006, 2013), "lost"),
    **dict.fromkeys((1021, 1114), "full"),
    **dict.fromkeys((1034, 1194), "damaged"),
    **dict.fromkeys((1049, 1054, 1146), "missing"),
    **dict.fromkeys((1044, 1142, 1792), "privilege"),
    **dict.fromkeys((1048, 1062, 1451, 1452), "constraint"),
    1045: "login",
}
#: for what comes without a code: SQLite's general error, and libpq before there is a connection
_WORDS = {
    "no such table": "missing",
    "no such column": "missing",
    "has no column named": "missing",
    "no space left on device": "full",
    "disk quota exceeded": "full",
    "authentication failed": "login",
    "no password supplied": "login",
    'database "': "missing",
    'role "': "login",
}
_SAID = {
    "locked": (DatabaseBusy, "{name} is locked by another program ({why})."),
    "exchanged": (DatabaseBusy, "{name} was exchanged meanwhile ({why})."),
    "lost": (DatabaseBusy, "The connection to {name} is lost or not possible now ({why})."),
    "unsure": (DatabaseBusy, "A read of {name} failed once; the file is sound ({why})."),
    "full": (DiskFull, "No space is left for {name} ({why}). Nothing of this batch was kept."),
    "damaged": (DatabaseDamaged, "{name} is damaged ({why}). Restore it from a copy."),
    "missing": (Invalid, "{name} does not have this ({why})."),
    "login": (Invalid, "{name} does not let this user in ({why})."),
    "privilege": (DatabaseError, "{name} does not allow this ({why})."),
    "constraint": (DatabaseError, "{name} refused these values ({why})."),
    "other": (DatabaseError, "{name} refused this ({why})."),
}
#: characters of a driver's message that are shown
_LONGEST = 300


class Source(Protocol):
    """Where the connections of a target come from."""

    name: str

    def mask(self, text: str) -> str: ...
    def damage(self) -> str | None: ...
    def is_full(self) -> bool: ...


@contextmanager
def translated(source: Source) -> Iterator[None]:
    """Raise Longhaul's error in the place of a driver's; every other exception passes unchanged.

    DatabaseBusy: locked, timed out, connection lost. DiskFull: disk or quota. DatabaseDamaged: only
    after `integrity_check` on a fresh connection confirmed it. Invalid: no such table or column,
    no such user. DatabaseError: the rest. All carry the `reason`, one of the words above.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise translate(error, source) from error


def translate(error: Exception, source: Source) -> DatabaseError | Invalid:
    """The error to raise; may read the whole file when the driver speaks of damage."""
    reason, why = reason_of(error), _message(error)
    if reason == "unwritten":
        reason = "full" if source.is_full() else "other"
    elif reason == "damaged":
        try:
            found = source.damage()
        except sqlite3.Error as second:
            reason, why = reason_of(second), _message(second)
        else:
            reason, why = ("damaged", found) if found else ("unsure", why)
    kind, words = _SAID[reason]
    return kind(words.format(name=source.name, why=source.mask(why)), reason=reason)


def reason_of(error: Exception) -> str:
    """What went wrong, as one word: a key of the messages above, or `unwritten` (to be probed)."""
    if isinstance(error, PoolTimeout):
        return "locked"
    if isinstance(error, NoSuchTableError):
        return "missing"
    cause = getattr(error, "orig", None) or error
    by_code = _reason_by_code(cause)
    if by_code:
        return by_code
    text = str(cause).lower()
    for words, reason in _WORDS.items():
        if words in text:
            return reason
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return "lost"
    # Without a code and outside SQLite an operational error comes from the way to the server.
    operational = type(cause).__name__ == "OperationalError"
    return "lost" if operational and not isinstance(cause, sqlite3.Error) else "other"


def _reason_by_code(cause: BaseException) -> str | None:
    if isinstance(cause, sqlite3.Error):
        return _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    first = cause.args[0] if cause.args else None
    if isinstance(first, dict):  # pg8000
        state = first.get("C")
    if isinstance(state, str):
        for length in (5, 3, 2):
            if state[:length] in _SQLSTATE:
                return _SQLSTATE[state[:length]]
        return "other"
    return _MYSQL.get(first) if isinstance(first, int) else None


def _message(error: Exception) -> str:
    """The first line of the driver's own words: later ones quote the values of the row."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0].rstrip(".")[:_LONGEST] if lines else type(error).__name__
