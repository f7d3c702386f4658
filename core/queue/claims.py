"""The workers' side: claim, renew, checkpoint. Every write carries the fence of its claim."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core import lanes, seams
from core.documents import compact
from core.errors import ClaimLost
from core.estimate import Rate
from core.lanes import Limits, Offer
from core.model import Blocked, Control, Job, Kind, Progress, Task
from core.queue.ledger import Ledger
from core.queue.line import busy_lanes, selection, surroundings, wanted_lanes
from core.store import Row

#: a claim holds so long without a heartbeat (monotonic seconds); tests shorten it
LEASE_S = float(os.environ.get("LONGHAUL_LEASE_S", "12"))
TELL_S = 0.1  #: progress of a task is told at most this often; what is held back is flushed


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this worker holds, as long as nobody raised its fence."""

    job: Job
    task: Task

    @property
    def fence(self) -> int:
        return self.job.fence

    @property
    def slot(self) -> tuple[str, int]:
        """The lane whose slot it holds, and whether that is lent."""
        return self.job.claimed_lane, self.job.lent


@dataclass(frozen=True, slots=True)
class Note:
    """What goes with a checkpoint: what a person reads beside the bar."""

    stage: str = ""
    message: str | None = None  #: None leaves the old one
    rate: Rate | None = None
    must: bool = False  #: tell it now, however little time passed since the last


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a checkpoint answers: what the person wants, and whether progress was told."""

    control: Control
    give_back: bool  #: its slot is wanted back, or was taken away
    knobs: dict[str, Any]
    told: bool


class Claims:
    """What a worker may do with the queue."""

    def __init__(self, ledger: Ledger, *, lease_s: float = LEASE_S):
        self._ledger = ledger
        self._store = ledger.store
        self.lease_s = lease_s
        self._claimed_under = 0  # the version of the settings at the last claim

    # --- claim -----------------------------------------------------------------------------------

    def claim(self, worker_id: int, pid: int) -> Claim | None:
        """Take the most urgent job that a lane may start now; None when there is none.

        Costs one read when nothing is claimable. The claim itself is one guarded update.
        """
        heads = self._heads()
        if not (heads["due"] or self._offers(heads)):
            return None  # nothing waits, or its lane is full: an idle worker takes no lock
        with self._ledger.transaction():
            return self.claim_within(worker_id, pid)

    def claim_within(self, worker_id: int, pid: int) -> Claim | None:
        """The same inside the caller's transaction."""
        heads = self._heads()
        if heads["due"]:
            self._free_due_jobs()
            heads = self._heads()
        limits = self._ledger.limits(heads["settings_version"])
        for offer in self._offers(heads):
            if job := self._take(offer, limits, worker_id):
                claim = self._begin_attempt(job, pid)
                self._claimed_under = heads["settings_version"]
                seams.reach("claim-written")
                return claim
        return None

    def _offers(self, heads: Row) -> list[Offer]:
        """The lanes that may claim now and have somebody waiting."""
        if heads["general_head"] is None and not (heads["direct"] or heads["recordings"]):
            return []
        limits = self._ledger.limits(heads["settings_version"])
        busy, around = busy_lanes(self._store), surroundings(heads, self._ledger.clock)
        return lanes.choose(limits, busy, around, wanted_lanes(limits, heads))

    def _moments(self) -> dict[str, Any]:
        clock = self._ledger.clock
        return {"wall": clock.wall(), "mono": clock.mono(), "boot": clock.boot()}

    def _heads(self) -> Row:
        return self._store.row("line_heads", **self._moments())

    def _free_due_jobs(self) -> None:
        now = self._ledger.clock.wall()
        for row in self._store.rows("due_jobs", **self._moments()):
            freed = self._store.one("unblock_job", id=row["id"], blocked=Blocked.NOTHING, now=now)
            if freed is not None:
                job = Job.of(freed)
                self._ledger.tell(self._ledger.touch(job.task_id), [job])

    def _take(self, offer: Offer, limits: Limits, worker_id: int) -> Job | None:
        clock = self._ledger.clock
        lane, least, below = selection(offer.lane, limits)
        row = self._store.one(
            "claim_job",
            worker=worker_id,
            claimed_lane=offer.lane,
            lent=int(offer.lent),
            lane=lane,
            least=least,
            below=below,
            lease=clock.mono() + self.lease_s,
            boot=clock.boot(),
            now=clock.wall(),
        )
        return Job.of(row) if row is not None else None

    def _begin_attempt(self, job: Job, pid: int) -> Claim:
        now = self._ledger.clock.wall()
        self._store.changed(
            "insert_attempt",
            job_id=job.id,
            number=job.attempts,
            fence=job.fence,
            pid=pid,
            cursor=job.cursor,
            now=now,
        )
        row = self._store.one("task_claimed", id=job.task_id, stage=job.stage, now=now)
        task = Task.of(row)
        self._ledger.tell(task, [job])
        return Claim(job, task)

    # --- while it runs ---------------------------------------------------------------------------

    def renew(self, claim: Claim) -> Control:
        """Heartbeat: hold the claim for another lease. Raises ClaimLost."""
        clock = self._ledger.clock
        with self._ledger.transaction(quiet=True):
            row = self._store.one(
                "renew_lease",
                id=claim.job.id,
                fence=claim.fence,
                lease=clock.mono() + self.lease_s,
                boot=clock.boot(),
            )
        if row is None:
            raise ClaimLost(f"job {claim.job.id} was taken over")
        return Control(row["control"])

    def checkpoint(
        self,
        claim: Claim,
        old_cursor: str | None,
        progress: Progress,
        note: Note | None = None,
        effects: Callable[[], object] | None = None,
    ) -> Verdict:
        """Cursor, counters, event and `effects` (writes into our own database) in one transaction.

        Guarded by the fence and by the cursor it moves from: raises ClaimLost, with nothing
        written, when either is not as expected. Progress is told at most every TELL_S a task
        unless the note must be told; the caller flushes what was held back.
        """
        clock, note = self._ledger.clock, note or Note()
        rate = note.rate
        with self._ledger.transaction():
            row = self._store.one(
                "checkpoint_job",
                id=claim.job.id,
                fence=claim.fence,
                old=old_cursor,
                cursor=progress.cursor,
                done=progress.done,
                failed=progress.failed,
                skipped=progress.skipped,
                total=progress.total,
                tally=compact(progress.tally),
                rate=rate.likely if rate else None,
                rate_low=rate.low if rate else None,
                rate_high=rate.high if rate else None,
                stage=note.stage,
                lease=clock.mono() + self.lease_s,
                boot=clock.boot(),
                now=clock.wall(),
            )
            if row is None:
                raise ClaimLost(f"job {claim.job.id} was taken over, or its cursor moved")
            if effects is not None:
                effects()
            seams.reach("checkpoint-written")
            told = self._tell_progress(claim, note)
            give_back = self._is_overdrawn(claim.job)
        return Verdict(Control(row["control"]), give_back, json.loads(row["knobs"]), told)

    def throttle(self, claim: Claim, throttle: dict[str, Any] | None) -> None:
        """What holds a running task back; told when it changes. Raises ClaimLost."""
        with self._ledger.transaction():
            row = self._store.one("look", id=claim.job.id)
            if row is None or row["fence"] != claim.fence or row["status"] != "running":
                raise ClaimLost(f"job {claim.job.id} was taken over")
            changed = self._store.one(
                "set_throttle",
                id=claim.job.task_id,
                throttle=compact(throttle) if throttle else None,
                now=self._ledger.clock.wall(),
            )
            if changed is not None:
                self._ledger.tell(Task.of(changed))

    def tell_progress(self, claim: Claim, note: Note) -> None:
        """Tell what a checkpoint held back. Raises ClaimLost: nothing follows a task's end."""
        with self._ledger.transaction():
            row = self._store.one("look", id=claim.job.id)
            if row is None or row["fence"] != claim.fence or row["status"] != "running":
                raise ClaimLost(f"job {claim.job.id} was taken over")
            self._tell_progress(claim, note)

    def _tell_progress(self, claim: Claim, note: Note) -> bool:
        clock = self._ledger.clock
        task_id = claim.job.task_id
        last = self._store.value("told_mono", id=task_id)
        mono = clock.mono()
        if not note.must and last is not None and 0 <= mono - last < TELL_S:
            return False
        row = self._store.one(
            "roll_up",
            id=task_id,
            stage=note.stage,
            message=note.message,
            mono=mono,
            now=clock.wall(),
        )
        self._ledger.events.task(Kind.TASK_PROGRESS, Task.of(row))
        return True

    def _is_overdrawn(self, job: Job) -> bool:
        if job.claimed_lane != lanes.NORMAL:
            return False
        version = self._store.row("queue_state")["settings_version"]
        if not job.lent and version == self._claimed_under:
            return False  # a slot of its own, and nobody took slots away since
        limits = self._ledger.limits(version)
        return lanes.gives_back(limits, busy_lanes(self._store), lent=bool(job.lent))

    def reconcile(self, claim: Claim, progress: Progress) -> Job:
        """Take over what the target's own checkpoint says, before anything is read."""
        with self._ledger.transaction(quiet=True):
            row = self._store.one(
                "reconcile_job",
                id=claim.job.id,
                fence=claim.fence,
                cursor=progress.cursor,
                done=progress.done,
                failed=progress.failed,
                skipped=progress.skipped,
                tally=compact(progress.tally),
                now=self._ledger.clock.wall(),
            )
        if row is None:
            raise ClaimLost(f"job {claim.job.id} was taken over")
        return Job.of(row)
