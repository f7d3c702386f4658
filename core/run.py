"""What the code of a task sees while it runs: parameters, checkpoints, stages, log, items.

One `Run` is one attempt. Its checkpoint raises when the person wants something else (`Stop`), or
when the claim is lost, so that a task's code needs no flag to look at; both end the attempt
without being errors of the task. The worker makes the Run and settles what comes out of it.
"""

import contextlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from core import seams
from core.documents import compact, rfc3339, storable
from core.errors import ClaimLost, DatabaseBusy, Stop
from core.estimate import RateMeter, StageClock
from core.items import Items
from core.model import Control, Job, Kind, Progress, Status, Task
from core.paths import Roots
from core.queue import Claim, Claims, Ledger, Note, Verdict
from core.sealed import hidden_in, hiding
from core.task_type import Split

__all__ = ["Run", "Split", "Stop"]

LEVELS = ("debug", "info", "warning", "error")
BUSY_WAIT_S = 0.5  #: before another try of a locked database

T = TypeVar("T")


class Run:
    """One attempt at one job. Used by one thread; the heartbeat has methods of its own."""

    def __init__(self, ledger: Ledger, claims: Claims, claim: Claim, data_dir: Path):
        self._ledger, self._claims, self.claim = ledger, claims, claim
        self.data_dir = data_dir
        #: takes the secrets of the parameters out of a text that people will read
        self.hidden = hiding(claim.task.params)
        self.progress = Progress.of(claim.job)
        self._stage, self._message = claim.job.stage, claim.task.message
        self._meter = RateMeter()
        self._began = time.monotonic()
        self._knobs: dict[str, Any] = claim.task.knobs
        self._lock = threading.Lock()
        self._held_back = False  # progress that a checkpoint did not tell
        #: what `when_completed` was given: the worker commits it with the end of the job
        self.closing: Callable[[], None] | None = None
        #: written into Longhaul's database with every checkpoint, beside its `effects`
        self.beside: Callable[[], None] | None = None
        self._clock = StageClock(self._stage, self._began, self.progress.seen)
        self._release = threading.Event()
        self._lost = threading.Event()
        #: the units inside the job, such as the files that a request named
        self.items = Items(ledger, claim, self._require_claim)

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
        return f"{self._family}{self.job.id}"

    @property
    def _family(self) -> str:
        return f"{self._ledger.store.value('installation')}-"

    def needless(self, keys: Callable[[str], list[str]]) -> list[str]:
        """Those of `keys(prefix)`, all of this installation, whose jobs have ended well."""
        family = self._family
        ids = [int(key.removeprefix(family)) for key in keys(family)]
        rows = self._ledger.store.rows("jobs_not_needed", ids=compact(ids))
        return [f"{family}{row['id']}" for row in rows]

    @property
    def cursor(self) -> Any:
        """How far the job got, as given to the last checkpoint; None at the start."""
        return json.loads(self.progress.cursor) if self.progress.cursor is not None else None

    @property
    def chunk(self) -> Any:
        """What this part of a split step covers; None for an undivided step."""
        return self.job.chunk

    @property
    def ledger(self) -> Ledger:
        """Longhaul's own database, for built-in types whose records live in it: what `effects` of
        a checkpoint write there commits with the cursor."""
        return self._ledger

    @property
    def deaths_at_cursor(self) -> int:
        """Deaths of workers at the same cursor that stop a job, as the settings are now."""
        return self._ledger.settings().pipeline_deaths_at_cursor

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
            self._clock.enter(name, time.monotonic(), self.progress.seen)
            self._stage = name
            self.checkpoint(tell=True)

    def message(self, text: str) -> None:
        """A line beside the bar, told with the next progress."""
        self._message = storable(self.hidden(str(text)))

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
            "message": storable(self.hidden(str(message))[:20_000]),
        }
        with ledger.transaction() as store:
            self._require_claim()
            number = store.value("insert_log", **line)
            told = {"id": number, **line, "at": rfc3339(at)}
            ledger.events.append(Kind.LOG, self.job.task_id, told)

    def telemetry(self, **facts: Any) -> None:
        """Numbers of the task's own for who asked for them (JSON-able); kept as an event only.

        Per record only when a parameter asks for it: each costs a transaction.
        """
        about = {"task_id": self.job.task_id, "job_id": self.job.id, "attempt": self.job.attempts}
        with self._ledger.transaction():
            self._require_claim()
            shown = {**about, "facts": hidden_in(facts, self.hidden)}
            self._ledger.events.append(Kind.TELEMETRY, self.job.task_id, shown)

    # --- checkpoints -----------------------------------------------------------------------------

    def checkpoint(
        self,
        cursor: Any = None,
        *,
        progress: Progress | None = None,
        effects: Callable[[], object] | None = None,
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
                partial(self._write, effects),
            )
            self.progress, self._knobs = new, verdict.knobs
            self._held_back = not verdict.told
        seams.reach("checkpointed")
        self._obey(verdict)

    def when_completed(self, effects: Callable[[], None]) -> None:
        """Writes into our own database that commit with this job's end, if that is `completed`."""
        self.closing = effects

    def _write(self, effects: Callable[[], object] | None) -> None:
        for write in filter(None, (effects, self.beside)):
            write()

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

    def pass_over(self, seconds: float) -> None:
        """So much of the time until now was no work: no rate and no stage counts it."""
        self._began += seconds
        self._clock.hold(seconds)

    def took(self) -> dict[str, dict[str, float]]:
        """What each stage of this attempt took so far: {stage: {seconds, records}}."""
        return self._clock.read(time.monotonic(), self.progress.seen)

    def throttled(self, throttle: dict[str, Any] | None) -> None:
        """Tell what holds the task back, {name, message, since}, or that nothing does any more."""
        self._claims.throttle(self.claim, throttle)

    def lose(self) -> None:
        """The heartbeat found the claim gone: the next checkpoint or look raises ClaimLost."""
        self._lost.set()

    def _obey(self, verdict: Verdict) -> None:
        if verdict.control != Control.RUN:
            raise Stop
        if verdict.give_back or self._release.is_set():
            raise Stop(release=True)

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
