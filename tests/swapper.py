"""An attacker for tests of confinement: a process that swaps a path for a link, again and again.

A process and not a thread, so that it really runs beside the code that is tested.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: swaps until its standard input is closed, so it ends with the test even if that is killed
_SWAP = """
import os, select, sys
victim, aim, parked, link = sys.argv[1:]
print("ready", flush=True)
while not select.select([0], [], [], 0)[0]:
    os.symlink(aim, link)
    os.rename(victim, parked)
    os.rename(link, victim)
    os.unlink(victim)
    os.rename(parked, victim)
"""


@contextmanager
def swapping(victim: Path, aim: Path) -> Iterator[None]:
    """While the block runs, `victim` is by turns itself, missing, and a link to `aim`."""
    beside = [victim.parent / "parked", victim.parent / "decoy"]
    command = [sys.executable, "-c", _SWAP, str(victim), str(aim), *map(str, beside)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        try:
            yield
            assert process.poll() is None, "the swapping went on until the end"
        finally:
            process.stdin.close()
            process.wait(timeout=10)


def race(attempt: Callable[[], str], at_least: int, wanted: set[str], seconds: float = 30) -> None:
    """Call `attempt` `at_least` times, and on until every outcome of `wanted` was seen.

    Fails when that takes longer than `seconds`: a race in which nothing collided proves nothing.
    """
    deadline, seen, calls = time.monotonic() + seconds, set(), 0
    while calls < at_least or not wanted <= seen:
        seen.add(attempt())
        calls += 1
        assert time.monotonic() < deadline, f"after {calls} calls only {seen}"
