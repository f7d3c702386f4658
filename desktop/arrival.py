"""The window's dealings with the service: entering, knowing that the page is there, coming back.

A window enters with a one-time code and remembers its mark; the service says by the mark what
became of it. A session goes on over a restart; when it has ended, or the service has another
address now, the window enters again.
Used by `desktop.window` and nobody else.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from desktop import words
from desktop.client import Client
from desktop.failures import Failure, Refused
from desktop.places import SERVER_FILE

#: Seconds between two looks: until the page is there, at the service's file, at the session.
ARRIVAL_POLL_S, FILE_POLL_S, SESSION_POLL_S = 0.05, 1.0, 60.0
#: Seconds that a window which begins beside its service waits for it; then it is asked to end.
SERVICE_S = 30.0
PATIENCE_S = 5.0


class Attendant:
    """Keeps the page of one window signed in; `load` shows it another address."""

    def __init__(self, folder: Path, load: Callable[[str], None]):
        self._folder, self._load = folder, load
        self._mark = ""
        self._lock = threading.Lock()
        self.url = ""

    def enter(self) -> str:
        """An address that opens the page once, within a minute. Raises Failure."""
        client = self._client()
        made = client.post("/codes")
        self._mark, self.url = made["mark"], client.server.url
        return f"{self.url}/enter?code={made['code']}"

    def start(self, arrived: Callable[[], None]) -> None:
        """Call `arrived` when the page runs, then keep it signed in; from a thread of its own. A
        page that has not entered yet does so when there is a service."""
        run = threading.Thread(target=self._attend, args=(arrived,), name="attendant", daemon=True)
        run.start()

    def look(self) -> bool:
        """See at once whether the page is still signed in, and sign it in when it is not; False
        when the service could not be asked."""
        with self._lock:
            try:
                is_elsewhere = self._client().server.url != self.url
                if is_elsewhere or self._state() in (None, "ended"):
                    self._load(self.enter())
            except Failure:
                return False  # the page says that the service is gone; the next look may find it
        return True

    def theme(self, otherwise: str) -> str:
        """The setting: system, light or dark; `otherwise` while there is no service."""
        try:
            return self._client().get("/settings")["theme"]
        except Failure:
            return otherwise

    def farewell(self) -> str:
        """What goes on without the window, for a person who closes it; "" when nothing does."""
        try:
            queue = self._client().get("/queue")
        except Failure:
            return ""
        running = queue["running"]
        goes_on = f"{words.plural(running, 'task')} {'goes' if running == 1 else 'go'} on. "
        return (
            f"{goes_on if running else ''}Open it again at any time: nothing is lost. "
            "“Stop Longhaul” in the page, or `longhaul stop`, ends it."
        )

    def _attend(self, arrived: Callable[[], None]) -> None:
        deadline = time.monotonic() + SERVICE_S
        while not self._mark and time.monotonic() < deadline:
            try:
                self._load(self.enter())
            except Failure:
                time.sleep(ARRIVAL_POLL_S)
        while not self._has_arrived():
            time.sleep(ARRIVAL_POLL_S)
        arrived()
        seen, looked_at = self._file(), time.monotonic()
        while True:
            time.sleep(FILE_POLL_S)
            file = self._file()
            if file != seen or time.monotonic() - looked_at > SESSION_POLL_S:
                looked_at = time.monotonic()
                if self.look():
                    seen = file

    def _has_arrived(self) -> bool:
        try:
            return self._state() == "arrived"
        except Failure:
            return False

    def _state(self) -> str | None:
        """What the service says of our code; None when it does not know it."""
        try:
            return self._client().get(f"/codes/{self._mark}")["state"]
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def _client(self) -> Client:
        return Client.of(self._folder, PATIENCE_S)

    def _file(self) -> tuple[int, int] | None:
        """Changes when another service has begun."""
        try:
            found = (self._folder / SERVER_FILE).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns
