"""The trash of a project: a hidden folder in its own, and a row for each file in it.

A move has three parts: its row is written (`plan`), the file is renamed (`carry_out`), its row says
so (`settle`). Whatever is killed in between, `recover` looks where the file is and follows: nothing
is overwritten, and nothing is taken for removed that is still there.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import Any

from core import seams
from core.errors import Forbidden
from core.photos.folder import ProjectFolder
from core.photos.kinds import kind_of, numbered
from core.photos.moving import move, same_content
from core.queue import Ledger

REJECTED, NOT_ACCEPTED, FOUND = "rejected", "not-accepted", "found"


class Trash:
    """The trash of one project, whose folder is open."""

    def __init__(self, ledger: Ledger, project_id: int, folder: ProjectFolder):
        self._ledger, self._store = ledger, ledger.store
        self.project_id, self.folder = project_id, folder

    # --- into the trash --------------------------------------------------------------------------

    def plan(self, name: str, reason: str, size: int | None, job_id: int | None = None) -> Any:
        """Write down that a file is about to be moved, in the caller's transaction; the row."""
        return self._store.row(
            "insert_trash",
            project=self.project_id,
            called=name,
            trash_name=self._free_name(name),
            reason=reason,
            size=size,
            job_id=job_id,
        )

    def carry_out(self, row: Any) -> Any:
        """Move the file of a planned row; the row as it then is (its name may have been taken), or
        None when the file is gone. Raises OSError where it cannot be moved: it stays."""
        while True:
            try:
                move(self.folder.handle, row["name"], self.folder.trash, row["trash_name"])
                seams.reach("photo-moved")
                return row
            except FileNotFoundError:
                return None
            except FileExistsError:
                with self._ledger.transaction(quiet=True):
                    name = self._free_name(row["name"])
                    renamed = self._store.one("rename_trash", id=row["id"], trash_name=name)
                row = renamed if renamed is not None else {**dict(row), "trash_name": name}

    def settle(self, row: Any) -> None:
        """Say that the file of a row lies in the trash, in the caller's transaction."""
        values = {column: row[column] for column in ("trash_name", "reason", "size", "job_id")}
        values |= {"called": row["name"], "now": self._ledger.clock.wall()}
        self._store.changed("settle_trash", project=self.project_id, **values)
        if kind_of(row["name"]) is not None and self.folder.status(row["name"]) is None:
            gone = {"called": row["name"], "now": values["now"]}
            self._store.one("photo_removed", project=self.project_id, **gone)

    def drop(self, row: Any) -> None:
        """Forget a planned move, in the caller's transaction: the file was not moved."""
        self._store.changed("delete_trash", id=row["id"])

    def _free_name(self, name: str) -> str:
        """A name that neither a row nor a file in the trash has."""
        for number in count(1):
            candidate = numbered(name, number)
            known = self._store.one(
                "trash_name_taken", project=self.project_id, trash_name=candidate
            )
            if known is None and not _exists(self.folder.trash, candidate):
                return candidate
        raise AssertionError("numbers do not end")

    # --- out of it -------------------------------------------------------------------------------

    def restore(self, rows: Sequence[Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Bring files back: (restored, refused), see `core.desk.photo_trash`."""
        restored, refused, back = [], [], []
        with self._ledger.transaction(durable=True):
            planned = [(row, self._restoring(row, 1)) for row in rows]
        seams.reach("restore-planned")
        for row, target in planned:
            try:
                target = self._bring_back(row, target)
            except OSError as error:
                gone = isinstance(error, FileNotFoundError)
                reason = "It is no longer in the trash" if gone else error.strerror or str(error)
                refused.append({"id": row["id"], "reason": reason})
                continue
            back.append((row, target))
            is_photo = kind_of(target) is not None
            entry = {"id": row["id"], "name": target, "given": row["name"], "is_photo": is_photo}
            restored.append(entry)
        with self._ledger.transaction(durable=True):
            for row, target in back:
                self._restored(row, target)
            for entry in refused:
                self._store.changed("unrestored_trash", id=entry["id"])
        return restored, refused

    def _restoring(self, row: Any, number: int) -> str:
        target = numbered(row["name"], number)
        self._store.one("restoring_trash", id=row["id"], target=target)
        return target

    def _bring_back(self, row: Any, target: str) -> str:
        for number in count(2):
            try:
                move(self.folder.trash, row["trash_name"], self.folder.handle, target)
                seams.reach("photo-restored")
                return target
            except FileExistsError:
                with self._ledger.transaction(quiet=True):
                    target = self._restoring(row, number)
        raise AssertionError("numbers do not end")

    def _restored(self, row: Any, target: str) -> None:
        """Say that a file is back, in the caller's transaction."""
        status = self.folder.status(target)
        if status is None:
            self._store.changed("delete_trash", id=row["id"])
            return
        if (kind := kind_of(target)) is None:
            self._store.changed("spare_trash", id=row["id"], called=target)
            return
        self._store.changed(
            "take_photo",
            project=self.project_id,
            called=target,
            kind=kind,
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            now=self._ledger.clock.wall(),
        )
        self._store.changed("delete_trash", id=row["id"])

    # --- after a crash ---------------------------------------------------------------------------

    def recover(self) -> int:
        """Follow the disk where a move was interrupted; how many there were.

        Safe beside a job that is just moving: what it has yet to do it does, and says so itself.
        """
        rows = self._store.rows("unsettled_trash", project=self.project_id)
        for row in rows:
            outside = row["name"] if row["status"] == "moving" else row["target"]
            here = _status(self.folder.handle, outside)
            there = _status(self.folder.trash, row["trash_name"])
            if here and there and self._is_moved(row, outside, here, there):
                self._unlink_twin(row, outside)
                here, there = (None, there) if row["status"] == "moving" else (here, None)
            with self._ledger.transaction():
                self._follow(row, here is not None, there is not None)
        return len(rows)

    def _is_moved(
        self, row: Any, outside: str, here: os.stat_result, there: os.stat_result
    ) -> bool:
        """Whether both names hold one file, so that the move lacks nothing but its last step: by
        link and unlink, or by a copy to another file system, which has the original's content and
        time. What a person put there meanwhile is another file, and stays."""
        if (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino):
            return True
        if here.st_mtime_ns != there.st_mtime_ns or here.st_size != there.st_size:
            return False
        folder, target = self.folder, row["trash_name"]
        try:
            if not same_content(folder.handle, outside, folder.trash, target):
                return False
            os.fsync(folder.trash if row["status"] == "moving" else folder.handle)
        except (OSError, Forbidden):
            return False  # both stay
        return True

    def _unlink_twin(self, row: Any, outside: str) -> None:
        """Remove the name that the file was moved from."""
        with suppress(FileNotFoundError):  # who moves it was faster
            if row["status"] == "moving":
                os.unlink(outside, dir_fd=self.folder.handle)
            else:
                os.unlink(row["trash_name"], dir_fd=self.folder.trash)

    def _follow(self, row: Any, here: bool, there: bool) -> None:
        current = self._store.one("trash_entry", project=self.project_id, id=row["id"])
        if current is None or current["status"] != row["status"]:
            return  # who made the plan has said meanwhile what became of it
        if row["status"] == "moving":
            if there:
                self.settle(row)
            else:
                self.drop(row)
        elif there:
            self._store.changed("unrestored_trash", id=row["id"])
        elif here:
            self._restored(row, row["target"])
        else:
            self.drop(row)


def _status(handle: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=handle, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _exists(handle: int, name: str) -> bool:
    return _status(handle, name) is not None
