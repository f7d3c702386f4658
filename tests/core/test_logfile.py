"""The write-ahead log comes to the disk at once or soon, and a disk that refuses is asked again."""

import errno
import os
import threading

import pytest

from core import logfile
from core.errors import DiskFull
from core.logfile import LogFile


@pytest.fixture
def log(tmp_path):
    (tmp_path / "state.sqlite-wal").write_bytes(b"frames")
    log = LogFile(tmp_path / "state.sqlite")
    yield log
    log.close()


class Disk:
    """Stands in for `fdatasync`: counts, and refuses as often as it is told."""

    def __init__(self, refusals: int = 0):
        self.flushes, self._refusals = 0, refusals
        self.done = threading.Event()

    def __call__(self, file: int) -> None:
        os.fstat(file)  # it is open
        if self._refusals:
            self._refusals -= 1
            raise OSError(errno.ENOSPC, "No space left on device")
        self.flushes += 1
        self.done.set()


@pytest.fixture
def disk(monkeypatch):
    def of(refusals: int = 0) -> Disk:
        disk = Disk(refusals)
        monkeypatch.setattr(logfile.os, "fdatasync", disk, raising=False)
        return disk

    return of


def test_a_flush_has_happened_when_it_returns(log, disk):
    found = disk()
    log.flush()
    assert found.flushes == 1


def test_a_refusal_of_the_disk_is_told_to_who_waits(log, disk):
    disk(refusals=1)
    with pytest.raises(DiskFull, match="No space left"):
        log.flush()


def test_soon_is_in_the_background(log, disk):
    found = disk()
    log.flush_soon()
    assert found.done.wait(5)


def test_many_that_ask_share_flushes_and_the_last_is_never_left_out(log, disk):
    found = disk()
    for _ in range(1000):
        log.flush_soon()
    log.close()
    assert 1 <= found.flushes < 1000


def test_a_disk_that_refuses_is_asked_again_and_it_is_said_once(log, disk, monkeypatch, capfd):
    monkeypatch.setattr(logfile, "AGAIN_S", 0.001)
    found = disk(refusals=3)
    log.flush_soon()
    assert found.done.wait(5)
    assert capfd.readouterr().err.count("No space left") == 1


def test_what_was_asked_for_is_flushed_before_it_is_closed(log, disk, monkeypatch):
    monkeypatch.setattr(logfile, "PAUSE_S", 60)
    found = disk()
    log.flush_soon()
    assert found.done.wait(5)
    log.flush_soon()
    log.close()
    assert found.flushes >= 2
