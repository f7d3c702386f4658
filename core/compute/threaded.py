"""A pump with a thread of its own, so that the processes stay busy while the caller writes to its
database, and time limits hold while nobody looks. Called by `core.compute.processes` alone.
"""

import selectors
import socket
import threading
from contextlib import suppress

from core.compute.pump import REST_SECONDS, Pump
from core.compute.work import Batch


class Threaded(Pump):
    """All methods but the private ones may be called from any thread."""

    def __init__(self, setup: bytes, processes: int, timeout: float) -> None:
        super().__init__(setup, processes, timeout)
        self._bell, self._ring = socket.socketpair()
        for end in (self._bell, self._ring):
            end.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="compute-pump", daemon=True)
        self._thread.start()

    def add(self, batch: Batch) -> None:
        self._inbox.append(batch)
        self._wake()

    def wait(self, batch: Batch, seconds: float) -> bool:
        return batch.done.wait(seconds)

    def resize(self, processes: int) -> None:
        super().resize(processes)
        self._wake()

    def stop(self, now: bool) -> None:
        """End all processes and the thread; returns when they have ended."""
        self._close_soon(now)
        self._wake()
        self._thread.join()
        self._bell.close()
        self._ring.close()

    def _wake(self) -> None:
        with suppress(OSError):  # full: it is awake
            self._ring.send(b"!")

    # --- the thread ------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while self._open:
                self._turn()
        except Exception as error:  # a fault of ours must reach the caller, not die with the thread
            self._break(error)
        finally:
            self._abandon()

    def _rest(self) -> None:
        self._bell.settimeout(REST_SECONDS)
        with suppress(TimeoutError):
            self._bell.recv(4096)
        self._bell.setblocking(False)

    def _woken(self) -> None:
        with suppress(BlockingIOError):
            self._bell.recv(4096)
