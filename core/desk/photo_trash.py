"""The trash of a project: what lies in it, and bringing files back."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.desk.lists import MOST, Page
from core.desk.requests import TaskRequest
from core.errors import NotFound
from core.identity import Who
from core.photos.folder import ProjectFolder
from core.photos.records import trash_document
from core.photos.trash import Trash
from core.queue import Ledger

RESTORED = "upload_postprocess"  #: restored files get their derivatives as uploaded ones do


class PhotoTrash:
    """The trash."""

    def __init__(self, ledger: Ledger, start: Callable[..., dict[str, Any]]):
        self._ledger, self._store, self._start = ledger, ledger.store, start

    def all(self, project: Any, *, limit: int = 100, cursor: str | None = None) -> Page:
        """What lies in the trash of a project (its row), latest first; names as they were."""
        limit = max(1, min(limit, MOST))
        before = int(cursor) if cursor and cursor.isdecimal() and len(cursor) < 19 else 2**62
        rows = self._store.rows(
            "trash_of_project", project=project["id"], before=before, limit=limit + 1
        )
        following = str(rows[limit - 1]["id"]) if len(rows) > limit else None
        return Page([trash_document(row) for row in rows[:limit]], following)

    def restore(
        self,
        project: Any,
        ids: Sequence[int],
        *,
        session_id: str | None = None,
        who: Who | None = None,
    ) -> dict[str, Any]:
        """Bring files back under their names, or numbered ones where these are taken.

        {restored: [{id, name, given}], refused: [{id, reason}], task}: a refused one stays in the
        trash. One `upload_postprocess` task makes their derivatives; None when there are no photos
        among them. Raises NotFound, with nothing moved, for a number that is not in the trash.
        """
        wanted = list(dict.fromkeys(ids))
        rows = {row["id"]: row for row in map(self._one, [project] * len(wanted), wanted)}
        with ProjectFolder(Path(project["folder"]), project["mark"]) as folder:
            bin_ = Trash(self._ledger, project["id"], folder)
            restored, refused = bin_.restore([rows[number] for number in wanted])
        names = [entry["name"] for entry in restored if entry["is_photo"]]
        task = None
        if names:
            request = TaskRequest(
                type=RESTORED,
                params={"project": project["name"]},
                project=project["name"],
                session_id=session_id,
                title=f"Restore {len(names)} photos",
                source="page",
            )
            task = self._start(request, names, who)
        return {"restored": restored, "refused": refused, "task": task}

    def _one(self, project: Any, number: int) -> Any:
        row = self._store.one("trash_entry", project=project["id"], id=number)
        if row is None or row["status"] != "kept":
            raise NotFound(f"There is no file {number} in the trash of {project['name']}")
        return row
