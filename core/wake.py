"""Wake-up between processes: one byte by loopback UDP after a commit, and never any payload.

The database is the truth; a lost or a spurious byte costs nothing but the next poll (every
POLL_S). A sleeper is found by a file named after its port in DIR/wake/, so nobody has to be told
who listens. Channels: `work` (something may be claimable), `events` (something was appended).
"""

import contextlib
import os
import re
import socket
import time
from pathlib import Path

from core.identity import is_running

POLL_S = 0.25
LOOK_S = 0.02  #: a new sleeper is found so soon at the latest (until then it polls)
SETTLED_NS = 100_000_000
WORK, EVENTS = "work", "events"
_MARK = re.compile(r"(\w+)-(\d{1,5})-(\d+)")  #: channel, port, pid


class Sleeper:
    """Waits for a wake-up on one channel."""

    def __init__(self, data_dir: Path, channel: str):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        folder = data_dir / "wake"
        folder.mkdir(mode=0o700, exist_ok=True)
        port = self._socket.getsockname()[1]
        self._mark = folder / f"{channel}-{port}-{os.getpid()}"
        self._mark.touch(mode=0o600)

    def sleep(self, seconds: float = POLL_S) -> bool:
        """Sleep until woken, at most `seconds`; whether there was a wake-up."""
        self._socket.settimeout(max(seconds, 0.001))
        try:
            self._socket.recv(1)
        except (TimeoutError, BlockingIOError, ConnectionError):
            return False
        self._drain()
        return True

    def interrupt(self) -> None:
        """End a sleep of another thread of this process."""
        with contextlib.suppress(OSError):
            self._socket.sendto(b"\1", self._socket.getsockname())

    def _drain(self) -> None:
        """A burst is one wake-up: what it tells is read from the database in one go."""
        self._socket.setblocking(False)
        with contextlib.suppress(OSError):
            while self._socket.recv(64):
                pass

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._mark.unlink()
        self._socket.close()


class Waker:
    """Sends wake-ups to every sleeper of a channel. Cheap: the folder is read when it changed."""

    def __init__(self, data_dir: Path):
        self._folder = data_dir / "wake"
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._changed_ns = -1
        self._look_at = 0.0
        self._ports: dict[str, list[int]] = {}

    def wake(self, channel: str) -> None:
        """Wake all sleepers of `channel`; never blocks, never raises."""
        for port in self._listeners().get(channel, ()):
            with contextlib.suppress(OSError):
                self._socket.sendto(b"\1", ("127.0.0.1", port))

    def _listeners(self) -> dict[str, list[int]]:
        now = time.monotonic()
        if now < self._look_at:
            return self._ports
        self._look_at = now + LOOK_S
        try:
            changed_ns = os.stat(self._folder).st_mtime_ns
        except OSError:
            return {}
        # A change within the clock's grain may leave the time as it was: trust only settled ones.
        if changed_ns != self._changed_ns or time.time_ns() - changed_ns < SETTLED_NS:
            try:
                names = os.listdir(self._folder)
            except OSError:
                return {}
            ports: dict[str, list[int]] = {}
            for mark in map(_MARK.fullmatch, names):
                if mark is not None:  # other files are none of ours
                    ports.setdefault(mark[1], []).append(int(mark[2]))
            self._ports, self._changed_ns = ports, changed_ns
        return self._ports

    def close(self) -> None:
        self._socket.close()


def clear_marks(data_dir: Path) -> None:
    """Remove the marks of sleepers that died without a goodbye (called when a service starts)."""
    for path in (data_dir / "wake").glob("*"):
        mark = _MARK.fullmatch(path.name)
        if mark is not None and not is_running(int(mark[3])):
            path.unlink(missing_ok=True)
