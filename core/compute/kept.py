"""Computing processes that outlive a job, for types whose jobs are short.

Starting a process and importing a library takes longer than reading a small document. So the
processes of a job that ended in good order stay for the next job of this worker that needs the
same, and are ended when none comes for a while. Used by one job at a time; a worker runs one.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from core.compute import Code
from core.compute.processes import Processes

IDLE_S = 20.0  #: how long they wait for the next job

_Key = tuple[str, str, float, int]


@contextmanager
def kept(code: Code, *, timeout: float, memory: int, in_flight: int = 4) -> Iterator[Processes]:
    """A `Processes` with one process, kept or new. `code` has no parameters: they would differ.

    What was left unfinished by the block is dropped, with its process.
    """
    key = (code.module, code.qualname, timeout, memory)
    computer = _shelf.take(key)
    if computer is None:
        computer = Processes(
            code, timeout=timeout, memory=memory, in_flight=in_flight, threaded=False
        )
    try:
        yield computer
    finally:
        _shelf.give_back(key, computer)


class _Shelf:
    """Those that wait for a job. One thread looks now and then which have waited too long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[_Key, tuple[Processes, float]] = {}
        self._watch: threading.Thread | None = None

    def take(self, key: _Key) -> Processes | None:
        with self._lock:
            computer, _ = self._waiting.pop(key, (None, 0.0))
        if computer is None or computer.is_usable:
            return computer
        computer.close(now=True)
        return None

    def give_back(self, key: _Key, computer: Processes) -> None:
        if not computer.is_usable:
            computer.close(now=True)
            return
        with self._lock:
            before, _ = self._waiting.pop(key, (None, 0.0))
            self._waiting[key] = (computer, time.monotonic() + IDLE_S)
            if self._watch is None:
                self._watch = threading.Thread(target=self._look, name="kept", daemon=True)
                self._watch.start()
        if before is not None:
            before.close(now=True)

    def _look(self) -> None:
        while True:
            time.sleep(IDLE_S / 4)
            now = time.monotonic()
            with self._lock:
                over = [key for key, (_, until) in self._waiting.items() if until <= now]
                ended = [self._waiting.pop(key)[0] for key in over]
            for computer in ended:
                computer.close()


_shelf = _Shelf()
