"""Waiting for the database's write lock: how long between two tries, and who goes first.

Who is to answer a person marks that it waits, and everybody else lets it go first: two workers that
take turns would keep it waiting for both. The mark is one byte beside the database, shared by all
who have it open, and only a hint: what decides is SQLite's own lock. Called by `store.py` alone.
"""

import contextlib
import mmap
import os
import time
from collections.abc import Iterator
from pathlib import Path

#: between two tries: short while it is about as long as others hold the lock (a millisecond)
FIRST_S, SOON_S, MOST_S = 0.00005, 0.0003, 0.005
SHORT_S = 0.01  #: for so long the pauses stay at most SOON_S
#: so long at most others are let go first; a mark that stands longer was left by a killed process
WAY_S, LOOK_S = 0.002, 0.0001


class Turn:
    """Whose turn it is to write into the database `path`. Safe to use from many threads."""

    def __init__(self, path: Path):
        self._mark = _shared_byte(f"{path}-turn")

    def give_way(self) -> None:
        """Let those go first that somebody waits for; returns within WAY_S in any case."""
        if not self._mark[0]:
            return
        until = time.monotonic() + WAY_S
        while self._mark[0]:
            if time.monotonic() >= until:
                self._mark[0] = 0
                return
            time.sleep(LOOK_S)

    def tries(self, patience_s: float, *, urgent: bool) -> Iterator[None]:
        """Yields when it is time for another try; ends when `patience_s` have passed."""
        began, pause_s, waited = time.monotonic(), FIRST_S, 0.0
        try:
            while waited < patience_s:
                if urgent and waited < SHORT_S:
                    self._mark[0] = 1
                    pause_s = FIRST_S
                time.sleep(pause_s)
                pause_s = min(pause_s * 1.5, SOON_S if waited < SHORT_S else MOST_S)
                yield
                waited = time.monotonic() - began
        finally:
            if urgent:
                self._mark[0] = 0


def _shared_byte(path: str) -> mmap.mmap:
    """One byte that all processes share; on a full disk one that only this process has."""
    with contextlib.suppress(OSError):
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not os.fstat(file).st_size:
                os.write(file, b"\0")
            return mmap.mmap(file, 1)
        finally:
            os.close(file)
    return mmap.mmap(-1, 1)
