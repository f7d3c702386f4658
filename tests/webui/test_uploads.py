"""Uploads: what is sent arrives in files, and what does not arrive leaves nothing behind."""

import errno
import hashlib
import os
import shutil
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from core.errors import Invalid, NotFound
from tests.webui.http_client import (
    TOKEN,
    UPLOADS,
    answer_times,
    descriptors,
    eventually,
    read_answer,
    running,
    small_app,
    typical_answer,
)
from webui import uploads as uploads_module
from webui.auth import Scope
from webui.receiving import Part
from webui.refusal import Refused
from webui.uploads import Uploads
from webui.waiting import Patience

PATH = "/api/v1/projects/roof/uploads"
FORM = "multipart/form-data; boundary=edge"
LIMIT = 64 * 1024 * 1024
AT_ONCE = 0.1  # seconds in which others are answered, whatever uploads do


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    spool = tmp_path_factory.mktemp("data") / "uploads"
    patience = Patience(head=1.0, body=1.5, answer=2.0, linger=0.5, upload=1.0)
    with running(small_app(), patience=patience, spool=spool, limit=LIMIT) as site:
        site.spool = spool
        yield site


@pytest.fixture(autouse=True)
def nothing_is_left(site):
    yield
    eventually(lambda: left(site) == [])


def left(site) -> list[str]:
    """What lies in the spool folder."""
    return sorted(os.listdir(site.spool)) if site.spool.exists() else []


def form(*files: tuple[str, bytes], field: str = "file") -> bytes:
    """A body with these (file name, content)."""
    out = b""
    for name, content in files:
        out += (
            f'--edge\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"'.encode()
        )
        out += b"\r\nContent-Type: image/jpeg\r\n\r\n" + content + b"\r\n"
    return out + b"--edge--\r\n"


def head(site, size: int, more: str = "", path: str = PATH, content_type: str = FORM) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {size}\r\n{more}\r\n"
    ).encode()


def post(site, body: bytes, **headers: str):
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.request("POST", PATH, {"Content-Type": FORM} | fields, body)


# --- what arrives ---------------------------------------------------------------------------------


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


# --- what is refused ------------------------------------------------------------------------------


def assert_is_problem(answer, status: int, code: str) -> None:
    assert answer is not None and answer.status == status, answer
    assert answer.header("Content-Type") == "application/problem+json"
    assert answer.json["type"] == f"urn:longhaul:{code}"


def test_strangers_are_refused_before_they_send_anything(site):
    with site.connect() as sock:
        sock.sendall(head(site, 10_000_000).replace(TOKEN.encode(), b"x"))
        assert_is_problem(read_answer(sock), 401, "unauthenticated")
    assert left(site) == []


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, "foreign-site"),
        ({"Sec-Fetch-Site": "same-site"}, "foreign-site"),
        ({"Origin": "http://evil.example"}, "foreign-origin"),
        ({"Origin": "null"}, "foreign-origin"),
        ({}, "unproven-origin"),
    ],
)
def test_a_form_of_another_page_cannot_upload(site, headers, code):
    """With the person's cookie, which is all that such a form could send."""
    cookie = f"{site.guard.cookie}={site.guard.sessions.mint(Scope.FULL, 'a mark')}"
    fields = {"Authorization": None, "Cookie": cookie, "Content-Type": FORM, **headers}
    answer = site.request("POST", PATH, fields, form(("a.jpg", b"x")))
    assert_is_problem(answer, 403, code)


def test_our_own_page_can_upload(site):
    cookie = f"{site.guard.cookie}={site.guard.sessions.mint(Scope.FULL, 'a mark')}"
    ours = {"Sec-Fetch-Site": "same-origin", "Origin": f"http://127.0.0.1:{site.port}"}
    fields = {"Authorization": None, "Cookie": cookie, "Content-Type": FORM, **ours}
    assert site.request("POST", PATH, fields, form(("a.jpg", b"x"))).status == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/octet-stream", "image/jpeg"])
def test_other_media_types_are_refused(site, content_type):
    answer = site.request("POST", PATH, {"Content-Type": content_type}, b"x")
    assert_is_problem(answer, 415, "not-json")


def test_more_than_the_limit_is_refused_by_its_head(site):
    with site.connect() as sock:
        sock.sendall(head(site, LIMIT + 1))
        assert_is_problem(read_answer(sock), 413, "upload-too-large")


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "x" * 300,
        'multipart/form-data; boundary="a\tb"',
    ],
)
def test_a_form_without_a_sound_boundary_is_refused(site, content_type):
    body = form(("a.jpg", b"x"))
    assert_is_problem(
        site.raw(head(site, len(body), content_type=content_type) + body), 400, "malformed"
    )


@pytest.mark.parametrize(
    "body",
    [
        b"no form at all",
        b"--edge\r\n\r\nno header\r\n--edge--\r\n",
        b"--edge\r\nContent-Disposition: attachment\r\n\r\nx\r\n--edge--\r\n",
        form(("a.jpg", b"cut off"))[:-10],
        b'--edge\r\nContent-Disposition: form-data; name="a"\r\nContent-Length: -1\r\n\r\n--edge--',
        b'--edge\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n--edge--\r\n',
        b'--edge\nContent-Disposition: form-data; name="a"\n\nx\n--edge--\n',
    ],
)
def test_what_is_no_form_is_refused(site, body):
    assert_is_problem(post(site, body), 400, "malformed")


def test_headers_of_a_part_and_their_number_are_limited(site):
    long = form(("x" * 10_000, b"x"))
    assert_is_problem(post(site, long), 413, "too-many-parts")
    many = b"--edge\r\n" + b"X-A: b\r\n" * 20 + b"\r\nx\r\n--edge--\r\n"
    assert_is_problem(post(site, many), 413, "too-many-parts")
    files = form(*[(f"{n}.jpg", b"") for n in range(1001)])
    assert_is_problem(post(site, files), 413, "too-many-parts")


def test_large_headers_of_the_request_are_refused(site):
    data = head(site, 10, "X-Large: " + "x" * 20_000 + "\r\n")
    assert_is_problem(site.raw(data), 431, "headers-too-large")


@pytest.mark.parametrize(
    "more",
    [
        "Transfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Content-Length: +5\r\n",
        "Content-Type: application/json\r\n",
    ],
)
def test_a_body_with_two_meanings_is_refused(site, more):
    smuggled = b"GET /api/v1/tasks HTTP/1.1\r\n\r\n"
    answer = site.raw(head(site, len(smuggled), more) + smuggled)
    assert answer.status in (400, 411)


def test_what_follows_an_upload_is_the_next_request_and_nothing_else(site):
    body = form(("a.jpg", b"x" * 2_000_000))
    following = (
        f"GET /api/v1/tasks HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n"
        f"Authorization: Bearer {TOKEN}\r\n\r\n"
    ).encode()
    with site.connect() as sock:
        sock.sendall(head(site, len(body)) + body + following)
        assert read_answer(sock).json["parts"][0][2] == 2_000_000
        assert read_answer(sock).json == {"tasks": []}


# --- slow, broken off, too many -------------------------------------------------------------------


def test_eighty_slow_uploads_hold_nobody_up_and_are_dropped(site):
    slow = [site.connect() for _ in range(80)]
    try:
        for number, sock in enumerate(slow):
            sock.sendall(head(site, 30_000_000) + form(("a.jpg", b"x" * 1000))[: 60 + number])
        eventually(lambda: site.server.waiting >= 80)
        assert typical_answer(site) < AT_ONCE
        answers = [read_answer(sock) for sock in slow]
        assert {answer.status for answer in answers} == {408}
    finally:
        for sock in slow:
            sock.close()


def test_fast_uploads_leave_room_for_other_requests(site):
    body = form(("a.jpg", os.urandom(20_000_000)))
    statuses = []

    def upload():
        statuses.append(post(site, body).status)

    threads = [threading.Thread(target=upload) for _ in range(4)]
    for thread in threads:
        thread.start()
    longest = answer_times(site, 30)[-1]
    for thread in threads:
        thread.join(60)
    assert statuses == [200] * 4
    assert longest < 1.0  # both cores are busy with the uploads; nobody waits for one to end


def test_an_upload_that_trickles_arrives_as_long_as_it_moves(site):
    body = form(("a.jpg", b"x" * 40))
    with site.connect() as sock:
        sock.sendall(head(site, len(body)))
        for start in range(0, len(body), 10):
            sock.sendall(body[start : start + 10])
            time.sleep(0.1)  # well below the patience, in all well above it
        assert read_answer(sock).status == 200


def test_an_upload_that_breaks_off_leaves_nothing_behind(site):
    before = descriptors()
    for size in (100, 2_000_000):
        with site.connect() as sock:
            sock.sendall(head(site, 30_000_000) + form(("a.jpg", b"x" * size))[: size // 2])
            eventually(lambda: left(site) != [])
        eventually(lambda: left(site) == [])
    eventually(lambda: site.server.waiting == 0)
    eventually(lambda: descriptors() <= before)


def test_what_an_earlier_service_left_is_removed_at_the_start(tmp_path):
    spool = tmp_path / "uploads"
    (spool / "0123").mkdir(parents=True)
    (spool / "0123" / "0").write_bytes(b"x")
    with running(small_app(), spool=spool):
        assert not spool.exists() or os.listdir(spool) == []


def test_the_folder_is_ours_alone_while_an_upload_arrives(site):
    with site.connect() as sock:
        sock.sendall(head(site, 30_000_000) + form(("a.jpg", b"x" * 10))[:100])
        eventually(lambda: left(site) != [])
        folder = site.spool / left(site)[0]
        eventually(lambda: os.listdir(folder) == ["0"])
        assert site.spool.stat().st_mode & 0o777 == folder.stat().st_mode & 0o777 == 0o700
        assert (folder / "0").stat().st_mode & 0o777 == 0o600


# --- going on -------------------------------------------------------------------------------------


def broken_off(site, body: bytes, sent: int, upload_id: str) -> None:
    """Send the first `sent` bytes of an upload, and leave."""
    with site.connect() as sock:
        sock.sendall(head(site, len(body), f"Upload-Id: {upload_id}\r\n") + body[:sent])
        eventually(lambda: arrived(site) == sent)
    eventually(lambda: site.server.waiting == 0)


def arrived(site) -> int:
    """Bytes of the only upload that have arrived."""
    with site.uploads._lock:
        (receiver,) = list(site.uploads._all) or [None]
    return receiver.received if receiver else 0


@pytest.mark.parametrize("sent", [1, 50, 150, 700_000, 2_999_990])
def test_an_upload_goes_on_where_it_broke_off(site, sent):
    content = os.urandom(3_000_000)
    body = form(("a.jpg", content), ("b.jpg", b"second"))
    broken_off(site, body, sent, "upload-0001")
    state = site.uploads.state("upload-0001")
    assert state == {"id": "upload-0001", "received": sent, "size": len(body)}
    answer = post(site, body[sent:], Upload_Id="upload-0001", Upload_Offset=str(sent))
    assert answer.status == 200, answer.body
    first, second = answer.json["parts"]
    assert first[3] == hashlib.sha256(content).hexdigest() and second[2] == 6


def test_an_upload_may_break_off_again_and_again(site):
    body = form(("a.jpg", os.urandom(1_000_000)))
    sent = 1
    broken_off(site, body, sent, "upload-0002")
    while sent + 200_000 < len(body):
        with site.connect() as sock:
            more = f"Upload-Id: upload-0002\r\nUpload-Offset: {sent}\r\n"
            sock.sendall(head(site, len(body) - sent, more) + body[sent : sent + 200_000])
            sent += 200_000
            eventually(lambda: arrived(site) == sent)  # noqa: B023
    answer = post(site, body[sent:], Upload_Id="upload-0002", Upload_Offset=str(sent))
    assert answer.json["parts"][0][2] == 1_000_000


def test_a_wrong_offset_is_told_the_right_one(site):
    body = form(("a.jpg", b"x" * 1000))
    broken_off(site, body, 500, "upload-0003")
    for offset, size in ((400, len(body) - 400), (600, len(body) - 600), (500, 7)):
        answer = site.raw(
            head(site, size, f"Upload-Id: upload-0003\r\nUpload-Offset: {offset}\r\n")
        )
        assert_is_problem(answer, 409, "upload-offset")
        assert answer.header("Upload-Offset") == "500"
    site.uploads.end("upload-0003")


def test_another_form_cannot_continue_an_upload(site):
    body = form(("a.jpg", b"x" * 1000))
    broken_off(site, body, 500, "upload-0004")
    more = "Upload-Id: upload-0004\r\nUpload-Offset: 500\r\n"
    size = len(body) - 500
    other = head(site, size, more, content_type="multipart/form-data; boundary=other")
    assert_is_problem(site.raw(other), 409, "another-upload")
    elsewhere = head(site, size, more, path="/api/v1/projects/other/uploads")
    assert_is_problem(site.raw(elsewhere), 409, "another-upload")
    site.uploads.end("upload-0004")


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ("Upload-Id: never-seen-before\r\nUpload-Offset: 5\r\n", 404),
        ("Upload-Offset: 5\r\n", 404),
        ("Upload-Id: short\r\n", 400),
        ("Upload-Id: with spaces and more\r\n", 400),
        ("Upload-Id: upload-0005\r\nUpload-Offset: -1\r\n", 400),
        ("Upload-Id: upload-0005\r\nUpload-Offset: x\r\n", 400),
        ("Upload-Id: upload-0005\r\nUpload-Offset: 99999999999999999999\r\n", 400),
    ],
)
def test_what_cannot_be_continued_is_refused(site, more, status):
    assert site.raw(head(site, 100, more)).status == status


def test_an_upload_that_starts_again_forgets_what_arrived(site):
    body = form(("a.jpg", b"x" * 1000))
    broken_off(site, body, 500, "upload-0006")
    answer = post(site, body, Upload_Id="upload-0006")
    assert answer.json["parts"][0][2] == 1000


def test_a_connection_that_is_taken_over_brings_nothing_more(site):
    """The client thinks that its first connection is dead, but it is only slow."""
    body = form(("a.jpg", bytes(range(256)) * 40))
    with site.connect() as old:
        old.sendall(head(site, len(body), "Upload-Id: upload-0007\r\n") + body[:500])
        eventually(lambda: arrived(site) == 500)
        assert site.uploads.state("upload-0007")["received"] == 500
        with suppress(OSError):
            old.sendall(b"late" * 100)
        answer = post(site, body[500:], Upload_Id="upload-0007", Upload_Offset="500")
        digest = hashlib.sha256(bytes(range(256)) * 40).hexdigest()
        assert answer.json["parts"][0][3] == digest
        with suppress(ConnectionResetError):
            assert old.recv(100) == b""


def test_what_is_complete_is_answered_once_and_nobody_takes_it_away(site):
    """Its client lost the connection and asks, goes on, removes and begins again meanwhile."""
    body = form(("a.jpg", b"x" * 1000))
    entered, go_on, answers = threading.Event(), threading.Event(), []
    hold = site.server.app._app

    def slow(environ, start_response):
        if not entered.is_set():
            entered.set()
            go_on.wait(10)
        return hold(environ, start_response)

    site.server.app._app = slow
    try:
        first = threading.Thread(
            target=lambda: answers.append(post(site, body, Upload_Id="upload-0009"))
        )
        first.start()
        assert entered.wait(10)
        for ask in (site.uploads.state, site.uploads.end):
            with pytest.raises(NotFound):
                ask("upload-0009")
        rest = f"Upload-Id: upload-0009\r\nUpload-Offset: {len(body)}\r\n"
        assert_is_problem(site.raw(head(site, 0, rest)), 404, "not-found")
        assert post(site, body, Upload_Id="upload-0009").json["parts"][0][2] == 1000
    finally:
        go_on.set()
        first.join()
        site.server.app._app = hold
    assert answers[0].status == 200 and answers[0].json["parts"][0][4] == 1000


def test_a_refused_upload_is_not_kept_for_later(site):
    body = b"--edge\r\n\r\nno form, but a name" + b"x" * 1000
    assert post(site, body, Upload_Id="upload-0008").status == 400
    assert left(site) == []


# --- many of them ---------------------------------------------------------------------------------


def environ(upload_id: str, offset: int = 0, size: int = 1000) -> dict[str, str]:
    """The head of a named upload, as the guard has it."""
    return {
        "PATH_INFO": PATH,
        "CONTENT_TYPE": FORM,
        "CONTENT_LENGTH": str(size),
        "HTTP_UPLOAD_ID": upload_id,
        "HTTP_UPLOAD_OFFSET": str(offset),
    }


@pytest.fixture
def uploads(tmp_path, monkeypatch):
    """No server: three uploads at most."""
    monkeypatch.setattr(uploads_module, "_MOST", 3)
    made = Uploads(tmp_path / "uploads", UPLOADS, lambda: LIMIT)
    yield made
    made.close()
    assert os.listdir(tmp_path / "uploads") == []


def break_off(uploads, upload_id: str) -> None:
    """Ten bytes arrive, and the client leaves."""
    receiver = uploads.admit(environ(upload_id))
    leg = receiver.continued_by(b"", False)
    receiver.take(b"--edge\r\nCo")
    leg.close()


def test_of_those_that_broke_off_the_oldest_makes_room(uploads):
    for n in range(3):
        break_off(uploads, f"upload-100{n}")
    uploads.admit(environ("upload-1000", 10, 990)).continued_by(b"", False).close()
    new = uploads.admit(environ("upload-1003"))
    with pytest.raises(NotFound):
        uploads.state("upload-1001")  # 1000 went on since, and broke off later
    for name in ("upload-1000", "upload-1002"):
        assert uploads.state(name)["received"] == 10
    assert len(os.listdir(new.folder.parent)) == 3


def test_none_that_is_being_sent_makes_room_for_another(uploads):
    for n in range(2):
        uploads.admit(environ(f"upload-200{n}")).continued_by(b"", False)
    uploads.admit(environ("upload-2002"))  # admitted, and about to be sent
    with pytest.raises(Refused) as refused:
        uploads.admit(environ("upload-2003"))
    assert refused.value.status == 503
    assert len(uploads._all) == 3
    again = uploads.admit(environ("upload-2000"))  # from the start again: its own place
    assert len(os.listdir(again.folder.parent)) == 3


def test_a_slow_disk_holds_up_nobody_but_who_begins(uploads, monkeypatch):
    break_off(uploads, "upload-3000")
    entered, go_on, ended = threading.Event(), threading.Event(), threading.Event()
    usage = shutil.disk_usage

    def slow(folder):
        entered.set()
        assert go_on.wait(20)
        return usage(folder)

    monkeypatch.setattr(uploads_module.shutil, "disk_usage", slow)
    begins = threading.Thread(target=lambda: uploads.admit(environ("upload-3001")))
    begins.start()
    assert entered.wait(20)

    def others():
        uploads.state("upload-3000")
        uploads.end("upload-3000")
        ended.set()

    threading.Thread(target=others, daemon=True).start()
    try:
        assert ended.wait(10), "they wait for the disk of another"
    finally:
        go_on.set()
        begins.join()


# --- a full disk ----------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path):
    """A folder on a disk of eight megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    try:
        refused = subprocess.run(mount, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no mount command here")
    if refused.returncode:
        pytest.skip(f"mounting a small tmpfs is refused: {refused.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errno.ENOSPC, 507, "disk-full"),
        (errno.EDQUOT, 507, "disk-full"),
        (errno.EROFS, 503, "unavailable"),
    ],
)
def test_a_disk_that_takes_no_folder_is_told_by_its_head(site, monkeypatch, error, status, code):
    make = Path.mkdir

    def mkdir(path, *arguments, **options):
        if path.parent == site.spool:
            raise OSError(error, os.strerror(error))
        return make(path, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    assert_is_problem(post(site, form(("a.jpg", b"x"))), status, code)


def test_an_upload_that_cannot_fit_is_refused_by_its_head(small):
    with running(small_app(), spool=small / "uploads") as site, site.connect() as sock:
        sock.sendall(head(site, 9_000_000))
        assert_is_problem(read_answer(sock), 507, "disk-full")


def test_a_disk_that_becomes_full_meanwhile_is_told_and_left_clean(small):
    with running(small_app(), spool=small / "uploads") as site, site.connect() as sock:
        body = form(("a.jpg", os.urandom(5_000_000)))
        sock.sendall(head(site, len(body)) + body[:1000])
        eventually(lambda: list(small.glob("uploads/*")) != [])
        with suppress(OSError), open(small / "ballast", "wb", buffering=0) as file:
            while file.write(b"\0" * 65536):
                pass
        with suppress(OSError):
            sock.sendall(body[1000:])
        assert_is_problem(read_answer(sock), 507, "disk-full")
        eventually(lambda: os.listdir(small / "uploads") == [])
        os.unlink(small / "ballast")
        assert post(site, body).status == 200  # and everything goes on


def test_a_refusal_reaches_a_client_that_is_still_sending(site):
    body = b"no form" * 1_000_000
    with site.connect() as sock:
        with suppress(OSError):
            sock.sendall(head(site, len(body)) + body)
        assert_is_problem(read_answer(sock), 400, "malformed")
