"""A small stand-in for the API, to test how the command behaves: a real socket, scripted answers.

It knows tasks as documents, a stream with numbers, and refusals; it does no work. What the real
service does is tested by test_command_end_to_end.py and the tests of webui.
"""

import contextlib
import json
import os
import queue
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "the-token-of-the-tests"
SCHEMA = {
    "type": "object",
    "required": ["database"],
    "properties": {
        "database": {"type": "string", "format": "database", "description": "Which file"},
        "batch_size": {"type": "integer", "default": 200},
        "share": {"type": "number"},
        "dry_run": {"type": "boolean", "default": False},
        "columns": {"type": "array", "items": {"type": "string"}},
        "limit": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "table": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "order": {"$ref": "#/$defs/Order"},
        "mapping": {"type": "object"},
    },
    "$defs": {"Order": {"enum": ["up", "down"], "type": "string"}},
}
TYPE = {
    "name": "backfill-dates",
    "title": "Fill in dates",
    "description": "Fill in missing dates.\nMore of it.",
    "steps": [{"name": "backfill-dates"}],
    "guarantee": "exactly once",
    "knobs": ["batch_size"],
    "params_schema": SCHEMA,
}


def a_task(number, status="queued", **fields):
    """A task document with what the command looks at."""
    task = {
        "id": number,
        "type": "backfill-dates",
        "title": f"Task {number}",
        "status": status,
        "shown_status": status,
        "allowed": ["pause", "cancel"],
        "progress": {"done": 0, "total": None, "failed": 0, "skipped": 0, "unit": "records"},
        "stage": "",
        "message": "",
        "rate": None,
        "eta": None,
        "waiting_because": None,
        "error": None,
        "params": {},
        "attempts": 1,
        "max_attempts": 3,
        "created_at": "2026-01-02T03:04:05.000Z",
        "started_at": None,
        "finished_at": None,
        "version": 1,
    }
    return task | fields


class FakeService:
    """Answers at `.url`, written down in `folder/server.json`; `requests` is what was asked."""

    def __init__(self, folder):
        self.folder, self.tasks, self.types = folder, {}, {TYPE["name"]: TYPE}
        self.pid = os.getpid()
        self.requests, self.logs, self.refusals = [], [], {}
        self.settings = {"zoom": 1.0, "theme": "system", "roots": []}
        self.problems, self.conditions = [], []
        self.folder_problem = ""  # of the speech models
        self._events, self._readers = [], []
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.announce()

    def announce(self, **changes):
        """Write server.json, as the real service does."""
        document = {
            "pid": os.getpid(), "started_at": "2026-01-02T03:04:05.000Z", "url": self.url,
            "token": TOKEN, "version": "0.0.1",
        }  # fmt: skip
        self.folder.mkdir(mode=0o700, exist_ok=True)
        (self.folder / "server.json").write_text(json.dumps(document | changes))

    def put(self, task):
        """A task as it is from now on, and told on the stream."""
        with self._changed:
            self.tasks[task["id"]] = task
        kind = "task_finished" if task["status"] in ("completed", "failed", "cancelled") else ""
        self.tell(kind or "task_update", task)

    def tell(self, kind, document):
        with self._changed:
            self._events.append((len(self._events) + 1, kind, document))
            for reader in self._readers:
                reader.put(self._events[-1])
            self._changed.notify_all()

    def wait_for_readers(self, count=1, timeout=10):
        """Until so many streams are open."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._readers) >= count, timeout)

    def wait_for_request(self, method, path, timeout=10):
        """Until such a request came and its answer was made."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.asked(method, path), timeout)

    def asked(self, method, path):
        """The bodies of all requests for a path below /api/v1."""
        return [body for m, p, _, body in self.requests if (m, p) == (method, path)]

    def drop_readers(self):
        """Cut all streams in the middle."""
        with self._changed:
            readers, self._readers = self._readers, []
        for reader in readers:
            reader.put(None)

    def close(self):
        self.drop_readers()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @contextlib.contextmanager
    def reader(self, after):
        """The events above `after` (None: from now on), as a queue."""
        mine = queue.Queue()
        with self._changed:
            for event in self._events if after is not None else ():
                if event[0] > after:
                    mine.put(event)
            self._readers.append(mine)
            self._changed.notify_all()
        try:
            yield mine
        finally:
            with self._changed:
                if mine in self._readers:
                    self._readers.remove(mine)

    def note(self, *request):
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()

    # --- answers ------------------------------------------------------------------------------

    def answer(self, method, path, query, body):
        """(status, document) of a request with the right token."""
        if (method, path) in self.refusals:
            return self.refusals[method, path]
        if found := re.fullmatch(r"/tasks/(\d+)(?:/(\w+))?", path):
            return self._task(method, int(found[1]), found[2])
        if found := re.fullmatch(r"/task-types/([\w-]+)", path):
            return self._or_missing(self.types.get(found[1]))
        if method == "GET":
            return self._or_missing(self._readable().get(path))
        return self._change(path, body)

    def log_lines(self, query):
        """Two lines at most, so that a reader has to come again."""
        after = int(query.get("after", ["0"])[0])
        lines = [line for line in self.logs if line["id"] > after][:2]
        return "".join(json.dumps(line) + "\n" for line in lines).encode()

    def _readable(self):
        return {
            "/tasks": {"items": list(self.tasks.values()), "next_cursor": None},
            "/task-types": {"items": list(self.types.values()), "problems": self.problems},
            "/version": {"version": "0.0.1", "pid": self.pid},
            "/snapshot": {
                "tasks": list(self.tasks.values()),
                "queue": self._queue(),
                "conditions": self.conditions,
            },
            "/queue": self._queue(),
            "/settings": self.settings,
            "/recordings/engines": {
                "engines": [
                    {
                        "name": "pocketsphinx",
                        "title": "PocketSphinx",
                        "quality": "For searching.",
                        "problem": "",
                        "models": [{"name": "en-us", "language": "en"}],
                    }
                ],
                "chosen": {"engine": "pocketsphinx", "model": "en-us", "problem": ""},
                "folder_problem": self.folder_problem,
            },
        }

    def _change(self, path, body):
        match path:
            case "/tasks":
                task = a_task(len(self.tasks) + 1, params=body["params"])
                self.put(task)
                return 201, task
            case "/queue/pause":
                return 200, self._queue() | {"is_paused": True}
            case "/queue/retry-failed":
                return 200, {"changed": 2}
            case "/settings":
                self.settings |= body
                return 200, self.settings
            case "/codes":
                return 201, {"code": "a-code"}
        return self._or_missing(None)

    def _task(self, method, number, verb):
        task = self.tasks.get(number)
        if task is None or method == "GET" or verb is None:
            return self._or_missing(task)
        return 202, task | {"shown_status": f"asked to {verb}"}

    @staticmethod
    def _or_missing(document):
        if document is None:
            return 404, {"title": "Not found", "detail": "There is no such thing.", "status": 404}
        return 200, document

    def _queue(self):
        lanes = [{"name": "normal", "slots": 2, "busy": 1}]
        figures = {"is_paused": False, "pending": 1, "running": 1, "paused": 0, "completed": 1200}
        return figures | {"failed": 0, "cancelled": 0, "lanes": lanes, "eta": None}


def _handler_of(service):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def _any(self):
            parts = urlsplit(self.path)
            path, query = parts.path.removeprefix("/api/v1"), parse_qs(parts.query)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self._send(401, {"title": "Who are you?", "status": 401})
            elif path == "/events":
                service.note(self.command, path, query, self.headers["Last-Event-ID"])
                self._stream()
            else:
                document = json.loads(body) if body else None
                if path.endswith("/logs"):
                    answer = 200, service.log_lines(query)
                else:
                    answer = service.answer(self.command, path, query, document)
                service.note(self.command, path, query, document)  # before who asked can go on
                self._send(*answer)

        do_GET = do_POST = do_PATCH = do_DELETE = _any

        def _send(self, status, document, media_type="application/json"):
            payload = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def _stream(self):
            last = self.headers["Last-Event-ID"]
            self.close_connection = True
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(b"retry: 1000\n\n: hello\n\n")
                with service.reader(int(last) if last else None) as events:
                    while event := events.get():
                        number, kind, document = event
                        text = f"id: {number}\nevent: {kind}\ndata: {json.dumps(document)}\n\n"
                        self.wfile.write(text.encode())

    return Handler
