"""The loop that makes derivatives of a job's open items, on all cores, and tells each at once.

Photos are decoded in child processes with limits of memory and time. What comes back is committed
in the order of the items: rows, items, counters and events of a batch in one transaction.
"""

import os
from collections import deque
from contextlib import closing
from typing import Any

from core import seams
from core.compute import Code, Failure, Outcomes
from core.compute.processes import Processes
from core.documents import compact
from core.photos.derivatives import Facts, Made, Order, version_of
from core.store import Row
from core.tasks.photos.ground import Ground

TIMEOUT_S, MEMORY = 30.0, 2 << 30  #: of one photo
IN_FLIGHT = 4  #: batches that are being computed
BATCH_S = 0.2  #: so long a batch should take, so that photos appear one after the other
MOST = 64
LOOK_S = 0.2
#: what a computing process says → the code of the problem
_KINDS = {"timeout": "too-slow", "memory": "too-much-memory", "crash": "crashed", "error": "failed"}

Batch = list[tuple[str, Row | None]]  #: item and row; None: there is no such photo to be read


def derive(ground: Ground) -> None:
    """Make the derivatives of all open items of the job. Raises FolderUnavailable when the folder
    goes away meanwhile: nothing is concluded about what was not read then."""
    Deriving(ground).run()


class Deriving:
    """One attempt's loop."""

    def __init__(self, ground: Ground):
        self.ground, self.run_ = ground, ground.run
        self._names = deque(ground.run.items.open(limit=1_000_000))
        self._status = os.fstat(ground.folder.handle)
        cores = int(self.run_.knobs.get("workers", os.cpu_count() or 1))
        self._processes = max(1, min(cores, (len(self._names) + 1) // 2))
        self._size = self._processes
        self._out: deque[Batch] = deque()

    def run(self) -> None:
        run = self.run_
        run.checkpoint(**self.ground.counts(), tell=True)
        if not self._names:
            return
        code = Code("core.photos.making", "Maker")
        computer = Processes(
            code, self._processes, timeout=TIMEOUT_S, memory=MEMORY, in_flight=IN_FLIGHT
        )
        with closing(computer):
            while self._names or computer.pending:
                while self._names and computer.pending < computer.in_flight:
                    self._submit(computer)
                outcomes = computer.collect(LOOK_S)
                if outcomes is None:
                    run.check()
                else:
                    seams.reach("computed")
                    self._commit(self._out.popleft(), outcomes)
                    self._pace(outcomes)

    # --- out -------------------------------------------------------------------------------------

    def _submit(self, computer: Processes) -> None:
        names = [self._names.popleft() for _ in range(min(self._size, len(self._names)))]
        rows = self.ground.rows_named(names)
        here = {name: row for name, row in rows.items() if row["available"]}
        self._begin(names)
        self._out.append([(name, here.get(name)) for name in names])
        computer.submit([self._order(here[name]) for name in names if name in here])

    def _begin(self, names: list[str]) -> None:
        with self.run_.ledger.transaction(quiet=True) as store:
            self.run_.confirm()
            now = self.ground.now
            store.changed("begin_items", job_id=self.run_.job.id, names=compact(names), now=now)

    def _order(self, row: Row) -> Order:
        return Order(
            folder=str(self.ground.folder.path),
            device=self._status.st_dev,
            inode=self._status.st_ino,
            name=row["name"],
            photo_id=row["id"],
            out=str(self.run_.data_dir),
            has=row["derived"],
        )

    # --- in --------------------------------------------------------------------------------------

    def _commit(self, batch: Batch, outcomes: Outcomes) -> None:
        made = iter(outcomes)
        found = []
        for name, row in batch:
            outcome = next(made) if row is not None else None
            found.append((name, row, _made(outcome.value, outcome.error) if outcome else None))
        if any(m is not None and (m.gone or not m.sha256) for _, _, m in found):
            self.ground.folder.still_there()
        replaced: list[Row] = []

        def effects() -> None:
            replaced.clear()
            for name, row, m in found:
                if (old := self._put(name, row, m)) is not None:
                    replaced.append(old)

        run, before = self.run_, self.run_.progress
        n = {"failed": 0, "skipped": 0, "done": 0}
        for _, row, m in found:
            n[_ending(row, m)] += 1
        run.checkpoint(
            before.seen + len(found),
            done=before.done + n["done"],
            failed=before.failed + n["failed"],
            skipped=before.skipped + n["skipped"],
            effects=effects,
        )
        for row in replaced:
            self.ground.forget_derivatives(row)

    def _put(self, name: str, row: Row | None, made: Made | None) -> Row | None:
        """Row and item of one photo, in the checkpoint's transaction; the row whose old derivatives
        are of no use any more."""
        items, store = self.run_.items, self.ground.store
        if row is None or made is None or made.gone:
            items.put(name, "skipped", "There is no such file any more")
            return None
        content = {"size": made.size or row["size"], "mtime_ns": made.mtime_ns or row["mtime_ns"]}
        content |= {"sha256": made.sha256 or None, "now": self.ground.now}
        if made.unchanged:
            store.changed("photo_unchanged", id=row["id"], derived=row["derived"], **content)
            items.put(name, "completed", "Unchanged", data=_told("ready", row["derived"]))
            return None
        version = "" if made.problem else version_of(made.sha256)
        state = "failed" if made.problem else "ready"
        changed = store.changed(
            "photo_derived",
            id=row["id"],
            state=state,
            derived=version,
            problem=made.problem,
            **content,
            **_columns(made.facts),
        )
        if not changed:
            items.put(name, "skipped", "It was removed meanwhile")
        elif made.problem:
            items.put(name, "failed", made.problem, data=_told("failed", ""))
        else:
            items.put(name, "completed", data=_told("ready", version))
        return row if row["derived"] and row["derived"] != version else None

    def _pace(self, outcomes: Outcomes) -> None:
        seconds = sum(outcomes.seconds) / max(1, len(outcomes))
        wanted = BATCH_S * self._processes / max(seconds, 1e-4)
        self._size = int(max(self._processes, min(MOST, wanted)))


def _made(value: Made | None, failure: Failure | None) -> Made:
    """What came back, or what it is that nothing did."""
    if failure is None:
        assert value is not None
        return value
    return Made(problem=f"{_KINDS[failure.kind]}: {failure.message}")


def _ending(row: Row | None, made: Made | None) -> str:
    """Which counter a photo belongs to."""
    if row is None or made is None or made.gone:
        return "skipped"
    return "failed" if made.problem else "done"


def _told(state: str, version: str) -> dict[str, str]:
    return {"thumbnail": state, "preview": state, "derived": version}


def _columns(facts: Facts) -> dict[str, Any]:
    names = ("format", "width", "height", "orientation", "make", "model", "taken_at")
    return {name: getattr(facts, name) for name in names}
