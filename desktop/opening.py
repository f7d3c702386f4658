"""Shows the page to the person: in the window that is open, in a new one, in the system's browser,
or as an address to open; the first of these that works.

Called by `longhaul` and `longhaul demo`. What the window does is in `desktop.window`: a process
that is believed only when it says READY.
"""

import os
import subprocess
import threading
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from desktop.client import Client
from desktop.doorbell import ring
from desktop.failures import Failure
from desktop.launcher import has_display, open_log, python_command, show_page
from desktop.output import plain, say
from desktop.places import EARLY, WINDOW_LOG_FILE

#: Seconds in which the page of a new window has to arrive.
READY_S = 20.0
#: Seconds for a window that somebody else opens right now to have its bell.
TAKEN_S = 10.0
POLL_S = 0.1
OPENED = "The window is open. Closing it stops no work; `longhaul stop` does."


class NoWindow(Exception):
    """There is no window; the message is why."""


class Early:
    """A window that begins beside the service it is to show: most of what a first start waits for
    is the beginning of the two, and neither needs the other for it."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._process: subprocess.Popen | None = None

    def begin(self) -> None:
        """Start the window, when there can be one; its page waits for the service."""
        if not why_none():
            with suppress(Failure):
                self._process = _started(self._folder, is_early=True)

    def take(self) -> subprocess.Popen | None:
        """The process, for who waits for its word from now on; None when none was started."""
        process, self._process = self._process, None
        return process

    def give_up(self) -> None:
        """End it, for there will be no page."""
        if self._process:
            self._process.kill()
            self._process.wait()


def show(
    client: Client, folder: Path, in_browser: bool = False, early: Early | None = None
) -> None:
    """Show the page of the running service `client`; says what it did, and why a window failed."""
    if not in_browser:
        try:
            say(in_window(folder, early.take() if early else None))
            return
        except NoWindow as why:
            say(f"No window: {why}")
    show_page(client)


def why_none() -> str:
    """Why no window can be had here, as far as that is seen without trying; "" when it can."""
    if not has_display():
        return "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)."
    if find_spec("webview") is None:
        return "the extra `window` is not installed (see: longhaul doctor)."
    return ""


def in_window(folder: Path, begun: subprocess.Popen | None = None) -> str:
    """Have one window show the page; what was done, in words. `begun` is a window that somebody
    started already. Raises NoWindow."""
    if reason := why_none():
        raise NoWindow(reason)
    deadline = time.monotonic() + TAKEN_S
    while True:
        if begun:
            line, begun = _word_of(begun), None
        else:
            has_come = ring(folder)
            if has_come:
                return "The window was open already, and came to the front."
            if has_come is False:
                raise NoWindow("the one that is open does not answer.")
            line = _new_window(folder)
        if line == "READY":
            return OPENED
        if line != "TAKEN" or time.monotonic() > deadline:
            raise NoWindow(_reason(line, folder))
        time.sleep(POLL_S)  # somebody else is opening it: ring until it has its bell


def _new_window(folder: Path) -> str:
    """Start a window and wait for its first line; the line, or what happened instead of it."""
    try:
        return _word_of(_started(folder))
    except Failure as failure:
        return str(failure)


def _started(folder: Path, is_early: bool = False) -> subprocess.Popen:
    """The process of a new window. Raises Failure when the folder cannot be used."""
    arguments, environment = python_command("desktop.window", str(folder))
    if is_early:
        environment[EARLY] = "1"
    log = open_log(folder, WINDOW_LOG_FILE)
    try:
        return subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            arguments,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    finally:
        os.close(log)


def _word_of(process: subprocess.Popen) -> str:
    """The first line of a window that was started, or what happened instead of it."""
    line = _first_line(process, READY_S)
    if line is None:
        process.kill()
        process.wait()
        return f"its page did not appear within {READY_S:.0f} s."
    if line:
        return line
    status = process.wait()  # its stdout has ended, and nobody else has it
    ended = f"signal {-status}" if status < 0 else f"status {status}"
    return f"its process ended with {ended}."


def _first_line(process: subprocess.Popen, seconds: float) -> str | None:
    """The first line of its stdout, "" at its end, None after `seconds`."""
    read: list[str] = []
    stdout = process.stdout
    assert stdout is not None

    def wait() -> None:
        read.append(stdout.readline().decode(errors="replace").strip())

    reader = threading.Thread(target=wait, daemon=True)
    reader.start()
    reader.join(seconds)
    if not read:
        return None
    stdout.close()
    return read[0]


def _reason(line: str, folder: Path) -> str:
    """Why a window failed, with the last words in its log and the libraries that are missing."""
    from desktop import libraries

    said = line.removeprefix("FAILED ")
    packages = libraries.missing_packages()
    if packages:
        return f"libraries are missing. On Debian: apt install {' '.join(packages)}"
    return f"{plain(said)} Its log: {folder / WINDOW_LOG_FILE}"
