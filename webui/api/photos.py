"""Photo projects: their photos, keep marks, uploads, commits, tasks, and the trash."""

import os
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import Field

from core.desk.lists import Page
from core.desk.photo_requests import (
    CommitRequest,
    FolderRequest,
    KeepMark,
    KeepMarks,
    PhotoFilter,
    ProjectRequest,
    ProjectTaskRequest,
    Reconnect,
    Restore,
)
from core.desk.photos import Upload as Arrived
from core.desk.requests import Body, TaskFilter
from core.errors import (
    DiskFull,
    Drifted,
    FolderUnavailable,
    Forbidden,
    Invalid,
    NotPossible,
)
from webui import documents as docs
from webui.api.paging import following, listed
from webui.api.queries import Limit, TasksQuery
from webui.api.tasks import created
from webui.calls import Call
from webui.files import FILE_CONDITIONS, Serving, file_answers, file_reply
from webui.replies import Reply
from webui.routes import API, Content, Routes, Upload

routes = Routes("projects")

#: The folder of a project may be away, or be no folder that a request may name.
FOLDER = (Forbidden, Invalid, FolderUnavailable)
NEW = Content(docs.NewProject, headers=("Location",))
PICTURE = file_answers("image/jpeg")


class PhotosQuery(PhotoFilter):
    """Which photos, in which order."""

    sort: Literal["name", "-name", "taken_at", "-taken_at", "id", "-id"] = "name"
    limit: Limit = 100
    cursor: str | None = Field(default=None, max_length=2000, description="From `next_cursor`")

    def filter(self) -> PhotoFilter:
        """The part that says which photos."""
        given = PhotoFilter.model_fields.keys() & self.model_fields_set
        return PhotoFilter(**{name: getattr(self, name) for name in given})


class TrashQuery(Body):
    """Which part of a trash."""

    limit: Limit = 100
    cursor: str | None = Field(default=None, max_length=30, description="From `next_cursor`")


class PictureQuery(Body):
    """Which version of a picture."""

    v: Annotated[str, Field(max_length=100)] = Field(
        default="", description="As in the address that a photo tells; such a picture never changes"
    )


# --- projects -----------------------------------------------------------------------------------


@routes.get("/projects", docs.ProjectList)
def list_projects(call: Call) -> Reply:
    """Every photo project with its figures, by name."""
    return Reply({"items": call.service.photos.projects.all()})


@routes.post("/projects", {201: NEW}, body=ProjectRequest, raises=FOLDER)
def create_project(call: Call) -> Reply:
    """Make a project of a folder below the roots, or of a new one in the data directory, and begin
    to look through it."""
    made = call.service.photos.projects.create(call.body, who=call.who)
    return Reply(made, 201, {"Location": f"{API}/projects/{quote(made['name'], safe='')}"})


@routes.post("/projects/preview", docs.FolderLook, body=FolderRequest, raises=FOLDER)
def look_at_folder(call: Call) -> Reply:
    """What a project of this folder would find; changes nothing."""
    return Reply(call.service.photos.projects.look(call.body.folder))


@routes.get("/projects/{project}", docs.ProjectDocument)
def get_project(call: Call) -> Reply:
    """A project with its figures."""
    return Reply(call.service.photos.projects.get(_project(call)))


@routes.delete(
    "/projects/{project}",
    {204: Content(media_types=(), description="Forgotten")},
    raises=(NotPossible,),
)
def forget_project(call: Call) -> Reply:
    """Forget a project. Its folder stays as it is, with photos and trash."""
    call.service.photos.projects.forget(_project(call))
    return Reply(None, 204)


@routes.post("/projects/{project}/reconnect", docs.NewProject, body=Reconnect, raises=FOLDER)
def reconnect_project(call: Call) -> Reply:
    """Say that a folder is this project's: after it was moved, or its mark was lost."""
    return Reply(call.service.photos.projects.reconnect(_project(call), call.body, who=call.who))


# --- photos -------------------------------------------------------------------------------------


@routes.get(
    "/projects/{project}/photos", Content(docs.PhotoList, headers=("Link",)), query=PhotosQuery
)
def list_photos(call: Call) -> Reply:
    """Photos by filter, a page at a time, by name."""
    query, desk = call.query, call.service.photos
    page: Page = desk.photos(
        _project(call), query.filter(), sort=query.sort, limit=query.limit, cursor=query.cursor
    )
    count = None if query.cursor else desk.count(_project(call), query.filter())
    document = {"items": page.items, "next_cursor": page.next_cursor, "count": count}
    return Reply(document, headers=following(call, page.next_cursor, "cursor"))


@routes.get("/projects/{project}/photos/{name}", docs.PhotoDocument)
def get_photo(call: Call) -> Reply:
    """A photo, with what its own data say."""
    return Reply(call.service.photos.photo(_project(call), call.places["name"]))


@routes.patch("/projects/{project}/photos/{name}", docs.PhotoDocument, body=KeepMark)
def mark_photo(call: Call) -> Reply:
    """Mark a photo to be kept, or to be removed at the next commit."""
    return Reply(call.service.photos.mark(_project(call), call.places["name"], call.body.keep))


@routes.patch("/projects/{project}/photos", docs.Marked, body=KeepMarks, raises=(Drifted,))
def mark_photos(call: Call) -> Reply:
    """Mark many photos: those named, or all that fit. With `expected`, 409 when they are not as
    many as the person saw."""
    return Reply(call.service.photos.mark_many(_project(call), call.body))


@routes.get(
    "/projects/{project}/photos/{name}/thumbnail",
    PICTURE,
    query=PictureQuery,
    headers=FILE_CONDITIONS,
)
def read_thumbnail(call: Call) -> Reply:
    """The thumbnail of a photo, 320 pixels on its longer side; 404 while there is none."""
    return _picture(call, "thumbnail")


@routes.get(
    "/projects/{project}/photos/{name}/preview",
    PICTURE,
    query=PictureQuery,
    headers=FILE_CONDITIONS,
)
def read_preview(call: Call) -> Reply:
    """The preview of a photo, 1,600 pixels on its longer side; 404 while there is none."""
    return _picture(call, "preview")


def _picture(call: Call, which: str) -> Reply:
    found = call.service.photos.derivative(_project(call), call.places["name"], which)
    descriptor = os.open(found.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    is_versioned = call.query is not None and call.query.v == found.version
    serving = Serving(found.media_type, f"{found.version}-{which}", is_versioned)
    return file_reply(call, descriptor, serving)


# --- what is done with them ---------------------------------------------------------------------


@routes.post(
    "/projects/{project}/uploads",
    {201: Content(docs.Taken, description="Taken; the task makes thumbnails and previews")},
    upload=Upload(
        {"file": "photos, as many as you like"},
        {"session_id": "as in POST /tasks"},
        into=lambda service, places: service.photos.spool(places["project"]),
    ),
    raises=(*FOLDER, DiskFull),
)
def upload_photos(call: Call) -> Reply:
    """Put photos into the folder of a project. None overwrites another: where the name is taken by
    another content it gets a number, and where by the very same it is `already` there. Names that
    no project can hold are refused one by one; 422 when none was taken."""
    session, arrived = None, []
    for part in call.upload or ():
        if part.name == "session_id" and not part.filename:
            session = part.text()[:200] or None
        else:
            arrived.append(Arrived(part.path, part.last_name()))
    if not arrived:
        raise Invalid("There is no file in it", [{"pointer": "/file", "message": "is missing"}])
    desk = call.service.photos
    source = "page" if call.session else "api"
    taken = desk.take(_project(call), arrived, session_id=session, who=call.who, source=source)
    if not taken["taken"]:
        errors = [{"pointer": "/file", "message": _reason(entry)} for entry in taken["refused"]]
        raise Invalid("; ".join(error["message"] for error in errors[:5]), errors)
    return Reply(taken, 201)


def _reason(entry: dict) -> str:
    return f"{entry['name']}: {entry['reason']}"


@routes.get("/projects/{project}/commit-changes", docs.CommitSummary)
def preview_commit(call: Call) -> Reply:
    """What a commit would do now; changes nothing."""
    return Reply(call.service.photos.commit_summary(_project(call)))


@routes.post(
    "/projects/{project}/commit-changes",
    {201: Content(docs.Commit, headers=("Location",), description="Begun")},
    body=CommitRequest,
    is_body_optional=True,
    raises=(Drifted,),
)
def commit_changes(call: Call) -> Reply:
    """Carry out the keep marks: move what is not kept into the trash of the project, then check it.
    With `expected`, 409 when they are not as many as the person saw."""
    made = call.service.photos.commit_changes(_project(call), call.body.expected, who=call.who)
    return Reply(made, 201, {"Location": f"{API}/tasks/{made['task']['id']}"})


@routes.get(
    "/projects/{project}/tasks", Content(docs.TaskList, headers=("Link",)), query=TasksQuery
)
def list_project_tasks(call: Call) -> Reply:
    """The tasks of a project, as `GET /tasks` lists those of all."""
    query = call.query
    given = query.filter().model_dump(exclude_unset=True)
    page = call.service.lists.tasks(
        TaskFilter(**given | {"project": call.service.photos.projects.get(_project(call))["name"]}),
        sort=query.sort,
        limit=query.limit,
        cursor=query.cursor,
    )
    return listed(call, page, "cursor")


@routes.post(
    "/projects/{project}/tasks",
    {201: Content(docs.TaskDocument, headers=("Location", "ETag"), description="Accepted")},
    body=ProjectTaskRequest,
)
def start_project_task(call: Call) -> Reply:
    """Start a task of a type whose scope is a project, such as `maintenance`."""
    return created(call.service.photos.start_task(_project(call), call.body, who=call.who))


# --- the trash ----------------------------------------------------------------------------------


@routes.get(
    "/projects/{project}/trash", Content(docs.TrashList, headers=("Link",)), query=TrashQuery
)
def list_trash(call: Call) -> Reply:
    """Files in the trash of a project, the latest first."""
    desk, query = call.service.photos, call.query
    row = desk.projects.row(_project(call))
    return listed(call, desk.trash.all(row, limit=query.limit, cursor=query.cursor), "cursor")


@routes.post(
    "/projects/{project}/trash/restore", docs.Restored, body=Restore, raises=(FolderUnavailable,)
)
def restore_trash(call: Call) -> Reply:
    """Bring files back from the trash, under numbered names where theirs are taken."""
    desk = call.service.photos
    row = desk.projects.row(_project(call))
    return Reply(desk.trash.restore(row, call.body.ids, who=call.who))


def _project(call: Call) -> str:
    return call.places["project"]
