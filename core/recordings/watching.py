"""The lookout: scans the notes folder at the start, by the clock, when something in it changes, and
again soon while a file is still being written.

One thread that ticks, and one that waits for changes of the folder. Settings that change are
followed within a tick. Called by `core.service`.
"""

import os
import threading
import traceback
from typing import Any

from core.errors import LonghaulError
from core.queue import Ledger
from core.recordings.finished import SETTLED_S
from core.recordings.importing import sweep_drafts
from core.recordings.naming import is_audio
from core.recordings.scan import Report, Scanner

TICK_S = 0.5
FIRST_S = 0.5  #: after the start: whoever opens the page is answered first
CALM_S = 1.0  #: so long nothing more may change before it is looked at
WATCH_MS = 1000  #: how often the watching thread looks whether it shall end


class Lookout:
    """Scans when there is reason to. `scan` may be called from any thread."""

    def __init__(self, ledger: Ledger, scanner: Scanner):
        self._ledger, self._scanner = ledger, scanner
        self._turn = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._tick, name="lookout", daemon=True)
        self._watch: _Watch | None = None
        self._due = 0.0  # monotonic seconds of the next scan
        self._changed = threading.Event()
        #: what the last scan said
        self.last: Report | None = None

    def start(self) -> None:
        self._due = self._ledger.clock.mono() + FIRST_S
        self._thread.start()

    def stop(self) -> None:
        """End both threads, if they ever began."""
        self._stopping.set()
        self._scanner.stopping.set()
        if self._thread.is_alive():
            self._thread.join(5.0)
        if self._watch is not None:
            self._watch.stop()

    def scan(self) -> Report | None:
        """Look at the whole folder now; None when no folder is set. One after the other."""
        with self._turn:
            settings = self._ledger.settings()
            if not settings.recordings_folder:
                return None
            if self.last is None:
                sweep_drafts(settings.recordings_folder)
            self.last = self._scanner.scan(settings.recordings_folder)
            self._plan(settings.recordings_scan_minutes)
            return self.last

    # --- the thread ------------------------------------------------------------------------------

    def _tick(self) -> None:
        version = None
        while not self._stopping.wait(TICK_S):
            try:
                state = self._ledger.store.row("queue_state")
                if state["settings_version"] != version:
                    version = state["settings_version"]
                    self._follow(self._ledger.settings())
                self._look()
            except LonghaulError:
                continue  # locked or full: the supervisor shows it, the next tick tries again
            except Exception:  # one file's fault must not end all looking
                traceback.print_exc()
                self._due = self._ledger.clock.mono() + 60.0

    def _follow(self, settings: Any) -> None:
        """Watch the folder that is set by now, and look at it at once when it is another one."""
        folder = settings.recordings_folder
        wanted = folder if settings.recordings_watch and os.path.isdir(folder) else ""
        if self._watch is None or self._watch.folder != wanted:
            if self._watch is not None:
                self._watch.stop()
            self._watch = _Watch(wanted, self._changed)
        if folder and (self.last is None or self.last.folder != folder):
            self._due = min(self._due, self._ledger.clock.mono())
        elif folder:
            self._plan(settings.recordings_scan_minutes)

    def _look(self) -> None:
        mono = self._ledger.clock.mono()
        if self._changed.is_set():
            self._changed.clear()
            self._due = min(self._due, mono + CALM_S)
        if mono >= self._due:
            self._due = float("inf")
            self.scan()

    def _plan(self, minutes: int) -> None:
        mono = self._ledger.clock.mono()
        self._due = mono + minutes * 60.0 if minutes else float("inf")
        if self.last is not None and self.last.unfinished:
            self._due = min(self._due, mono + SETTLED_S)


class _Watch:
    """Waits for changes of one folder in a thread; "" watches nothing."""

    def __init__(self, folder: str, changed: threading.Event):
        self.folder = folder
        self._changed = changed
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._wait, name="watch-notes", daemon=True)
        if folder:
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def _wait(self) -> None:
        try:
            from watchfiles import watch

            changes = watch(
                self.folder,
                watch_filter=lambda change, path: _matters(path),
                stop_event=self._stopping,
                rust_timeout=WATCH_MS,
                raise_interrupt=False,
            )
            for _ in changes:
                self._changed.set()
        except Exception:  # too many folders for the system, or the folder is gone: the clock stays
            if not self._stopping.is_set():
                traceback.print_exc()


def _matters(path: str) -> bool:
    """Audio, and what may be a folder; not the files that we write beside the audio."""
    name = os.path.basename(path)
    return is_audio(name) or (not name.startswith(".") and not os.path.splitext(name)[1])
