"""Bringing a database's write-ahead log to the disk: at once, or soon by a thread of its own.

What is committed survives a killed process by itself; this is about power loss. SQLite takes no
locks on the log, so a descriptor of our own is harmless; where a commit was moved into the
database file meanwhile, SQLite itself had flushed both before. Called by `store.py` alone.
"""

import os
import sys
import threading
from pathlib import Path

from core.errors import DiskFull

#: between two flushes of the thread: what is committed meanwhile costs one flush together, and
#: those who wait for theirs (an answer to a person) find the disk free
PAUSE_S = 0.02
AGAIN_S = 0.25  #: between two tries on a disk that refuses


class LogFile:
    """The log beside the database `path`. Safe to use from many threads."""

    def __init__(self, path: Path):
        self._path = f"{path}-wal"
        self._lock = threading.Lock()
        self._file: int | None = None
        self._thread: threading.Thread | None = None
        self._asked, self._ended = threading.Event(), threading.Event()

    def flush(self) -> None:
        """Return when every commit up to now is on the disk. Raises DiskFull."""
        try:
            getattr(os, "fdatasync", os.fsync)(self._descriptor())
        except OSError as error:
            raise DiskFull(f"The disk did not take the write: {error.strerror}") from error

    def flush_soon(self) -> None:
        """Every commit up to now will be on the disk in some milliseconds; waits for nothing.

        A disk that refuses is asked again until it obeys; the first refusal is told to stderr.
        """
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._follow, name="flush", daemon=True)
                    self._thread.start()
        if not self._asked.is_set():  # else the thread has yet to begin with the last one's
            self._asked.set()

    def close(self) -> None:
        """Flush what was asked for, and let go of the file."""
        self._ended.set()
        self._asked.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(5)
        with self._lock:
            file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _descriptor(self) -> int:
        with self._lock:
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR)
            return self._file

    def _follow(self) -> None:
        """The thread: one flush for all that was committed since the last one began."""
        while not self._ended.is_set():
            self._asked.wait()
            self._asked.clear()
            self._insist()
            self._ended.wait(PAUSE_S)
        self._insist()  # what was committed while the last one ran

    def _insist(self) -> None:
        told = False
        while True:
            try:
                return self.flush()
            except DiskFull as error:
                if not told:
                    print(error.detail, file=sys.stderr)
                told = True
                if self._ended.wait(AGAIN_S):
                    return
