"""A real PostgreSQL server of the tests' own: `pytest_plugins = ("tests.postgres",)`.

It listens on a loopback port that was free and on a socket in its folder, asks for a password as a
real one does, and is gone with the test session. `initdb` refuses to run as root; for root it runs
as an unprivileged user. Skipped, with the reason, where there is no server to start.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_DEADLINE = 30.0
#: no durability needed, and small: the machine has other things to do
_OPTIONS = ["fsync=off", "shared_buffers=16MB", "max_connections=20", "max_wal_size=64MB"]


@dataclass(frozen=True)
class PostgresServer:
    """A running server; `user` is its superuser."""

    folder: Path
    port: int
    user: str
    password: str
    process: subprocess.Popen
    #: the system's user it runs as, None for our own
    runs_as: str | None

    def url(self, database: str = "postgres", user: str = "", password: str = "") -> str:
        """A SQLAlchemy URL without a driver, for the superuser unless others are given."""
        who = f"{user or self.user}:{password or self.password}"
        return f"postgresql://{who}@127.0.0.1:{self.port}/{database}"

    def execute(self, sql: str, database: str = "postgres") -> list[tuple]:
        """Run one statement as the superuser, committed at once; returns its rows."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The server of this test session."""
    pytest.importorskip("psycopg", reason="needs psycopg to speak to PostgreSQL")
    binaries = _binaries()
    runs_as = _unprivileged_user()
    # Not below tmp_path: that is closed to the other user.
    folder = Path(tempfile.mkdtemp(prefix="longhaul-postgres-"))
    server = None
    try:
        if runs_as:
            shutil.chown(folder, runs_as)
        server = _start(binaries, folder, runs_as)
        yield server
    finally:
        if server:
            _stop(server.process)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[str]:
    """The name of an empty database that only this test uses."""
    name = f"test_{secrets.token_hex(6)}"
    postgres.execute(f"CREATE DATABASE {name}")
    yield name
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _binaries() -> Path:
    """The folder of `initdb` and `postgres`: on PATH, or the newest where Debian keeps them."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    on_path = shutil.which("initdb")
    if not (found or on_path):
        pytest.skip("no PostgreSQL server is installed (initdb was not found)")
    return Path(on_path).resolve().parent if on_path else found[-1].parent


def _unprivileged_user() -> str | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.skip("initdb refuses to run as root, and there is no other user")


def _start(binaries: Path, folder: Path, runs_as: str | None) -> PostgresServer:
    user, password = "longhaul", secrets.token_urlsafe(16)
    identity = {"user": runs_as, "group": pwd.getpwnam(runs_as).pw_gid} if runs_as else {}
    identity |= {"cwd": folder, "extra_groups": []} if runs_as else {"cwd": folder}
    (folder / "password").write_text(password)
    command = [binaries / "initdb", "-D", folder / "data", "-U", user, "--no-sync", "-E", "UTF8"]
    command += ["--locale=C", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}"]
    made = subprocess.run(command, capture_output=True, text=True, **identity)
    if made.returncode:
        pytest.skip(f"initdb failed: {made.stderr.strip()[-300:]}")
    for _ in range(5):  # somebody else may take the port between our look and the server's
        port = _free_port()
        command = [binaries / "postgres", "-D", folder / "data", "-k", folder]
        command += ["-h", "127.0.0.1", "-p", str(port)]
        command += [word for option in _OPTIONS for word in ("-c", option)]
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, **identity)
        server = PostgresServer(folder, port, user, password, process, runs_as)
        if _is_ready(server):
            return server
        _stop(process)
    pytest.fail(f"PostgreSQL does not start: {(folder / 'log').read_text()[-600:]}")


def _is_ready(server: PostgresServer) -> bool:
    """Whether it answers before the deadline; False as soon as the process has ended."""
    import psycopg

    deadline = time.monotonic() + _DEADLINE
    while server.process.poll() is None and time.monotonic() < deadline:
        try:
            server.execute("SELECT 1")
            return True
        except psycopg.OperationalError:
            time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen) -> None:
    """SIGINT ends the server with its connections (fast shutdown); SIGQUIT at once."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(number)
        try:
            process.wait(timeout=10)
            return
        except subprocess.TimeoutExpired:
            continue


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
