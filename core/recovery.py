"""After deaths: which running jobs have nobody working on them, and giving them back.

A worker is dead when its process identity is gone (known at once, no timeout) or when its lease
ran out (it is stopped or stuck; its fence keeps it from writing if it ever wakes up). Called by
the supervisor when a child ends and now and then, and by the service when it starts.
"""

from collections.abc import Collection

from core.identity import ProcessIdentity
from core.model import Job
from core.queue import Ledger, Settling


class Recovery:
    """Finds orphaned jobs and settles their attempts."""

    def __init__(self, ledger: Ledger, settling: Settling):
        self._ledger, self._settling = ledger, settling
        self._store = ledger.store
        self._suspects: dict[int, tuple[int, float | None]] = {}

    def bury(self, worker_id: int, why: str, *, at_fault: bool = True) -> list[Job]:
        """Settle what a dead worker held and forget the worker. Idempotent.

        `at_fault`: see `Settling.settle_dead`.
        """
        held = [Job.of(r) for r in self._store.rows("running_jobs_of_worker", worker=worker_id)]
        for job in held:
            self._settling.settle_dead(job, why, at_fault=at_fault)
        with self._ledger.transaction(quiet=True):
            self._store.changed("delete_worker", id=worker_id)
        return held

    def sweep(self, watched: Collection[int] = ()) -> list[Job]:
        """Bury every worker whose process is gone, and jobs whose worker is not even known.

        `watched`: ids of processes whose end the caller waits for, to `bury` them by itself.
        """
        found: list[Job] = []
        known = set()
        # The jobs first: a worker that starts and claims meanwhile must not look unknown.
        running = self._running()
        for row in self._store.rows("workers"):
            identity = ProcessIdentity(row["pid"], row["started"], row["boot"])
            if row["pid"] in watched or identity.is_alive():
                known.add(row["id"])
                continue
            rebooted = row["boot"] != self._ledger.clock.boot()
            why = "the machine was restarted" if rebooted else f"its process {row['pid']} ended"
            found += self.bury(row["id"], why)
        for job in running:
            if job.worker_id not in known and self._settling.settle_dead(job, "its worker is gone"):
                found.append(job)
        return found

    def overdue(self) -> list[Job]:
        """Running jobs whose lease ran out, seen so twice.

        Both looks hold the write lock: while another program has it nobody can renew, and who
        could not has the time between the two looks. Raises DatabaseBusy.
        """
        if not self._late():
            self._suspects = {}
            return []
        late, suspects = [], {}
        with self._ledger.transaction(quiet=True):
            found = self._late()
        for job in found:
            mark = (job.fence, job.lease_mono)
            suspects[job.id] = mark
            if self._suspects.get(job.id) == mark:
                late.append(job)
        self._suspects = suspects
        return late

    def _late(self) -> list[Job]:
        now, boot = self._ledger.clock.mono(), self._ledger.clock.boot()
        return [
            job
            for job in self._running()
            if job.lease_boot != boot or job.lease_mono is None or job.lease_mono <= now
        ]

    def _running(self) -> list[Job]:
        return [Job.of(r) for r in self._store.rows("running_jobs")]
