"""What a worker reads a request from and writes its answer to, instead of a socket.

The request has arrived in memory, and the answer is kept there for the gate to deliver, so a worker
never waits for a client, but for the two cases that the constants below tell of. Called by
`connection.py`.
"""

import io
import socket

#: Seconds for which a worker waits for the next bytes of a body or for room in the socket, in the
#: two cases where it waits at all (uploads, and answers larger than UNSENT_LIMIT).
PATIENCE = 10.0
#: Bytes of an answer kept for a client that reads slowly before the worker waits for it: more than
#: any answer that is made in memory, so that only the download of a large file waits.
UNSENT_LIMIT = 32 * 1024 * 1024
#: Written bytes are pushed to the socket in pieces of this size: head and body leave together.
PUSH_SIZE = 64 * 1024


class Inbox:
    """What the parser and the app read: the request in memory, then what is still owed."""

    closed = False

    def __init__(self, sock: socket.socket):
        self._sock = sock
        self._here = io.BytesIO()
        #: Bytes of the body that have not been read from the socket.
        self.owed = 0
        self.bytes_read = 0
        self._expects_continue = False

    def rest(self) -> bytes:
        """What is in memory of the body; the rest is left to a transfer."""
        rest = self._here.read()
        self.owed = 0
        return rest

    @property
    def expects_continue(self) -> bool:
        """The client waits to be told that its body is wanted."""
        return self._expects_continue and self.owed > 0

    def load(self, request: bytes, owed: int, expects_continue: bool) -> None:
        """Begin a request; whatever the app left unread of the one before is forgotten."""
        self._here = io.BytesIO(request)
        self.owed, self._expects_continue = owed, expects_continue

    def read(self, size: int | None = -1) -> bytes:
        """`size` bytes, or fewer at the end of the request; raises TimeoutError."""
        data = self._here.read(size)
        missing = self.owed if size is None or size < 0 else size - len(data)
        if missing > 0 and self.owed:
            data += self._receive(min(missing, self.owed))
        return data

    def readline(self, size: int | None = -1) -> bytes:
        """A line of what is in memory; the head always is."""
        return self._here.readline(-1 if size is None else size)

    def has_data(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True

    def _receive(self, size: int) -> bytes:
        pieces = []
        self._sock.settimeout(PATIENCE)
        try:
            if self._expects_continue:
                self._expects_continue = False
                self._sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            while size:
                piece = self._sock.recv(min(size, 1 << 18))
                if not piece:
                    raise ConnectionResetError("the client left in the middle of its body")
                pieces.append(piece)
                size -= len(piece)
                self.owed -= len(piece)
        finally:
            self._sock.setblocking(False)
        return b"".join(pieces)


class Outbox:
    """What cheroot writes to: pushed without waiting, the rest is the gate's to deliver."""

    closed = False

    def __init__(self, sock: socket.socket):
        self._sock = sock
        self.unsent = bytearray()
        self.bytes_written = 0

    def write(self, data: bytes) -> int:
        """Take `data`; waits only while UNSENT_LIMIT bytes are unread. Raises OSError."""
        self.unsent += data
        self.bytes_written += len(data)
        if len(self.unsent) >= PUSH_SIZE:
            self.push()
        if len(self.unsent) > UNSENT_LIMIT:
            self._sock.settimeout(PATIENCE)
            try:
                while len(self.unsent) > UNSENT_LIMIT:
                    del self.unsent[: self._sock.send(self.unsent)]
            finally:
                self._sock.setblocking(False)
        return len(data)

    def push(self) -> bool:
        """Send what the socket takes now; True when nothing is left. Raises OSError."""
        while self.unsent:
            try:
                sent = self._sock.send(self.unsent)
            except (BlockingIOError, InterruptedError):
                return False
            del self.unsent[:sent]
        return True

    def flush(self) -> None:
        """For file-likeness; the connection pushes when the answer is complete."""
