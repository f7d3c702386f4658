"""Computing processes that outlive a job, for types whose jobs are short.

Starting a process and importing a library takes longer than reading a small document. So the
processes of a job that ended in good order stay for the next job of this worker that needs the
same, and are ended when none comes for a while. Used by one job at a time; a worker runs one.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from core.compute import Code
from core.compute.processes import Processes

IDLE_S = 20.0  #: how long they wait for the next job

_Key = tuple[str, str, float, int]
_lock = threading.Lock()
_kept: dict[_Key, tuple[Processes, threading.Timer]] = {}


@contextmanager
def kept(code: Code, *, timeout: float, memory: int, in_flight: int = 4) -> Iterator[Processes]:
    """A `Processes` with one process, kept or new. `code` has no parameters: they would differ.

    What was left unfinished by the block is dropped, with its process.
    """
    key = (code.module, code.qualname, timeout, memory)
    computer = _taken(key)
    if computer is None:
        computer = Processes(code, timeout=timeout, memory=memory, in_flight=in_flight)
    try:
        yield computer
    except BaseException:
        if computer.pending:
            computer.close(now=True)
        raise
    finally:
        _give_back(key, computer)


def _taken(key: _Key) -> Processes | None:
    with _lock:
        found = _kept.pop(key, None)
    if found is None:
        return None
    found[1].cancel()
    if found[0].is_usable:
        return found[0]
    found[0].close(now=True)
    return None


def _give_back(key: _Key, computer: Processes) -> None:
    if not computer.is_usable:
        computer.close(now=True)
        return
    timer = threading.Timer(IDLE_S, _end, (key, computer))
    timer.daemon = True
    with _lock:
        _kept[key] = (computer, timer)
    timer.start()


def _end(key: _Key, computer: Processes) -> None:
    with _lock:
        found = _kept.get(key)
        if found is None or found[0] is not computer:
            return  # it was taken in the same moment
        del _kept[key]
    computer.close()
