"""Moves of files: nothing is overwritten, nothing is lost, on one file system and across two."""

import errno
import os
import tempfile
from pathlib import Path

import pytest

from core.errors import Forbidden
from core.photos import moving
from core.photos.moving import move, same_content


class Folders:
    """Two open folders."""

    def __init__(self, source: Path, target: Path):
        self.source, self.target = source, target
        self.handles = [os.open(path, os.O_RDONLY) for path in (source, target)]

    def move(self, name: str, as_: str) -> None:
        move(self.handles[0], name, self.handles[1], as_)

    def close(self) -> None:
        for handle in self.handles:
            os.close(handle)


WAYS = {
    "renameat2": {},
    "link and unlink": {"_renameat2": lambda: None},
    "reserve and rename": {"_renameat2": lambda: None},
    "across": {},
}


@pytest.fixture(params=WAYS)
def folders(request, tmp_path, monkeypatch):
    source, target = tmp_path / "from", tmp_path / "to"
    other = None
    if request.param == "across":
        shared_memory = Path("/dev/shm")
        if not shared_memory.is_dir() or shared_memory.stat().st_dev == tmp_path.stat().st_dev:
            pytest.skip("there is no second file system here")
        other = tempfile.TemporaryDirectory(dir=shared_memory)
        target = Path(other.name) / "to"
    source.mkdir()
    target.mkdir()
    for name, value in WAYS[request.param].items():
        monkeypatch.setattr(moving, name, value)
    if request.param == "reserve and rename":
        monkeypatch.setattr(os, "link", _no_links)
    made = Folders(source, target)
    yield made
    made.close()
    if other is not None:
        other.cleanup()


def _no_links(*_, **__):
    raise OSError(errno.EPERM, "Operation not permitted")


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_a_file_is_moved_with_its_content_and_time(folders):
    (folders.source / "a").write_bytes(b"x" * 3_000_000)
    os.utime(folders.source / "a", (1_000_000_000, 1_000_000_000))
    folders.move("a", "b")
    assert names(folders.source) == [] and names(folders.target) == ["b"]
    assert (folders.target / "b").read_bytes() == b"x" * 3_000_000
    assert (folders.target / "b").stat().st_mtime == 1_000_000_000


def test_what_has_the_name_is_never_overwritten(folders):
    (folders.source / "a").write_bytes(b"new")
    (folders.target / "b").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        folders.move("a", "b")
    assert (folders.source / "a").read_bytes() == b"new"
    assert (folders.target / "b").read_bytes() == b"old"
    assert names(folders.target) == ["b"], "no draft is left behind"


def test_a_missing_file_is_told_and_leaves_nothing(folders):
    with pytest.raises(FileNotFoundError):
        folders.move("none", "b")
    assert names(folders.target) == []


def test_any_name_a_file_system_takes_can_be_moved(folders):
    for name in ("ä\u0301 ☃ 🏔.jpg", "n" * 251 + ".jpg", "new\nline.jpg", "-rf", "a'b\"c"):
        (folders.source / name).write_bytes(name.encode())
        folders.move(name, name)
        assert (folders.target / name).read_bytes() == name.encode()


def test_a_link_is_never_followed(folders, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("mine")
    (folders.source / "link").symlink_to(secret)
    try:
        folders.move("link", "moved")
        assert os.readlink(folders.target / "moved") == str(secret)
    except (OSError, Forbidden):
        assert names(folders.target) == [] and names(folders.source) == ["link"]
    assert secret.read_text() == "mine"


@pytest.mark.parametrize("folders", ["across"], indirect=True)
def test_a_file_that_is_written_to_while_it_is_copied_stays(folders, monkeypatch):
    file = folders.source / "a"
    file.write_bytes(b"before")

    def write_more(place):
        if place == "photo-placed":
            file.write_bytes(b"before and after")

    monkeypatch.setattr(moving.seams, "reach", write_more)
    with pytest.raises(OSError, match="was changed while"):
        folders.move("a", "a")
    assert file.read_bytes() == b"before and after"


@pytest.mark.parametrize("folders", ["across"], indirect=True)
def test_a_full_disk_leaves_the_original_and_no_draft(folders, monkeypatch):
    (folders.source / "a").write_bytes(b"x" * 100)

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        folders.move("a", "a")
    assert names(folders.source) == ["a"] and names(folders.target) == []


def test_content_is_compared_byte_by_byte(folders):
    (folders.source / "a").write_bytes(b"x" * 2_000_000 + b"1")
    (folders.target / "b").write_bytes(b"x" * 2_000_000 + b"2")
    assert not same_content(folders.handles[0], "a", folders.handles[1], "b")
    (folders.target / "b").write_bytes(b"x" * 2_000_000 + b"1")
    assert same_content(folders.handles[0], "a", folders.handles[1], "b")
