"""The program of a computing process: read a record, compute it, answer, until the pipe ends.

Started by path by `core.compute.spawned`, never imported: only the standard library may be
imported before the parent's `sys.path` is in place. What is sent, in both directions, is a frame:
eight bytes of length, then the bytes. First comes the setup (JSON), answered by an empty frame
when the task's code is ready or else by its traceback; then pickled records, each answered in order
by a pickled `(value, seconds, failure)`. A large record's frame says only where its pickle lies in
the memory that is shared with the parent. Standard output and error stay free for the task's code.
"""

import errno
import faulthandler
import json
import mmap
import os
import pickle
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from io import BufferedIOBase
from typing import Any

#: how a frame begins: the number of bytes that follow
HEADER = struct.Struct("!Q")

#: the frame of a record in the shared memory: where its pickle begins, and its length. A pickle
#: never begins with a zero byte, which such a frame does.
PLACE = struct.Struct("!QQ")

#: of Linux: whether the owner of the machine wants large pages, how many bytes one has, and what
#: asks for them from now on and at once
LARGE_PAGES = "/sys/kernel/mm/transparent_hugepage/enabled"
LARGE, MADV_HUGEPAGE, MADV_COLLAPSE = 2 << 20, 14, 25

#: exit status of a process that had no memory left even to say so
OUT_OF_MEMORY = 77


def main(channel: socket.socket, notes: int | None, shared: memoryview | None) -> None:
    """Serve until the parent hangs up. `notes` is the file for tracebacks of crashes."""
    stream: Any = channel.makefile("rb", 1 << 16)
    first = read_frame(stream)
    if first is None:
        return
    setup = json.loads(first)
    live_within_limits(setup, notes)
    sys.path[:] = setup["path"]
    try:
        compute = load(setup["code"])
    except BaseException:  # also SystemExit: whatever it is, the parent shall tell the person
        write_frame(channel, traceback.format_exc().encode(errors="replace"))
        return
    ask_for_large_pages()
    write_frame(channel, b"")
    while (payload := read_frame(stream)) is not None:
        write_frame(channel, answer(compute, in_place(payload, shared)))


def live_within_limits(setup: dict[str, Any], notes: int | None) -> None:
    """Memory limit, no core files, deaf to Ctrl-C, dead when the parent is, crashes on record."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if notes is not None:
        faulthandler.enable(notes)
        if hasattr(faulthandler, "register"):
            faulthandler.register(signal.SIGUSR1, notes)  # works inside of native code as well
    die_with(setup["parent"])
    try:
        import resource
    except ImportError:
        return  # Windows has no such limits
    for limit, wanted in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, setup["memory"])):
        hard = resource.getrlimit(limit)[1]
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(limit, (soft, hard))
        except (ValueError, OSError):
            continue  # macOS refuses some; the time limit still holds


def die_with(parent: int) -> None:
    """End when the parent does, even in the middle of a record that never ends.

    Between records the end of the pipe says so, on every system.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # 1 is PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)  # it ended before the call
    elif os.name == "posix":
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def ask_for_large_pages() -> None:
    """Put the memory at hand on pages of 2 MB, where Linux grants them to who asks.

    The trees of a search are spread over so much memory that finding it, 4 KB by 4 KB, takes a
    twentieth of the time. For memory to come the C allocator asks by itself (`spawned`). Nothing
    depends on it: every refusal passes, and the first for want of memory ends it.
    """
    try:
        with open(LARGE_PAGES) as chosen:
            if "[never]" in chosen.read():
                return
        with open("/proc/self/maps") as maps:
            spans = list(own_memory(maps))
    except OSError:
        return  # no Linux, or one without them
    import ctypes

    madvise = ctypes.CDLL(None, use_errno=True).madvise
    madvise.argtypes = ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int
    for start, end in spans:
        madvise(start, end - start, MADV_HUGEPAGE)
        first, last = -(-start // LARGE) * LARGE, end // LARGE * LARGE
        for at in range(first, last, LARGE):
            if madvise(at, LARGE, MADV_COLLAPSE) and ctypes.get_errno() == errno.ENOMEM:
                return


def own_memory(maps: Iterable[str]) -> Iterator[tuple[int, int]]:
    """From and to, where a process keeps its data, by the lines of its `/proc/self/maps`: nothing
    that is shared, from a file or a stack that Linux names, and nothing below a large page."""
    for line in maps:
        span, access, _, _, inode, *name = line.split()
        anonymous = inode == "0" and (not name or name[0].startswith(("[heap]", "[anon:")))
        start, end = (int(address, 16) for address in span.split("-"))
        if anonymous and access == "rw-p" and end - start >= LARGE:
            yield start, end


def load(code: dict[str, Any]) -> Callable[[Any], Any]:
    """The task's `compute`, warmed up."""
    from core.compute import Code  # possible only now, with the parent's sys.path

    computing = Code(**code).load()
    if hasattr(computing, "warm_up"):
        computing.warm_up()
    return computing.compute


def in_place(payload: bytes, shared: memoryview | None) -> bytes | memoryview:
    """The pickled record of a frame, which may lie in the shared memory."""
    if shared is None or payload[0]:
        return payload
    at, size = PLACE.unpack(payload)
    return shared[at : at + size]


def answer(compute: Callable[[Any], Any], payload: bytes | memoryview) -> bytes:
    """The frame for one record; whatever goes wrong with it becomes its failure."""
    from core.compute import Failure

    began = time.perf_counter()
    lead, frames = "This record cannot be read: ", 1
    try:
        record = pickle.loads(payload)  # noqa: S301 # nosec B301 - from our own parent
        lead = ""
        began = time.perf_counter()
        value = compute(record)
        seconds = time.perf_counter() - began
        lead, frames = "Its result cannot be sent back: ", 0
        return pickle.dumps((value, seconds, None), pickle.HIGHEST_PROTOCOL)
    except BaseException as error:  # SystemExit too: a library's sys.exit() ends only its record
        seconds = time.perf_counter() - began
        try:
            failure = Failure.of(error, lead=lead, own_frames=frames)
            return pickle.dumps((None, seconds, failure), pickle.HIGHEST_PROTOCOL)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)


def read_frame(stream: BufferedIOBase) -> bytes | None:
    """The next frame, or None when the parent has hung up."""
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        return None
    (size,) = HEADER.unpack(head)
    body = stream.read(size)
    return body if len(body) == size else None


def write_frame(channel: socket.socket, body: bytes) -> None:
    """Send one frame; a large body is not copied only to be joined to its header."""
    if len(body) < 1 << 16:
        channel.sendall(HEADER.pack(len(body)) + body)
    else:
        channel.sendall(HEADER.pack(len(body)))
        channel.sendall(body)


def _from_parent() -> tuple[socket.socket, int | None, memoryview | None]:
    """What was handed over: descriptors, or on Windows a socket's description on stdin."""
    if len(sys.argv) == 1:
        shared = sys.stdin.buffer.read()
        return socket.fromshare(shared), None, None  # type: ignore[attr-defined]
    channel, notes, *window = map(int, sys.argv[1:])
    for descriptor in (channel, notes):
        os.set_inheritable(descriptor, False)  # a program the task starts must not hold them open
    memory = None
    for file in window:
        memory = memoryview(mmap.mmap(file, 0, access=mmap.ACCESS_READ))
        os.close(file)  # the mapping has a descriptor of its own, which is not inherited
    return socket.socket(fileno=channel), notes, memory


if __name__ == "__main__":
    try:
        main(*_from_parent())
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except OSError:
        pass  # the parent hung up in the middle of a frame: nobody is left to tell
