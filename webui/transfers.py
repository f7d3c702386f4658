"""Bytes that go between a socket and a disk, outside the threads that run the app.

A transfer is moved in turns by a few threads of its own (`server.py`): a turn moves what socket and
disk take without waiting for the client, and the gate does the waiting between two turns. So a slow
client costs a descriptor, and a slow disk holds up other files but no answer of the API. Here is
what a transfer is, and the one that sends a file; the one that receives is in `receiving.py`.
"""

import io
import os
import socket
from enum import Enum
from typing import Protocol

#: Bytes read from the disk and given to the socket at a time.
PIECE = 256 * 1024
#: Bytes moved in one turn, so that a fast client leaves the others their turns.
TURN = 4 * 1024 * 1024


class Move(Enum):
    """What a turn came to."""

    #: The client must take, or send, something before there can be another turn.
    BLOCKED = "blocked"
    #: There is more to move at once.
    AGAIN = "again"
    #: Everything has been moved.
    DONE = "done"


class Transfer(Protocol):
    """Something that is moved in turns; one thread at a time has it."""

    #: What the last turn came to.
    move: Move

    def turn(self, sock: socket.socket) -> Move:
        """Move what can be moved without waiting for the client. Raises OSError when the client
        is gone, and Refused when it is to be told why there is no more."""

    def close(self) -> None:
        """The connection is over, whether all was moved or not. Idempotent."""


class Sending:
    """The bytes of an open file from `offset` on, `length` of them; closes the file at the end."""

    def __init__(self, file: io.FileIO, offset: int, length: int):
        self._file, self._offset, self._left = file, offset, length
        self.move = Move.AGAIN

    def turn(self, sock: socket.socket) -> Move:
        allowance = TURN
        while self._left and allowance > 0:
            piece = os.pread(self._file.fileno(), min(PIECE, self._left), self._offset)
            if not piece:  # shorter than promised: only a cut connection can tell that
                raise OSError("the file became shorter while it was sent")
            try:
                sent = sock.send(piece)
            except (BlockingIOError, InterruptedError):
                self.move = Move.BLOCKED
                return self.move
            self._offset += sent
            self._left -= sent
            allowance -= sent
        self.move = Move.AGAIN if self._left else Move.DONE
        return self.move

    def close(self) -> None:
        self._file.close()
