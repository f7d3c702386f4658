"""What goes over an event stream: which events a reader gets, merged how, in which bytes.  Pure.

`stream.py` decides when and to whom; this file has no thread, no socket and no clock of its own.

The rule of merging. Progress comes more often than anybody can read, so of one task at most one
`task_progress` leaves every 100 ms; a newer one replaces the one held back. A reader comes back
with the last id it saw and gets what is *above* it, so an id must never leave before a lower one
that is still held. Therefore:

- held-back events leave strictly in the order of their ids, each when its task's window is over;
- any other event pushes out everything held before it, even within a window. (Holding that event
  instead would delay what a person waits for; overtaking would lose the held one to a reader that
  is cut off in between. So only here may a task's progress come sooner than after 100 ms.)
- a replaced event is never sent, and never missed: a newer one of its task has a higher id.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

#: Seconds between two progress events of one task (at most 10 a second).
PROGRESS_WINDOW = 0.1
PROGRESS = "task_progress"
#: Kinds that come only when asked for by name.
ON_REQUEST = frozenset({"item_update", "log"})
#: Kinds that tell of the inside of a task, which a reader may want of a few tasks only.
DETAILS = ON_REQUEST | {"job_update", "telemetry"}

#: What a stream begins with: how long a browser waits before it reconnects, in ms.
RETRY = b"retry: 1000\n\n"
KEEP_ALIVE = b": keep-alive\n\n"
#: The chunk that ends a chunked body.
LAST_CHUNK = b"0\r\n\r\n"


class Event(Protocol):
    """A numbered fact; `data` is JSON text without line breaks, `at` seconds since the epoch."""

    id: int
    kind: str
    task_id: int | None
    at: float
    data: str


class Source(Protocol):
    """Where events are kept. Used by the stream's thread only."""

    def after(self, last_id: int, limit: int) -> list[Event]:
        """Up to `limit` committed events with an id above `last_id`, in the order of ids."""

    def first_id(self) -> int:
        """The oldest id that is still kept; one above `last_id()` when none is."""

    def last_id(self) -> int:
        """The newest committed id; 0 when there never was an event."""


@dataclass(frozen=True)
class Choice:
    """Which events a reader wants; None means no restriction (but see ON_REQUEST)."""

    tasks: frozenset[int] | None = None
    kinds: frozenset[str] | None = None
    details: frozenset[int] | None = None  #: of which tasks the kinds in DETAILS are wanted

    def wants(self, event: Event) -> bool:
        if self.tasks is not None and event.task_id not in self.tasks:
            return False
        if self.details is not None and event.kind in DETAILS:
            if event.task_id not in self.details:
                return False
        return event.kind in self.kinds if self.kinds is not None else event.kind not in ON_REQUEST


@dataclass(eq=False)
class Subscription:
    """What a handler puts into `environ["longhaul.stream"]` to make its answer a stream.

    `rename` gives the kind and data an event is sent with (None: as it is); `until` is asked for
    each event sent, and ends the stream after the first for which it is true. Both run in the
    stream's thread, so they must be quick.
    """

    #: The last event the reader has, or None: only what happens from now on.
    after: int | None = None
    choice: Choice = field(default_factory=Choice)
    rename: Callable[[Event], tuple[str, str]] | None = None
    until: Callable[[Event], bool] | None = None
    #: A window or a browser reads it, so a person may be looking.
    is_page: bool = False
    #: The session it belongs to and ends with; "" where there is none.
    owner: str = ""

    @property
    def is_shared(self) -> bool:
        """Its bytes can be shared with all readers of the same choice."""
        return self.rename is None and self.until is None


class Merger:
    """Holds progress back by the rule above; one for all readers that share their bytes."""

    def __init__(self):
        #: The newest unsent progress of each task, in the order of ids.
        self._held: dict[int, Event] = {}
        self._sent_at: dict[int, float] = {}

    def take(self, events: Iterable[Event], now: float) -> list[Event]:
        """Add `events` (ascending ids); the events to send now, in ascending ids."""
        out: list[Event] = []
        for event in events:
            if event.kind == PROGRESS and event.task_id is not None:
                self._held.pop(event.task_id, None)  # re-inserted at the end: the order of ids
                self._held[event.task_id] = event
            else:
                out += self.flush(now)
                out.append(event)
        return out + self._due(now)

    def flush(self, now: float) -> list[Event]:
        """Everything held, windows or not."""
        out = list(self._held.values())
        self._held.clear()
        self._sent_at.update((event.task_id, now) for event in out)
        return out

    def next_due(self) -> float | None:
        """When the first held event may leave; None when nothing is held."""
        return next((self._window_end(task_id) for task_id in self._held), None)

    def _window_end(self, task_id: int) -> float:
        return self._sent_at.get(task_id, float("-inf")) + PROGRESS_WINDOW

    def _due(self, now: float) -> list[Event]:
        out = []
        for task_id in list(self._held):
            if self._window_end(task_id) > now:
                break
            out.append(self._held.pop(task_id))
            self._sent_at[task_id] = now
        if len(self._sent_at) > 1000:  # tasks come and go; a window that is over says nothing
            ended = now - PROGRESS_WINDOW
            self._sent_at = {task: at for task, at in self._sent_at.items() if at > ended}
        return out


def frame(event: Event, rename: Callable[[Event], tuple[str, str]] | None = None) -> bytes:
    """One event of the `text/event-stream` format; its data must not contain line breaks."""
    kind, data = rename(event) if rename else (event.kind, event.data)
    return f"id: {event.id}\nevent: {kind}\ndata: {data}\n\n".encode()


def reset(last_id: int) -> bytes:
    """Tells a reader that it missed something for good: it reads the snapshot again."""
    return f'id: {last_id}\nevent: reset\ndata: {{"last_event_id": {last_id}}}\n\n'.encode()


def chunk(payload: bytes) -> bytes:
    """`payload` as one chunk of HTTP/1.1's chunked coding."""
    return b"%x\r\n%b\r\n" % (len(payload), payload)
