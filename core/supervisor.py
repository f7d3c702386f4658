"""Starts the worker processes, watches them, replaces them, and ends those that do not answer.

One thread waits for each child, so a death is known at once; one thread ticks: how many workers
there should be, whose lease ran out, who did not answer a cancel within the grace period. The jobs
themselves are settled by `core.recovery` and `core.queue`.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import DatabaseBusy, DiskFull, LonghaulError
from core.identity import ProcessIdentity
from core.model import Job
from core.queue import Ledger, Settling
from core.recovery import Recovery
from core.wake import clear_marks

TICK_S = 0.5
SHORT_LIFE_S = 2.0  #: a worker that lives shorter than this, unregistered, could not start
MOST_DELAY_S = 30.0
LOCK_SHOWN_S = 1.0  #: a lock of another program that lasts longer is shown
KILL_WAIT_S = 2.0  #: how long a killed process may take to be gone


@dataclass
class Child:
    """One worker process of ours."""

    process: subprocess.Popen
    began: float
    leaving: bool = False
    why: str = ""  #: why we ended it, when we did
    at_fault: bool = True  #: whether its end counts as a death of its job's


@dataclass
class Conditions:
    """What is wrong right now and should be shown: code → (message, since)."""

    found: dict[str, tuple[str, float]] = field(default_factory=dict)

    def set(self, code: str, message: str | None, now: float) -> None:
        """Say what is wrong, or with None that it is well again."""
        if message is None:
            self.found.pop(code, None)
        else:
            self.found[code] = (message, self.found.get(code, ("", now))[1])


class Supervisor:
    """Keeps as many workers alive as the lanes need."""

    def __init__(self, ledger: Ledger, settling: Settling, recovery: Recovery, data_dir: Path):
        self._ledger, self._settling, self._recovery = ledger, settling, recovery
        self._data_dir = data_dir
        self.conditions = Conditions()
        self.after_tick: Callable[[], None] = lambda: None  #: the service tells what is wrong
        self._children: dict[int, Child] = {}
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._short_lives = 0
        self._not_before = 0.0
        self._cancelling: dict[int, tuple[int, float]] = {}  # job → (fence, since)
        self._watchers: list[threading.Thread] = []
        #: processes whose watchers have still to say how they ended, which the sweep cannot know
        self._unburied: set[int] = set()

    def start(self) -> None:
        """Start the workers and the ticking."""
        self.keep_enough()
        self._ticker = threading.Thread(target=self._tick, name="supervisor", daemon=True)
        self._ticker.start()

    def stop(self, timeout: float) -> None:
        """Ask every worker to finish its batch and leave; end those that do not, in `timeout`."""
        self._stopping.set()
        with self._lock:
            children = list(self._children.values())
        for child in children:
            self._ask_to_leave(child)
        until = time.monotonic() + timeout
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, until - time.monotonic()))
            if child.process.poll() is None:
                child.why, child.at_fault = "the service stopped", False
                child.process.kill()
        for watcher in self._watchers:
            watcher.join(2.0)

    @property
    def pids(self) -> list[int]:
        """The workers' process ids."""
        with self._lock:
            return sorted(self._children)

    # --- how many ------------------------------------------------------------------------------

    def wanted(self) -> int:
        """Workers that let every lane start at once (direct operations add theirs as they run)."""
        store = self._ledger.store
        state = store.row("queue_state")
        limits = self._ledger.limits(state["settings_version"])
        beside = sum(
            row["n"]
            for row in store.rows("busy_lanes")
            if row["claimed_lane"] not in ("priority", "normal")
        )
        return limits.processes + beside

    def keep_enough(self) -> None:
        """Start missing workers; ask surplus ones to leave (what they hold goes on elsewhere)."""
        wanted = self.wanted()
        with self._lock:
            staying = [c for c in self._children.values() if not c.leaving]
            if self._stopping.is_set():
                return
            if time.monotonic() >= self._not_before:
                for _ in range(wanted - len(staying)):
                    self._spawn()
            for child in staying[wanted:]:
                self._ask_to_leave(child)

    def _spawn(self) -> None:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "core.worker", str(self._data_dir)],
            stdin=subprocess.PIPE,
            stdout=sys.stderr if _has_descriptor(sys.stderr) else None,
            cwd=str(Path(__file__).resolve().parents[1]),
        )
        child = Child(process, time.monotonic())
        self._children[process.pid] = child
        self._unburied.add(process.pid)
        watcher = threading.Thread(target=self._watch, args=(child,), daemon=True)
        self._watchers = [t for t in self._watchers if t.is_alive()] + [watcher]
        watcher.start()

    def _ask_to_leave(self, child: Child) -> None:
        child.leaving = True
        _close_stdin(child.process)

    # --- deaths --------------------------------------------------------------------------------

    def _watch(self, child: Child) -> None:
        """Wait for one child; when it is gone, give back what it held and replace it."""
        status = child.process.wait()
        _close_stdin(child.process)
        lived_s = time.monotonic() - child.began
        with self._lock:
            self._children.pop(child.process.pid, None)
        had_started: list[bool] = []
        try:
            self._patiently(lambda: had_started.append(self._bury(child, status)))
        finally:
            self._unburied.discard(child.process.pid)
        # A signal may end any worker at any time; an error of its own so early says it cannot work.
        worked = True in had_started and status <= 0
        self._slow_down(child.leaving or lived_s >= SHORT_LIFE_S or worked)
        clear_marks(self._data_dir)
        if not self._stopping.is_set():
            self._patiently(self.keep_enough)

    def _bury(self, child: Child, status: int) -> bool:
        """Give back what it held; whether it had come so far as to register."""
        found = False
        for row in self._ledger.store.rows("workers"):
            if row["pid"] == child.process.pid and row["boot"] == self._ledger.clock.boot():
                why = child.why or obituary(status)
                self._recovery.bury(row["id"], why, at_fault=child.at_fault)
                found = True
        return found

    def _slow_down(self, worked: bool) -> None:
        """Workers that cannot work are not restarted in a circle."""
        if worked:
            self._short_lives = 0
            return
        self._short_lives += 1
        if self._short_lives > 8:
            delay = min(MOST_DELAY_S, 2.0 ** (self._short_lives - 8))
            self._not_before = time.monotonic() + delay

    def _patiently(self, action: Callable[[], object]) -> None:
        """Do it, and again while the database is locked or full; the condition is shown."""
        while True:
            try:
                action()
                return
            except (DatabaseBusy, DiskFull) as error:
                self._note(error)
                if self._stopping.wait(TICK_S):
                    return

    # --- the tick ------------------------------------------------------------------------------

    def _tick(self) -> None:
        while not self._stopping.wait(TICK_S):
            try:
                with self._ledger.store.transaction(patience_s=LOCK_SHOWN_S):
                    pass  # nothing to write: only to find out whether anybody could
                self._recovery.sweep(watched=self._unburied)
                self._end_overdue()
                self._end_cancelled()
                self.keep_enough()
                self._note(None)
                self.after_tick()
            except LonghaulError as error:
                self._note(error)

    def _note(self, error: LonghaulError | None) -> None:
        now = self._ledger.clock.wall()
        for cls in (DatabaseBusy, DiskFull):
            told = error.detail if isinstance(error, cls) else None
            self.conditions.set(cls.code, told, now)
        cannot = "Workers end as soon as they start; the log of the service says why"
        stuck = time.monotonic() < self._not_before
        self.conditions.set("workers-cannot-start", cannot if stuck else None, now)

    def _end_overdue(self) -> None:
        """A worker that stopped its heartbeat: end its process, give its job back."""
        why = "it stopped answering (no heartbeat)"
        for job in self._recovery.overdue():
            self._kill_worker_of(job, why)
            self._settling.settle_dead(job, why)

    def _end_cancelled(self) -> None:
        """Jobs that were cancelled and did not answer within the grace period."""
        grace = self._ledger.settings().pipeline_grace_s
        now, asked = time.monotonic(), {}
        for row in self._ledger.store.rows("cancelling_jobs"):
            job = Job.of(row)
            fence, since = self._cancelling.get(job.id, (job.fence, now))
            if fence != job.fence:
                since = now
            asked[job.id] = (job.fence, since)
            if now - since >= grace:
                why = f"Ended: it did not answer within {grace:g} s"
                self._kill_worker_of(job, why)
                self._settling.end_by_force(job, why)
        self._cancelling = asked

    def _kill_worker_of(self, job: Job, why: str) -> None:
        """End the process before its job is settled: what is shown as stopped writes nothing.

        A worker of an earlier service is none of our children, so it is ended by its identity.
        """
        for row in self._ledger.store.rows("workers"):
            if row["id"] != job.worker_id:
                continue
            with self._lock:
                child = self._children.get(row["pid"])
            if child is not None:
                child.why = why
                child.process.kill()
            identity = ProcessIdentity(row["pid"], row["started"], row["boot"])
            until = time.monotonic() + KILL_WAIT_S
            while identity.is_alive() and time.monotonic() < until:
                if child is None:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(row["pid"], getattr(signal, "SIGKILL", signal.SIGTERM))
                time.sleep(0.005)


def _close_stdin(process: subprocess.Popen) -> None:
    assert process.stdin is not None, "workers are started with a pipe"
    with contextlib.suppress(OSError):
        process.stdin.close()


def obituary(status: int) -> str:
    """What an exit status says about how a worker ended."""
    if status >= 0:
        return f"its process ended with exit status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"its process was ended by {name}"


def _has_descriptor(stream) -> bool:
    try:
        return stream.fileno() >= 0
    except (AttributeError, OSError, ValueError):
        return False
