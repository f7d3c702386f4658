"""A target behind a SQLAlchemy URL: PostgreSQL and the other databases whose driver is installed.

Lives here: choosing the driver, the session's limits, the name that may be shown. Not here: SQLite
(`core.target.sqlite`), what a backfill does (`core.target`). Called by `core.target` alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from core.errors import Invalid

#: seconds to wait for a connection; libpq takes anything shorter for 2
_CONNECT_TIMEOUT = 3
#: per kind of database the drivers to look for: (driver, module, package to install)
_DRIVERS = {
    "postgresql": [
        ("psycopg", "psycopg", "psycopg[binary]"),
        ("psycopg2", "psycopg2", "psycopg2-binary"),
        ("pg8000", "pg8000", "pg8000"),
    ],
    "mysql": [("pymysql", "pymysql", "pymysql"), ("mysqldb", "MySQLdb", "mysqlclient")],
    "mariadb": [("pymysql", "pymysql", "pymysql"), ("mysqldb", "MySQLdb", "mysqlclient")],
    "oracle": [("oracledb", "oracledb", "oracledb")],
    "mssql": [("pyodbc", "pyodbc", "pyodbc")],
}
#: so that a server that vanished is noticed within half a minute, not after the system's two hours
_KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
#: what the drivers' `connect` takes beyond the URL
_CONNECT = {
    "psycopg": {"connect_timeout": _CONNECT_TIMEOUT, **_KEEPALIVE},
    "psycopg2": {"connect_timeout": _CONNECT_TIMEOUT, **_KEEPALIVE},
    "pymysql": {"connect_timeout": _CONNECT_TIMEOUT},
    "mysqldb": {"connect_timeout": _CONNECT_TIMEOUT},
}
#: said once per session. A lock is waited for shortly, because the caller tries again and shows
#: why; a worker that was stopped in mid-batch is ended by the server, so that its rows come free.
_SESSION = {
    "postgresql": [
        "SET lock_timeout = '1s'",
        "SET idle_in_transaction_session_timeout = '60s'",
    ],
    "mysql": ["SET SESSION innodb_lock_wait_timeout = 1"],
    "mariadb": ["SET SESSION innodb_lock_wait_timeout = 1"],
}
_READ_ONLY = {
    "postgresql": "SET default_transaction_read_only = on",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
}


class Server:
    """The database that `url` leads to."""

    probe = "SELECT 1"

    def __init__(self, url: URL, read_only: bool):
        self.url = _with_driver(url)
        self.read_only = read_only
        #: without the query: libpq takes passwords there too
        self.name = self.url.set(query={}).render_as_string(hide_password=True)
        self._secrets = [str(url.password)] if url.password else []
        self._secrets += [str(url.query[key]) for key in url.query if "password" in key.lower()]

    def mask(self, text: str) -> str:
        """The text of a driver without the passwords that the URL gave it."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def engine(self) -> Engine:
        limits = _CONNECT.get(self.url.get_driver_name(), {})
        engine = create_engine(
            self.url,
            poolclass=QueuePool,
            hide_parameters=True,
            connect_args={key: limits[key] for key in limits if key not in self.url.query},
        )
        event.listen(engine, "connect", self._begin_session)
        return engine

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        """A connection outside of transactions: no round trip to begin one and none to end it."""
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection

    @contextmanager
    def transaction(self, engine: Engine) -> Iterator[Connection]:
        """A transaction in the server's own isolation level; rows are locked when written."""
        with engine.begin() as connection:
            yield connection

    def _begin_session(self, connection, _record) -> None:
        kind = self.url.get_backend_name()
        statements = list(_SESSION.get(kind, []))
        if self.read_only and kind in _READ_ONLY:
            statements.append(_READ_ONLY[kind])
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        connection.commit()  # else the first rollback takes the settings back

    def damage(self) -> str | None:
        """A server looks after its files itself: what it reports as damaged, is."""
        return "reported by the server"

    def is_full(self) -> bool:
        return False  # a server tells a full disk by a code of its own


def _with_driver(url: URL) -> URL:
    """The URL with a driver that is installed here; Invalid naming the package if there is none."""
    kind = {"postgres": "postgresql"}.get(url.get_backend_name(), url.get_backend_name())
    _, _, driver = url.drivername.partition("+")
    if not driver:
        choices = _DRIVERS.get(kind, [])
        installed = [name for name, module, _ in choices if find_spec(module)]
        if choices and not installed:
            raise Invalid(_missing(kind, choices[0][2]))
        driver = installed[0] if installed else ""
    url = url.set(drivername=f"{kind}+{driver}" if driver else kind)
    try:
        dialect = url.get_dialect()
        dialect.import_dbapi()
    except NoSuchModuleError:
        raise Invalid(f"{url.drivername!r} is not a kind of database known here.") from None
    except ImportError as error:
        packages = {name: package for name, _, package in _DRIVERS.get(kind, [])}
        raise Invalid(_missing(kind, packages.get(driver, error.name or driver))) from None
    if dialect.is_async:
        raise Invalid(f"{url.drivername} is an asynchronous driver; leave {driver!r} out.")
    try:
        dialect().create_connect_args(url)
    except (ArgumentError, ValueError, TypeError):
        raise Invalid(f"This address does not fit {kind}.") from None
    return url


def _missing(kind: str, package: str) -> str:
    return f"The driver for {kind} is not installed. Install it: pip install '{package}'"
