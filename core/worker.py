"""A worker: claim → run → settle, one job at a time, in a process of its own.

Run as `python -m core.worker DATA_DIR` by the supervisor, which holds its standard input open: the
end of that stream (the service is gone or stops) asks the worker to finish its batch, give the job
back and leave. A thread beside it renews the lease and tells progress that was held back.
"""

import contextlib
import gc
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

from core import endings, seams
from core.clock import SystemClock
from core.errors import ClaimLost, DatabaseBusy, Discard, DiskFull, Fail, Halt, LonghaulError, Retry
from core.errors import Snooze as SnoozeSignal
from core.identity import ProcessIdentity
from core.lifecycle import Ending
from core.queue import Claim, Claims, Ledger, Outcome, Settling
from core.queue.claims import TELL_S
from core.registry import Registry
from core.run import Run, Stop
from core.store import Store
from core.wake import POLL_S, WORK, Sleeper, Waker

WARM_S = 15.0  #: so long after a job its libraries and processes (`core.compute.kept`) are ready


class Worker:
    """Claims and runs jobs until it is asked to leave."""

    def __init__(self, ledger: Ledger, registry: Registry, data_dir: Path, runs: type[Run] = Run):
        """`runs`: what each attempt is given; `core.kit` has one that ends it where a test says."""
        self._ledger, self._registry, self._data_dir = ledger, registry, data_dir
        self._runs = runs
        self._claims, self._settling = Claims(ledger), Settling(ledger)
        self._heartbeat = Heartbeat(self._claims)
        self._leaving, self._worked = threading.Event(), -WARM_S  # monotonic: its last job's end
        self._run: Run | None = None
        self.id = self._register()

    def _register(self) -> int:
        """Say that this process exists; waits while the database is locked or its disk full."""
        me, now = ProcessIdentity.of(), self._ledger.clock.wall()
        while True:
            try:
                with self._ledger.transaction(quiet=True) as store:
                    return store.value(
                        "insert_worker", pid=me.pid, started=me.started, boot=me.boot, now=now
                    )
            except (DatabaseBusy, DiskFull):
                self._leaving.wait(1.0)

    def work(self, sleeper: Sleeper) -> None:
        """Until asked to leave: claim and run, or sleep until something may be claimable."""
        claim: Claim | None = None
        # Who leaves with a claim sees it through first: it gives it back at its first checkpoint.
        while claim is not None or not self._leaving.is_set():
            if claim is None:
                sleeper.listen()
                # When that fails, nothing was claimed; the supervisor shows the reason.
                with contextlib.suppress(DatabaseBusy, DiskFull):
                    claim = self._claims.claim(self.id, os.getpid())
            if claim is None:
                sleeper.sleep(POLL_S, last=time.monotonic() - self._worked > WARM_S)
            else:
                sleeper.rise()
                claim = self._see_through(claim, ahead=True)
                self._worked = time.monotonic()

    def leave(self) -> None:
        """Ask it to leave after the next checkpoint (from any thread)."""
        self._leaving.set()
        if run := self._run:
            run.release()

    def work_one(self) -> bool:
        """Claim one job and see it through; False when there is none."""
        claim = self._claims.claim(self.id, os.getpid())
        if claim is not None:
            self._see_through(claim)
        return claim is not None

    def _see_through(self, claim: Claim, *, ahead: bool = False) -> Claim | None:
        """Run a claimed job and settle it; with `ahead`, the next claim comes with the settling."""
        seams.reach("claimed")
        run = self._run = self._runs(self._ledger, self._claims, claim, self._data_dir)
        if self._leaving.is_set():
            run.release()
        self._heartbeat.attend(run)
        try:
            outcome = endings.told(self._attempt(run, claim), run)
            return self._settle(claim, outcome, ahead)
        except ClaimLost as error:
            self._give_up(claim, error)
            return None
        finally:
            self._heartbeat.attend(None)
            self._run = None

    def _give_up(self, claim: Claim, error: ClaimLost) -> None:
        """After ClaimLost: what somebody else did with the job stands.

        Where nobody else has it (a target whose checkpoint row moved by itself), the attempt has
        failed; else the job would run as nobody's until its lease ends.
        """
        document = {"code": error.code, "message": error.detail}
        with contextlib.suppress(LonghaulError):
            self._settling.settle(claim.job, Outcome(Ending.FAILED, error=document))

    def _attempt(self, run: Run, claim: Claim) -> Outcome:
        """Run the job's code and say how it ended. Raises ClaimLost."""
        try:
            cls = self._registry.job_type(claim.job.type)
            return endings.finished(
                endings.shown(cls.from_params(claim.task.params).run(run), run.hidden)
            )
        except ClaimLost:
            raise
        except (Stop, Discard, SnoozeSignal, Retry, Fail, Halt, DiskFull) as signal_:
            return endings.signalled(signal_)
        except (Exception, SystemExit) as error:
            return endings.failed(run, error)

    def _settle(self, claim: Claim, outcome: Outcome, ahead: bool) -> Claim | None:
        """Settle; while the database is locked or its disk full, wait and try again.

        With `ahead` the next job is claimed in the same transaction, unless the worker leaves.
        """
        delay = 0.25
        following: Claim | None = None

        def claim_next() -> bool:
            """Whether our slot is of use to others: not when we took it again, nor when there is
            nothing that we could take, for then they could not either."""
            nonlocal following
            following = self._claims.claim_within(self.id, os.getpid())
            return following is not None and following.slot != claim.slot

        while True:
            following = None  # a try that was rolled back has claimed nothing
            then = claim_next if ahead and not self._leaving.is_set() else None
            try:
                self._settling.settle(claim.job, outcome, then, claim.task)
                return following
            except (DatabaseBusy, DiskFull):
                # The lease may run out meanwhile: then the fence decides, and nothing is doubled.
                threading.Event().wait(delay)
                delay = min(delay * 2, 5.0)


class Heartbeat:
    """One thread beside the worker: renews the lease of what runs, tells what was held back.

    It sleeps while nothing runs.
    """

    def __init__(self, claims: Claims):
        self._claims = claims
        self._run: Run | None = None
        self._due = 0.0
        self._awake = threading.Event()
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()

    def attend(self, run: Run | None) -> None:
        """Look after this run from now on; None: after nothing."""
        self._due = time.monotonic() + self._claims.lease_s / 4
        self._run = run
        if run is not None and not self._awake.is_set():
            self._awake.set()

    def _beat(self) -> None:
        pause = threading.Event()
        while True:
            self._awake.wait()
            pause.wait(TELL_S)
            run = self._run
            if run is None:
                self._awake.clear()
                if (run := self._run) is None:
                    continue
                self._awake.set()  # it began before the clearing, and had found it set
            try:
                if run.has_news:
                    run.flush()
                if time.monotonic() >= self._due:
                    self._due = time.monotonic() + self._claims.lease_s / 4
                    self._claims.renew(run.claim)
            except ClaimLost:
                run.lose()
            except LonghaulError:
                continue  # locked or full: the next beat tries again
            except Exception:  # whatever it is, a silent heart would cost the attempt
                traceback.print_exc()


# --- the process ------------------------------------------------------------------------------


def main(data_dir: Path) -> None:
    """The process of one worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the service's business
    store = Store(data_dir / "longhaul.sqlite")
    ledger = Ledger(store, SystemClock(), Waker(data_dir))
    sleeper = Sleeper(data_dir, WORK)
    gc.freeze()  # what was imported stays; looking at it took a tenth of a tiny job
    worker = Worker(ledger, Registry(data_dir / "tasks"), data_dir)

    def leave(*_: Any) -> None:
        worker.leave()
        sleeper.interrupt()

    signal.signal(signal.SIGTERM, leave)
    threading.Thread(target=lambda: leave(sys.stdin.read()), daemon=True).start()
    try:
        worker.work(sleeper)
    finally:
        sleeper.close()
        with ledger.transaction(quiet=True):
            store.changed("delete_worker", id=worker.id)
        store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
