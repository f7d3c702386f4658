"""What the code of a task sees while it runs: parameters, checkpoints, stages, log, items.

One `Run` is one attempt. Its checkpoint raises when the person wants something else (`Stop`), or
when the claim is lost, so that a task's code needs no flag to look at; both end the attempt
without being errors of the task. The worker makes the Run and settles what comes out of it.
"""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from core import seams
from core.documents import compact, storable
from core.errors import ClaimLost, DatabaseBusy
from core.estimate import RateMeter
from core.model import Control, Job, Kind, Progress, Status, Task
from core.paths import Roots
from core.queue import Claim, Claims, Ledger, Note, Verdict

LEVELS = ("debug", "info", "warning", "error")
BUSY_WAIT_S = 0.5  #: before another try of a locked database

T = TypeVar("T")


class Stop(BaseException):
    """Ends an attempt at a checkpoint: a pause, a cancel, or the slot is wanted back.

    Not an Exception, so that a task's own `except Exception` does not swallow it.
    """

    def __init__(self, release: bool = False):
        super().__init__("released" if release else "stopped by a person")
        self.release = release


@dataclass(frozen=True)
class Split:
    """Returned by a job that divides its work: one job of the same step for each chunk."""

    chunks: tuple[Any, ...]


class Run:
    """One attempt at one job. Used by one thread; the heartbeat has methods of its own."""

    def __init__(self, ledger: Ledger, claims: Claims, claim: Claim, data_dir: Path):
        self._ledger, self._claims, self.claim = ledger, claims, claim
        self.data_dir = data_dir
        self.progress = Progress.of(claim.job)
        self._stage, self._message = claim.job.stage, claim.task.message
        self._meter = RateMeter()
        self._began = time.monotonic()
        self._knobs: dict[str, Any] = claim.task.knobs
        self._lock = threading.Lock()
        self._held_back = False  # progress that a checkpoint did not tell
        self._release = threading.Event()
        self._lost = threading.Event()

    # --- what is known ---------------------------------------------------------------------------

    @property
    def task(self) -> Task:
        """The task as it was when this attempt began."""
        return self.claim.task

    @property
    def job(self) -> Job:
        return self.claim.job

    @property
    def key(self) -> str:
        """A name of this job that no other installation, task or run shares."""
        installation = self._ledger.store.value("installation")
        return f"{installation}-{self.job.id}"

    @property
    def cursor(self) -> Any:
        """How far the job got, as given to the last checkpoint; None at the start."""
        return json.loads(self.progress.cursor) if self.progress.cursor is not None else None

    @property
    def chunk(self) -> Any:
        """What this part of a split step covers; None for an undivided step."""
        return self.job.chunk

    @property
    def roots(self) -> Roots:
        """The folders that parameters may name files in, as the settings are now."""
        return Roots.of_settings(self._ledger.settings().roots, self.data_dir)

    @property
    def knobs(self) -> dict[str, Any]:
        """Live settings of this task, as of the last checkpoint."""
        return self._knobs

    # --- telling ---------------------------------------------------------------------------------

    def stage(self, name: str) -> None:
        """Begin a readable phase; told at once."""
        if name != self._stage:
            self._stage = name
            self.checkpoint(tell=True)

    def message(self, text: str) -> None:
        """A line beside the bar, told with the next progress."""
        self._message = storable(str(text))

    @property
    def line(self) -> str:
        """The line beside the bar, as it was last set."""
        return self._message

    def log(self, message: str, level: str = "info") -> None:
        """One line of the task's log. Raises ClaimLost, with nothing written, without the claim."""
        if level not in LEVELS:
            raise ValueError(f"{level!r} is no log level; use one of {', '.join(LEVELS)}")
        ledger, at = self._ledger, self._ledger.clock.wall()
        line = {
            "task_id": self.job.task_id,
            "job_id": self.job.id,
            "attempt": self.job.attempts,
            "at": at,
            "level": level,
            "stage": self._stage,
            "message": storable(str(message)[:20_000]),
        }
        with ledger.transaction() as store:
            self._require_claim()
            number = store.value("insert_log", **line)
            ledger.events.append(Kind.LOG, self.job.task_id, {"id": number, **line})

    # --- checkpoints -----------------------------------------------------------------------------

    def checkpoint(
        self,
        cursor: Any = None,
        *,
        progress: Progress | None = None,
        effects: Callable[[], None] | None = None,
        tell: bool = False,
        **counters: Any,
    ) -> None:
        """Commit how far the job is: cursor, counters, `effects` and the event in one transaction.

        `cursor`: anything JSON can hold (None keeps the old one). `counters`: done, failed,
        skipped, total (absolute numbers of records). Raises Stop when the person wants something
        else, ClaimLost (with nothing written) when another worker holds the job by now.
        """
        new = progress or replace(self.progress, **counters)
        if cursor is not None:
            new = replace(new, cursor=compact(cursor))
        self._meter.add(time.monotonic() - self._began, new.seen)
        with self._lock:
            verdict = self._claims.checkpoint(
                self.claim,
                self.progress.cursor,
                new,
                Note(self._stage, self._message, self._meter.rate(), must=tell),
                effects,
            )
            self.progress, self._knobs = new, verdict.knobs
            self._held_back = not verdict.told
        seams.reach("checkpointed")
        self._obey(verdict)

    def check(self) -> None:
        """Look at what the person wants, without a checkpoint (inside a long computation)."""
        row = self._require_claim()
        self._knobs = json.loads(row["knobs"])
        self._obey(Verdict(Control(row["control"]), False, self._knobs, True))

    def confirm(self) -> None:
        """Raises ClaimLost when the claim is gone; obeys nothing. Before each batch is written:
        a worker that was stopped, however long ago, writes nothing more."""
        self._require_claim()

    def _require_claim(self) -> Any:
        row = self._ledger.store.one("look", id=self.job.id)
        mine = (self.claim.fence, Status.RUNNING)
        if row is None or (row["fence"], row["status"]) != mine or self._lost.is_set():
            raise ClaimLost(f"job {self.job.id} was taken over")
        return row

    def patiently(self, action: Callable[[], T]) -> T:
        """Do it, and again while a database is locked; the reason is shown meanwhile."""
        while True:
            try:
                return action()
            except DatabaseBusy as busy:
                self.wait(BUSY_WAIT_S, f"Waiting: {busy.detail}")

    def wait(self, seconds: float, why: str = "") -> None:
        """Wait, interruptibly; `why` is shown beside the bar meanwhile."""
        before, until = self._message, time.monotonic() + seconds
        if why:
            self.message(why)
            with contextlib.suppress(DatabaseBusy):  # the heartbeat tells it later
                self.flush(force=True)
        try:
            while (left := until - time.monotonic()) > 0:
                self._release.wait(min(0.25, left))
                self.check()
        finally:
            self._message = before
            if why:
                self._held_back = True  # that it goes on is told, too

    def lose(self) -> None:
        """The heartbeat found the claim gone: the next checkpoint or look raises ClaimLost."""
        self._lost.set()

    def _obey(self, verdict: Verdict) -> None:
        if verdict.control != Control.RUN:
            raise Stop
        if verdict.give_back or self._release.is_set():
            raise Stop(release=True)

    # --- items -----------------------------------------------------------------------------------

    def open_items(self, limit: int = 500) -> list[str]:
        """Keys of the items still to do, in order; one left running by a crash is among them."""
        return [
            r["key"] for r in self._ledger.store.rows("open_items", job_id=self.job.id, limit=limit)
        ]

    def item_keys(self) -> list[str]:
        """Keys of all items of this job, done or not, in order: what a cursor counts on."""
        return [r["key"] for r in self._ledger.store.rows("item_keys", job_id=self.job.id)]

    def all_items(self) -> Iterator[dict[str, Any]]:
        """Every item of the task's current run, of all its jobs, in order."""
        last = 0
        while rows := self._ledger.store.rows(
            "items_of_run", task_id=self.task.id, run=self.task.run, after=last, limit=1000
        ):
            for row in rows:
                yield dict(row)
            last = rows[-1]["id"]

    def put_item(self, key: str, status: str, message: str = "", trace: str = "") -> None:
        """Write one item's state, with its event; inside `effects`, or on its own in a transaction
        that is refused without the claim."""
        store = self._ledger.store
        if not store.in_transaction:
            return self.put_items([(key, status, message, trace)])
        row = store.row(
            "put_item",
            job_id=self.job.id,
            task_id=self.job.task_id,
            key=storable(key),
            status=status,
            message=storable(message[:2000]),
            trace=storable(trace[:20_000]),
            data=None,
            now=self._ledger.clock.wall(),
        )
        document = {k: row[k] for k in ("id", "job_id", "task_id", "key", "status", "attempts")}
        document |= {"message": row["message"], "source": self.task.source}
        document["task_type"] = self.task.type
        self._ledger.events.append(Kind.ITEM_UPDATE, self.job.task_id, document)

    def put_items(self, items: list[tuple[str, str, str, str]]) -> None:
        """Several (key, status, message, trace) in one transaction; refused without the claim."""
        with self._ledger.transaction():
            self._require_claim()
            for item in items:
                self.put_item(*item)

    # --- the worker's side -----------------------------------------------------------------------

    def reconcile(self, progress: Progress) -> None:
        """Follow the target's own checkpoint, before anything is read."""
        if progress != self.progress:
            self._claims.reconcile(self.claim, progress)
            self.progress = progress

    def release(self) -> None:
        """Ask the attempt to give its place back at its next checkpoint (from any thread)."""
        self._release.set()

    @property
    def has_news(self) -> bool:
        """Whether a checkpoint held its progress back; the heartbeat tells it."""
        return self._held_back

    def flush(self, force: bool = False) -> None:
        """Tell progress that was held back (from the heartbeat's thread, or before a wait)."""
        with self._lock:
            if self._held_back or force:
                self._held_back = True  # until it is told: a locked database may refuse
                note = Note(self._stage, self._message, must=True)
                self._claims.tell_progress(self.claim, note)
                self._held_back = False
