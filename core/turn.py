"""Waiting for the database's write lock: who has it calls one who waits, by a byte of loopback UDP.

SQLite's own lock decides, and knows nothing of this; it would let everybody sleep and try, and on a
machine with few cores their tries take the time of the one who works. Here whoever waits puts the
number of a port into a place of a small file that all have mapped, and whoever has the lock sends a
byte to one of them just before it commits: a commit takes about as long as waking up. Who is to
answer a person is called first, the others by turns.

Every part is a hint: a place that two took, a byte that was lost or came for nothing, a holder that
was killed, another program's lock cost no more than a pause of AGAIN_S. Called by `store.py` alone.
"""

import contextlib
import mmap
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

AGAIN_S, MOST_S = 0.002, 0.005  #: between two tries when nobody calls, at first and later
SHORT_S = 0.01  #: for so long the pauses stay at AGAIN_S
COMMIT_S = 0.00015  #: a commit is watched so long at most by who was called

_HALF = 16  #: places of those that a person waits for, then as many of the others
_BYTES = 4 * _HALF  #: of all places: each is a port, 0 for nobody


class Turn:
    """Whose turn it is to write into the database `path`. Safe to use from many threads."""

    def __init__(self, path: Path):
        shared = memoryview(_mapped(f"{path}-turn", _BYTES + 1))
        self._ports, self._is_written = shared[:_BYTES].cast("H"), shared[_BYTES:]
        self._local = threading.local()
        self._sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sender.setblocking(False)
        self._last = _HALF

    def close(self) -> None:
        self._sender.close()

    # --- who has the lock ------------------------------------------------------------------------

    def begun(self) -> None:
        """The lock is ours."""
        self._is_written[0] = 1

    def call(self) -> None:
        """The lock will be free in a moment: call the next one. Never blocks, never raises."""
        ports = self._ports.tolist()
        taken = [at for at, port in enumerate(ports) if port]
        if not taken:
            return
        at = taken[0]
        if at >= _HALF:
            at = self._last = next((at for at in taken if at > self._last), at)
        self._ports[at] = 0
        with contextlib.suppress(OSError):
            self._sender.sendto(b"\1", ("127.0.0.1", ports[at]))

    def ended(self) -> None:
        """It is free."""
        self._is_written[0] = 0

    # --- who waits -------------------------------------------------------------------------------

    def tries(self, patience_s: float, *, urgent: bool) -> Iterator[None]:
        """Yields when it is time for another try; ends when `patience_s` have passed.

        `urgent`: a person waits for the answer.
        """
        began, waited, at = time.monotonic(), 0.0, 0
        ear = self._ear()
        port = ear.getsockname()[1]
        try:
            while waited < patience_s:
                at = self._take_place(port, 0 if urgent else _HALF)
                yield  # at once: who let go before we had a place did not see us
                ear.settimeout(AGAIN_S if waited < SHORT_S else MOST_S)
                with contextlib.suppress(OSError):
                    ear.recv(1)
                    self._watch()
                waited = time.monotonic() - began
        finally:
            if self._ports[at] == port:
                self._ports[at] = 0

    def _take_place(self, port: int, first: int) -> int:
        """Put our port into a free place of a half, else into somebody's: that one tries again
        by itself."""
        half = range(first, first + _HALF)
        at = next((at for at in half if self._ports[at] in (0, port)), first)
        self._ports[at] = port
        return at

    def _watch(self) -> None:
        """Who called is about to commit: sleeping once more would take longer than that."""
        until = time.monotonic() + COMMIT_S
        while self._is_written[0] and time.monotonic() < until:
            pass

    def _ear(self) -> socket.socket:
        """This thread's socket."""
        try:
            return self._local.ear
        except AttributeError:
            self._local.ear = ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            ear.bind(("127.0.0.1", 0))
            return ear


def _mapped(path: str, size: int) -> mmap.mmap:
    """Bytes that all processes share; on a full disk only the threads of this one."""
    with contextlib.suppress(OSError):
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(file).st_size < size:
                os.pwrite(file, bytes(size), 0)
            return mmap.mmap(file, size)
        finally:
            os.close(file)
    return mmap.mmap(-1, size)
