"""A client that follows the stream while processes die: every event once, in order.

It reads the database as the stream of `webui` does, after the last number it has, in a thread of
its own, and remembers the moment at which an end or a pause was shown to it.
"""

import threading

from core.model import Event
from tests.crash.site import Site, until


class Reader:
    """Follows the events of a site from the first on."""

    def __init__(self, site: Site):
        self._site = site
        self.events: list[Event] = []
        self.gaps: list[tuple[int, int]] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        while not self._stopping.wait(0.003):
            self._take()

    def _take(self) -> None:
        last = self.events[-1].id if self.events else 0
        for event in self._site.ledger.events.after(last):
            if event.id != last + 1:
                self.gaps.append((last, event.id))
            last = event.id
            self.events.append(event)

    def stop(self) -> list[Event]:
        """Read to the end and stop; what was read, which is all that is stored."""
        newest = self._site.ledger.events.last_id()
        until(lambda: self.events and self.events[-1].id >= newest)
        self._stopping.set()
        self._thread.join(5)
        assert self.gaps == []
        assert self.events == self._site.ledger.events.after(0, 10_000_000)
        return self.events
