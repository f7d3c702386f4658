"""The HTTP server: binds once, lends whole requests to a few workers, detaches event streams.

Put together from `gate.py` (waits for clients), `connection.py` (cheroot's parser and gateway) and
`stream.py` (owns event streams). Knows no route and no rule; the app it serves is the guard.
Called by the composition root.
"""

import logging
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from cheroot import wsgi

from webui.connection import Connection, Gateway
from webui.gate import Gate
from webui.head import HEAD_LIMIT
from webui.refusal import Refused
from webui.stream import Broadcaster
from webui.waiting import Patience, Ways

log = logging.getLogger("longhaul.http")

#: Threads that run the app; started when needed. They never wait for a client, so a few are enough.
WORKERS = 16
#: Threads that move files between clients and the disk, in turns that do not wait for clients.
MOVERS = 4
_BACKLOG = 1024


class _Cheroot(wsgi.Server):
    """What cheroot's request and gateway ask of their server; it neither listens nor serves."""

    def __init__(self, address: tuple[str, int], app: Callable, stream: Broadcaster):
        super().__init__(address, app, server_name="")
        self.stream, self.ready = stream, True
        self.software = ""
        self.max_request_header_size = HEAD_LIMIT + 1
        self.max_request_body_size = 0  # the guard's to decide, by path

    can_add_keepalive_connection = property(lambda self: self.ready)

    def error_log(self, msg="", level=logging.INFO, traceback=False):
        log.log(level, "%s", ascii(msg), exc_info=traceback)


class Server:
    """An HTTP/1.1 server on one socket, with keep-alive and detached event streams.

    `port` 0 takes a free port; `.port` and `.url` are known at once, so the app may be made after
    the server: pass None and set `.app` before `start()`. The server starts and stops `stream`.
    Raises OSError when the address is taken.
    """

    def __init__(
        self,
        app: Callable | None,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        stream: Broadcaster,
        patience: Patience | None = None,
    ):
        self.app, self.host, self.stream = app, host, stream
        self._patience = patience or Patience()
        self._listener = _listen(host, port)
        self.port: int = self._listener.getsockname()[1]
        self._gate: Gate | None = None

    @property
    def url(self) -> str:
        """The address of this service, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def start(self) -> None:
        """Serve from threads of its own; returns at once."""
        if self.app is None:
            raise ValueError("the server has no app to serve")
        self._cheroot = _Cheroot((self.host, self.port), self.app, self.stream)
        self._cheroot.gateway = Gateway
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="longhaul-http")
        self._movers = ThreadPoolExecutor(MOVERS, thread_name_prefix="longhaul-files")
        ways = Ways(self._connection, self._dispatch, self._move)
        self._gate = Gate(self._listener, ways, self._patience)
        self.stream.start()
        self._gate.start()

    def stop(self, timeout: float = 5.0) -> None:
        """End all streams, finish the requests under way for `timeout` seconds, then close."""
        if self._gate is None:
            self._listener.close()
            return
        self._cheroot.ready = False
        self.stream.stop()
        self._gate.stop(timeout)
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._movers.shutdown(wait=False, cancel_futures=True)

    @property
    def waiting(self) -> int:
        """Connections that are waited for: idle, half-open, or slow to read."""
        return self._gate.waiting if self._gate else 0

    def _connection(self, sock: socket.socket, peer: tuple) -> Connection:
        return Connection(self._cheroot, sock, peer)

    def _dispatch(self, connection: Connection) -> None:
        self._workers.submit(self._answer, connection)

    def _move(self, connection: Connection, keep: bool) -> None:
        self._movers.submit(self._turn, connection, keep)

    def _turn(self, connection: Connection, keep: bool) -> None:
        try:
            connection.turn()
        except Refused as refused:
            log.info("refused %d %s", refused.status, refused.code)
            connection.refuse(refused)
            keep = False
        except OSError as error:
            log.info("a transfer was cut off: %s", error.strerror or error)
            connection.close()
        except Exception:
            log.exception("a transfer failed")
            connection.close()
        self._gate.give_back(connection, keep)

    def _answer(self, connection: Connection) -> None:
        keep = False
        try:
            keep = connection.communicate()
        except OSError:
            log.info("a client left before its answer")
        except Exception:
            log.exception("an answer failed")
        finally:
            self._gate.give_back(connection, keep)


def _listen(host: str, port: int) -> socket.socket:
    """The one socket, bound and listening, so that nobody else can take the port before start."""
    family, kind, proto, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, proto)
    try:
        if os.name == "nt":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        elif port:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        if os.name != "nt":  # a port that was free once can be had again at the next start
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
