"""What keeps the computing processes busy: hands out records, takes in results.

Here stands what is done at each turn, by one thread that never waits for one of them alone. Whose
thread that is differs: one of its own (`threaded`) or the caller's (`direct`). It starts and ends
the processes too (on Linux a process dies with the *thread* that started it). The bookkeeping of
records is in `work`, one process in `spawned`.
"""

import math
import pickle
import selectors
import time
from abc import ABC, abstractmethod
from collections import deque

from core.compute import Failure
from core.compute.spawned import Spawned, unpacked
from core.compute.work import Batch, Work
from core.errors import BrokenTaskType, LonghaulError

#: seconds of work kept with a process, so that it has some while this thread does not get to run
AHEAD_SECONDS = 0.1
AHEAD_RECORDS = 64

#: seconds between two looks at the answers, while every process has records for much longer
REST_SECONDS = 0.01

#: seconds for importing the task's code and warming it up (speech models take long)
START_LIMIT = 300.0

#: processes in a row that may fail to start: having said why, and without a word (killed)
_BROKEN_STARTS, _SILENT_STARTS = 2, 8

_LEAVE_SECONDS = 1.0  # for a process that ends by itself
_TICK_SECONDS = 0.5  # looking at the clock while something is computed, to notice a stall
_STALL_SECONDS = 1.0  # late by more: everything was stopped (suspended), the processes too


class Pump(ABC):
    """What both kinds share."""

    def __init__(self, setup: bytes, processes: int, timeout: float) -> None:
        self._setup, self._processes = setup, processes
        #: seconds a record may take
        self.timeout = timeout
        #: why nothing can be computed any more
        self.error: LonghaulError | None = None
        self._inbox: deque[Batch] = deque()
        self._owed: deque[Batch] = deque()
        self._work = Work()
        self._children: list[Spawned] = []
        self._leaving: list[tuple[Spawned, float]] = []
        self._mean: float | None = None  # seconds a record takes, lately
        self._bad_starts = 0
        self._buffer = memoryview(bytearray(1 << 18))
        self._selector = selectors.DefaultSelector()
        self._open, self._grace = True, _LEAVE_SECONDS

    @property
    def pids(self) -> list[int]:
        """The processes of this moment."""
        return [child.pid for child in list(self._children)]

    @abstractmethod
    def add(self, batch: Batch) -> None:
        """Compute it, behind what was added before."""

    @abstractmethod
    def wait(self, batch: Batch, seconds: float) -> bool:
        """Whether every record of it has its outcome, within `seconds`."""

    def resize(self, processes: int) -> None:
        """So many processes from now on."""
        self._processes = processes

    @abstractmethod
    def stop(self, now: bool) -> None:
        """End all processes; returns when they have ended."""

    # --- a turn, by the one thread that moves the bytes ------------------------------------------

    def _close_soon(self, now: bool) -> None:
        self._open, self._grace = False, 0.0 if now else _LEAVE_SECONDS

    def _break(self, error: Exception) -> None:
        if not isinstance(error, LonghaulError):
            told = LonghaulError(f"Computing stopped: {type(error).__name__}: {error}")
            told.__cause__, error = error, told
        self.error = error

    def _abandon(self) -> None:
        self._end_all()
        self._work.abandon()
        for batch in (*self._owed, *self._inbox):
            batch.done.set()

    def _turn(self, most: float | None = None) -> None:
        """Hand out, wait for an event (for `most` seconds), and see what came in."""
        now = time.monotonic()
        self._feed(now)
        if self._all_have_plenty():
            self._rest()
        patience = self._patience(now)
        if most is not None:
            patience = most if patience is None else min(patience, most)
        events = self._selector.select(patience)
        later = time.monotonic()
        if patience is not None and later - now - patience > _STALL_SECONDS:
            for child in self._children:
                child.since += later - now - patience
        for key, mask in events:
            if key.data is None:
                self._woken()
                continue
            if mask & selectors.EVENT_WRITE:
                self._send(key.data, later)
            if mask & selectors.EVENT_READ:
                self._hear(key.data, later)
        self._judge(time.monotonic())

    def _feed(self, now: float) -> None:
        """Take in what was added, and hand it out."""
        while self._inbox:
            batch = self._inbox.popleft()
            self._owed.append(batch)
            self._work.add(batch)
        while self._owed and self._owed[0].done.is_set():
            self._owed.popleft()
        self._staff(now)
        self._hand_out(now)

    def _staff(self, now: float) -> None:
        """Start what is missing (never more than there are records), retire what is too much."""
        active = [child for child in self._children if not child.retiring]
        useful = min(self._processes, len(self._work) + sum(child.load for child in active))
        for _ in range(useful - len(active)):
            try:
                child = Spawned(self._setup, now)
            except OSError as error:
                self._start_failed(_SILENT_STARTS, f"the system refused a process ({error})")
                return
            self._children.append(child)
            self._selector.register(child, selectors.EVENT_READ, child)
            self._send(child, now)
        for child in sorted(active, key=lambda child: child.load)[: -self._processes]:
            child.retiring = True
        for child in [c for c in self._children if c.retiring and not c.load]:
            self._forget(child)
            child.hang_up()
            self._leaving.append((child, now + _LEAVE_SECONDS))

    def _hand_out(self, now: float) -> None:
        """Give records, one at a time, to the process that holds the fewest."""
        ahead = 1 if self._mean is None else 1 + int(AHEAD_SECONDS / max(self._mean, 1e-6))
        ahead = min(ahead, AHEAD_RECORDS)
        fresh_coming = any(
            not child.retiring and (child.starting or child.fresh and not child.load)
            for child in self._children
        )
        open_to = [child for child in self._children if child.has_room(ahead)]
        given = set()
        while open_to and len(self._work):
            child = min(open_to, key=lambda child: child.load)
            ticket = self._work.take(
                empty=not child.load, fresh=child.fresh, fresh_coming=fresh_coming
            )
            if ticket is None:
                open_to.remove(child)
                continue
            try:
                record = pickle.dumps(ticket.record, pickle.HIGHEST_PROTOCOL)
            except Exception as error:  # whatever the record's own pickling raises
                lead = "This record cannot be sent to another process: "
                ticket.fill(None, 0.0, Failure.of(error, lead=lead))
                continue
            child.give(ticket, record, now)
            given.add(child)
            if not child.has_room(ahead):
                open_to.remove(child)
        for child in given:
            self._send(child, now)

    def _all_have_plenty(self) -> bool:
        """Whether no process can run out of records while we rest."""
        if self._mean is None or self._leaving or not self._children:
            return False
        plenty = 2 * REST_SECONDS / max(self._mean, 1e-6)
        return all(child.load > plenty and not child.unsent for child in self._children)

    def _rest(self) -> None:
        """Let answers gather: each look at them takes a core from a process that computes."""
        time.sleep(REST_SECONDS)

    def _woken(self) -> None:  # noqa: B027 - a kind that has no bell is never rung
        """What the selector says without a process: somebody has rung."""

    def _send(self, child: Spawned, now: float) -> None:
        child.flush(now)
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if child.unsent else 0)
        if self._selector.get_key(child).events != wanted:
            self._selector.modify(child, wanted, child)

    def _hear(self, child: Spawned, now: float) -> None:
        for frame in child.receive(self._buffer):
            if child.starting:
                self._started(child, frame, now)
                if child.gone:
                    return
                continue
            value, seconds, failure = unpacked(frame)
            if failure is not None and failure.kind == "memory":
                self._lose(child, (failure, 2), now)  # what it still holds is in doubt
                return
            child.answered(now).fill(value, seconds, failure)
            mean = seconds if self._mean is None else self._mean
            self._mean = mean + 0.1 * (seconds - mean)
        if child.gone:
            self._lose(child, None, now)

    def _started(self, child: Spawned, trace: bytes, now: float) -> None:
        if not trace:
            child.starting, child.since = False, now
            self._bad_starts = 0
            return
        self._forget(child)
        child.end()
        text = trace.decode(errors="replace").strip()
        self._start_failed(_BROKEN_STARTS, text.splitlines()[-1], text)

    def _start_failed(self, allowed: int, why: str, trace: str = "") -> None:
        """Count it; too many in a row end everything, so that nothing is started for ever."""
        self._bad_starts += 1
        if self._bad_starts >= allowed:
            detail = f"The task's code cannot be started in a process of its own: {why}"
            raise BrokenTaskType(f"{detail}\n\n{trace}" if trace else detail, trace=trace)

    def _lose(self, child: Spawned, found: tuple[Failure, int] | None, now: float) -> None:
        """The process is dead, or must be: its records go back, its current one is charged."""
        self._forget(child)
        died = child.end()
        if child.starting and not child.retiring:
            self._start_failed(_SILENT_STARTS, f"it ended before it was ready: {child.how}")
        failure, tries = found or died
        self._work.lost(child.tickets, failure, max(0.0, now - child.since), tries)

    def _judge(self, now: float) -> None:
        """End what is over its time limit, and what was told to leave and did not."""
        for child in list(self._children):
            if now - child.since <= self._limit(child):
                continue
            if child.starting:
                self._forget(child)
                child.end()
                self._start_failed(_BROKEN_STARTS, f"not ready within {START_LIMIT:g} s")
                continue
            message = f"It took longer than {self.timeout:g} s and was ended"
            self._lose(child, (Failure("timeout", message, child.where()), 1), now)
        for child, until in list(self._leaving):
            if child.ended() or now > until:
                self._leaving.remove((child, until))
                child.end()

    def _limit(self, child: Spawned) -> float:
        """Seconds that what it does now may take; an idle process may do so for ever."""
        if child.starting:
            return START_LIMIT
        return self.timeout if child.load else math.inf

    def _patience(self, now: float) -> float | None:
        """Seconds until somebody's limit is reached; None: only an event changes anything."""
        if self._leaving:
            return 0.02
        if not self._children and len(self._work):
            return 0.2  # the system refused a process; try again, but not at full speed
        until = min((c.since + self._limit(c) for c in self._children), default=math.inf)
        return None if until == math.inf else min(max(until - now, 0.0) + 0.001, _TICK_SECONDS)

    def _forget(self, child: Spawned) -> None:
        self._selector.unregister(child)
        self._children.remove(child)

    def _end_all(self) -> None:
        """Hang up on everybody, grant the grace, then kill; in the end nobody is left."""
        leaving = self._children + [child for child, _ in self._leaving]
        self._children, self._leaving = [], []
        self._selector.close()
        until = time.monotonic() + self._grace
        for child in leaving:
            child.hang_up()
        while time.monotonic() < until and not all([child.ended() for child in leaving]):
            time.sleep(0.005)
        for child in leaving:
            child.end()
