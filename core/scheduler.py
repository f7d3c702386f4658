"""What happens by the clock: schedules, retention, and keeping the database's log short.

One thread with a tick. Which schedule is due and what it starts is `core.desk.schedules`; here is
only when to look. Everything is bounded, so that nobody waits behind the broom.
"""

import threading
import time
import traceback
from collections.abc import Callable

from core.errors import LonghaulError
from core.queue import Ledger
from core.texts.words import Words

TICK_S = 1.0
MAINTAIN_S = 2.0
SWEEP_S = 600.0
FIRST_SWEEP_S = 30.0
BITE = 500  #: rows removed in one transaction
KEEP_RUNS_S = 400 * 86_400  #: figures of runs, to compare later ones with: over a year
KEEP_ANSWERS_S = 24 * 3600.0  #: how long an Idempotency-Key is remembered


class Scheduler:
    """Ticks beside the service."""

    def __init__(self, ledger: Ledger, fire_due: Callable[[], int]):
        self._ledger, self._fire_due = ledger, fire_due
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._tick, name="scheduler", daemon=True)
        self._maintained = self._swept = time.monotonic()
        self._swept -= SWEEP_S - FIRST_SWEEP_S
        self._last_event = 0
        self._words = Words(ledger)
        self._words_grow = True

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the ticking, if it ever began (a service may end before it started)."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def _tick(self) -> None:
        while not self._stopping.wait(TICK_S):
            try:
                self._fire_due()
                now = time.monotonic()
                if now - self._maintained >= MAINTAIN_S:
                    self._maintained = now
                    self._maintain()
                if now - self._swept >= SWEEP_S:
                    self._swept = now
                    self.sweep()
            except LonghaulError:
                continue  # locked or full: the supervisor shows it, the next tick tries again
            except Exception:  # one schedule's fault must not end all of them
                traceback.print_exc()

    def _maintain(self) -> None:
        last = self._ledger.events.last_id()
        if last != self._last_event:  # something was written since
            self._last_event = last
            self._ledger.store.maintain()
            self._words_grow = True
            self._words.keep_up()
        elif self._words_grow:  # nothing happens: the time for what could wait
            self._words.catch_up()
            self._words_grow = self._words.merge()

    def sweep(self) -> int:
        """Remove what is older than the settings keep; how many tasks and events went."""
        settings, wall = self._ledger.settings(), self._ledger.clock.wall()
        before = wall - settings.retention_days * 86_400
        oldest = self._ledger.events.last_id() - settings.retention_events
        removed = self._bites("prune_tasks", before=before)
        self._bites("prune_past_runs", before=wall - KEEP_RUNS_S)
        if oldest > 0:
            removed += self._bites("prune_events", upto=oldest)
        with self._ledger.transaction(quiet=True) as store:
            store.changed("forget_answers", before=wall - KEEP_ANSWERS_S)
        return removed

    def _bites(self, statement: str, **limits: float) -> int:
        removed = 0
        while not self._stopping.is_set():
            with self._ledger.transaction(quiet=True) as store:
                gone = store.changed(statement, limit=BITE, **limits)
            removed += gone
            if gone < BITE:
                break
        return removed
