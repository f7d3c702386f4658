"""How long from a commit to the client's event, and what many streams cost the service.

    python tests/bench/bench_stream.py [--seconds 10] [--clients 100 1000] [--held 2000]

Three processes, as in life: this one drives; a server with the real guard, gate and broadcaster on
an SQLite table commits events at 20 a second; a load client holds the streams on one selector. The
time of an event is taken before its INSERT and compared when the client has its bytes (both read
the one monotonic clock of the machine), so that the commit, the wake-up, the sending to all before
it and the client's own reading are in the figure.
"""

import argparse
import contextlib
import json
import os
import platform
import re
import selectors
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

TOKEN = "bench-" + "0" * 32
RATE = 20.0
#: Targets: clients -> 99th percentile in ms.
TARGETS = {100: 10.0, 1000: 25.0}


class Row(NamedTuple):
    id: int
    kind: str
    task_id: int | None
    at: float
    data: str


class TableSource:
    """Events in SQLite, as the service keeps them: WAL, a connection for each thread."""

    def __init__(self, path: str):
        self._path, self._local = path, threading.local()
        self.connection.execute(
            "CREATE TABLE events (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, task_id INTEGER,"
            " at REAL, data TEXT) STRICT"
        )

    @property
    def connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = sqlite3.connect(self._path, isolation_level=None)
            self._local.connection.execute("PRAGMA journal_mode=WAL")
            self._local.connection.execute("PRAGMA synchronous=NORMAL")
        return self._local.connection

    def add(self, kind: str, task_id: int, data: str) -> None:
        self.connection.execute(
            "INSERT INTO events (kind, task_id, at, data) VALUES (?, ?, ?, ?)",
            (kind, task_id, time.time(), data),
        )

    def after(self, last_id: int, limit: int) -> list[Row]:
        query = "SELECT id, kind, task_id, at, data FROM events WHERE id > ? ORDER BY id LIMIT ?"
        return [Row(*row) for row in self.connection.execute(query, (last_id, limit))]

    def first_id(self) -> int:
        return self.connection.execute("SELECT ifnull(min(id), 1) FROM events").fetchone()[0]

    def last_id(self) -> int:
        return self.connection.execute("SELECT ifnull(max(id), 0) FROM events").fetchone()[0]


def raise_descriptor_limit() -> None:
    """Thousands of streams need as many descriptors; the soft limit is often 1,024."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def serve() -> None:
    """The server process: prints its port, then obeys lines on stdin: "commit SECONDS", "stats"."""
    from tests.webui.http_client import small_app
    from webui.guard import Guard
    from webui.server import Server
    from webui.stream import Broadcaster

    raise_descriptor_limit()
    with tempfile.TemporaryDirectory() as folder:
        source = TableSource(f"{folder}/events.sqlite")
        stream = Broadcaster(source)
        server = Server(None, stream=stream)
        server.app = Guard(small_app(), port=server.port, token=TOKEN, page_paths=["/"])
        server.start()
        print(server.port, flush=True)
        for line in sys.stdin:
            if line.startswith("commit"):
                commit(source, stream, float(line.split()[1]))
            print(json.dumps(cost() | stream.stats()), flush=True)
        server.stop()


def commit(source: TableSource, stream, seconds: float) -> None:
    record = {"title": "Backfill dates", "progress": {"done": 0, "total": 20000}, "x": "y" * 300}
    for number in range(int(seconds * RATE)):
        due = time.monotonic() + 1 / RATE
        data = json.dumps({"committed_ns": time.monotonic_ns(), **record})
        source.add("task_update", number % 10, data)
        stream.notify()
        time.sleep(max(0.0, due - time.monotonic()))


def cost() -> dict:
    """Threads, resident memory (MB) and CPU seconds of this process."""
    import psutil

    process = psutil.Process()
    with process.oneshot():
        return {
            "threads": process.num_threads(),
            "rss_mb": round(process.memory_info().rss / 1e6, 1),
            "cpu_s": round(sum(process.cpu_times()[:2]), 2),
        }


def read(port: int, clients: int) -> None:
    """The load client: opens `clients` streams, prints "open", then latencies when stdin ends."""
    raise_descriptor_limit()
    request = (
        f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Authorization: Bearer {TOKEN}\r\n\r\n"
    ).encode()
    selector = selectors.DefaultSelector()
    for _ in range(clients):
        sock = socket.create_connection(("127.0.0.1", port), 10)
        sock.sendall(request)
        while b"retry" not in sock.recv(65536, socket.MSG_PEEK):
            time.sleep(0.0005)
        sock.setblocking(False)
        selector.register(sock, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    print("open", flush=True)
    arrived, ended = [], False
    while not ended:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                ended = True
                continue
            data = key.fileobj.recv(65536)
            arrived.append((time.monotonic_ns(), data))
    stamp = re.compile(rb'"committed_ns": (\d+)')
    latencies = [now - int(at) for now, data in arrived for at in stamp.findall(data)]
    print(json.dumps(sorted(latencies)))


@contextlib.contextmanager
def child(*arguments: str):
    process = subprocess.Popen(
        [sys.executable, __file__, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        process.stdin.close()
        process.wait(20)


def ask(process: subprocess.Popen, line: str) -> dict:
    process.stdin.write(line + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def measure(clients: int, seconds: float) -> None:
    with child("serve") as server:
        port = server.stdout.readline().strip()
        with child("read", port, str(clients)) as load:
            assert load.stdout.readline() == "open\n"
            before = ask(server, "stats")
            after = ask(server, f"commit {seconds}")
            time.sleep(0.5)  # the last event is on its way
            load.stdin.close()
            latencies = json.loads(load.stdout.readline())
    expected = clients * int(seconds * RATE)
    p50, p99 = (latencies[len(latencies) * p // 100] / 1e6 for p in (50, 99))
    target = TARGETS.get(clients, float("inf"))
    busy = (after["cpu_s"] - before["cpu_s"]) / seconds
    print(
        f"{clients:5} clients, {RATE:g} events/s: p50 {p50:.1f} ms, p99 {p99:.1f} ms "
        f"(target {target:g}: {'met' if p99 < target else 'MISSED'}), "
        f"worst {latencies[-1] / 1e6:.1f} ms; {len(latencies)} of {expected} events; "
        f"{busy:.0%} of a core, {after['threads']} threads, {after['rss_mb']} MB"
    )


def hold(clients: int) -> None:
    with child("serve") as server:
        port = server.stdout.readline().strip()
        alone = ask(server, "stats")
        began = time.monotonic()
        with child("read", port, str(clients)) as load:
            assert load.stdout.readline() == "open\n"
            took = time.monotonic() - began
            first = ask(server, "stats")
            time.sleep(5)
            held = ask(server, "stats")
        print(
            f"{held['open']:5} streams held: {held['threads']} threads, {held['rss_mb']} MB "
            f"({alone['rss_mb']} MB without), {(held['cpu_s'] - first['cpu_s']) / 5:.1%} of a core "
            f"idle; opened in {took:.1f} s"
        )


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        serve()
    elif sys.argv[1:2] == ["read"]:
        read(int(sys.argv[2]), int(sys.argv[3]))
    else:
        parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
        parser.add_argument("--seconds", type=float, default=10.0)
        parser.add_argument("--clients", type=int, nargs="*", default=[100, 1000])
        parser.add_argument("--held", type=int, default=2000)
        options = parser.parse_args()
        print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        for clients in options.clients:
            measure(clients, options.seconds)
        if options.held:
            hold(options.held)


if __name__ == "__main__":
    main()
