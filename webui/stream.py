"""Event streams: one thread owns all of them and feeds them from one source.

A stream's socket comes from a worker of the HTTP server (`connection.py`) after the headers. Every
reader has a position. Those that are behind read the source page by page; at the tail a reader
joins a channel, whose readers share one read, one merger and one encoding. As one thread owns
positions and tail, no event is lost or doubled between replay and live.

What an event looks like and which are merged is in `frames.py`, the sockets are in `readers.py`.
"""

import logging
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from webui.frames import (
    LAST_CHUNK,
    RETRY,
    Choice,
    Event,
    Merger,
    Source,
    Subscription,
    chunk,
    frame,
    reset,
)
from webui.readers import Reader, Readers

__all__ = ["Broadcaster", "Choice", "Event", "Source", "Subscription"]

log = logging.getLogger("longhaul.stream")

#: Events of one read of the source.
PAGE = 200
#: Seconds of a round spent on those who are behind: what a replay may delay the others by.
REPLAY_SLICE = 0.004
#: Seconds between two looks at the source when nobody called `notify`.
POLL = 0.25
#: Seconds of silence after which a comment is sent.
KEEP_ALIVE_AFTER = 15.0


class _Channel:
    """Readers at the tail that get the same bytes."""

    def __init__(self, subscription: Subscription):
        self.subscription = subscription
        self.merger = Merger()
        self.readers: set[Reader] = set()


class Broadcaster:
    """Sends the events of `source` to every adopted socket, from one thread.

    `keep_alive_after` is in seconds; `selector` makes the selector (tests run it without epoll).
    """

    def __init__(
        self,
        source: Source,
        *,
        keep_alive_after: float = KEEP_ALIVE_AFTER,
        selector: Callable[[], selectors.BaseSelector] = selectors.DefaultSelector,
    ):
        self._source = source
        self._readers = Readers(selector(), keep_alive_after, self._left)
        self._adopted: deque[tuple[socket.socket, Subscription, bytes]] = deque()
        self._channels: dict[Choice | Reader, _Channel] = {}
        #: Readers that replay, the one served longest ago first (a dict for its order).
        self._behind: dict[Reader, None] = {}
        #: The last event that the channels have seen.
        self._tail = 0
        #: There is more to read than the last page.
        self._more = False
        self._polled_at = 0.0
        self._thread: threading.Thread | None = None
        self._stopping = self._ended = False

    # --- called from other threads ------------------------------------------------------------

    def start(self) -> None:
        """Start the thread; does nothing when it was started before."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="longhaul-stream", daemon=True)
            self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """End all streams with the terminating chunk, and the thread."""
        self._stopping = True
        self._readers.wake()
        if self._thread is not None:
            self._thread.join(timeout)
        elif not self._ended:
            self._end()

    def notify(self) -> None:
        """There may be new events. From any thread, after the commit; never blocks."""
        self._readers.wake()

    def adopt(self, sock: socket.socket, subscription: Subscription, unsent: bytes = b"") -> None:
        """Take over `sock`, whose response headers are written but for `unsent`."""
        self._adopted.append((sock, subscription, unsent))
        self._readers.wake()
        if self._ended:
            self._close_adopted()

    def end_of(self, owner: str) -> None:
        """End the streams of the session `owner`. From any thread."""
        self._readers.end_of(owner)

    def stats(self) -> dict[str, int]:
        """Streams `open`, those of `pages`; since the start: events `sent`, readers `cut` off."""
        counts = self._readers.counts
        kept = {name: counts[name] for name in ("pages", "sent", "cut")}
        return {"open": len(self._readers), **kept}

    # --- the thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopping:
                try:
                    self._turn()
                except Exception:  # the source failed: the streams stay, the next look may succeed
                    log.exception("reading events failed")
                    self._more = False
                    self._readers.wait(POLL)
        finally:
            self._end()

    def _turn(self) -> None:
        """One round: sockets, newcomers, new events, held progress, replays, silence."""
        woken = self._readers.wait(self._patience())
        while self._adopted:
            last_id = self._source.last_id()  # before the socket is taken out: it may fail
            self._admit(*self._adopted.popleft(), last_id)
        if len(self._readers):
            now = time.monotonic()
            if woken or self._more or now - self._polled_at >= POLL:
                self._read_tail()
            for channel in list(self._channels.values()):
                due = channel.merger.next_due()
                if due is not None and due <= now:
                    self._pass_on(channel, [])
            self._catch_up()
        self._readers.sweep()

    def _patience(self) -> float | None:
        """Seconds until there is something to do without being woken; None: no end."""
        if self._adopted or self._more or any(reader.has_room for reader in self._behind):
            return 0.0
        if not len(self._readers):
            return None
        due = [channel.merger.next_due() for channel in self._channels.values()]
        soonest = min([at for at in due if at is not None] + [self._polled_at + POLL])
        return max(0.0, soonest - time.monotonic())

    # --- coming in and catching up ------------------------------------------------------------

    def _admit(self, sock, subscription: Subscription, unsent: bytes, last_id: int) -> None:
        if not len(self._readers):
            self._tail = last_id  # nobody listened, so nobody missed anything
        reader = self._readers.open(sock, subscription)
        self._readers.write(reader, unsent + chunk(RETRY))
        after = subscription.after
        reader.position = self._tail if after is None else after
        if reader.position > last_id:
            self._reset(reader, last_id)
        elif reader.position < self._tail:
            self._behind[reader] = None
        else:
            self._join(reader)

    def _catch_up(self) -> None:
        """A page each for those who are behind, in turn, until the slice of time is used up."""
        began = time.monotonic()
        for reader in list(self._behind):
            if not reader.has_room:
                continue
            self._replay(reader)
            if reader in self._behind:
                self._behind[reader] = self._behind.pop(reader)
            if time.monotonic() - began > REPLAY_SLICE:
                return

    def _replay(self, reader: Reader) -> None:
        """Send the next page to a reader that is behind; at the tail it goes live."""
        page = self._source.after(reader.position, PAGE)
        # Asked after the read: retention may have removed what the page should have begun with.
        if self._source.first_id() - 1 > reader.position:
            self._reset(reader, self._source.last_id())
            return
        now, merger = time.monotonic(), Merger()
        wanted = [event for event in page if reader.subscription.choice.wants(event)]
        out = merger.take(wanted, now) + merger.flush(now)
        reader.position = page[-1].id if page else self._tail
        self._send(reader, out)
        if reader.position >= self._tail:
            self._behind.pop(reader, None)
            self._join(reader)

    def _reset(self, reader: Reader, last_id: int) -> None:
        """What the reader has cannot be continued from: say so, and go on from now."""
        self._behind.pop(reader, None)
        reader.position = last_id
        self._readers.write(reader, chunk(reset(last_id)))
        self._join(reader)

    # --- live ---------------------------------------------------------------------------------
    def _join(self, reader: Reader) -> None:
        if reader in self._readers:
            key = _channel_key(reader)
            if key not in self._channels:
                self._channels[key] = _Channel(reader.subscription)
            self._channels[key].readers.add(reader)

    def _left(self, reader: Reader) -> None:
        self._behind.pop(reader, None)
        key = _channel_key(reader)
        channel = self._channels.get(key)
        if channel is not None:
            channel.readers.discard(reader)
            if not channel.readers:
                del self._channels[key]

    def _read_tail(self) -> None:
        page = self._source.after(self._tail, PAGE)
        self._polled_at = time.monotonic()
        self._more = len(page) == PAGE
        if not page:
            return
        for channel in list(self._channels.values()):
            wants = channel.subscription.choice.wants
            self._pass_on(channel, [event for event in page if wants(event)])
        self._tail = page[-1].id

    def _pass_on(self, channel: _Channel, events: list[Event]) -> None:
        """Send what the channel's merger lets through, encoded once for all its readers."""
        out = channel.merger.take(events, time.monotonic())
        if not out:
            return
        shared = channel.subscription.is_shared
        first, last = out[0].id, out[-1].id
        payload = chunk(b"".join(map(frame, out))) if shared else b""
        for reader in list(channel.readers):
            if not shared or reader.position >= first:
                # A newcomer has replayed what the merger still held, or read beyond the tail.
                self._send(reader, [event for event in out if event.id > reader.position])
            else:
                reader.position = last
                self._readers.counts["sent"] += len(out)
                self._readers.write(reader, payload)

    def _send(self, reader: Reader, events: list[Event]) -> None:
        """Send `events` to one reader, up to the one with which its stream ends."""
        subscription, frames, ends = reader.subscription, [], False
        try:
            for event in events:
                frames.append(frame(event, subscription.rename))
                reader.position = max(reader.position, event.id)
                ends = subscription.until is not None and subscription.until(event)
                if ends:
                    break
        except Exception:
            log.exception("a stream's own function failed")
            self._readers.drop(reader)
            return
        if frames:
            self._readers.counts["sent"] += len(frames)
            payload = chunk(b"".join(frames)) + (LAST_CHUNK if ends else b"")
            self._readers.write(reader, payload, ends)

    # --- the end ------------------------------------------------------------------------------
    def _end(self) -> None:
        """Send what was committed before the stop and what is held, then the last chunk."""
        self._ended = True
        try:
            self._read_tail()
        except Exception:
            log.exception("reading the last events failed")
        for channel in list(self._channels.values()):
            held = channel.merger.flush(time.monotonic())
            for reader in list(channel.readers):
                self._send(reader, [event for event in held if event.id > reader.position])
        self._readers.end_all(0.5)
        self._close_adopted()

    def _close_adopted(self) -> None:
        while self._adopted:
            with suppress(IndexError):  # the other thread took it
                self._adopted.popleft()[0].close()


def _channel_key(reader: Reader) -> Choice | Reader:
    return reader.subscription.choice if reader.subscription.is_shared else reader
