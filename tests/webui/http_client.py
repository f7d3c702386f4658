"""What the tests of the HTTP floor share: a started server, raw sockets, an event source in memory.

Raw sockets, because most of what is tested is what a well-behaved client library would not send.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import bottle

from webui.frames import Choice, Subscription
from webui.guard import Guard
from webui.server import Server
from webui.stream import Broadcaster
from webui.uploads import Place, Uploads

TOKEN = "correct-horse-battery-staple-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PAGE_PATHS = ("/", "/tasks", "/tasks/*")
UPLOADS = {"/api/v1/projects/{project}/uploads": Place(1000)}


@dataclass
class Fact:
    """An event of the source in memory."""

    id: int
    kind: str
    task_id: int | None
    at: float
    data: str


class MemorySource:
    """A source that keeps its events in a list; `forget` is its retention."""

    def __init__(self):
        self.facts: list[Fact] = []
        self._lock = threading.Lock()
        self._forgotten = 0

    def add(self, kind: str, task_id: int | None = None, data: str = "{}") -> int:
        with self._lock:
            number = self._forgotten + len(self.facts) + 1
            self.facts.append(Fact(number, kind, task_id, time.time(), data))
            return number

    def forget(self, up_to: int) -> None:
        with self._lock:
            del self.facts[: up_to - self._forgotten]
            self._forgotten = up_to

    def after(self, last_id: int, limit: int) -> list[Fact]:
        with self._lock:
            start = max(0, last_id - self._forgotten)
            return self.facts[start : start + limit]

    def first_id(self) -> int:
        return self._forgotten + 1

    def last_id(self) -> int:
        with self._lock:
            return self._forgotten + len(self.facts)


@dataclass
class Answer:
    """A response as it came over the wire."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(found) if found else None

    @property
    def json(self):
        return json.loads(self.body)


def read_answer(sock: socket.socket, head_only: bool = False) -> Answer | None:
    """The next response from `sock` and nothing behind it; None when it closes without one."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        try:
            piece = sock.recv(1)  # what follows belongs to who reads next
        except ConnectionResetError:
            piece = b""
        if not piece:
            return None
        head += piece
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in lines]
    answer = Answer(int(first.split()[1]), headers, b"")
    length = answer.header("Content-Length")
    if not head_only and length is not None and answer.status not in (204, 304):
        missing, pieces = int(length), []
        while missing > 0 and (piece := sock.recv(min(missing, 1 << 20))):
            pieces.append(piece)
            missing -= len(piece)
        answer.body = b"".join(pieces)
    elif not head_only and answer.header("Transfer-Encoding") == "chunked":
        while not answer.body.endswith(b"0\r\n\r\n"):
            answer.body += sock.recv(65536)
        answer.body = unchunked(answer.body)
    return answer


def unchunked(data: bytes) -> bytes:
    """The payload of complete chunks."""
    out = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        out += data[: int(size, 16)]
        data = data[int(size, 16) + 2 :]
    return out


@dataclass
class Site:
    """A started server with its guard and source."""

    server: Server
    guard: Guard
    source: MemorySource
    stream: Broadcaster
    app: bottle.Bottle = field(default_factory=bottle.Bottle)
    uploads: Uploads | None = None

    @property
    def port(self) -> int:
        return self.server.port

    def connect(self, timeout: float = 10.0, receive_buffer: int = 0) -> socket.socket:
        sock = socket.socket()
        sock.settimeout(timeout)
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.connect(("127.0.0.1", self.port))
        return sock

    def raw(self, data: bytes) -> Answer | None:
        """Send `data` on a connection of its own; the first response."""
        with self.connect() as sock:
            with contextlib.suppress(OSError):  # refused before all of it was taken
                sock.sendall(data)
            return read_answer(sock)

    def request(self, method: str, path: str, headers=None, body: bytes | None = None) -> Answer:
        """One request; authenticated unless `headers` say otherwise (None leaves one out)."""
        fields = {"Host": f"127.0.0.1:{self.port}", **BEARER}
        if body is not None:
            fields |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        fields |= headers or {}
        lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
        head = "\r\n".join([f"{method} {path} HTTP/1.1", *lines]) + "\r\n\r\n"
        with self.connect() as sock:
            with contextlib.suppress(OSError):
                sock.sendall(head.encode("latin-1") + (body or b""))
            return read_answer(sock, head_only=method == "HEAD")

    def get(self, path: str, **headers) -> Answer:
        return self.request("GET", path, {k.replace("_", "-"): v for k, v in headers.items()})

    def open_stream(self, query: str = "", receive_buffer: int = 0, **headers) -> "StreamClient":
        return StreamClient(self, query, receive_buffer, headers)


class StreamClient:
    """A reader of `/api/v1/events`, event by event."""

    def __init__(self, site: Site, query: str, receive_buffer: int, headers: dict):
        self.sock = site.connect(receive_buffer=receive_buffer)
        fields = {"Host": f"127.0.0.1:{site.port}", **BEARER, **headers}
        sent = {name.replace("_", "-"): value for name, value in fields.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items() if value is not None)
        self.sock.sendall(f"GET /api/v1/events?{query} HTTP/1.1\r\n{lines}\r\n".encode())
        self._raw = b""
        self._text = b""
        self.ended = False
        while b"\r\n\r\n" not in self._raw:
            self._raw += self.sock.recv(65536)
        self.head, _, self._raw = self._raw.partition(b"\r\n\r\n")

    def block(self) -> str | None:
        """The next block of the stream ("retry: …", ": …" or an event); None at its end."""
        while b"\n\n" not in self._text:
            if self.ended or not self._chunk():
                return None
        block, _, self._text = self._text.partition(b"\n\n")
        return block.decode()

    def event(self) -> tuple[int, str, dict] | None:
        """The next event as (id, kind, data); None at the end of the stream."""
        while (block := self.block()) is not None:
            match = re.fullmatch(r"id: (\d+)\nevent: (\w+)\ndata: (.*)", block)
            if match:
                return int(match[1]), match[2], json.loads(match[3])
        return None

    def events_until(self, last_id: int) -> list[tuple[int, str, dict]]:
        """All events up to the one numbered `last_id`."""
        out = []
        while not out or out[-1][0] < last_id:
            event = self.event()
            assert event is not None, f"the stream ended after {out[-1:]}"
            out.append(event)
        return out

    def close(self) -> None:
        self.sock.close()

    def _chunk(self) -> bool:
        while True:
            size, found, rest = self._raw.partition(b"\r\n")
            if found and len(rest) >= int(size, 16) + 2:
                number = int(size, 16)
                self._text += rest[:number]
                self._raw = rest[number + 2 :]
                self.ended = number == 0
                return not self.ended
            try:
                piece = self.sock.recv(65536)
            except ConnectionResetError:
                piece = b""
            if not piece:
                return False
            self._raw += piece


def small_app(seen: list | None = None) -> bottle.Bottle:
    """An app with one route of each sort that the HTTP floor treats differently."""
    app = bottle.Bottle()

    @app.get("/")
    def page():
        return "<p>page</p>"

    @app.get("/api/v1/health")
    def health():
        return {"status": "ok"}

    @app.get("/api/v1/tasks")
    @app.get("/tasks/<number>")
    def tasks(number=None):
        return {"tasks": []}

    @app.route("/api/v1/tasks", method=["POST", "PUT", "PATCH", "DELETE"])
    def change():
        body = bottle.request.body.read()
        if seen is not None:
            seen.append(body)
        return {"bytes": len(body)}

    @app.post("/api/v1/projects/<project>/uploads")
    def upload(project):
        parts = bottle.request.environ["longhaul.upload"].parts
        return {
            "parts": [
                [part.name, part.filename, part.size, part.sha256, part.path.stat().st_size]
                for part in parts
            ]
        }

    @app.get("/api/v1/events")
    def events():
        request = bottle.request
        after = request.get_header("Last-Event-ID") or request.query.get("after")
        kinds, task = request.query.get("kinds"), request.query.get("task")
        request.environ["longhaul.stream"] = Subscription(
            after=int(after) if after else None,
            choice=Choice(
                tasks=frozenset({int(task)}) if task else None,
                kinds=frozenset(kinds.split(",")) if kinds else None,
            ),
        )
        bottle.response.content_type = "text/event-stream"
        return b""

    return app


@contextlib.contextmanager
def running(
    app: bottle.Bottle, source=None, patience=None, spool=None, limit=1 << 30, **options
) -> Iterator[Site]:
    """A started server around `app`; `options` go to the Broadcaster, uploads into `spool`."""
    source = source or MemorySource()
    stream = Broadcaster(source, **options)
    server = Server(None, stream=stream, patience=patience)
    folder = spool or Path(tempfile.mkdtemp()) / "uploads"
    uploads = Uploads(folder, UPLOADS, lambda: limit)
    guard = Guard(
        app,
        port=server.port,
        token=TOKEN,
        page_paths=PAGE_PATHS,
        uploads=uploads,
    )
    server.app = guard
    server.start()
    try:
        yield Site(server, guard, source, stream, app, uploads)
    finally:
        server.stop(timeout=2.0)
        uploads.close()
        shutil.rmtree(folder, ignore_errors=True)


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until `condition` holds; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def descriptors() -> int:
    """Open descriptors of this process."""
    return len(os.listdir("/proc/self/fd"))


def answer_times(site, requests: int = 20) -> list[float]:
    """Seconds that each of some requests took, in ascending order."""
    times = []
    for _ in range(requests):
        began = time.perf_counter()
        assert site.get("/api/v1/tasks").status == 200
        times.append(time.perf_counter() - began)
    return sorted(times)


def typical_answer(site) -> float:
    """Seconds in which all of twenty requests but one are answered: one may meet a machine that
    stood still, while something that holds the server up meets several."""
    return answer_times(site)[-2]
