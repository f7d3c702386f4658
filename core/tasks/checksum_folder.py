"""`checksum-folder`: SHA-256 of every file below a folder, written as a manifest.

Two steps: list the files, split them into chunks and hash each in a job of its own; then, when all
chunks are done (fan-in), write the manifest. What a chunk found is kept as its items, so the last
step reads the database and nothing is passed by hand.
"""

import hashlib
import os
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.errors import Fail
from core.face import ResultView
from core.model import Step
from core.paths import Roots
from core.run import Run, Split
from core.task_type import AT_LEAST_ONCE, JobType, TaskType

READ = 1 << 20


class Params(BaseModel):
    """Which folder, and how it is divided."""

    model_config = ConfigDict(extra="forbid")

    folder: str = Field(
        min_length=1, description="Folder to read", json_schema_extra={"format": "folder"}
    )
    files_per_chunk: int = Field(200, ge=1, le=100_000, description="Files hashed in one job")


class HashFiles(JobType):
    """Lists the files and divides them into chunks; each chunk is then a job that hashes."""

    name = "hash-files"
    stages = ("listing", "hashing")
    unit = "files"
    Params = Params

    def run(self, run: Run) -> Split | None:
        root = run.roots.check(self.params.folder)
        if not root.is_dir():
            raise Fail(f"{root} is not a folder, or not there", hint="Is its disk connected?")
        if run.chunk is None:
            return self._divide(run, root)
        self._hash(run, root)
        return None

    def _divide(self, run: Run, root: Path) -> Split:
        run.stage("listing")
        names = sorted(_files(root))
        size = self.params.files_per_chunk
        return Split(tuple(names[i : i + size] for i in range(0, len(names), size)))

    def _hash(self, run: Run, root: Path) -> None:
        run.stage("hashing")
        start = run.cursor or 0
        run.checkpoint(total=len(run.chunk))
        for place, name in enumerate(run.chunk[start:], start + 1):
            status, message = _hash(root / name)
            failed = run.progress.failed + (status == "failed")
            run.checkpoint(
                place,
                done=place - failed,
                failed=failed,
                effects=partial(run.items.put, name, status, message),
            )


class WriteManifest(JobType):
    """Collects what the chunks found; the manifest is the task's result."""

    name = "write-manifest"
    stages = ("writing",)
    unit = "manifest"
    Params = Params

    def run(self, run: Run) -> str:
        run.stage("writing")
        lines = [
            f"{item['message']}  {item['key']}"
            for item in run.items.all()
            if item["status"] == "completed"
        ]
        return "".join(f"{line}\n" for line in sorted(lines, key=lambda text: text[66:]))


class ChecksumFolder(TaskType):
    """SHA-256 of every file below a folder, as a manifest that `sha256sum -c` reads."""

    name = "checksum-folder"
    title = "Checksums of a folder"
    icon = "fingerprint"
    stage_titles = {"hash": "checksums"}
    result_view = ResultView("text")
    unit = "files"
    guarantee = AT_LEAST_ONCE
    Params = Params
    steps = (
        Step("hash", "hash-files", stages=HashFiles.stages),
        Step("manifest", "write-manifest", stages=WriteManifest.stages),
    )

    @classmethod
    def title_for(cls, params: Any) -> str:
        return f"Checksums of {Path(params.folder).name or params.folder}"

    def check(self, roots: Roots) -> None:
        roots.check(self.params.folder)


def _files(root: Path) -> list[str]:
    """Regular files below root, as relative names; links are not followed."""
    found = []
    for folder, _, names in os.walk(root, followlinks=False):
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                found.append(path.relative_to(root).as_posix())
    return found


def _hash(path: Path) -> tuple[str, str]:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(READ):
                digest.update(piece)
    except OSError as error:
        return "failed", f"{type(error).__name__}: {error.strerror}"
    return "completed", digest.hexdigest()
