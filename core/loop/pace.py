"""How fast a backfill goes: how large the next batch is, and when the next one may be read.

Decisions are in `core.pacing` and `core.throttles`, what is left to be seen in `core.loop.course`.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from core.compute import Computer, Outcomes
from core.documents import awaits_look
from core.errors import Look
from core.lanes import Surroundings
from core.loop.course import Course
from core.machine import Gauge
from core.pacing import BatchSize
from core.queue.line import surroundings
from core.run import Run
from core.target import Target
from core.throttles import Held, Limits, holding, slowed

LOOK_S = 1.0  #: how often it is looked whether a throttle holds
SHOWN_S = 1.0  #: a wait from this length on is shown while it lasts
RATE_BATCH_S = 1.0  #: with a rate, a batch has at most the records of so many seconds


class Pace:
    """One attempt's pace. The live knobs hold from the next batch on."""

    def __init__(self, task: Any, run: Run, computer: Computer, target: Target | None):
        self._task, self._run, self._computer = task, run, computer
        self.course = Course(run)
        stored = self.course.batch
        self._size = BatchSize.begin(
            task.batch_size(), stored.get("record_s"), stored.get("size") or 10
        )
        self._gauge = Gauge(_places(run, target), self._family)
        self._looked, self._held = -LOOK_S, ""
        self._read = 0  # records that were read, in all attempts
        self._resize = self._turned()
        self._computed = time.monotonic()

    def begin(self, cursor: Any) -> None:
        """Before the first read: it is known by now how much was done, up to the cursor."""
        self._read = self._run.progress.seen
        if self._task.counts:
            self.course.begin(cursor)

    # --- how much -------------------------------------------------------------------------------

    def limit(self) -> int:
        """Records of the next batch, at most; 0 when the canary's are read."""
        knobs = self._run.knobs
        limits = Limits.of(self._settings(), knobs)
        self._size = self._size.within(
            most=self._task.batch_size(),
            target_s=limits.target_s,
            pinned=int(knobs["batch_size"]) if knobs.get("batch_size") else None,
        )
        self.course.sized(self._size)
        most = self._size.size
        if not self._size.pinned and (rate := knobs.get("rate")):
            most = max(1, min(most, int(float(rate) * RATE_BATCH_S)))
        if (canary := self._canary()) is not None:
            most = min(most, max(0, canary - self._read))
        return most

    def took(self, records: int) -> None:
        """So many were read for the next batch."""
        self._read += records

    def _canary(self) -> int | None:
        """The number of records to stop after, where that is before the end."""
        task, job, total = self._run.task, self._run.job, self._run.progress.total
        if not awaits_look(task) or job.only_failed or job.chunk is not None:
            return None
        if not self._task.counts:
            return None
        return None if total is not None and total <= (task.canary or 0) else task.canary

    def end(self) -> None:
        """Everything that was read is committed. Raises Look when it was the canary's."""
        if (canary := self._canary()) is not None and self._run.progress.seen >= canary:
            unit = self._run.job.unit or "records"
            raise Look(f"Canary: look at the first {canary:,} {unit}; resume goes on from there")

    # --- when -----------------------------------------------------------------------------------

    def hold(self) -> None:
        """Called before each read: waits as long as something forbids to go on. Raises Stop."""
        if time.monotonic() - self._looked < LOOK_S:
            return
        run, began = self._run, time.monotonic()
        told: str | None = None
        try:
            while held := self._look():
                if held.name != told:
                    told, since = held.name, run.ledger.clock.wall()
                    words = held.told(datetime.fromtimestamp(since))
                    self.course.held(held.name)
                    run.throttled({"name": held.name, "message": words, "since": since})
                self._held = held.name
                began = self._passed(began, held.name)
                run.wait(LOOK_S)
        finally:
            if told is not None:
                self._passed(began, told)
                self._held = ""
                self.course.held("")
        if told is not None:
            run.throttled(None)

    def _passed(self, began: float, name: str) -> float:
        now = time.monotonic()
        self._run.pass_over(now - began)
        self.course.passed(name, now - began)
        return now

    def _look(self) -> Held | None:
        run, self._looked = self._run, time.monotonic()
        settings = self._settings()
        limits = Limits.of(settings, run.knobs)
        around = Surroundings()
        if limits.activity or limits.quiet_hours:
            state = run.ledger.store.row("queue_state")
            around = surroundings(state, run.ledger.clock)
        machine = self._gauge.look(limits)
        held = holding(limits, machine, around, run.job.claimed_lane, self._held)
        if held is None and (reason := self._task.throttle(run)):
            held = Held("own", run.hidden(str(reason))[:200])
        return held

    def _settings(self) -> Any:
        """Read again when one was changed."""
        store = self._run.ledger.store
        version = store.row("queue_state")["settings_version"]
        if version != getattr(self, "_version", None):
            self._version, self._known = version, self._run.ledger.settings()
        return self._known

    def _family(self) -> list[int]:
        """The processes that are ours: the workers."""
        return [row["pid"] for row in self._run.ledger.store.rows("workers")]

    # --- what it was ----------------------------------------------------------------------------

    def computed(self, keys: Sequence[Any], outcomes: Outcomes) -> None:
        """Called before each commit, which writes what is noted here."""
        self._computed = time.monotonic()
        self.course.add(keys, outcomes)

    def after_batch(self, records: int, seconds: float) -> None:
        """Called after each commit: `records` took `seconds` since the commit before it."""
        run, knobs = self._run, self._run.knobs
        self._size = self._size.after(records, seconds, time.monotonic() - self._computed)
        if (wanted := self._turned()) != self._resize:
            self._resize = wanted
            self._computer.resize(wanted or 1)
        pause, why = slowed(records, seconds, knobs)
        if pause <= 0:
            return
        run.wait(pause, why if pause >= SHOWN_S else "")
        self.course.waited()

    def _turned(self) -> int | None:
        workers = self._run.knobs.get("workers")
        return int(workers) if workers else None


def _places(run: Run, target: Target | None) -> dict[str, Path]:
    """What is written to: our own folder, and the file of the target."""
    places = {"Longhaul's own data": run.data_dir}
    if target is not None and target.file is not None:
        places[target.file.name] = target.file
    return places
