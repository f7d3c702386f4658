"""Memory that a computing process shares with its parent, for records that are large.

What goes through a socket is copied into the kernel and out again. So the parent lays a large
pickled record down here and sends where it lies, and the process reads it in place. Only the parent
writes, and only where no record lies that was not answered yet; records are answered in the order
in which they were laid down, so that it is a ring. The memory has no name: it is gone when the last
of both is. Where the system has none such (only Linux has), records go through the socket. Used by
`spawned`, for the parent; what the process does with it is in `child`.
"""

import mmap
import os
from collections import deque

SIZE = 4 << 20  #: bytes
LEAST = 16 << 10  #: bytes; what is smaller is sent faster than it is laid down


class Window:
    """The parent's side: where the next record may lie."""

    def __init__(self) -> None:
        """Raises OSError when the system refuses the memory."""
        self._file = os.memfd_create("longhaul-records")
        try:
            os.ftruncate(self._file, SIZE)
            self._bytes = mmap.mmap(self._file, SIZE)
        except OSError:
            os.close(self._file)
            raise
        self._taken: deque[tuple[int, int]] = deque()  # from, to; the oldest first

    def fileno(self) -> int:
        return self._file

    def put(self, body: bytes) -> int | None:
        """Lay `body` down; where it begins, or None when it is small or there is no room."""
        size = len(body)
        if size < LEAST or (at := self._room(size)) is None:
            return None
        self._bytes[at : at + size] = body
        self._taken.append((at, at + size))
        return at

    def release(self) -> None:
        """The oldest record has been answered: its place is free."""
        self._taken.popleft()

    def close(self) -> None:
        self._bytes.close()
        os.close(self._file)

    def _room(self, size: int) -> int | None:
        if not self._taken:
            return 0 if size <= SIZE else None
        oldest, newest = self._taken[0][0], self._taken[-1]
        if newest[0] < oldest:  # it has gone round already
            return newest[1] if newest[1] + size <= oldest else None
        if newest[1] + size <= SIZE:
            return newest[1]
        return 0 if size <= oldest else None


def opened() -> Window | None:
    """A window, where the system has and grants one."""
    try:
        return Window() if hasattr(os, "memfd_create") else None
    except OSError:
        return None
