"""The waiting room of the gate: connections, what each is waited for, and until when.

Bookkeeping around a selector; what happens when the waiting ends is in `gate.py`, whose thread is
the only one that comes here.
"""

import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

from webui.connection import Connection
from webui.head import Head


@dataclass(frozen=True)
class Patience:
    """How long the gate waits for clients, in seconds, and for how many at once."""

    #: From the first byte (or from the connection) to the end of the headers.
    head: float = 5.0
    #: From the end of the headers to the end of a body that is read ahead.
    body: float = 10.0
    #: Between two pieces of an upload.
    upload: float = 60.0
    #: Between two requests of a connection.
    idle: float = 60.0
    #: For the client to take another 64 KiB of its answer, or the rest.
    answer: float = 30.0
    #: For the client to close after us, so that it can still read the answer (RFC 9112, 9.6).
    linger: float = 2.0
    #: Connections kept waiting; beyond it the one that would time out first is dropped.
    connections: int = 1000
    #: Bytes of a body read ahead; a longer one is handed over unread, for the guard to decide.
    read_ahead: int = 1024 * 1024
    #: Workers that may read such bodies at once, so that uploads leave the others free.
    long_bodies: int = 8


@dataclass(frozen=True)
class Ways:
    """Where a connection comes from and where it is lent to; nothing of this blocks."""

    make: Callable[[socket.socket, tuple], Connection]
    #: Answer a whole request.
    dispatch: Callable[[Connection], None]
    #: Move some of its transfer, and then keep it for another request or not.
    move: Callable[[Connection, bool], None]


class Phase(Enum):
    """What a connection is waited for."""

    #: Bytes of a request.
    READING = "reading"
    #: More of an upload.
    RECEIVING = "receiving"
    #: Room in the socket for the rest of an answer.
    ANSWERING = "answering"
    #: The client's close.
    LINGERING = "lingering"


@dataclass(eq=False)
class Waiting:
    """A connection in the gate's hands."""

    connection: Connection
    phase: Phase = Phase.READING
    #: Monotonic seconds.
    deadline: float = 0.0
    #: The head of the request that is arriving, once it is complete.
    head: Head | None = None
    #: Bytes of the answer that were unsent when the deadline was set.
    unsent: int = 0
    #: After the answer: another request, or the end.
    keep: bool = True

    @property
    def has_begun(self) -> bool:
        """Part of a request has arrived, and the rest is waited for."""
        if self.phase is Phase.RECEIVING:
            return True
        is_begun = bool(self.connection.arrived) or self.head is not None
        return self.phase is Phase.READING and is_begun


class WaitingRoom:
    """All waiting connections, registered in `selector` for what they are waited for."""

    def __init__(self, selector: selectors.BaseSelector):
        self._selector = selector
        self._all: dict[Connection, Waiting] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self):
        return iter(list(self._all.values()))

    def wait(self, waiting: Waiting, phase: Phase, seconds: float) -> None:
        """Wait for `phase` of this connection for `seconds` from now."""
        waiting.phase, waiting.deadline = phase, time.monotonic() + seconds
        waiting.unsent = len(waiting.connection.wfile.unsent)
        self._all[waiting.connection] = waiting
        writes = phase is Phase.ANSWERING
        events = selectors.EVENT_WRITE if writes else selectors.EVENT_READ
        try:
            self._selector.modify(waiting.connection.socket, events, waiting)
        except KeyError:
            self._selector.register(waiting.connection.socket, events, waiting)

    def forget(self, waiting: Waiting) -> None:
        """It is somebody else's now."""
        self._all.pop(waiting.connection, None)
        with suppress(KeyError, ValueError):
            self._selector.unregister(waiting.connection.socket)

    def drop(self, waiting: Waiting) -> None:
        """Close it at once."""
        self.forget(waiting)
        waiting.connection.close()

    def drop_one(self) -> None:
        """Make room: the one whose time is over first goes."""
        if self._all:
            self.drop(min(self._all.values(), key=lambda waiting: waiting.deadline))

    def expired(self) -> list[Waiting]:
        """Those whose time is over."""
        now = time.monotonic()
        return [waiting for waiting in self._all.values() if waiting.deadline <= now]
