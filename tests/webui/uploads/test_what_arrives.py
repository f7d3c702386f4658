"""Uploads that are sent arrive in files: to the byte, in their order, with their names."""

import hashlib
import os

import pytest

from core.errors import Invalid
from tests.webui.http_client import read_answer
from tests.webui.uploads.sending import form, head, post
from webui.receiving import Part


@pytest.mark.parametrize("size", [0, 1, 1000, (1 << 20) - 200, 1 << 20, 5_000_000, 40_000_000])
def test_a_file_of_any_size_arrives_to_the_byte(site, size):
    content = os.urandom(size)
    answer = post(site, form(("a.jpg", content)))
    assert answer.status == 200, answer.body
    digest = hashlib.sha256(content).hexdigest()
    assert answer.json["parts"] == [["file", "a.jpg", size, digest, size]]


def test_many_files_arrive_in_their_order(site):
    files = [(f"{n}.jpg", b"\r\n--edg" * n) for n in range(500)]
    answer = post(site, form(*files))
    assert [(p[1], p[2]) for p in answer.json["parts"]] == [(n, len(c)) for n, c in files]


def test_content_that_looks_like_a_boundary_stays_content(site):
    content = b"--edge\r\n\r--edge-\r\n--edg\r\n\r--edge--" * 1000 + b"\r\n--edg"
    answer = post(site, form(("a", content)))
    assert answer.json["parts"][0][2] == len(content)


@pytest.mark.parametrize("pieces", [1, 7, 4096])
def test_a_body_may_arrive_in_pieces_of_any_size(site, pieces):
    content = os.urandom(3000 if pieces == 1 else 30_000)
    body = form(("a.jpg", content), ("b.jpg", b"second"))
    with site.connect() as sock:
        sock.sendall(head(site, len(body)))
        for start in range(0, len(body), pieces):
            sock.sendall(body[start : start + pieces])
        parts = read_answer(sock).json["parts"]
        assert [p[2] for p in parts] == [len(content), 6]
        sock.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n\r\n".encode())
        assert read_answer(sock).status == 401  # the connection serves on


def test_a_client_that_asks_first_is_invited_once_it_may_upload(site):
    body = form(("a.jpg", b"x" * 2_000_000))
    with site.connect() as sock:
        sock.sendall(head(site, len(body), "Expect: 100-continue\r\n"))
        assert sock.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(body)
        assert read_answer(sock).status == 200


@pytest.mark.parametrize(
    "name",
    [
        "Zürich.jpg",
        "写真 1.jpg",
        "a%22b.jpg",
        "x" * 3000,
        "🏔.jpg",
        "a\\b\\c.jpg",
        "../../etc/passwd",
    ],
)
def test_names_reach_the_handler_as_they_were_sent(site, name):
    sent = post(site, form((name, b"x"))).json["parts"][0][1]
    assert sent == name.replace("%22", '"')


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("a.jpg", "a.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\b.jpg", "b.jpg"),
        ("写真.jpg", "写真.jpg"),
        ("..", None),
        ("", None),
        ("folder/", None),
        ("a\0.jpg", None),
        ("a\n.jpg", None),
        ("a\u202egpj.exe", None),
        ("a\u2028b.jpg", None),
        ("3.45.12\u202fPM.png", "3.45.12\u202fPM.png"),
        ("é" * 128, None),
    ],
)
def test_a_plain_name_stays_in_its_folder(tmp_path, name, plain):
    part = Part("file", name, "image/jpeg", tmp_path)
    if plain is None:
        with pytest.raises(Invalid) as refused:
            part.plain_name()
        assert refused.value.errors[0]["pointer"] == "/file"
    else:
        assert part.plain_name() == plain


def test_a_text_field_is_read_as_text_and_nothing_else_is(tmp_path):
    path = tmp_path / "field"
    path.write_text("größer")
    assert Part("title", "", "text/plain", path, 8).text() == "größer"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(Invalid):
        Part("title", "", "text/plain", path, 2).text()
