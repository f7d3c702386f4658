"""A whole site for the tests of the API: a real service with its workers, on a real socket.

`conftest.py` makes one for each test file. Requests and streams are those of `http_client.py`;
here is what only a real service can do: run tasks, and tell when they have finished.
"""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from core.model import TERMINAL
from core.samples import make_archive
from core.service import Service
from tests.webui.http_client import TOKEN, Answer, Site, StreamClient
from webui.app import Site as StartedSite
from webui.app import start_site

API = "/api/v1"
#: Parameters of a task that is done at once.
QUICK = {"records": 4, "batch_size": 2, "seconds_per_batch": 0}


class Live(Site):
    """A started site with its service."""

    service: Service
    started: StartedSite

    def ask(self, method: str, path: str, body=None, **headers: str) -> Answer:
        """A request below /api/v1; `body` becomes JSON, header names have _ for -."""
        sent = json.dumps(body).encode() if body is not None else None
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if sent is None and method not in ("GET", "HEAD"):
            sent, fields = b"", {"Content-Type": None, **fields}
        return self.request(method, API + path, fields, sent)

    def read(self, path: str, **query) -> dict:
        """The document at `path`; fails when it is refused."""
        answer = self.ask("GET", f"{path}?{urlencode(query)}" if query else path)
        assert answer.status == 200, answer.body
        return answer.json

    def add(self, params: dict | None = None, **fields) -> dict:
        """A new rehearsal that is held, or whatever else `fields` say."""
        request = {"type": "rehearsal", "params": QUICK if params is None else params, "hold": True}
        answer = self.ask("POST", "/tasks", request | fields)
        assert answer.status == 201, answer.body
        return answer.json

    def finished(self, task_id: int) -> dict:
        """The task once it has finished; waits for its event."""
        # The number first: what happens after it is told, what happened before is read.
        last = self.service.events.last_id()
        stream = self.follow(task=task_id, after=last, kinds="task_finished")
        try:
            while (task := self.read(f"/tasks/{task_id}"))["status"] not in TERMINAL:
                assert stream.event() is not None, "the stream ended before the task"
        finally:
            stream.close()
        return task

    def follow(self, **query) -> StreamClient:
        """An open stream of events."""
        stream = self.open_stream(urlencode(query))
        stream.sock.settimeout(60)
        return stream

    def run(self, params: dict | None = None, **fields) -> dict:
        """A rehearsal, seen through to its end."""
        return self.finished(self.add(params, hold=False, **fields)["id"])

    def archive(self) -> str:
        """The path of a small archive of articles with pages of every kind."""
        path = self.service.data_dir / "articles.sqlite"
        make_archive(path, 60)
        return str(path)


class Posted(StreamClient):
    """The stream that a `POST /tasks` is answered with."""

    def __init__(self, live: Live, body: dict, **headers: str):
        sent = json.dumps(body).encode()
        fields = {
            "Host": f"127.0.0.1:{live.port}",
            "Authorization": f"Bearer {TOKEN}",
            "Accept": "text/event-stream",
            "Content-Type": "application/json",
            "Content-Length": str(len(sent)),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.sock = live.connect(timeout=60)
        self.sock.sendall(f"POST {API}/tasks HTTP/1.1\r\n{lines}\r\n".encode() + sent)
        self._raw, self._text, self.ended = b"", b"", False
        while b"\r\n\r\n" not in self._raw:
            self._raw += self.sock.recv(65536)
        self.head, _, self._raw = self._raw.partition(b"\r\n\r\n")

    def header(self, name: str) -> str:
        """A header of the answer."""
        lines = self.head.decode().split("\r\n")[1:]
        found = dict(line.lower().split(": ", 1) for line in lines)
        return found.get(name.lower(), "")

    def events(self) -> list[tuple[int, str, dict]]:
        """All events until the stream ends."""
        out = []
        while (event := self.event()) is not None:
            out.append(event)
        return out


@contextlib.contextmanager
def live_site(folder: Path, *, workers: bool = True) -> Iterator[Live]:
    """A site on `folder`; without workers whatever is queued stays there."""
    service = Service(folder)
    started = start_site(service, "127.0.0.1", 0, TOKEN)
    if workers:
        service.start()
    server = started.server
    live = Live(server, started.guard, service.events, server.stream, server.app)
    live.service, live.started = service, started
    try:
        yield live
    finally:
        if not service.is_stopping:
            service.stop(5)
        started.stop()


def problem(answer, status: int, code: str) -> dict:
    """The problem document of a refusal that has this status and code."""
    assert answer.status == status, answer.body
    assert answer.header("Content-Type") == "application/problem+json"
    assert answer.json["type"] == f"urn:longhaul:{code}" and answer.json["status"] == status
    return answer.json


def pointers(answer) -> list[str]:
    return [error["pointer"] for error in problem(answer, 422, "invalid-parameters")["errors"]]
