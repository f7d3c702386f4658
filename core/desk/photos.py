"""Photo projects as a person sees them: projects, photos, keep marks, uploads, commits, the trash.

The domain is `core.photos`, the work is done by the job types of `core.tasks.photos`; here requests
are checked, rows written, and tasks asked for. Documents are plain; see `core.photos.records`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.desk import photo_listing
from core.desk.lists import MOST, Page
from core.desk.photo_projects import PhotoProjects
from core.desk.photo_requests import KeepMarks, PhotoFilter, ProjectTaskRequest
from core.desk.photo_taking import Taking, Upload
from core.desk.photo_trash import PhotoTrash
from core.desk.preparing import prepared
from core.desk.requests import TaskRequest
from core.desk.showing import Showing
from core.desk.types import TypeDesk
from core.documents import compact
from core.errors import Drifted, Invalid, NotFound
from core.identity import Who
from core.paths import Roots
from core.photos.derivatives import MEDIA_TYPE, derivative_path
from core.photos.records import DERIVATIVES, photo_document
from core.queue import Intake, Ledger

__all__ = ["Derivative", "PhotoDesk", "Upload"]

COMMIT = "change_commit"


@dataclass(frozen=True)
class Derivative:
    """A thumbnail or a preview, as a file to be sent."""

    path: Path
    media_type: str
    version: str  #: changes with the content; what has this version in its address never changes


class PhotoDesk:
    """The person's side of photo projects."""

    def __init__(
        self,
        ledger: Ledger,
        intake: Intake,
        types: TypeDesk,
        roots: Callable[[], Roots],
        data_dir: Path,
    ):
        self._ledger, self._store = ledger, ledger.store
        self._intake, self._types = intake, types
        self._data_dir = data_dir
        self._showing = Showing(ledger)
        #: projects themselves: all, get, create, reconnect, forget
        self.projects = PhotoProjects(ledger, self.start, roots, data_dir)
        #: the trash of a project: list, restore
        self.trash = PhotoTrash(ledger, self.start)
        self._taking = Taking(ledger, self.start)

    # --- photos ----------------------------------------------------------------------------------

    def photos(
        self,
        project: str,
        filter: PhotoFilter | None = None,
        *,
        sort: str = "name",
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page:
        """A page of a project's photos. Raises NotFound, and Invalid for sort, limit and cursor."""
        if not 1 <= limit <= MOST:
            message = f"must be from 1 to {MOST}"
            raise Invalid(f"/limit: {message}", [{"pointer": "/limit", "message": message}])
        with self._store.snapshot():
            found = photo_listing.conditions(self._id(project), filter or PhotoFilter())
            sql, values = photo_listing.page(found, sort, cursor)
            rows = self._store.execute(sql, values | {"limit": limit + 1})
        following = photo_listing.cursor_of(sort, rows[limit - 1]) if len(rows) > limit else None
        return Page([photo_document(row, project) for row in rows[:limit]], following)

    def count(self, project: str, filter: PhotoFilter | None = None) -> int:
        """How many photos fit. Raises NotFound."""
        with self._store.snapshot():
            found = photo_listing.conditions(self._id(project), filter or PhotoFilter())
            sql = f"SELECT count(*) FROM photos WHERE {found.sql()}"  # noqa: S608 - our own words
            return self._store.execute(sql, found.values)[0][0]

    def photo(self, project: str, name: str) -> dict[str, Any]:
        """One photo. Raises NotFound."""
        return photo_document(self._row(project, name), project)

    def derivative(self, project: str, name: str, which: str) -> Derivative:
        """The file of a photo's `thumbnail` or `preview`. Raises NotFound while there is none."""
        row = self._row(project, name)
        if which not in DERIVATIVES:
            raise NotFound(f"There is no {which} of a photo")
        path = derivative_path(self._data_dir, row["id"], row["derived"], which)
        if row[which] != "ready" or not path.is_file():
            raise NotFound(f"There is no {which} of {name} (it is {row[which]})")
        return Derivative(path, MEDIA_TYPE, row["derived"])

    # --- keep marks ------------------------------------------------------------------------------

    def mark(self, project: str, name: str, keep: bool) -> dict[str, Any]:
        """Mark one photo to be kept or not; its document. Raises NotFound."""
        self._row(project, name)
        self._mark(self._id(project), [name], keep)
        return self.photo(project, name)

    def mark_many(self, project: str, marks: KeepMarks) -> dict[str, Any]:
        """Mark those named, or all that fit, in one transaction: {changed, keep}.

        Raises NotFound for a name that is none of the project's, and Drifted when `expected` is not
        how many fit; nothing is changed then.
        """
        project_id = self._id(project)
        with self._ledger.transaction(durable=True):
            if marks.names is not None:
                names = list(dict.fromkeys(marks.names))
                known = self._store.rows("photos_named", project=project_id, names=compact(names))
                if missing := set(names) - {row["name"] for row in known}:
                    raise NotFound(f"There is no photo {min(missing)} in {project}")
            else:
                found = photo_listing.conditions(project_id, marks.filter or PhotoFilter())
                sql = f"SELECT name FROM photos WHERE {found.sql()}"  # noqa: S608 - our own words
                names = [row["name"] for row in self._store.execute(sql, found.values)]
            if marks.expected is not None and marks.expected != len(names):
                raise Drifted(f"{len(names)} photos fit now, not {marks.expected}; nothing changed")
            changed = self._keep(project_id, names, marks.keep)
        return {"changed": changed, "keep": marks.keep}

    def _mark(self, project_id: int, names: Sequence[str], keep: bool) -> int:
        with self._ledger.transaction(durable=True):
            return self._keep(project_id, names, keep)

    def _keep(self, project_id: int, names: Sequence[str], keep: bool) -> int:
        return self._store.changed(
            "keep_photos",
            project=project_id,
            keep=int(keep),
            names=compact(list(names)),
            now=self._ledger.clock.wall(),
        )

    # --- uploads ---------------------------------------------------------------------------------

    def spool(self, project: str) -> Path:
        """Where uploads of a project are written before `take`: a hidden folder inside its own, so
        that taking them is one rename. Made when missing. Raises NotFound, FolderUnavailable."""
        return self._taking.spool(self.projects.row(project))

    def take(
        self,
        project: str,
        uploads: Sequence[Upload],
        *,
        session_id: str | None = None,
        who: Who | None = None,
        source: str = "page",
    ) -> dict[str, Any]:
        """Take files that were written whole into the project: {taken, refused, task}.

        Each is moved in atomically and never overwrites: where another file has its name it gets a
        numbered one; where the very same content already has it, nothing is moved and it counts as
        taken, so that an upload whose answer was lost can be sent again. `taken`: [{name, given,
        already}] (`given`: what it was to be called), `refused`: [{name, reason}] (their files are
        left where they are: the caller removes them). One `upload_postprocess` task with an item
        for each name is started in the transaction of the rows; `task` is its document, or None
        when nothing was taken. Raises NotFound, FolderUnavailable, DiskFull (what was moved stays).
        """
        row = self.projects.row(project)
        return self._taking.take(row, uploads, session_id=session_id, who=who, source=source)

    # --- commit ----------------------------------------------------------------------------------

    def commit_summary(self, project: str) -> dict[str, Any]:
        """What a commit would do now: {remove, bytes, names (the first 100), keep}."""
        with self._store.snapshot():
            project_id = self._id(project)
            rows = self._store.rows("rejected_photos", project=project_id)
            kept = self.count(project, PhotoFilter(keep=True, available=True))
        return {
            "remove": len(rows),
            "bytes": sum(row["size"] or 0 for row in rows),
            "names": [row["name"] for row in rows[:100]],
            "keep": kept,
        }

    def commit_changes(
        self,
        project: str,
        expected: int | None = None,
        *,
        session_id: str | None = None,
        who: Who | None = None,
        source: str = "page",
    ) -> dict[str, Any]:
        """Start a `change_commit` for what is marked now: {summary, task}.

        It removes exactly these photos, one item each; what is marked later waits for the next
        commit. Raises Drifted, with nothing started, when `expected` is not their number.
        """
        with self._ledger.transaction(durable=True):
            summary = self.commit_summary(project)
            if expected is not None and expected != summary["remove"]:
                raise Drifted(
                    f"{summary['remove']} photos would be removed now, not {expected}; "
                    "nothing was started"
                )
            rows = self._store.rows("rejected_photos", project=self._id(project))
            request = TaskRequest(
                type=COMMIT,
                params={"project": project},
                project=project,
                session_id=session_id,
                source=source,
            )
            task = self.start(request, [row["name"] for row in rows], who)
        return {"summary": summary, "task": task}

    # --- tasks -----------------------------------------------------------------------------------

    def start_task(
        self, project: str, request: ProjectTaskRequest, *, who: Who | None = None
    ) -> dict[str, Any]:
        """Start a task of a type whose scope is a project; its document.

        Tasks of a project are listed by `service.lists.tasks` with the filter `project`. Raises
        NotFound for the project, Invalid for a type that is none or has another scope.
        """
        self._id(project)
        cls = self._types.find(request.type)
        if cls is not None and cls.scope != "project":
            message = f"{request.type} is no task of a project"
            raise Invalid(message, [{"pointer": "/type", "message": message}])
        asked = TaskRequest(
            type=request.type,
            params={"project": project},
            project=project,
            title=request.title,
            priority=request.priority,
        )
        return self.start(asked, (), who)

    def start(self, request: TaskRequest, items: Sequence[str], who: Who | None) -> dict[str, Any]:
        """Accept a task of ours, inside the caller's transaction or in one of its own."""
        if items:
            request = request.model_copy(update={"items": list(items)})
        new = prepared(self._types, request, who=who)
        if self._store.in_transaction:
            task = self._intake.enqueue_within(new)
        else:
            task = self._intake.enqueue(new)
        return self._showing.task(task)

    # --- inside ----------------------------------------------------------------------------------

    def _id(self, project: str) -> int:
        return self.projects.row(project)["id"]

    def _row(self, project: str, name: str) -> Any:
        row = self._store.one("photo", project=self._id(project), called=name)
        if row is None:
            raise NotFound(f"There is no photo {name} in {project}")
        return row
