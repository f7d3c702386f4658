"""The parent's side of the process that hears: asks it, within limits of time and memory.

A worker keeps the process for the next recording, because starting it and loading a model takes
longer than hearing a short note; when nobody asked for a minute it is ended.
"""

import threading
from collections.abc import Callable
from typing import Any

from core.compute import Code, Failure
from core.compute.processes import Processes
from core.recordings.cutting import FRAME_S
from core.recordings.engines import MEMORY
from core.recordings.hearing import Audio, Listen

IDLE_S = 60.0
POLL_S = 0.25  #: how soon a pause or a cancel is seen
SPARE_S = 30.0  #: what a request may take beyond the length of its sound
SLOWEST = 1 << 20  #: bytes of a file that are decoded in a second at least
CODE = Code("core.recordings.hearing", "Hearing")


class Unheard(Exception):
    """The process failed at a request: it took too long, needed too much memory, or crashed."""

    def __init__(self, failure: Failure):
        super().__init__(failure.message)
        self.failure = failure


class Speech:
    """A process that hears, for one engine's needs of memory. Used by one thread."""

    def __init__(self, memory: int = MEMORY):
        self.memory = memory
        self._computer = Processes(CODE, memory=memory, in_flight=1)

    def ask(self, request: Audio | Listen, meanwhile: Callable[[], None]) -> Any:
        """The answer to a request. `meanwhile` is called again and again; what it raises ends the
        process in the middle. Raises Unheard."""
        audio = request.audio if isinstance(request, Listen) else request
        limit = SPARE_S + audio.size / SLOWEST
        if isinstance(request, Listen):
            limit += (request.piece.stop - request.piece.start) * FRAME_S
        self._computer.allow(limit)
        self._computer.submit([request])
        try:
            while (outcomes := self._computer.collect(POLL_S)) is None:
                meanwhile()
        except BaseException:
            self.close(now=True)
            raise
        outcome = outcomes[0]
        if outcome.error is not None:
            raise Unheard(outcome.error)
        return outcome.value

    def close(self, now: bool = False) -> None:
        self._computer.close(now)


class Keeper:
    """Keeps one Speech for whoever comes next in this worker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: Speech | None = None
        self._timer: threading.Timer | None = None

    def take(self, memory: int) -> Speech:
        """The kept one, or a new one; the caller gives it back."""
        with self._lock:
            kept, self._kept = self._kept, None
            self._stop_waiting()
        if kept is not None and kept.memory == memory:
            return kept
        if kept is not None:
            kept.close()
        return Speech(memory)

    def give(self, speech: Speech) -> None:
        with self._lock:
            spare, self._kept = self._kept, speech
            self._stop_waiting()
            self._timer = threading.Timer(IDLE_S, self.end)
            self._timer.daemon = True
            self._timer.start()
        if spare is not None:
            spare.close()

    def end(self) -> None:
        """End the kept process."""
        with self._lock:
            kept, self._kept = self._kept, None
            self._stop_waiting()
        if kept is not None:
            kept.close()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


keeper = Keeper()
