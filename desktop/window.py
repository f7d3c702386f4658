"""The window: a process of its own around one page of the running service.

Started by `desktop.opening`, which reads one line from its stdout: READY once the page has asked
the service for something, TAKEN when another window has the lock, FAILED and why. Qt ends the
process itself when there is no display or a library is missing, so silence means that, too. The
window holds no work and no state but its place: closing or killing it stops nothing.
"""

import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from desktop import notices
from desktop.arrival import Attendant
from desktop.doorbell import Doorbell
from desktop.failures import Failure
from desktop.geometry import LEAST_HEIGHT, LEAST_WIDTH, Place, Remembered, Screen, restored
from desktop.places import EARLY, WINDOW_LOCK_FILE

READY, TAKEN, FAILED = "READY", "TAKEN", "FAILED"
IS_LINUX = sys.platform.startswith("linux")
#: Seconds of rest after which a new place is written down.
SETTLED_S = 0.5
FAREWELL = "Longhaul works on without its window"
#: What a window shows before there is a service.
NOTHING = "<!doctype html><title>Longhaul</title>"


class Window:
    """The one window of a data directory. `native` is pywebview's."""

    def __init__(self, folder: Path, webview: Any):
        self._folder, self._webview = folder, webview
        self._remembered = Remembered(folder)
        self._attendant = Attendant(folder, lambda address: self.native.load_url(address))
        self._settling: threading.Timer | None = None
        self._is_maximized = False
        self._was_asked_to_end = threading.Event()
        self._is_early = os.environ.pop(EARLY, "") != ""
        self._colour = "#0b1015"
        self.native: Any = None

    def show(self) -> None:
        """Make the window, and return when it is closed. Raises Failure without a service."""
        screens = self._screens()  # ends the process where there is no display
        try:
            source = {"url": self._attendant.enter()}
        except Failure:
            if not self._is_early:
                raise
            source = {"html": NOTHING}  # in the page's colour; the attendant loads the page
        place = restored(self._remembered.place, screens)
        self._remembered.place = place
        self._is_maximized = place.is_maximized
        x, y = self._origin()
        self.native = self._webview.create_window(
            "Longhaul",
            **source,
            x=None if place.x is None else place.x - x,
            y=None if place.y is None else place.y - y,
            width=place.width,
            height=place.height,
            min_size=(LEAST_WIDTH, LEAST_HEIGHT),
            maximized=place.is_maximized,
            background_color=self._colour,
            text_select=True,
            zoomable=True,  # the page's own keys do it
        )
        self._listen()
        Doorbell(self._folder, self.come_forward)
        self._attendant.start(self._arrived)
        self._webview.start(icon=str(_icon()))

    def come_forward(self) -> None:
        """Show the window above the others, with a page that is signed in. From any thread."""
        self._attendant.look()
        if not self.native.events.shown.wait(10):
            return
        self.native.show()
        if not IS_LINUX:
            self.native.restore()

    def _arrived(self) -> None:
        _report(READY)
        self._remembered.theme = self._attendant.theme(self._remembered.theme)
        self._settle()

    # --- what happens to it -------------------------------------------------------------------

    def _listen(self) -> None:
        events = self.native.events
        events.before_show += self._before_show
        events.moved += lambda x, y: self._note(x=int(x), y=int(y))
        events.resized += lambda width, height: self._note(width=int(width), height=int(height))
        events.maximized += lambda: self._turn(True)
        events.restored += lambda: self._turn(False)
        events.closing += self._closing
        signal.signal(signal.SIGTERM, lambda *_: self._was_asked_to_end.set())

    def _before_show(self) -> None:
        if IS_LINUX:
            from desktop import window_qt

            window_qt.dress(self.native.native, self._colour, self._is_ours)
            window_qt.end_with(self._was_asked_to_end.is_set, self.native.native)

    def _is_ours(self, address: str) -> bool:
        if not self._attendant.url:
            return True  # our own empty page
        ours, asked = urlsplit(self._attendant.url), urlsplit(address)
        return (asked.scheme, asked.netloc) == (ours.scheme, ours.netloc)

    def _note(self, **changes: int) -> None:
        """It was moved or resized; a maximized window keeps the place it returns to."""
        if not self._is_maximized:
            self._remembered.place = replace(self._remembered.place, **changes)
            self._settle()

    def _turn(self, is_maximized: bool) -> None:
        self._is_maximized = is_maximized
        self._remembered.place = replace(self._remembered.place, is_maximized=is_maximized)
        self._settle()

    def _settle(self) -> None:
        """Write the place down when it has not changed for a moment: a killed window has it."""
        if self._settling:
            self._settling.cancel()
        self._settling = threading.Timer(SETTLED_S, self._remembered.keep)
        self._settling.daemon = True
        self._settling.start()

    def _closing(self) -> None:
        """In the window's own thread, and never a call into the page."""
        if self._settling:
            self._settling.cancel()
        self._remembered.place = self._place_now()
        if not self._remembered.is_told and not self._was_asked_to_end.is_set():
            text = self._attendant.farewell()
            if text:
                self._remembered.is_told = True
                if not notices.show(FAREWELL, text):
                    self.native.create_confirmation_dialog(FAREWELL, text)
        self._remembered.keep()

    def _place_now(self) -> Place:
        """The last moment to learn what the events could not tell: on their way through a
        maximized size they come in any order."""
        if not IS_LINUX:
            return self._remembered.place
        from desktop import window_qt

        return window_qt.place(self.native.native)

    # --- the desktop --------------------------------------------------------------------------

    def _screens(self) -> list[Screen]:
        found = list(self._webview.screens)  # a lazy list; looking at it starts the window system
        if not IS_LINUX:
            return [Screen(s.x, s.y, s.width, s.height) for s in found]
        from desktop import window_qt

        window_qt.introduce()
        self._colour = window_qt.ground(self._attendant.theme(self._remembered.theme))
        return window_qt.screens()

    def _origin(self) -> tuple[int, int]:
        if not IS_LINUX:
            return 0, 0
        from desktop import window_qt

        return window_qt.origin()


def main(folder: Path) -> int:
    """Be the window of `folder`; the exit status."""
    lock = FileLock(folder / WINDOW_LOCK_FILE, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        _report(TAKEN)
        return 0
    try:
        Window(folder, _pywebview()).show()
    except (Failure, ImportError) as error:
        _report(f"{FAILED} {error}")
        return 1
    return 0


def _pywebview() -> Any:
    """The library, set up for our platform. Raises ImportError without the extra `window`."""
    if IS_LINUX:
        os.environ |= {"PYWEBVIEW_GUI": "qt", "QT_API": "pyside6", "RESOURCE_NAME": "longhaul"}
        if os.geteuid() == 0:
            os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"  # Chromium refuses to run as root else
        import PySide6.QtWebEngineWidgets  # noqa: F401  (says which part is missing, if one is)
    sys.argv[:] = ["longhaul"]  # Qt reads its own options from there
    import webview

    webview.settings["OPEN_EXTERNAL_LINKS_IN_BROWSER"] = True
    webview.settings["ALLOW_DOWNLOADS"] = not IS_LINUX  # there the page's own way is broken on Qt 6
    return webview


def _icon() -> Path:
    return Path(__file__).resolve().parents[1] / "webui" / "static" / "icon.svg"


def _report(line: str) -> None:
    """Tell who started us. Nobody listens after the first line, or any more."""
    try:
        print(line, flush=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:
        pass


def _end(status: int) -> None:
    """Leave without taking Qt apart: its web engine does not survive that in every order."""
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    _end(main(Path(sys.argv[1])))
