"""Files as answers: whole, in ranges, not at all when unchanged; for slow readers, too."""

import os
import socket
import time
from email.utils import formatdate
from pathlib import Path

import bottle
import pytest

from tests.webui.http_client import BEARER, descriptors, eventually, read_answer, running, small_app
from webui import dispatch
from webui.calls import Call
from webui.files import Serving, disposition, file_reply
from webui.server import MOVERS, WORKERS
from webui.transfers import TURN
from webui.waiting import Patience

CONTENT = bytes(range(256)) * 4000
AT_ONCE = 0.1  # seconds in which others are answered, whatever slow readers do


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    (folder / "photo.jpg").write_bytes(CONTENT)
    (folder / "empty.jpg").write_bytes(b"")
    with open(folder / "large.wav", "wb") as file:
        file.truncate(300 * 1024 * 1024)
    return folder


@pytest.fixture(scope="module")
def site(folder):
    app = small_app()

    @app.get("/api/v1/files/<name>")
    def answer(name):
        request = bottle.request
        call = Call(None, request.path, request.environ)
        serving = Serving(
            "image/jpeg",
            is_versioned="v" in request.query,
            name=request.query.getunicode("name", ""),
        )
        return dispatch.sent(file_reply(call, os.open(folder / name, os.O_RDONLY), serving))

    patience = Patience(head=1.0, body=1.5, answer=1.5, linger=0.5)
    with running(app, patience=patience) as site:
        yield site


def test_a_file_arrives_whole_with_what_a_browser_needs_to_keep_it(site):
    answer = site.get("/api/v1/files/photo.jpg?v=1")
    assert answer.status == 200 and answer.body == CONTENT
    assert answer.header("Content-Type") == "image/jpeg"
    assert answer.header("Cache-Control") == "private, max-age=31536000, immutable"
    assert "sandbox" in answer.header("Content-Security-Policy").split(", ")
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Accept-Ranges") == "bytes"
    assert site.get("/api/v1/files/photo.jpg").header("Cache-Control") == "private, no-cache"


def test_an_empty_file_is_an_answer_too(site):
    answer = site.get("/api/v1/files/empty.jpg")
    assert answer.status == 200 and answer.body == b"" and answer.header("Content-Length") == "0"
    assert site.get("/api/v1/files/empty.jpg", Range="bytes=0-").status == 416


def test_head_tells_the_length_and_sends_nothing(site):
    with site.connect() as sock:
        host = f"Host: 127.0.0.1:{site.port}\r\nAuthorization: {BEARER['Authorization']}\r\n"
        for method in ("HEAD", "GET"):
            sock.sendall(f"{method} /api/v1/files/photo.jpg HTTP/1.1\r\n{host}\r\n".encode())
            answer = read_answer(sock, head_only=method == "HEAD")
            assert answer.header("Content-Length") == str(len(CONTENT))
            assert answer.body == (b"" if method == "HEAD" else CONTENT)


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=1000000-", 1_000_000, len(CONTENT) - 1),
        ("bytes=-500", len(CONTENT) - 500, len(CONTENT) - 1),
        ("bytes=5-99999999999", 5, len(CONTENT) - 1),
        ("bytes=-99999999999", 0, len(CONTENT) - 1),
    ],
)
def test_one_range_is_answered_alone(site, wanted, first, last):
    answer = site.get("/api/v1/files/photo.jpg", Range=wanted)
    assert answer.status == 206
    assert answer.header("Content-Range") == f"bytes {first}-{last}/{len(CONTENT)}"
    assert answer.body == CONTENT[first : last + 1]


@pytest.mark.parametrize(
    "wanted",
    ["bytes=9-3", "bytes=0-1,5-9", "bytes=-", "lines=0-1", "bytes=a-b", "bytes=0-" + "9" * 400],
)
def test_what_is_no_single_sound_range_is_answered_with_all_of_it(site, wanted):
    answer = site.get("/api/v1/files/photo.jpg", Range=wanted)
    assert answer.status == 200 and answer.body == CONTENT


@pytest.mark.parametrize("wanted", [f"bytes={len(CONTENT)}-", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused_with_the_size(site, wanted):
    answer = site.get("/api/v1/files/photo.jpg", Range=wanted)
    assert answer.status == 416 and answer.json["type"] == "urn:longhaul:no-such-range"
    assert answer.header("Content-Range") == f"bytes */{len(CONTENT)}"


def test_what_the_client_has_already_is_not_sent_again(site):
    whole = site.get("/api/v1/files/photo.jpg")
    tag, modified = whole.header("ETag"), whole.header("Last-Modified")
    for same in ({"If_None_Match": f'"x", W/{tag}'}, {"If_Modified_Since": modified}):
        answer = site.get("/api/v1/files/photo.jpg", **same)
        assert answer.status == 304 and answer.body == b"" and answer.header("ETag") == tag
    # the tag goes before the time
    answer = site.get("/api/v1/files/photo.jpg", If_None_Match='"x"', If_Modified_Since=modified)
    assert answer.status == 200
    earlier = formatdate(time.time() - 10**6, usegmt=True)
    assert site.get("/api/v1/files/photo.jpg", If_Modified_Since=earlier).status == 200
    assert site.get("/api/v1/files/photo.jpg", If_Modified_Since="yesterday").status == 200


def test_a_range_of_another_version_is_answered_with_this_one_whole(site):
    tag = site.get("/api/v1/files/photo.jpg").header("ETag")
    same = {"Range": "bytes=0-9", "If_Range": tag}
    assert site.get("/api/v1/files/photo.jpg", **same).status == 206
    assert site.get("/api/v1/files/photo.jpg", **same | {"If_Range": '"old"'}).status == 200


def test_any_name_can_be_saved_under():
    told = disposition('Käse "1"\r\nX: y\n100%.jpg', is_attachment=True)
    assert told == (
        'attachment; filename="K_se _1___X: y_100_.jpg"; '
        "filename*=UTF-8''K%C3%A4se%20%221%22%0D%0AX%3A%20y%0A100%25.jpg"
    )
    assert disposition("", is_attachment=False) == "inline"


def test_names_reach_the_header_without_breaking_it(site):
    answer = site.get("/api/v1/files/photo.jpg?name=K%C3%A4se%0D%0AX-Evil:%201.jpg")
    assert answer.status == 200 and answer.header("X-Evil") is None
    assert "%C3%A4" in answer.header("Content-Disposition")


def test_readers_of_large_files_hold_nobody_up_and_keep_no_memory(site):
    """More readers than there are threads of any kind; each takes a little, then nothing."""
    before = _memory()
    slow = [site.connect(receive_buffer=4096) for _ in range(WORKERS + MOVERS + 10)]
    head = f"Host: 127.0.0.1:{site.port}\r\nAuthorization: {BEARER['Authorization']}\r\n"
    try:
        for sock in slow:
            sock.sendall(f"GET /api/v1/files/large.wav HTTP/1.1\r\n{head}\r\n".encode())
        eventually(lambda: site.server.waiting >= len(slow))
        for _ in range(20):
            began = time.perf_counter()
            assert site.get("/api/v1/files/photo.jpg").status == 200
            assert time.perf_counter() - began < AT_ONCE
        assert _memory() - before < 32 * 1024 * 1024
        eventually(lambda: site.server.waiting == 0)  # they took nothing for too long
    finally:
        for sock in slow:
            sock.close()


def _drain(sock: socket.socket) -> int:
    """Bytes until the end of the connection."""
    taken = 0
    try:
        while piece := sock.recv(1 << 20):
            taken += len(piece)
    except ConnectionResetError:
        pass
    return taken


def _memory() -> int:
    """Resident bytes of this process."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_reader_that_pauses_gets_every_byte(site, folder):
    (folder / "long.bin").write_bytes(os.urandom(3 * TURN + 12_345))
    expected = (folder / "long.bin").read_bytes()
    with site.connect(receive_buffer=65536) as sock:
        head = f"Host: 127.0.0.1:{site.port}\r\nAuthorization: {BEARER['Authorization']}\r\n"
        sock.sendall(f"GET /api/v1/files/long.bin HTTP/1.1\r\n{head}\r\n".encode())
        eventually(lambda: site.server.waiting == 1)  # the socket is full
        answer = read_answer(sock)
        assert answer.body == expected
        sock.sendall(f"GET /api/v1/files/photo.jpg HTTP/1.1\r\n{head}\r\n".encode())
        assert read_answer(sock).body == CONTENT  # on the same connection


def test_a_file_that_becomes_shorter_cuts_the_answer_off(site, folder):
    path = folder / "shrinking.bin"
    with open(path, "wb") as file:
        file.truncate(100 * 1024 * 1024)
    with site.connect() as sock:
        head = f"Host: 127.0.0.1:{site.port}\r\nAuthorization: {BEARER['Authorization']}\r\n"
        sock.sendall(f"GET /api/v1/files/shrinking.bin HTTP/1.1\r\n{head}\r\n".encode())
        assert sock.recv(1), "it has begun, with the whole length promised"
        eventually(lambda: site.server.waiting == 1)
        os.truncate(path, 1000)
        assert _drain(sock) < 100 * 1024 * 1024  # and an end, no hang


def test_no_descriptor_is_left_behind(site):
    site.get("/api/v1/files/photo.jpg")
    eventually(lambda: site.server.waiting == 0)
    before = descriptors()
    for number in range(40):
        with site.connect() as sock:
            method = ("GET", "HEAD")[number % 2]
            more = "Range: bytes=999999999-\r\n" if number % 3 == 0 else ""
            head = f"Host: 127.0.0.1:{site.port}\r\nAuthorization: {BEARER['Authorization']}\r\n"
            data = f"{method} /api/v1/files/large.wav HTTP/1.1\r\n{head}{more}\r\n"
            sock.sendall(data.encode())
            sock.recv(100)
    eventually(lambda: site.server.waiting == 0)
    eventually(lambda: descriptors() <= before)
