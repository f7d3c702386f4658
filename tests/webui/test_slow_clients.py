"""Slow, silent and storming clients cost themselves something, and nobody else."""

import json
import socket
import threading
import time

import pytest

from tests.webui.http_client import (
    TOKEN,
    descriptors,
    eventually,
    read_answer,
    running,
    small_app,
    typical_answer,
)
from webui.server import WORKERS, Server
from webui.stream import Broadcaster
from webui.waiting import Patience

HALF_OPEN = 80
AT_ONCE = 0.1  # seconds in which others are answered, whatever slow clients do


@pytest.fixture(scope="module")
def site():
    app = small_app()

    @app.get("/api/v1/large/<megabytes:int>")
    def answer_largely(megabytes):
        return b"x" * 1_000_000 * megabytes

    with running(app, patience=Patience(head=1.0, body=1.5, answer=1.5, linger=0.5)) as site:
        yield site


def head(site, path="/api/v1/tasks", method="GET", more="") -> bytes:
    host = f"Host: 127.0.0.1:{site.port}\r\nAuthorization: Bearer {TOKEN}\r\n"
    return f"{method} {path} HTTP/1.1\r\n{host}{more}\r\n".encode()


def closed_by_server(sock: socket.socket) -> bool:
    """Reads to the end; True when the server ended the connection."""
    try:
        while sock.recv(65536):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


def test_half_open_connections_hold_nobody_up_and_are_dropped(site):
    slow = [site.connect() for _ in range(HALF_OPEN)]
    try:
        for number, sock in enumerate(slow):
            sock.sendall(head(site)[: 10 + number])
        eventually(lambda: site.server.waiting >= HALF_OPEN)
        assert typical_answer(site) < AT_ONCE
        answers = [read_answer(sock) for sock in slow]
        assert {answer.status for answer in answers} == {408}
        assert answers[0].json["type"] == "urn:longhaul:timeout"
        assert all(closed_by_server(sock) for sock in slow)
    finally:
        for sock in slow:
            sock.close()
    assert typical_answer(site) < AT_ONCE


def test_silent_connections_are_dropped_without_a_word(site):
    with site.connect() as sock:
        assert sock.recv(100) == b""


def test_headers_that_trickle_in_are_dropped_in_time(site):
    """Each byte comes early enough, but the whole does not."""
    with site.connect(timeout=0.05) as sock:
        began = time.monotonic()
        answer = b""
        for byte in head(site, more="X: " + "a" * 1000 + "\r\n"):
            sock.sendall(bytes([byte]))
            try:
                answer = sock.recv(65536)
                break
            except TimeoutError:
                continue
    assert answer.startswith(b"HTTP/1.1 408") and time.monotonic() - began < 3.0


def test_bodies_that_do_not_arrive_hold_nobody_up_and_are_dropped(site):
    typed = "Content-Type: application/json\r\nContent-Length: 1000\r\n"
    slow = [site.connect() for _ in range(3 * WORKERS)]
    try:
        for sock in slow:
            sock.sendall(head(site, method="POST", more=typed) + b"{")
        eventually(lambda: site.server.waiting >= len(slow))
        assert typical_answer(site) < AT_ONCE
        assert {read_answer(sock).status for sock in slow} == {408}
    finally:
        for sock in slow:
            sock.close()


def test_large_bodies_that_do_not_arrive_leave_workers_free(site):
    more = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000000\r\n"
    slow = [site.connect() for _ in range(3 * WORKERS)]
    try:
        for sock in slow:
            sock.sendall(head(site, "/api/v1/projects/a/uploads", "POST", more) + b"x")
        eventually(lambda: site.server.waiting == len(slow))
        assert typical_answer(site) < AT_ONCE
    finally:
        for sock in slow:
            sock.close()
    assert typical_answer(site) < AT_ONCE


def test_a_large_body_of_a_stranger_is_refused_unread(site):
    more = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000000\r\n"
    data = head(site, "/api/v1/projects/a/uploads", "POST", more).replace(TOKEN.encode(), b"x")
    answer = site.raw(data + b"x" * 100_000)
    assert answer.status == 401 and answer.header("Connection") == "close"


def test_readers_that_take_nothing_hold_nobody_up_and_are_dropped(site):
    slow = [site.connect(receive_buffer=4096) for _ in range(WORKERS + 4)]
    try:
        for sock in slow:
            sock.sendall(head(site, "/api/v1/large/6"))
        eventually(lambda: site.server.waiting >= len(slow))
        assert typical_answer(site) < AT_ONCE
        eventually(lambda: site.server.waiting == 0)
        taken = len(slow[0].recv(1_000_000, socket.MSG_WAITALL))
        assert taken < 6_000_000 and closed_by_server(slow[0])
    finally:
        for sock in slow:
            sock.close()


@pytest.mark.parametrize("megabytes", [6, 40])
def test_a_large_answer_arrives_whole(site, megabytes):
    assert len(site.get(f"/api/v1/large/{megabytes}").body) == megabytes * 1_000_000


def test_a_connection_serves_many_requests(site):
    with site.connect() as sock:
        for _ in range(50):
            sock.sendall(head(site))
            assert read_answer(sock).status == 200
        sock.sendall(head(site, more="Connection: close\r\n"))
        answer = read_answer(sock)
        assert answer.header("Connection") == "close" and closed_by_server(sock)


def test_requests_sent_ahead_are_answered_in_order(site):
    typed = "Content-Type: application/json\r\nContent-Length: {}\r\n"
    with site.connect() as sock:
        bodies = [b"{" + b" " * n + b"}" for n in range(20)]
        sock.sendall(
            b"".join(
                head(site, method="POST", more=typed.format(len(body))) + body for body in bodies
            )
        )
        received = b""
        while received.count(b'{"bytes"') < 20 or not received.endswith(b"}"):
            received += sock.recv(65536)
    sizes = [int(part.partition(b"}")[0]) for part in received.split(b'{"bytes": ')[1:]]
    assert sizes == [len(body) for body in bodies]


def test_an_old_client_without_keep_alive_gets_its_answer_and_a_close(site):
    with site.connect() as sock:
        sock.sendall(head(site).replace(b"HTTP/1.1", b"HTTP/1.0"))
        answer = read_answer(sock)
        assert answer.status == 200 and answer.json == {"tasks": []} and closed_by_server(sock)


def test_a_client_that_asks_first_is_told_to_go_on(site):
    body = b'{"a": 1}'
    more = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    with site.connect() as sock:
        sock.sendall(head(site, method="POST", more=more + "Expect: 100-continue\r\n"))
        assert sock.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(body)
        assert read_answer(sock).json == {"bytes": len(body)}


def test_a_refused_large_body_is_not_invited(site):
    more = "Content-Type: application/json\r\nContent-Length: 9000000\r\n"
    with site.connect() as sock:
        sock.sendall(head(site, method="POST", more=more + "Expect: 100-continue\r\n"))
        assert read_answer(sock).status == 413


def test_the_port_is_taken_before_the_start_and_free_after_the_stop():
    server = Server(None, stream=Broadcaster(None))
    try:
        assert server.port > 0 and server.url == f"http://127.0.0.1:{server.port}"
        with pytest.raises(OSError):
            Server(None, port=server.port, stream=Broadcaster(None))
        with pytest.raises(ValueError, match="app"):
            server.start()
    finally:
        server.stop()
    again = Server(None, port=server.port, stream=Broadcaster(None))
    again.stop()


def test_it_listens_on_loopback_only(site):
    listening = [line.split() for line in open("/proc/net/tcp").readlines()[1:]]
    port = f"{site.port:04X}"
    bound = {row[1] for row in listening if row[3] == "0A" and row[1].endswith(":" + port)}
    assert bound == {f"0100007F:{port}"}


def test_stopping_finishes_the_request_under_way():
    app = small_app()
    inside, go_on = threading.Event(), threading.Event()

    @app.get("/api/v1/slow")
    def answer_slowly():
        inside.set()
        go_on.wait(10)
        return {"finished": True}

    with running(app) as site:
        with site.connect() as sock, site.connect() as idle:
            sock.sendall(head(site, "/api/v1/slow"))
            assert inside.wait(10)
            stopping = threading.Thread(target=site.server.stop)
            stopping.start()
            assert idle.recv(1) == b""  # the idle one is closed at once
            stopping.join(0.2)
            assert stopping.is_alive()  # it waits for the other
            go_on.set()
            answer = read_answer(sock)
            stopping.join(10)
    assert answer.status == 200 and json.loads(answer.body) == {"finished": True}


def test_an_app_that_fails_answers_500_without_a_trace():
    def failing(environ, start_response):
        raise RuntimeError("a detail that is nobody's business")

    with running(small_app()) as site:
        site.guard._app = failing
        answer = site.get("/api/v1/tasks")
    assert answer.status == 500 and answer.header("X-Frame-Options") == "DENY"
    assert b"business" not in answer.body and b"Traceback" not in answer.body


def test_storms_of_connections_leave_no_descriptor_behind():
    patience = Patience(head=1.0, linger=0.2)
    with running(small_app(), patience=patience) as site:
        assert site.get("/api/v1/tasks").status == 200
        before = descriptors()
        for wave in range(10):
            storm = [site.connect() for _ in range(40)]
            for number, sock in enumerate(storm):
                if number % 4 == 0:
                    sock.sendall(head(site))
                elif number % 4 == 1:
                    sock.sendall(head(site, "/api/v1/events"))
                elif number % 4 == 2:
                    sock.sendall(head(site)[:30])
            for number, sock in enumerate(storm):
                if (number + wave) % 3 == 0:  # leave with a reset
                    linger = b"\1\0\0\0\0\0\0\0"
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                sock.close()
        eventually(lambda: site.stream.stats()["open"] == 0 and site.server.waiting == 0)
        eventually(lambda: descriptors() <= before)
        assert typical_answer(site) < AT_ONCE


def test_more_connections_than_allowed_push_out_the_slowest():
    with running(small_app(), patience=Patience(head=60.0, connections=20)) as site:
        slow = [site.connect() for _ in range(60)]
        try:
            eventually(lambda: site.server.waiting <= 20)
            assert typical_answer(site) < AT_ONCE
            assert slow[0].recv(1) == b""
        finally:
            for sock in slow:
                sock.close()
