"""The gate: one thread that accepts connections and does all the waiting for clients.

A connection reaches a worker only when a whole request (head, and a body of up to 1 MiB) is in
memory; what a client is slow to take of an answer waits here too. So half-open connections, slow
bodies and slow readers cost a descriptor and some bytes until their time is over, never a worker.
Event streams are not here (`stream.py`), nor is any rule about who may ask (`guard.py`).

The gate's thread owns every connection except while one is lent to a worker (`busy`), which hands
it back through `give_back`; nothing else is shared, so nothing is locked.
"""

import errno
import logging
import selectors
import socket
import threading
import time
from collections import deque
from contextlib import suppress

from webui.boxes import PUSH_SIZE
from webui.connection import Connection
from webui.head import Head, read_head
from webui.refusal import Refused
from webui.waiting import Patience, Phase, Waiting, WaitingRoom, Ways

log = logging.getLogger("longhaul.http")


class Gate(threading.Thread):
    """Accepts from `listener` until `stop`; `ways` lead on from here."""

    def __init__(self, listener: socket.socket, ways: Ways, patience: Patience):
        super().__init__(name="longhaul-gate", daemon=True)
        self._listener, self._ways, self._patience = listener, ways, patience
        self._selector = selectors.DefaultSelector()
        self._room = WaitingRoom(self._selector)
        self._returned: deque[tuple[Connection, bool]] = deque()
        self._parked: deque[tuple[Waiting, bytes, int, bool]] = deque()
        self._lent: dict[Connection, bool] = {}
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._accept_again = 0.0
        self._stop_by: float | None = None
        self._ended = False

    # --- called from other threads ------------------------------------------------------------

    def give_back(self, connection: Connection, keep: bool) -> None:
        """A worker is done with `connection`; `keep` when another request may follow."""
        self._returned.append((connection, keep))
        self._wake()
        if self._ended:
            self._close_returned()

    def stop(self, timeout: float) -> None:
        """Accept nothing more, finish what was begun for at most `timeout` seconds, close all."""
        self._stop_by = time.monotonic() + timeout
        self._wake()
        if self.is_alive():
            self.join(timeout + 1.0)

    @property
    def waiting(self) -> int:
        """Connections in the gate's hands (approximate from other threads)."""
        return len(self._room)

    def _wake(self) -> None:
        with suppress(OSError):  # full: a wake-up is under way already; closed: nobody to wake
            self._wake_out.send(b"w")

    # --- the thread ---------------------------------------------------------------------------

    def run(self) -> None:
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._wake_in, selectors.EVENT_READ, self._drain_wake)
        try:
            while not self._finished():
                for key, _ in self._selector.select(0.25):
                    if isinstance(key.data, Waiting):
                        self._guarded(self._step, key.data)
                    else:
                        key.data()
                self._take_back()
                self._expire()
        finally:
            self._close_all()

    def _finished(self) -> bool:
        if self._stop_by is None:
            return False
        if self._listener.fileno() >= 0:
            with suppress(KeyError):
                self._selector.unregister(self._listener)
            self._listener.close()
        for waiting in self._room:
            if waiting.phase is not Phase.ANSWERING:
                self._room.drop(waiting)
        self._close_parked()
        working = self._lent or len(self._room)
        return not working or time.monotonic() >= self._stop_by

    def _drain_wake(self) -> None:
        with suppress(OSError):
            while self._wake_in.recv(4096):
                pass

    def _accept(self) -> None:
        for _ in range(64):
            try:
                sock, peer = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._pause_accepting(error)
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if len(self._room) >= self._patience.connections:
                self._room.drop_one()
            waiting = Waiting(self._ways.make(sock, peer))
            self._room.wait(waiting, Phase.READING, self._patience.head)

    def _pause_accepting(self, error: OSError) -> None:
        """Out of descriptors: free one and rest, or the ready listener would spin this loop."""
        log.error("cannot accept connections: %s", error.strerror)
        if error.errno in (errno.EMFILE, errno.ENFILE):
            self._room.drop_one()
        self._selector.unregister(self._listener)
        self._accept_again = time.monotonic() + 0.1

    def _guarded(self, action, waiting: Waiting, *arguments) -> None:
        """Run `action`; a connection that breaks meanwhile is dropped, alone."""
        try:
            action(waiting, *arguments)
        except OSError:
            self._room.drop(waiting)
        except Exception:
            log.exception("a connection failed in the gate")
            self._room.drop(waiting)

    def _step(self, waiting: Waiting) -> None:
        connection = waiting.connection
        if waiting.phase is Phase.RECEIVING:
            self._go_on(waiting)
            return
        if waiting.phase is Phase.ANSWERING:
            if connection.wfile.push():
                self._go_on(waiting)
            elif waiting.unsent - len(connection.wfile.unsent) >= PUSH_SIZE:
                self._room.wait(waiting, Phase.ANSWERING, self._patience.answer)
            return
        try:
            data = connection.socket.recv(1 << 16)
        except (BlockingIOError, InterruptedError):
            return
        if not data:
            self._room.drop(waiting)
        elif waiting.phase is Phase.READING:
            if not connection.arrived:
                waiting.deadline = time.monotonic() + self._patience.head
            connection.arrived += data
            self._read_request(waiting)

    def _read_request(self, waiting: Waiting) -> None:
        """Hand the connection to a worker if a whole request has arrived; else go on waiting."""
        arrived = waiting.connection.arrived
        if waiting.head is None:
            while arrived[:2] == b"\r\n":  # RFC 9112, 2.2: empty lines before a request
                del arrived[:2]
            try:
                waiting.head = read_head(arrived)
            except Refused as refused:
                self._refuse(waiting, refused)
                return
            if waiting.head is None:
                return
            waiting.deadline = time.monotonic() + self._patience.body
            if self._wants_continue(waiting):
                waiting.connection.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                waiting.connection.wfile.push()
        head = waiting.head
        whole = head.size + head.body
        waiting.connection.head = bytes(arrived[: head.size])
        if len(arrived) < whole and self._waits_for_body(head):
            return
        request = bytes(arrived[:whole])
        del arrived[:whole]
        waiting.head = None
        self._room.forget(waiting)
        self._lend(waiting, request, whole - len(request), head.expects_continue)

    def _waits_for_body(self, head: Head) -> bool:
        """Else it is handed over without, for the guard to decide about it."""
        return head.body <= self._patience.read_ahead and not head.is_form

    def _wants_continue(self, waiting: Waiting) -> bool:
        head, arrived = waiting.head, waiting.connection.arrived
        is_whole = len(arrived) >= head.size + head.body
        return head.expects_continue and not is_whole and self._waits_for_body(head)

    def _lend(self, waiting: Waiting, request: bytes, owed: int, expects: bool) -> None:
        if owed and sum(self._lent.values()) >= self._patience.long_bodies:
            self._parked.append((waiting, request, owed, expects))
            return
        waiting.connection.rfile.load(request, owed, expects)
        self._lent[waiting.connection] = owed > 0
        self._ways.dispatch(waiting.connection)

    def _take_back(self) -> None:
        while self._returned:
            connection, keep = self._returned.popleft()
            had_long_body = self._lent.pop(connection, False)
            if not connection.is_gone:
                self._guarded(self._deliver, Waiting(connection, keep=keep))
            if had_long_body and self._parked:
                self._guarded(self._lend, *self._parked.popleft())

    def _deliver(self, waiting: Waiting) -> None:
        """See the answer off to the client."""
        if not waiting.connection.wfile.push():
            self._room.wait(waiting, Phase.ANSWERING, self._patience.answer)
        elif waiting.connection.is_receiving:
            self._room.wait(waiting, Phase.RECEIVING, self._patience.upload)
        elif waiting.connection.is_blocked:
            self._room.wait(waiting, Phase.ANSWERING, self._patience.answer)
        else:
            self._go_on(waiting)

    def _go_on(self, waiting: Waiting) -> None:
        """Nothing is left in memory for the client: now what goes from a file or into one."""
        if waiting.connection.received is not None:  # whole: now it is answered
            self._room.forget(waiting)
            self._lend(waiting, waiting.connection.head, 0, False)
            return
        if waiting.connection.transfer is None:
            self._after_answer(waiting)
            return
        self._room.forget(waiting)
        self._lent[waiting.connection] = False
        self._ways.move(waiting.connection, waiting.keep)

    def _after_answer(self, waiting: Waiting) -> None:
        if waiting.keep and self._stop_by is None:
            self._room.wait(waiting, Phase.READING, self._patience.idle)
            if waiting.connection.arrived:
                waiting.deadline = time.monotonic() + self._patience.head
                self._read_request(waiting)
            return
        waiting.connection.socket.shutdown(socket.SHUT_WR)
        self._room.wait(waiting, Phase.LINGERING, self._patience.linger)

    def _refuse(self, waiting: Waiting, refused: Refused) -> None:
        log.info("refused %d %s", refused.status, refused.code)
        waiting.keep = False
        waiting.connection.arrived.clear()
        waiting.connection.refuse(refused)
        self._deliver(waiting)

    def _expire(self) -> None:
        now = time.monotonic()
        if self._accept_again and now >= self._accept_again and self._stop_by is None:
            self._accept_again = 0.0
            self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        for waiting in self._room.expired():
            if waiting.has_begun:
                refused = Refused(408, "timeout", "The request did not arrive in time.")
                waiting.head = None
                self._guarded(self._refuse, waiting, refused)
            else:
                self._room.drop(waiting)

    def _close_parked(self) -> None:
        while self._parked:
            self._parked.popleft()[0].connection.close()

    def _close_returned(self) -> None:
        with suppress(IndexError):
            while True:
                self._returned.popleft()[0].close()

    def _close_all(self) -> None:
        self._ended = True
        self._close_parked()
        for waiting in self._room:
            self._room.drop(waiting)
        self._close_returned()
        self._listener.close()
        self._selector.close()
        self._wake_in.close()
        self._wake_out.close()
