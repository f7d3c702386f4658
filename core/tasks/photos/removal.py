"""`file_removal`: moves the photos that are not kept into the trash of their project."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from core import seams
from core.errors import Fail
from core.photos.trash import REJECTED
from core.store import Row
from core.tasks.photos.ground import Ground, PhotoJob, in_batches

BATCH = 32  #: files that are moved between two commits


class FileRemoval(PhotoJob):
    """Moves files into the trash: those of its items, or without any of all that are not kept.

    A move is written down, made, and told; after a crash at any moment it is known which of them
    are done. A file that is gone already is logged and passed over; one that cannot be moved keeps
    its row, and the step fails when the others are through.
    """

    name = "file_removal"
    stages = ("removing",)

    def work(self, ground: Ground) -> Any:
        run = ground.run
        run.stage("removing")
        self._items(ground)
        run.checkpoint(**ground.counts(), tell=True)
        in_batches(run.items.open(1_000_000), BATCH, lambda names: Removing(ground, names).run())
        if failed := run.progress.failed:
            run.checkpoint({"ended": True})
            raise Fail(
                f"{failed} of {run.progress.total} files could not be moved into the trash; "
                "each says why among the items",
                hint="Mend the reason, then retry: it goes on with these.",
                code="not-moved",
            )
        return {"removed": run.progress.done, "gone": run.progress.skipped}

    def _items(self, ground: Ground) -> None:
        """What there is to do: at first as the task asked or the marks say, after a failure what
        had failed."""
        run = ground.run
        if (run.cursor or {}).get("ended"):
            job_id = run.job.id
            reopen = partial(ground.store.changed, "reopen_items", job_id=job_id)
            run.checkpoint({"ended": False, "again": run.job.attempts}, failed=0, effects=reopen)
        elif not run.items.keys():
            rows = ground.store.rows("rejected_photos", project=ground.id)
            # What was marked after the task was asked for waits for the next one.
            names = [r["name"] for r in rows if r["updated_at"] <= run.task.created_at]
            run.checkpoint(effects=lambda: ground.add_items(names))


class Removing:
    """One batch: written down, moved, told."""

    def __init__(self, ground: Ground, names: Sequence[str]):
        self._ground, self._run, self._names = ground, ground.run, names
        self._rows: dict[str, Row] = {}
        self._planned: dict[str, Any] = {}
        #: name → (status of the item, its message)
        self._ends: dict[str, tuple[str, str]] = {}
        self._moved: list[Any] = []
        self._dropped: list[Any] = []
        self._gone: list[str] = []

    def run(self) -> None:
        self._run.checkpoint(effects=self._plan)
        seams.reach("photo-planned")
        for name in self._names:
            if name not in self._ends:
                self._move(name)
        before = self._run.progress
        n = {status: 0 for status in ("completed", "skipped", "failed")}
        for status, _ in self._ends.values():
            n[status] += 1
        self._run.checkpoint(
            {"seen": before.seen + len(self._names), "attempt": self._run.job.attempts},
            done=before.done + n["completed"],
            skipped=before.skipped + n["skipped"],
            failed=before.failed + n["failed"],
            effects=self._settle,
        )
        if self._gone:
            self._run.log(f"Gone already, and passed over: {', '.join(self._gone)}", "warning")

    def _plan(self) -> None:
        ground, job_id = self._ground, self._run.job.id
        self._rows = ground.rows_named(self._names)
        for name in self._names:
            row = self._rows.get(name)
            moved = ground.store.one("moved_by_job", project=ground.id, called=name, job_id=job_id)
            if moved is not None and (row is None or not row["available"]):
                self._ends[name] = ("completed", "Moved into the trash")
            elif row is not None and row["keep"]:
                self._ends[name] = ("skipped", "It is kept after all")
            elif row is None or ground.folder.status(name) is None:
                self._pass_over(name)
            else:
                size = row["size"]
                self._planned[name] = ground.trash.plan(name, REJECTED, size, job_id)

    def _pass_over(self, name: str) -> None:
        self._ends[name] = ("skipped", "It was gone already")
        self._gone.append(name)

    def _move(self, name: str) -> None:
        try:
            row = self._ground.trash.carry_out(self._planned[name])
        except OSError as error:
            self._ends[name] = ("failed", f"It could not be moved: {error.strerror or error}")
            self._dropped.append(self._planned[name])
            return
        if row is None:
            self._pass_over(name)
            self._dropped.append(self._planned[name])
        else:
            self._ends[name] = ("completed", f"Moved into the trash as {row['trash_name']}")
            self._moved.append(row)
        self._ground.forget_derivatives(self._rows[name])

    def _settle(self) -> None:
        """Rows and items, in the checkpoint's transaction."""
        ground = self._ground
        for row in self._moved:
            ground.trash.settle(row)
        for row in self._dropped:
            ground.trash.drop(row)
        for name in self._gone:
            if ground.folder.status(name) is None:  # else another file has the name by now
                ground.store.one("photo_removed", project=ground.id, called=name, now=ground.now)
        for name, (status, message) in self._ends.items():
            self._run.items.put(name, status, message)
