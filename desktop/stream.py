"""The event stream as a person's command needs it: it comes back by itself, and misses nothing.

A thread of its own reads, so that the command can wait with a time limit and Ctrl-C works at
once. Used by `desktop.follow` and `longhaul logs --follow`.
"""

import http.client
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from desktop.client import Client
from desktop.failures import Failure, NoService, Refused

#: How long a service may be away (a restart) before a command gives up.
AWAY_S = 10.0
RECONNECT_S = 0.25


@dataclass(frozen=True)
class Event:
    """One event of the stream; `data` is JSON text."""

    id: str
    kind: str
    data: str


@dataclass(frozen=True)
class Connected:
    """The stream is open: whatever happens from now on will be told (or, after a reset, read the
    current state again). Comes first, and again after every interruption."""


class Stream:
    """Events of the service, from now on, until closed. A context manager."""

    def __init__(self, find: Callable[[], Client], **query: Any):
        """`find` gives a client, again after each interruption: a restarted service has another
        address. `query` goes to `GET /events`."""
        self._find, self._query = find, query
        self._queue: queue.SimpleQueue[Event | Connected | Failure] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._last_id: str | None = None
        self._thread = threading.Thread(target=self._run, name="longhaul-stream", daemon=True)

    def __enter__(self) -> "Stream":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()

    def next(self, timeout: float | None) -> Event | Connected | None:
        """The next thing, or None after `timeout` seconds.

        Raises NoService when the service stayed away, Refused when it does not want us.
        """
        try:
            got = self._queue.get(timeout=timeout)
        except queue.Empty:
            return None
        if isinstance(got, Failure):
            raise got
        return got

    # --- the reading thread -------------------------------------------------------------------

    def _run(self) -> None:
        gone_since: float | None = None
        while not self._closing.is_set():
            try:
                if self._read_once():
                    gone_since = None
            except Refused as refused:
                if refused.status != 503:
                    self._queue.put(refused)
                    return
                gone = NoService(str(refused), refused.remedy)
            except NoService as error:
                gone = error
            else:
                gone = NoService("The service ended the stream and stayed away.")
            now = time.monotonic()
            gone_since = gone_since or now
            if now - gone_since > AWAY_S:
                self._queue.put(gone)
                return
            self._closing.wait(RECONNECT_S)

    def _read_once(self) -> bool:
        """One connection, read to its end; True when it brought anything."""
        headers = {"Last-Event-ID": self._last_id} if self._last_id else {}
        connection, response = self._find().open_stream("/events", self._query, headers)
        try:
            self._queue.put(Connected())
            for event in parsed(_lines(response)):
                if self._closing.is_set():
                    break
                self._last_id = event.id or self._last_id
                self._queue.put(event)
        except (OSError, http.client.HTTPException):
            pass  # the next connection asks for what is missing
        finally:
            connection.close()
        return True


def _lines(response: http.client.HTTPResponse) -> Iterator[str]:
    while line := response.readline():
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def parsed(lines: Iterable[str]) -> Iterator[Event]:
    """Events from the lines of a `text/event-stream`; comments and `retry` are passed over, and
    an event that is cut off before its empty line is none."""
    fields: dict[str, str] = {}
    for line in lines:
        if not line:
            if "data" in fields:
                kind = fields.get("event", "message")
                yield Event(fields.get("id", ""), kind, fields["data"])
            fields = {}
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data" and "data" in fields:
            fields["data"] += "\n" + value
        elif name in ("data", "id", "event"):
            fields[name] = value
