"""Wake-up between processes: one byte by loopback UDP after a commit, and never any payload.

The database is the truth; a lost or a spurious byte costs nothing but the next poll (every
POLL_S). A sleeper is found by a file named after its port in DIR/wake/, so nobody has to be told
who listens. Channels: `work` (something may be claimable), `events` (something was appended).

One new job needs one worker: the file holds a byte that says whether its sleeper listens, and of
those that do only as many are woken as there is work for.
"""

import contextlib
import mmap
import os
import re
import socket
import time
from pathlib import Path

from core.identity import is_running

POLL_S = 0.25
LOOK_S = 0.02  #: a new sleeper is found so soon at the latest (until then it polls)
GIVE_WAY_S = 0.003  #: about as long as it takes to claim a job
SETTLED_NS = 100_000_000
WORK, EVENTS = "work", "events"
EVERYBODY = 1 << 30
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
        self._flag = _flag(self._mark, os.O_RDWR | os.O_CREAT)

    def listen(self) -> None:
        """From now on a wake-up for some is meant for this one, too.

        To be said before the last look for work: what is committed after that look wakes us.
        """
        self._flag[0] = 1

    def rise(self) -> None:
        """Work was found: wake-ups for some are meant for others."""
        self._flag[0] = 0

    def sleep(self, seconds: float = POLL_S, *, last: bool = False) -> bool:
        """Sleep until woken, at most `seconds`; whether there was a wake-up.

        `last`: when others are woken too, they go first, for they are quicker at the work.
        """
        self._socket.settimeout(max(seconds, 0.001))
        try:
            self._socket.recv(1)
        except (TimeoutError, BlockingIOError, ConnectionError):
            return False
        if last:
            time.sleep(GIVE_WAY_S)
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
        self._flag.close()


class Waker:
    """Sends wake-ups to every sleeper of a channel. Cheap: the folder is read when it changed."""

    def __init__(self, data_dir: Path):
        self._folder = data_dir / "wake"
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._changed_ns = -1
        self._look_at = 0.0
        self._ports: dict[str, list[tuple[int, mmap.mmap]]] = {}

    def wake(self, channel: str, most: int = EVERYBODY) -> None:
        """Wake all sleepers of `channel`, or `most` of those that listen.

        Never blocks, never raises. A sleeper that is killed in that moment takes the wake-up with
        it; the others find the work with their next poll.
        """
        for port, flag in self._listeners().get(channel, ()):
            if most != EVERYBODY:
                if most <= 0:
                    return
                if not flag[0]:
                    continue
                flag[0] = 0  # the next one is for another
                most -= 1
            with contextlib.suppress(OSError):
                self._socket.sendto(b"\1", ("127.0.0.1", port))

    def _listeners(self) -> dict[str, list[tuple[int, mmap.mmap]]]:
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
            self._ports, self._changed_ns = self._read(names), changed_ns
        return self._ports

    def _read(self, names: list[str]) -> dict[str, list[tuple[int, mmap.mmap]]]:
        """The sleepers of each channel: their ports and flags, always in the same order."""
        ports: dict[str, list[tuple[int, mmap.mmap]]] = {}
        for mark in map(_MARK.fullmatch, sorted(names)):
            if mark is None:
                continue  # other files are none of ours
            # One that leaves at this moment is no longer to be woken.
            with contextlib.suppress(OSError, ValueError):
                flag = _flag(self._folder / mark[0], os.O_RDWR)
                ports.setdefault(mark[1], []).append((int(mark[2]), flag))
        return ports

    def close(self) -> None:
        self._socket.close()


def _flag(mark: Path, how: int) -> mmap.mmap:
    """The one byte of a mark, shared by all who have it open."""
    file = os.open(mark, how, 0o600)
    try:
        if how & os.O_CREAT:
            os.write(file, b"\0")
        return mmap.mmap(file, 1)
    finally:
        os.close(file)


def clear_marks(data_dir: Path) -> None:
    """Remove the marks of sleepers that died without a goodbye (called when a service starts)."""
    for path in (data_dir / "wake").glob("*"):
        mark = _MARK.fullmatch(path.name)
        if mark is not None and not is_running(int(mark[3])):
            path.unlink(missing_ok=True)
