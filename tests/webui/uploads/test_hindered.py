"""Uploads that are slow, too many, broken off, or meet a full disk: nobody else is held up, and
nothing is left behind."""

import errno
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.disks import small_disk
from tests.webui.http_client import (
    answer_times,
    descriptors,
    eventually,
    read_answer,
    running,
    small_app,
    typical_answer,
)
from tests.webui.uploads.sending import assert_is_problem, form, head, left, post

AT_ONCE = 0.1  # seconds in which others are answered, whatever uploads do


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


# --- a full disk ----------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path):
    """A folder on a disk of eight megabytes."""
    with small_disk(tmp_path / "small", "8m") as folder:
        yield folder


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
