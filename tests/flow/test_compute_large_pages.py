"""Computing processes keep their memory on pages of 2 MB, where the system grants them."""

import ctypes
import mmap
import os
from pathlib import Path

import pytest

from core.compute import child
from tests.flow.computing import compute, computers, linux_only

pytestmark = linux_only

PRIVATE = getattr(mmap, "MAP_PRIVATE", 0) | getattr(mmap, "MAP_ANONYMOUS", 0)


@pytest.fixture
def start():
    yield from computers()


@pytest.fixture(scope="module")
def granted():
    """Skip where this system refuses large pages: it may, and then nothing is to be seen."""
    with mmap.mmap(-1, 3 * child.LARGE, flags=PRIVATE) as probe:
        probe.write(b"x" * len(probe))
        at = ctypes.addressof(ctypes.c_char.from_buffer(probe))
        at = -(-at // child.LARGE) * child.LARGE
        madvise = ctypes.CDLL(None).madvise
        madvise.argtypes = ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int
        refused = madvise(at, child.LARGE, child.MADV_COLLAPSE)
    if refused or "[madvise]" not in Path(child.LARGE_PAGES).read_text():
        pytest.skip("this system does not grant large pages to who asks for them")


def test_what_was_loaded_before_the_first_record_is_on_large_pages(start, granted):
    [large] = compute(start("Loaded"), "large pages").values
    assert large > 16 << 20  # of the 32 MB that it loads


def test_what_the_allocator_gets_later_is_on_large_pages(start, granted):
    before, after = compute(start("Loaded"), "large pages", "grow").values
    assert after - before > 16 << 20  # of 32 MB


def test_what_the_person_tuned_holds(start, granted, monkeypatch):
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=0")
    before, after = compute(start("Loaded"), "large pages", "grow").values
    assert after - before < 4 << 20


def test_only_memory_of_the_process_itself_is_moved(tmp_path):
    size = 4 * child.LARGE
    (tmp_path / "file").write_bytes(bytes(size))
    with (
        open(tmp_path / "file", "r+b") as file,
        mmap.mmap(-1, size, flags=PRIVATE) as own,
        mmap.mmap(-1, size) as shared,
        mmap.mmap(file.fileno(), size, flags=mmap.MAP_PRIVATE) as mapped,
    ):
        spans = list(child.own_memory(Path("/proc/self/maps").read_text().splitlines()))
        where = [ctypes.c_char.from_buffer(memory) for memory in (own, shared, mapped)]
        at = [ctypes.addressof(first) for first in where]
        del where
        assert [any(a <= x < b for a, b in spans) for x in at] == [True, False, False]


@pytest.mark.parametrize(
    ("line", "moved"),
    [
        ("7f0000000000-7f0000400000 rw-p 00000000 00:00 0", True),
        ("550000000000-550000400000 rw-p 00000000 00:00 0    [heap]", True),
        ("7f0000000000-7f0000400000 rw-p 00000000 00:00 0    [anon:glibc: malloc]", True),
        ("7f0000000000-7f00001ff000 rw-p 00000000 00:00 0", False),  # less than a page
        ("7f0000000000-7f0000400000 r--p 00000000 00:00 0", False),
        ("7f0000000000-7f0000400000 rw-s 00000000 00:00 0    [anon_shmem:longhaul]", False),
        ("7ffc00000000-7ffc00400000 rw-p 00000000 00:00 0    [stack]", False),
        ("7f0000000000-7f0000400000 rw-p 00000000 fe:00 77   /a file/with spaces", False),
    ],
)
def test_what_is_memory_of_the_process_itself(line, moved):
    assert bool(list(child.own_memory([line]))) == moved


@pytest.mark.parametrize("said", ["always madvise [never]\n", None])
def test_an_owner_who_wants_none_and_a_system_without_them_are_left_alone(
    tmp_path, monkeypatch, said
):
    chosen = tmp_path / "enabled"
    if said:
        chosen.write_text(said)
    monkeypatch.setattr(child, "LARGE_PAGES", os.fspath(chosen))
    monkeypatch.setattr(ctypes, "CDLL", None)  # whoever asks would have to call it
    child.ask_for_large_pages()
