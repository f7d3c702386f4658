"""A request may be answered with a stream of its own, which ends after its last event."""

import json
import re

from tests.webui.http_client import BEARER, eventually, running, small_app
from tests.webui.stream.telling import tell
from webui.frames import PROGRESS, Choice, Subscription


def request_app(**subscription):
    """An app whose POST answers with a stream of its own."""
    import bottle

    app = small_app()

    @app.post("/api/v1/run")
    def run():
        bottle.response.content_type = "text/event-stream"
        bottle.request.environ["longhaul.stream"] = Subscription(**subscription)
        return b""

    return app


def test_a_request_stream_is_renamed_and_ends_after_its_final_event():
    app = request_app(
        after=0,
        choice=Choice(tasks=frozenset({2})),
        rename=lambda event: ("step", json.dumps({"was": event.kind})),
        until=lambda event: event.kind == "task_finished",
    )
    with running(app) as site:
        for task_id, kind in ((1, "task_finished"), (2, "task_update"), (2, "task_finished")):
            site.source.add(kind, task_id)
        site.source.add("task_update", 2)
        answer = site.request("POST", "/api/v1/run", {}, b"{}")
        eventually(lambda: site.stream.stats()["open"] == 0)
    blocks = answer.body.decode().split("\n\n")
    assert blocks == [
        "retry: 1000",
        'id: 2\nevent: step\ndata: {"was": "task_update"}',
        'id: 3\nevent: step\ndata: {"was": "task_finished"}',
        "",
    ]


def test_a_request_stream_ends_live_and_its_connection_closes():
    app = request_app(until=lambda event: event.kind == "task_finished")
    with running(app) as site:
        sock = site.connect()
        lines = f"Host: 127.0.0.1:{site.port}\r\nAuthorization: {BEARER['Authorization']}\r\n"
        sock.sendall(f"POST /api/v1/run HTTP/1.1\r\n{lines}\r\n".encode())
        eventually(lambda: site.stream.stats()["open"] == 1)
        for kind in ("task_update", PROGRESS, PROGRESS, "task_finished", "task_update"):
            tell(site, kind)
        received = b""
        while piece := sock.recv(65536):
            received += piece
        sock.close()
    kinds = re.findall(rb"event: (\w+)", received)
    assert kinds[0] == b"task_update" and kinds[-1] == b"task_finished"
    assert received.endswith(b"0\r\n\r\n")


def test_nothing_follows_the_end_of_a_request_stream_that_is_read_slowly():
    app = request_app(until=lambda event: event.kind == "task_finished")
    with running(app) as site:
        sock = site.connect(receive_buffer=4096)
        lines = f"Host: 127.0.0.1:{site.port}\r\nAuthorization: {BEARER['Authorization']}\r\n"
        sock.sendall(f"POST /api/v1/run HTTP/1.1\r\n{lines}\r\n".encode())
        eventually(lambda: site.stream.stats()["open"] == 1)
        tell(site, text="x" * 900_000)  # more than the kernel takes: the rest waits in our memory
        neighbour = site.open_stream(query="after=0")
        neighbour.events_until(tell(site, "task_finished"))
        neighbour.events_until(tell(site, "task_update"))
        received = b""
        while piece := sock.recv(65536):
            received += piece
        sock.close()
    assert received.endswith(b"0\r\n\r\n") and len(received) > 900_000
    assert re.findall(rb"event: (\w+)", received) == [b"task_update", b"task_finished"]


def test_a_broken_function_of_one_stream_harms_no_other():
    def broken(event):
        raise RuntimeError("broken")

    with running(request_app(after=0, until=broken)) as site:
        neighbour = site.open_stream(query="after=0")
        sock = site.connect()
        lines = f"Host: 127.0.0.1:{site.port}\r\nAuthorization: {BEARER['Authorization']}\r\n"
        sock.sendall(f"POST /api/v1/run HTTP/1.1\r\n{lines}\r\n".encode())
        eventually(lambda: site.stream.stats()["open"] == 2)
        number = tell(site)
        assert neighbour.event()[0] == number
        eventually(lambda: site.stream.stats()["open"] == 1)
        sock.close()
