"""One connection of a client: cheroot's parser and WSGI gateway on buffers instead of a socket.

A worker thread reads a request that has already arrived whole and writes into a buffer, so it
never waits for a client; the gate (`gate.py`) does all the waiting. Only a body too large to be
kept in memory is read from the socket by the worker. Who may ask is decided in `guard.py`.
"""

import logging
import socket
from email.utils import formatdate

from cheroot import server as cheroot_server
from cheroot import wsgi

from webui.boxes import Inbox, Outbox
from webui.receiving import Leg, Receiver
from webui.refusal import Refused
from webui.transfers import Move, Transfer

log = logging.getLogger("longhaul.http")


class _Headers(cheroot_server.HeaderReader):
    """Leaves out `Some_Header`, which in WSGI would pass for `Some-Header`, and `Expect`.

    The gate and the inbox send `100 Continue`, at the moment when the body is really wanted.
    """

    def _allow_header(self, key_name: bytes) -> bool:
        return b"_" not in key_name and key_name != b"Expect"


class Request(cheroot_server.HTTPRequest):
    """cheroot's request with answers of our form: problem documents, no `Server` banner."""

    header_reader = _Headers()

    def simple_response(self, status, msg=""):
        """Refuse in the parser; the connection closes, as its framing may be lost."""
        number = int(str(status)[:3])
        code = {408: "timeout", 500: "internal"}.get(number, "bad-request")
        refused = Refused(number, code, msg or str(status)[4:])
        self.close_connection = True
        self.conn.wfile.write(raw_answer(refused))

    def ensure_headers_sent(self):
        """Not while the body of an upload is still to come: its answer is made afterwards."""
        if self.conn.transfer is None:
            super().ensure_headers_sent()

    def send_headers(self):
        """Settle framing and persistence, then write the head of the answer."""
        names = {name.lower() for name, _ in self.outheaders}
        status = int(self.status[:3])
        bodiless = status < 200 or status in (204, 304) or self.method == b"HEAD"
        # A refused body that has not been read would be taken for the next request.
        if self.conn.rfile.owed or not self.server.can_add_keepalive_connection:
            self.close_connection = True
        if b"content-length" not in names and not bodiless:
            if self.response_protocol == "HTTP/1.1":
                self.chunked_write = True
                self.outheaders.append((b"Transfer-Encoding", b"chunked"))
            else:
                self.close_connection = True
        if self.close_connection:
            self.outheaders.append((b"Connection", b"close"))
        elif self.response_protocol != "HTTP/1.1":
            self.outheaders.append((b"Connection", b"Keep-Alive"))
        self.outheaders.append((b"Date", formatdate(usegmt=True).encode()))
        lines = [b"HTTP/1.1 " + self.status, *(b"%b: %b" % field for field in self.outheaders)]
        self.conn.wfile.write(b"\r\n".join(lines) + b"\r\n\r\n")


class Gateway(wsgi.Gateway_10):
    """cheroot's WSGI gateway, which lets an app turn its answer into an event stream.

    The app says so by `environ["longhaul.stream"] = Subscription(...)` and an empty body. The
    worker writes status and headers; then the socket belongs to the stream's thread. A file is
    answered in the same way (`"longhaul.file"`): what follows the headers is moved by the gate.
    """

    def get_environ(self):
        connection = self.req.conn
        environ = super().get_environ()
        environ["longhaul.receive"] = connection.receive
        if connection.received is not None:
            environ["longhaul.upload"] = connection.received
        return environ

    def start_response(self, status, headers, exc_info=None):
        if "longhaul.stream" in self.env:
            # Bottle declares an empty body to be 0 bytes long; a stream has no length.
            headers = [field for field in headers if field[0].lower() != "content-length"]
        return super().start_response(status, headers, exc_info)

    def respond(self):
        try:
            super().respond()
        finally:
            self.req.conn.end_upload()
        if sending := self.env.get("longhaul.file"):
            self.req.conn.send_after(sending, self.req.method == b"HEAD")
        subscription = self.env.get("longhaul.stream")
        if subscription is None or self.req.method == b"HEAD":
            return
        if not self.req.chunked_write:
            # HTTP/1.0 has no chunks, so its reader could not tell an end from a cut.
            self.req.close_connection = True
            return
        self.req.chunked_write = False
        self.req.close_connection = True
        self.req.conn.detach(subscription)


class Connection(cheroot_server.HTTPConnection):
    """A client's connection; owned by the gate, lent to one worker for one request at a time."""

    RequestHandlerClass = Request

    def __init__(self, server, sock: socket.socket, peer: tuple):
        sock.setblocking(False)
        super().__init__(server, sock, makefile=_buffer)
        self.remote_addr, self.remote_port = peer[0], peer[1]
        #: Bytes that arrived and belong to no request yet.
        self.arrived = bytearray()
        self.detached = False
        #: What is moved between the client and a file, in turns; None most of the time.
        self.transfer: Transfer | None = None
        #: The head of the request that is being answered, for when its body has come.
        self.head = b""
        #: A whole upload, for the request that brought it.
        self.received: Receiver | None = None

    def communicate(self) -> bool:
        """Answer the loaded request; True when the connection may serve another one."""
        keep = super().communicate()
        if not self.detached:
            self.wfile.push()
        return keep

    def receive(self, receiver: Receiver) -> None:
        """Let the body of this request arrive in `receiver`, and then answer it."""
        expects = self.rfile.expects_continue
        self.transfer = receiver.continued_by(self.rfile.rest(), expects)

    def send_after(self, sending: Transfer, is_head: bool) -> None:
        """Let a file follow the headers that were written; not for HEAD."""
        if is_head:
            sending.close()
        else:
            self.transfer = sending

    @property
    def is_gone(self) -> bool:
        """The socket is closed, or belongs to the stream's thread."""
        return self.detached or self.socket.fileno() < 0

    @property
    def is_blocked(self) -> bool:
        """The transfer waits for the client."""
        return self.transfer is not None and self.transfer.move is Move.BLOCKED

    @property
    def is_receiving(self) -> bool:
        """It waits for the client to send more of an upload."""
        return self.is_blocked and isinstance(self.transfer, Leg)

    def turn(self) -> None:
        """Move some of the transfer. Raises OSError when the client is gone."""
        assert self.transfer is not None
        if self.transfer.turn(self.socket) is Move.DONE:
            if isinstance(self.transfer, Leg):
                self.received = self.transfer.receiver
            self.end_transfer()

    def refuse(self, refused: Refused) -> None:
        """Answer `refused`, and nothing more: what the client still sends has no meaning."""
        self.end_transfer()
        self.wfile.write(raw_answer(refused))

    def end_transfer(self) -> None:
        """Nothing more is moved. Idempotent."""
        if self.transfer is not None:
            self.transfer.close()
            self.transfer = None

    def end_upload(self) -> None:
        """The whole upload has its answer. Idempotent."""
        if self.received is not None:
            self.received.answered()
            self.received = None

    def detach(self, subscription) -> None:
        """Give the socket to the stream's thread; this object is an empty shell afterwards."""
        self.detached = True
        sock = socket.socket(fileno=self.socket.detach())
        self.server.stream.adopt(sock, subscription, bytes(self.wfile.unsent))

    def close(self) -> None:
        """Close the socket at once, whatever is unsent. Idempotent."""
        self.rfile.close()
        self.end_transfer()
        self.end_upload()
        self.socket.close()


def raw_answer(refused: Refused) -> bytes:
    """A whole HTTP/1.1 answer for a request that never reached the app."""
    status, headers, body = refused.answer()
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
    lines += ["Connection: close", f"Date: {formatdate(usegmt=True)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _buffer(sock, mode: str, _size: int):
    return Inbox(sock) if "r" in mode else Outbox(sock)
