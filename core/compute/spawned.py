"""One computing process as its parent sees it: started, written to, read from, ended.

A process is spawned (a fresh interpreter that runs `core/compute/child.py`; never a fork of this
one) and inherits exactly three descriptors: its end of a socket pair, which carries records and
results, an unlinked file for tracebacks of crashes, and the memory in which large records lie
(`window`). Nothing here waits for the other side, so that neither can block the other with a full
pipe. Which record comes next is not decided here but by `core.compute.pump`, the only caller.
"""

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, NamedTuple

from core.compute import Failure, window
from core.compute.child import HEADER, OUT_OF_MEMORY, PLACE
from core.compute.work import Ticket

#: bytes on their way beyond the record being computed; what is left of the window is for gaps
AHEAD_BYTES = window.SIZE * 3 // 4

_PROGRAM = str(Path(__file__).with_name("child.py"))
_TRACE_WAIT = 0.2  # seconds for a hanging process to write down where it hangs
_TRACE_BYTES = 20_000
_REAP_WAIT = 5.0  # seconds; only a process stuck inside the kernel outlives SIGKILL for longer

_HINTS = {
    "SIGABRT": "native code ends like this when it is refused more memory, among other things",
    "SIGKILL": "killed by hand, or by the system because memory ran out",
    "SIGSEGV": "a fault in native code",
}


class Held(NamedTuple):
    """A record that a process has and did not answer yet."""

    ticket: Ticket
    size: int  #: bytes
    end: int  #: where its frame ends in the stream of all that was ever sent
    placed: bool  #: it lies in the window


class Spawned:
    """A process, the tickets it holds in the order it answers them, and since when it owes."""

    def __init__(self, setup: bytes, now: float) -> None:
        """Start it and send `setup`. Raises OSError when the system refuses a process."""
        with ExitStack() as undo:
            self._notes = undo.enter_context(tempfile.TemporaryFile())
            self._socket, theirs = socket.socketpair()
            undo.enter_context(self._socket)
            self._window = window.opened()
            if self._window is not None:
                undo.callback(self._window.close)
            with theirs:
                self._process = _spawn(theirs, self._notes.fileno(), self._window)
            undo.pop_all()
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, AHEAD_BYTES)
        self._out: deque[memoryview] = deque()
        self._sent = 0  # bytes, ever
        self._queued = 0  # bytes, ever: sent and in _out
        self._in = bytearray()
        self._held: deque[Held] = deque()
        self._ahead = 0  # bytes of the records that it holds
        #: importing and warming up; it gets no records yet
        self.starting = True
        #: no record answered yet
        self.fresh = True
        #: gets no more records, and ends when it holds none
        self.retiring = False
        #: how it ended, in words
        self.how = ""
        #: it has hung up
        self.gone = False
        #: monotonic seconds: the latest moment at which the record it computes can have begun
        self.since = now
        self._put(setup)

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def tickets(self) -> list[Ticket]:
        return [held.ticket for held in self._held]

    @property
    def load(self) -> int:
        """How many records it holds."""
        return len(self._held)

    @property
    def unsent(self) -> bool:
        return bool(self._out)

    def has_room(self, records: int) -> bool:
        """Whether it should get one more, to have at most `records`; a suspect stays alone."""
        if self.starting or self.retiring or self.gone:
            return False
        if not self._held:
            return True
        current = self._held[0]
        if current.ticket.deaths:
            return False
        return len(self._held) < records and self._ahead - current.size < AHEAD_BYTES

    def give(self, ticket: Ticket, record: bytes, now: float) -> None:
        """Queue one pickled record; `flush` sends it."""
        if not self._held:
            self.since = now
        at = None if self._window is None else self._window.put(record)
        self._put(record if at is None else PLACE.pack(at, len(record)))
        self._held.append(Held(ticket, len(record), self._queued, at is not None))
        self._ahead += len(record)

    def flush(self, now: float) -> None:
        """Send what the pipe takes. Time that a record spends on its way is not its own."""
        before = self._sent
        try:
            while self._out:
                head = self._out[0]
                count = self._socket.send(head)
                self._sent += count
                if count < len(head):
                    self._out[0] = head[count:]
                    break
                self._out.popleft()
        except BlockingIOError:
            pass
        except OSError:
            self._out.clear()  # it hung up; receive() will say so, after its last answers
        if self._held and before < self._held[0].end and self._sent > before:
            self.since = now

    def receive(self, buffer: memoryview) -> list[bytes]:
        """The frames that have come in whole; sets `gone` at the end. `buffer` is scratch space."""
        try:
            count = self._socket.recv_into(buffer)
        except BlockingIOError:
            return []
        except OSError:
            count = 0
        self.gone = count == 0
        self._in += buffer[:count]
        frames, at = [], 0
        while len(self._in) - at >= HEADER.size:
            (size,) = HEADER.unpack_from(self._in, at)
            end = at + HEADER.size + size
            if len(self._in) < end:
                break
            frames.append(bytes(self._in[at + HEADER.size : end]))
            at = end
        del self._in[:at]
        return frames

    def answered(self, now: float) -> Ticket:
        """Its oldest record has been answered: it holds the others from now on."""
        self.fresh, self.since = False, now
        held = self._held.popleft()
        self._ahead -= held.size
        if held.placed and self._window is not None:
            self._window.release()
        return held.ticket

    def hang_up(self) -> None:
        """Tell it to end by itself; `ended` says when it has."""
        self._socket.close()

    def ended(self) -> bool:
        return self._process.poll() is not None

    def where(self) -> str:
        """A traceback of where it hangs, even inside of native code; empty if there is none."""
        if hasattr(signal, "SIGUSR1"):
            self._process.send_signal(signal.SIGUSR1)
            give_up = time.monotonic() + _TRACE_WAIT
            while not (size := self._noted()) and time.monotonic() < give_up:
                time.sleep(0.005)
            while size and size != (size := self._noted()):
                time.sleep(0.005)  # it is still writing
        return self.notes()

    def notes(self) -> str:
        """The traceback that it left when it crashed; empty if there is none."""
        self._notes.seek(0)
        return self._notes.read(_TRACE_BYTES).decode(errors="replace").strip()

    def _noted(self) -> int:
        return os.fstat(self._notes.fileno()).st_size

    def end(self) -> tuple[Failure, int]:
        """Kill it with the processes it started, reap it, let go of its descriptors.

        Returns what that is for the record it was computing, had it not been told to end, and after
        how many such deaths that record has failed: SIGKILL and SIGTERM come from outside and prove
        little, so they are believed late.
        """
        if os.name == "posix":
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_REAP_WAIT)
        status, trace = self._process.returncode, self.notes()
        self._socket.close()
        self._notes.close()
        if self._window is not None:
            self._window.close()
        self.gone = True
        self.how = _how(status)
        if status == OUT_OF_MEMORY:
            return Failure("memory", "It needed more memory than its process may have", trace), 2
        message = f"Its process ended while computing it: {self.how}"
        return Failure("crash", message, trace), 4 if status in (-9, -15) else 2

    def _put(self, body: bytes) -> None:
        frame = HEADER.pack(len(body)) + body
        self._out.append(memoryview(frame))
        self._queued += len(frame)


def pack(code: dict, memory: int) -> bytes:
    """The setup frame of `core/compute/child.py`, as its docstring describes."""
    path = [str(entry) for entry in sys.path]
    setup = {"path": path, "code": code, "memory": memory, "parent": os.getpid()}
    return json.dumps(setup).encode()


def unpacked(frame: bytes) -> tuple[Any, float, Failure | None]:
    """A record's answer: its value, the seconds it took, and its failure if it has one."""
    try:
        return pickle.loads(frame)  # noqa: S301 # nosec B301 - from our own process
    except Exception as error:  # whatever the result's own unpickling raises
        return None, 0.0, Failure.of(error, lead="Its result cannot be read back: ")


def _spawn(theirs: socket.socket, notes: int, shared: window.Window | None) -> subprocess.Popen:
    # -P: the program's own directory must not become a place to import from
    command = [sys.executable, "-P", _PROGRAM]
    if os.name == "posix":
        handed = [theirs.fileno(), notes, *([shared.fileno()] if shared is not None else ())]
        return subprocess.Popen(  # noqa: S603 - our own interpreter and program
            [*command, *map(str, handed)],
            stdin=subprocess.DEVNULL,
            pass_fds=handed,
            env=_with_large_pages(os.environ),
            process_group=0,  # out of reach of Ctrl-C, and ended together with what it starts
        )
    process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603
    assert process.stdin is not None
    with process.stdin as stdin:
        stdin.write(theirs.share(process.pid))  # type: ignore[attr-defined]
    return process


def _with_large_pages(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment, in which glibc asks for pages of 2 MB; what the person tuned holds."""
    wanted = ["glibc.malloc.hugetlb=1", environment.get("GLIBC_TUNABLES", "")]
    return {**environment, "GLIBC_TUNABLES": ":".join(filter(None, wanted))}


def _how(status: int | None) -> str:
    if status is None:
        return "it does not react any more"
    if status >= 0:
        return f"exit status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"{name} ({_HINTS[name]})" if name in _HINTS else name
