"""Uploads that broke off go on where they were; of many that broke off the oldest makes room."""

import hashlib
import os
import shutil
import threading
from contextlib import suppress

import pytest

from core.errors import NotFound
from tests.webui.http_client import UPLOADS, eventually
from tests.webui.uploads.sending import FORM, LIMIT, PATH, assert_is_problem, form, head, left, post
from webui import uploads as uploads_module
from webui.refusal import Refused
from webui.uploads import Uploads

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
