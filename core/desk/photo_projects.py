"""Projects themselves: listing, making, reconnecting and forgetting them."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.beneath import folder_beneath
from core.desk.photo_requests import ProjectRequest, Reconnect
from core.desk.requests import TaskRequest
from core.errors import Forbidden, Invalid, NotFound, NotPossible
from core.identity import Who
from core.paths import PROJECTS, Roots, unfit_for
from core.photos.folder import listed, write_mark
from core.photos.kinds import is_accepted, is_text, kind_of
from core.photos.records import project_document
from core.queue import Ledger

FIRST_LOOK = "folder_scan"  #: the task that a new project begins with

Start = Callable[[TaskRequest, tuple[str, ...], Who | None], dict[str, Any]]


class PhotoProjects:
    """The projects."""

    def __init__(self, ledger: Ledger, start: Start, roots: Callable[[], Roots], data_dir: Path):
        self._ledger, self._store, self._start = ledger, ledger.store, start
        self._roots, self._data_dir = roots, data_dir

    def all(self) -> list[dict[str, Any]]:
        """Every project with its figures, by name."""
        return [project_document(row) for row in self._store.rows("projects", id=None)]

    def get(self, name: str) -> dict[str, Any]:
        """Raises NotFound."""
        return project_document(self._store.row("projects", id=self.row(name)["id"]))

    def row(self, name: str) -> Any:
        """The row of a project. Raises NotFound."""
        row = self._store.one("project_named", called=name) if is_text(name) else None
        if row is None:
            raise NotFound(f"There is no project {name!r}")
        return row

    def look(self, folder: str) -> dict[str, Any]:
        """What a project of this folder would find: {photos, others, sample}; `others` are files of
        no accepted type, which its first look moves into its trash. Changes nothing.

        Raises Invalid and Forbidden as `create` does.
        """
        path = self._checked(folder)
        self._require_free(path)
        try:
            with _opened(path) as handle:
                names = sorted(listed(handle))
        except OSError as error:
            raise _refused("/folder", f"{path} cannot be read: {error.strerror}") from None
        others = [name for name in names if not is_accepted(name)]
        photos = sum(kind_of(name) is not None for name in names)
        return {"photos": photos, "others": len(others), "sample": others[:20]}

    def create(self, request: ProjectRequest, *, who: Who | None = None) -> dict[str, Any]:
        """Make a project of a folder and look through it: its document with `task`, the first look.

        The folder gets a hidden file that it is known again by. Raises Invalid for a name that is
        taken and a folder that is missing, cannot be written, or belongs to (or lies in or around)
        another project; Forbidden for one outside the roots.
        """
        if self._store.one("project_named", called=request.name) is not None:
            raise _refused("/name", f"There is a project {request.name} already")
        folder = self._folder(request)
        self._require_free(folder)
        mark = self._marked(folder)
        with self._ledger.transaction(durable=True) as store:
            self._require_free(folder)
            if store.one("project_named", called=request.name) is not None:
                raise _refused("/name", f"There is a project {request.name} already")
            now = self._ledger.clock.wall()
            store.one("insert_project", called=request.name, folder=str(folder), mark=mark, now=now)
            task = self._start(_look(request.name), (), who)
        return self.get(request.name) | {"task": task}

    def reconnect(self, name: str, request: Reconnect, *, who: Who | None = None) -> dict[str, Any]:
        """Say that a folder is this project's: after it was moved, or its mark was lost.

        With `emptied` the next check believes that every photo is gone. Its document, with `task`,
        a look through it. Raises NotFound, Invalid and Forbidden as `create` does.
        """
        row = self.row(name)
        folder = Path(os.path.realpath(row["folder"]))
        if request.folder is not None:
            folder = self._checked(request.folder)
            self._require_free(folder, but=row["id"])
        mark = self._marked(folder)
        with self._ledger.transaction(durable=True) as store:
            store.one(
                "mark_project",
                id=row["id"],
                folder=str(folder),
                mark=mark,
                emptied=int(request.emptied),
                now=self._ledger.clock.wall(),
            )
            task = self._start(_look(name), (), who)
        return self.get(name) | {"task": task}

    def forget(self, name: str) -> None:
        """Remove a project from Longhaul; its folder stays as it is, with photos and trash.

        Raises NotFound, and NotPossible while a task of it is not finished.
        """
        row = self.row(name)
        with self._ledger.transaction(durable=True) as store:
            if (busy := store.value("open_task_of_project", project=name)) is not None:
                raise NotPossible(f"Task {busy} of {name} is not finished; cancel it first")
            store.changed("delete_project", id=row["id"])

    # --- inside ----------------------------------------------------------------------------------

    def _folder(self, request: ProjectRequest) -> Path:
        if request.folder is None:
            folder = self._data_dir / PROJECTS / request.name
            folder.mkdir(parents=True, exist_ok=True)
            return Path(os.path.realpath(folder))
        return self._checked(request.folder, create=request.create)

    def _checked(self, text: str, *, create: bool = False) -> Path:
        folder = self._roots().check(text)
        if reason := unfit_for("photos", folder, self._data_dir):
            raise Forbidden(reason)
        if create and not folder.exists():
            try:
                folder.mkdir()
            except OSError as error:
                raise _refused("/folder", f"It cannot be made: {error.strerror}") from None
        if not folder.is_dir():
            raise _refused("/folder", f"{folder} is not a folder, or not there")
        if not is_text(str(folder)):
            raise _refused("/folder", "Its path is not written in Unicode")
        return folder

    def _require_free(self, folder: Path, but: int | None = None) -> None:
        for row in self._store.rows("projects", id=None):
            other = Path(row["folder"])
            if row["id"] == but:
                continue
            if folder == other or other in folder.parents or folder in other.parents:
                raise _refused("/folder", f"{other} is the folder of the project {row['name']}")

    def _marked(self, folder: Path) -> str:
        try:
            with _opened(folder) as handle:
                return write_mark(handle)
        except OSError as error:
            raise _refused("/folder", f"{folder} cannot be written: {error.strerror}") from None


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """The handle of a folder whose path has no links, and none that was swapped in since."""
    handle = folder_beneath(Path(folder.anchor), folder.relative_to(folder.anchor))
    try:
        yield handle
    finally:
        os.close(handle)


def _look(name: str) -> TaskRequest:
    return TaskRequest(type=FIRST_LOOK, params={"project": name}, project=name, source="page")


def _refused(pointer: str, message: str) -> Invalid:
    return Invalid(message, [{"pointer": pointer, "message": message}])
