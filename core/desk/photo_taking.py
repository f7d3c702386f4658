"""Taking uploaded files into a project: moved in by name, never over another, then told as rows."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from core import seams
from core.beneath import open_beneath
from core.desk.requests import TaskRequest
from core.errors import DiskFull, FolderUnavailable, Forbidden, Invalid
from core.identity import Who
from core.photos.folder import SPOOL, ProjectFolder
from core.photos.kinds import checked, kind_of, numbered
from core.photos.moving import move, same_content
from core.queue import Ledger

POSTPROCESS = "upload_postprocess"
_FULL = (28, 122)  #: ENOSPC, EDQUOT


@dataclass(frozen=True)
class Upload:
    """A file that was written whole, and what it shall be called."""

    path: Path
    name: str


class Taking:
    """Takes uploads."""

    def __init__(self, ledger: Ledger, start: Callable[..., dict[str, Any]]):
        self._ledger, self._start = ledger, start

    def spool(self, project: Any) -> Path:
        """See `PhotoDesk.spool`."""
        folder = Path(project["folder"])
        with ProjectFolder(folder, project["mark"]) as opened:
            try:
                with suppress(FileExistsError):
                    os.mkdir(SPOOL, 0o700, dir_fd=opened.handle)
            except OSError as error:
                if error.errno in _FULL:
                    raise DiskFull(f"The disk of {folder} is full") from None
                raise FolderUnavailable(f"{folder} cannot be written: {error.strerror}") from None
        return folder / SPOOL

    def take(
        self,
        project: Any,
        uploads: Sequence[Upload],
        *,
        session_id: str | None,
        who: Who | None,
        source: str,
    ) -> dict[str, Any]:
        """See `PhotoDesk.take`."""
        taken: list[dict[str, Any]] = []
        refused: list[dict[str, str]] = []
        full: OSError | None = None
        with ProjectFolder(Path(project["folder"]), project["mark"]) as folder:
            for upload in uploads:
                try:
                    taken.append(_place(folder, upload, checked(upload.name)))
                except (Invalid, Forbidden) as error:
                    refused.append({"name": upload.name, "reason": error.detail})
                except OSError as error:
                    if error.errno in _FULL:
                        full = error
                        break
                    refused.append({"name": upload.name, "reason": error.strerror or str(error)})
            os.fsync(folder.handle)
            seams.reach("upload-placed")
            task = self._tell(project, folder, taken, session_id, source, who)
        if full is not None:
            raise DiskFull(
                f"The disk of {project['folder']} is full; {len(taken)} files were taken before"
            )
        return {"taken": taken, "refused": refused, "task": task}

    def _tell(
        self,
        project: Any,
        folder: ProjectFolder,
        taken: list[dict[str, Any]],
        session_id: str | None,
        source: str,
        who: Who | None,
    ) -> dict[str, Any] | None:
        """Rows and task of what was moved in: one durable transaction."""
        if not taken:
            return None
        found = [(one["name"], folder.status(one["name"])) for one in taken]
        request = TaskRequest(
            type=POSTPROCESS,
            params={"project": project["name"]},
            project=project["name"],
            session_id=session_id,
            source=source,
        )
        now = self._ledger.clock.wall()
        with self._ledger.transaction(durable=True) as store:
            for name, status in found:
                if status is not None:
                    store.changed(
                        "take_photo", **first_values(project["id"], name, status), now=now
                    )
            task = self._start(request, list(dict.fromkeys(name for name, _ in found)), who)
        seams.reach("upload-told")
        return task


def first_values(project_id: int, name: str, status: os.stat_result) -> dict[str, Any]:
    """What a row of a file begins with."""
    return {
        "project": project_id,
        "called": name,
        "kind": kind_of(name),
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
    }


def _place(folder: ProjectFolder, upload: Upload, given: str) -> dict[str, Any]:
    """Move one file in under its name, or the next free one. Raises OSError, Forbidden."""
    parent = os.open(upload.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    source = upload.path.name
    try:
        with os.fdopen(open_beneath(parent, source), "rb") as file:
            os.fsync(file.fileno())  # what is answered as taken survives a power loss
        for number in count(1):
            name = numbered(given, number)
            try:
                move(parent, source, folder.handle, name)
                return {"name": name, "given": given, "already": False}
            except FileExistsError:
                if _is_same(parent, source, folder, name):
                    os.unlink(source, dir_fd=parent)
                    return {"name": name, "given": given, "already": True}
    finally:
        os.close(parent)
    raise AssertionError("numbers do not end")


def _is_same(parent: int, source: str, folder: ProjectFolder, name: str) -> bool:
    """Whether what has the name already is what was uploaded."""
    try:
        return same_content(parent, source, folder.handle, name)
    except (OSError, Forbidden):  # a folder, a link, or unreadable: another thing in any case
        return False
