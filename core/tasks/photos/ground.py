"""What every job on a photo project stands on: project, open folder, trash, items."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from core.documents import compact
from core.errors import Fail
from core.photos.derivatives import derivative_path
from core.photos.folder import ProjectFolder
from core.photos.records import DERIVATIVES
from core.photos.trash import Trash
from core.run import Run
from core.store import Row, Store
from core.task_type import JobType

PAGE = 500  #: rows read at a time


class ProjectParams(BaseModel):
    """Which project."""

    model_config = ConfigDict(extra="forbid")

    project: str = Field(min_length=1, max_length=100, description="The name of the photo project")


class Ground:
    """One attempt's view of its project."""

    def __init__(self, run: Run, project: Row, folder: ProjectFolder):
        self.run, self.project, self.folder = run, project, folder
        self.trash = Trash(run.ledger, project["id"], folder)

    @property
    def store(self) -> Store:
        return self.run.ledger.store

    @property
    def now(self) -> float:
        return self.run.ledger.clock.wall()

    @property
    def id(self) -> int:
        return self.project["id"]

    def rows_named(self, names: Sequence[str]) -> dict[str, Row]:
        """The photos of these names, by name."""
        rows = self.store.rows("photos_named", project=self.id, names=compact(list(names)))
        return {row["name"]: row for row in rows}

    def pages(self, statement: str, after: int = 0) -> Any:
        """The rows of a statement over this project's photos, PAGE at a time, in their order."""
        while rows := self.store.rows(statement, project=self.id, after=after, limit=PAGE):
            yield rows
            after = rows[-1]["id"]

    def take(self, name: str, kind: str | None, status: Any) -> None:
        """A row for a file that is there, in the caller's transaction."""
        self.store.changed(
            "take_photo",
            project=self.id,
            called=name,
            kind=kind,
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            now=self.now,
        )

    def take_as_seen(self, row: Row, status: Any) -> None:
        """`take`, unless somebody wrote the row since it was read: the file may have gone again."""
        current = self.store.one("photo", project=self.id, called=row["name"])
        if current is not None and current["version"] == row["version"]:
            self.take(row["name"], row["kind"], status)

    def forget_derivatives(self, row: Row) -> None:
        """Delete the files of a photo's derivatives; what is left over is swept later."""
        if not row["derived"]:
            return
        for which in DERIVATIVES:
            with suppress(OSError):
                derivative_path(self.run.data_dir, row["id"], row["derived"], which).unlink()

    # --- items -----------------------------------------------------------------------------------

    def add_items(self, names: Sequence[str]) -> None:
        """Items still to do, in the caller's transaction; those that are known stay as they are."""
        job = self.run.job
        values = [
            {"job_id": job.id, "task_id": job.task_id, "key": name, "now": self.now}
            for name in names
        ]
        self.store.many("insert_item", values)

    def counts(self) -> dict[str, Any]:
        """The counters of a job whose records are its items: what a checkpoint takes."""
        rows = self.store.rows("item_counts", job_id=self.run.job.id)
        n = {row["status"]: row["n"] for row in rows}
        done, failed, skipped = (n.get(s, 0) for s in ("completed", "failed", "skipped"))
        return {"done": done, "failed": failed, "skipped": skipped, "total": sum(n.values())}


class PhotoJob(JobType):
    """Work on one project."""

    Params = ProjectParams
    unit: ClassVar[str] = "photos"

    def run(self, run: Run) -> Any:
        row = run.ledger.store.one("project_named", called=self.params.project)
        if row is None:
            raise Fail(f"There is no project {self.params.project}", hint="Was it removed?")
        with ProjectFolder(Path(row["folder"]), row["mark"]) as folder:
            ground = Ground(run, row, folder)
            ground.trash.recover()
            return self.work(ground)

    def work(self, ground: Ground) -> Any:
        """Do it; idempotent, and computed from the database and the disk."""
        raise NotImplementedError


def in_batches(names: Sequence[str], size: int, do: Callable[[Sequence[str]], None]) -> None:
    """Some at a time, in order."""
    for start in range(0, len(names), size):
        do(names[start : start + size])
