"""A desktop for the tests of the real window: an X server, a data directory, the command.

`test_window.py` uses the fixtures by importing them. Everything is a real process; the page in the
window is reached through the debugging port of Qt's web engine.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import pytest

from desktop import libraries
from tests.desktop.conftest import ROOT, environment

XVFB = shutil.which("Xvfb")
SIZE = (1440, 900)


def why_no_window() -> str:
    """What this machine lacks for a real window; "" when nothing."""
    if XVFB is None:
        return "no Xvfb on this machine"
    if not (find_spec("webview") and find_spec("PySide6")):
        return "the extra `window` is not installed (pip install -e '.[window]')"
    missing = libraries.missing_packages()
    return f"libraries are missing: apt install {' '.join(missing)}" if missing else ""


def processes(file: str) -> Iterator[tuple[int, list[str]]]:
    """(pid, words) of the processes whose `file` below /proc, "cmdline" or "environ", is ours to
    read."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                words = (entry / file).read_bytes().decode(errors="replace").split("\0")
                yield int(entry.name), words


@contextmanager
def nothing_left(folder: Path):
    """For a program: a signal is an exception, and whatever was started within is ended.

    What starts a process also ends it; but a signal can come between the two. So all that is still
    there afterwards is killed. It is known by its folder for temporary files: ours, inherited.
    """

    def leave(number, _frame):
        sys.exit(128 + number)

    def kill() -> int:
        mark = f"TMPDIR={folder}"
        left = [pid for pid, words in processes("environ") if mark in words]
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(left)

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    os.environ["TMPDIR"] = str(folder)
    for number in signals:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in signals:
            signal.signal(number, signal.SIG_IGN)
        until(lambda: not kill())


@contextmanager
def x_server(size=SIZE):
    """An X server without a window manager; gives its display."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        [XVFB, "-displayfd", str(writing), "-screen", "0", f"{size[0]}x{size[1]}x24"]
        + ["-nolisten", "tcp", "-noreset"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
        process_group=0,  # Ctrl-C is for us: Xlib ends a process whose server is gone
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as said:
            number = said.readline().strip()
        assert number, "the X server did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


class Desk:
    """A person's desktop: starts `longhaul` and looks at what is there afterwards."""

    def __init__(self, folder: Path, display: str):
        self.folder, self.port = folder, free_port()
        self.bin = folder.parent / "bin"
        self.bin.mkdir()
        #: What the stand-in for the system's browser was asked to open.
        self.opened = folder.parent / "opened"
        browser = self._program("browser", f'echo "$1" >> {self.opened}')
        self.environment = environment(
            folder,
            DISPLAY=display,
            BROWSER=f"{browser} %s",
            PATH=f"{self.bin}:{os.environ['PATH']}",
            QTWEBENGINE_REMOTE_DEBUGGING=f"127.0.0.1:{self.port}",
        )

    def longhaul(self, *words: str, **changes: str | None) -> subprocess.CompletedProcess:
        """Run the command to its end; changes of its environment, None: without it."""
        changed = {n: v for n, v in (self.environment | changes).items() if v is not None}
        arguments = [sys.executable, "-P", "-m", "desktop", *words]
        return subprocess.run(
            arguments, env=changed | {"PYTHONPATH": str(ROOT)}, cwd=self.folder.parent,
            capture_output=True, text=True, timeout=90,
        )  # fmt: skip

    def show_notices(self) -> Path:
        """Have a stand-in for notify-send; the file it writes to."""
        told = self.folder.parent / "told"
        self._program("notify-send", f'echo "$@" >> {told}')
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent"
        return told

    def windows(self) -> list[int]:
        """The processes that are the window of our data directory."""
        needle = ["desktop.window", str(self.folder)]
        return [
            pid
            for pid, words in processes("cmdline")
            if words[-3:-1] == needle and Path(words[0]).name.startswith("python")
        ]

    def end(self) -> None:
        """Close what is open, and stop the service."""
        for pid in self.windows():
            os.kill(pid, signal.SIGKILL)
        self.longhaul("stop")

    def _program(self, name: str, body: str) -> Path:
        program = self.bin / name
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
        return program


@pytest.fixture(scope="module")
def display():
    if reason := why_no_window():
        pytest.skip(reason)
    with x_server() as display:
        yield display


@pytest.fixture
def desk(tmp_path, display):
    desk = Desk(tmp_path / "data", display)
    yield desk
    desk.end()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, seconds: float = 20.0):
    """Wait for `condition()`; what it then said."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)
    return found
