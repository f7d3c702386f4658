"""Objects that compute, well and badly: loaded as a drop-in file by the tests of `core.compute`."""

import ctypes
import os
import re
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path


class Plain:
    """A record is a number to be doubled, or (what, argument): something to go wrong with."""

    def compute(self, record):
        if not isinstance(record, tuple):
            return record * 2
        what, argument = record
        return getattr(self, what)(argument)

    def raise_it(self, message):
        raise ValueError(message)

    def leave(self, status):
        sys.exit(status)

    def leave_hard(self, status):
        os._exit(status)

    def fault(self, _):
        ctypes.string_at(0)

    def kill_own_process(self, number):
        os.kill(os.getpid(), number)
        time.sleep(60)

    def die_first_time(self, mark):
        """Crash once, then give "recovered": the file `mark` remembers."""
        if Path(mark).exists():
            return "recovered"
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGSEGV)

    def spin(self, _):
        while True:
            pass

    def sleep(self, seconds):
        time.sleep(seconds)
        return "slept"

    def catastrophic_regex(self, length):
        return re.match(r"(a+)+$", "a" * length + "b")

    def eat(self, size):
        return len(bytearray(size))

    def size(self, text):
        return len(text)

    def checksum(self, text):
        return zlib.crc32(text.encode())

    def text_of(self, size):
        return "x" * size

    def unpicklable(self, _):
        return lambda: None

    def pid(self, _):
        return os.getpid()

    def pid_slowly(self, seconds):
        time.sleep(seconds)
        return os.getpid()

    def announce_and_hang(self, mark):
        """Write the own process id to the file `mark`, then compute for a minute."""
        Path(mark).write_text(str(os.getpid()))
        time.sleep(60)

    def announce_and_work(self, mark):
        """Write the own process id to the file `mark`, then use 0.7 s of processor time."""
        Path(mark).write_text(str(os.getpid()))
        until = time.process_time() + 0.7
        while time.process_time() < until:
            pass
        return "worked"

    def program_and_hang(self, mark):
        """Start another program, write its process id to `mark`, then wait for it."""
        program = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        Path(mark).write_text(str(program.pid))
        program.wait()

    def print_it(self, text):
        print(text * 1000, flush=True)
        os.write(1, b"raw bytes\x00\x01\n")
        sys.stderr.write("to stderr\n")
        return "printed"

    def read_stdin(self, _):
        return sys.stdin.read()

    def descriptors(self, _):
        return sorted(
            f"{number}:{os.readlink(f'/proc/self/fd/{number}')}"
            for number in os.listdir("/proc/self/fd")
            if os.path.exists(f"/proc/self/fd/{number}")
        )

    def own(self, value):
        return Own(value)


class Own:
    """A result whose class exists in this file only."""

    def __init__(self, value):
        self.value = value


class Warm:
    """Says how often it was warmed up; takes long for it."""

    warmed = 0

    def warm_up(self):
        time.sleep(0.6)
        self.warmed += 1

    def compute(self, record):
        return self.warmed


class Parameters:
    def __init__(self, factor=0):
        self.factor = factor

    @classmethod
    def from_params(cls, params):
        return cls(params["factor"])

    def compute(self, record):
        return record * self.factor


class BrokenWarmUp:
    def warm_up(self):
        raise RuntimeError("the model file is missing")

    def compute(self, record):
        return record


class DiesWhileStarting:
    def warm_up(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def compute(self, record):
        return record


class Leaky:
    """Keeps `record` bytes of memory for ever, and then needs as many again."""

    kept: list = []

    def compute(self, record):
        working = bytearray(record)
        self.kept.append(working)
        return os.getpid()


class Loaded:
    """Much in memory before the first record, in pieces that Python and the C library keep."""

    def __init__(self):
        self._held = []

    def warm_up(self):
        self._held += [str(number) for number in range(10**6, 10**6 + 600_000)]

    def compute(self, record):
        if record == "grow":
            self._held += [bytes(64 << 10) for _ in range(512)]
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("AnonHuge"))
