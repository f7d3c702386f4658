"""Builders for tests of photo projects: pictures, a studio with one project, and its worker."""

import io
import os
from pathlib import Path

from PIL import Image

from core.compute.inline import Inline
from core.desk.photo_requests import KeepMarks, ProjectRequest, ProjectTaskRequest
from core.desk.photos import Upload
from core.service import Service
from core.tasks.photos import derive
from core.worker import Worker


def picture(colour=(200, 30, 30), size=(8, 6), format="JPEG", **options) -> bytes:
    """The bytes of a small picture; another colour is another content."""
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, format, **options)
    return target.getvalue()


def numbered(n: int, size=(8, 6)) -> bytes:
    """A picture whose content is its number."""
    return picture((n % 256, n // 256 % 256, 7), size) + n.to_bytes(4, "big")


FILES = {f"{n}.jpg": numbered(n) for n in range(6)}  #: of the studio of tests/flow/conftest.py


def decode_here(patch) -> None:
    """Derivatives are made in this process: these pictures are tiny.

    test_photo_derivatives.py has real ones, with real processes.
    """
    patch.setattr(derive, "Processes", lambda code, processes, **limits: Inline(code))


class Studio:
    """A service that is not started, one project of it, and a worker in this process."""

    def __init__(self, folder: Path, files=(), clock=None):
        self.data = folder / "data"
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.service = Service(self.data, clock)
        self.store = self.service.store
        self.photos = self.service.photos
        self.worker = Worker(self.service.ledger, self.service.registry, self.data)
        self.folder = self.data / "trip"
        self.folder.mkdir(exist_ok=True)
        for name, content in dict(files).items():
            (self.folder / name).write_bytes(content)
        if not self.photos.projects.all():
            request = ProjectRequest(name="trip", folder=str(self.folder))
            self.photos.projects.create(request)
            self.work()

    def close(self) -> None:
        self.service.errands.close()
        self.store.close()

    @property
    def row(self):
        return self.photos.projects.row("trip")

    def work(self) -> None:
        """Until nothing is claimable."""
        while self.worker.work_one():
            pass

    def listing(self, **filter):
        """{name: document} of the photos."""
        return {d["name"]: d for d in self.photos.photos("trip", limit=500).items}

    def in_trash(self):
        """{name in the trash: document}."""
        return {d["trash_name"]: d for d in self.photos.trash.all(self.row, limit=500).items}

    def reject(self, *names: str) -> None:
        self.photos.mark_many("trip", KeepMarks(keep=False, names=list(names)))

    def commit(self, *names: str):
        """Reject these, commit, and see it through; the finished task."""
        if names:
            self.reject(*names)
        task = self.photos.commit_changes("trip")["task"]
        self.work()
        return self.task(task)

    def start(self, type_: str):
        """A task of the project, seen through."""
        task = self.photos.start_task("trip", ProjectTaskRequest(type=type_))
        self.work()
        return self.task(task)

    def upload(self, files):
        """Upload {name: content}; what the desk answered."""
        spool = self.photos.spool("trip")
        uploads = []
        for n, (name, content) in enumerate(files.items()):
            (spool / f"part-{n}").write_bytes(content)
            uploads.append(Upload(spool / f"part-{n}", name))
        return self.photos.take("trip", uploads)

    def task(self, document):
        return self.service.ledger.task(document["id"])

    def jobs(self, task):
        return {job.type: job for job in self.service.ledger.jobs(task)}

    def items(self, task):
        """{key: (status, message)} of all items of a task."""
        rows = self.store.rows("items_of_task", task_id=task.id, after=0, status="", limit=10_000)
        return {row["key"]: (row["status"], row["message"]) for row in rows}

    def log(self):
        return [row["message"] for row in self.store.execute("SELECT message FROM logs", {})]


def files(studio: Studio) -> set[str]:
    """Names in the folder of the project, without the hidden ones."""
    return {name for name in os.listdir(studio.folder) if not name.startswith(".")}


def trash(studio: Studio) -> set[str]:
    """Names of the files in its trash."""
    folder = studio.folder / ".trash"
    return set(os.listdir(folder)) if folder.exists() else set()
