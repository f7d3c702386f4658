"""The open event streams as sockets: written without waiting, bounded in memory, ended cleanly.

What is sent to whom is decided in `stream.py`; everything here runs in its one thread.
"""

import selectors
import socket
import struct
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress

from webui.frames import KEEP_ALIVE, LAST_CHUNK, Subscription, chunk

#: Bytes a reader may leave unread in our memory before it is cut off (security.md, 11).
BACKLOG_LIMIT = 1024 * 1024
#: A reader that is behind gets its next page only when less than this is unread.
REPLAY_BACKLOG = 128 * 1024
#: The kernel's share of a stream's memory; left alone it grows to several MB per reader.
SEND_BUFFER = 128 * 1024
#: Seconds after which a reader that takes nothing of its backlog is cut off.
STUCK_AFTER = 30.0
_SWEEP_EVERY = 0.25


class Reader:
    """One open stream."""

    __slots__ = ("sock", "subscription", "position", "backlog", "moved_at", "ending")

    def __init__(self, sock: socket.socket, subscription: Subscription):
        self.sock, self.subscription = sock, subscription
        #: The highest id that this reader was sent, or did not want.
        self.position = 0
        self.backlog = bytearray()
        #: When the socket last took bytes (monotonic seconds).
        self.moved_at = time.monotonic()
        #: Takes nothing more; closed as soon as the backlog is sent.
        self.ending = False

    @property
    def has_room(self) -> bool:
        """It may get another page of its replay."""
        return len(self.backlog) < REPLAY_BACKLOG


class Readers:
    """All open streams, the selector they wait in, and the socket that wakes it.

    `left` is called for each reader that is gone, whatever the reason.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        keep_alive_after: float,
        left: Callable[[Reader], None],
    ):
        self._selector, self._keep_alive_after, self._left = selector, keep_alive_after, left
        self._open: set[Reader] = set()
        #: Sessions that were ended by a person, the latest; a mark is never given twice.
        self._ended_owners: deque[str] = deque(maxlen=256)
        self._swept_at = 0.0
        self.counts: Counter[str] = Counter()
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        selector.register(self._wake_in, selectors.EVENT_READ, None)

    def __len__(self) -> int:
        return len(self._open)

    def __contains__(self, reader: Reader) -> bool:
        return reader in self._open

    def wake(self) -> None:
        """End the thread's waiting; the only method for other threads. Never blocks."""
        with suppress(OSError):  # full: a wake-up is under way already; closed: nobody to wake
            self._wake_out.send(b"w")

    def open(self, sock: socket.socket, subscription: Subscription) -> Reader:
        """Take `sock` in; raises when the selector cannot hold it (the socket is closed then)."""
        try:
            sock.setblocking(False)
            with suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            reader = Reader(sock, subscription)
            self._selector.register(sock, selectors.EVENT_READ, reader)
        except (OSError, ValueError):
            sock.close()
            raise
        self._open.add(reader)
        self.counts["pages"] += subscription.is_page
        return reader

    def wait(self, seconds: float | None) -> bool:
        """Serve sockets until something happened or the time is over; True when woken."""
        woken = False
        for key, events in self._selector.select(seconds):
            reader = key.data
            if reader is None:
                woken = True
                with suppress(OSError):
                    while self._wake_in.recv(4096):
                        pass
                continue
            if events & selectors.EVENT_WRITE and reader in self._open:
                self._push(reader)
            if events & selectors.EVENT_READ and reader in self._open:
                self._listen(reader)
        return woken

    def end_of(self, owner: str) -> None:
        """End the streams of this session soon, and those still on their way here. From any
        thread."""
        self._ended_owners.append(owner)
        self.wake()

    def write(self, reader: Reader, data: bytes, ends: bool = False) -> None:
        """Send now what the socket takes and keep the rest; cut the reader off above the limit.

        A burst larger than the limit does not cut off a reader that has kept up until then. With
        `ends` the stream is closed once everything is sent.
        """
        if reader.ending:
            return
        reader.ending = ends
        if reader.backlog:
            reader.backlog += data
            if len(reader.backlog) > BACKLOG_LIMIT:
                self._cut(reader)
            return
        try:
            sent = reader.sock.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            self.drop(reader)
            return
        if sent:
            reader.moved_at = time.monotonic()
        if sent < len(data):
            reader.backlog += data[sent:]
            both = selectors.EVENT_READ | selectors.EVENT_WRITE
            self._selector.modify(reader.sock, both, reader)
        elif ends:
            self.drop(reader)

    def sweep(self) -> None:
        """A comment for those who heard nothing for long, an end for those who are stuck or whose
        session has ended."""
        now = time.monotonic()
        if now - self._swept_at < _SWEEP_EVERY:
            return
        self._swept_at = now
        comment = chunk(KEEP_ALIVE)
        ended = set(self._ended_owners)
        for reader in list(self._open):
            if reader.subscription.owner in ended:
                self.drop(reader)
            elif reader.backlog:
                if now - reader.moved_at > STUCK_AFTER:
                    self._cut(reader)
            elif now - reader.moved_at >= self._keep_alive_after:
                self.write(reader, comment)

    def drop(self, reader: Reader) -> None:
        """Close a stream without another word."""
        if reader not in self._open:
            return
        self._open.discard(reader)
        self.counts["pages"] -= reader.subscription.is_page
        self._selector.unregister(reader.sock)
        reader.sock.close()
        self._left(reader)

    def end_all(self, seconds: float) -> None:
        """Send the terminating chunk to all, for at most `seconds`, and close everything."""
        for reader in list(self._open):
            self.write(reader, LAST_CHUNK, ends=True)
        deadline = time.monotonic() + seconds
        while self._open and (left := deadline - time.monotonic()) > 0:
            self.wait(left)
        for reader in list(self._open):
            self.drop(reader)
        self._selector.close()
        self._wake_in.close()
        self._wake_out.close()

    def _push(self, reader: Reader) -> None:
        try:
            sent = reader.sock.send(reader.backlog)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.drop(reader)
            return
        del reader.backlog[:sent]
        reader.moved_at = time.monotonic()
        if reader.backlog:
            return
        if reader.ending:
            self.drop(reader)
        else:
            self._selector.modify(reader.sock, selectors.EVENT_READ, reader)

    def _listen(self, reader: Reader) -> None:
        """A reader has nothing to say; only its leaving matters."""
        try:
            gone = not reader.sock.recv(4096)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            gone = True
        if gone:
            self.drop(reader)

    def _cut(self, reader: Reader) -> None:
        """Drop a slow reader with a reset, so that the kernel frees its buffer at once."""
        self.counts["cut"] += 1
        with suppress(OSError):
            reader.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.drop(reader)
