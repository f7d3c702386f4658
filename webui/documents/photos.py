"""Photo projects: what the API answers about them."""

from typing import Literal

from pydantic import Field

from webui.documents.base import Count, Document, Moment
from webui.documents.tasks import TaskDocument

State = Literal["pending", "ready", "failed", "missing"]


class ProjectDocument(Document):
    """A photo project."""

    id: int
    name: str
    folder: str = Field(description="The whole path, links resolved")
    photos: Count
    available: Count = Field(description="Photos whose file is there")
    rejected: Count = Field(description="Those that a commit would remove")
    pending: Count = Field(description="Those whose thumbnail or preview is still to be made")
    failed: Count = Field(description="Those of which none could be made")
    in_trash: Count
    created_at: Moment
    updated_at: Moment


class NewProject(ProjectDocument):
    """A project, and the task that looks through its folder."""

    task: TaskDocument


class ProjectList(Document):
    items: list[ProjectDocument]


class FolderLook(Document):
    """What a project of a folder would find."""

    photos: Count
    others: Count = Field(description="Files of no accepted type, which go to its trash")
    sample: list[str] = Field(description="Names of the first of these")


class PhotoProblem(Document):
    """Why there is no picture of a photo."""

    code: str
    message: str


class PhotoDocument(Document):
    """A photo of a project."""

    name: str
    project: str
    kind: str
    keep: bool = Field(description="False: removed at the next commit")
    available: bool
    thumbnail: State
    preview: State
    thumbnail_url: str | None = Field(description="With the version of its content; kept for ever")
    preview_url: str | None
    problem: PhotoProblem | None
    size: int | None = Field(description="Bytes")
    sha256: str | None
    format: str | None
    width: int | None = Field(description="Pixels, upright")
    height: int | None
    orientation: int | None = Field(description="As EXIF has it")
    make: str | None
    model: str | None
    taken_at: str | None = Field(description="As the camera's clock said, without a zone")
    added_at: Moment
    updated_at: Moment
    version: int


class PhotoList(Document):
    items: list[PhotoDocument]
    next_cursor: str | None
    count: int | None = Field(description="How many fit in all; on the first page only")


class Marked(Document):
    """What became of keep marks."""

    changed: Count
    keep: bool


class TakenFile(Document):
    name: str
    given: str = Field(description="What it was to be called; taken by another if it differs")
    already: bool = Field(description="The very same content had this name already")


class RefusedFile(Document):
    name: str
    reason: str


class Taken(Document):
    """What became of an upload."""

    taken: list[TakenFile]
    refused: list[RefusedFile]
    task: TaskDocument | None = Field(description="Makes thumbnails and previews, then checks")


class CommitSummary(Document):
    """What a commit would do."""

    remove: Count
    bytes: int
    names: list[str] = Field(description="The first hundred")
    keep: Count


class Commit(Document):
    summary: CommitSummary
    task: TaskDocument


class TrashedFile(Document):
    """A file in the trash of a project."""

    id: int
    name: str
    trash_name: str
    reason: str
    size: int | None
    moved_at: Moment | None


class TrashList(Document):
    items: list[TrashedFile]
    next_cursor: str | None


class RestoredFile(Document):
    id: int
    name: str
    given: str = Field(description="Its name before; another file has that by now if it differs")
    is_photo: bool


class UnrestoredFile(Document):
    id: int
    reason: str


class Restored(Document):
    """What was brought back from the trash."""

    restored: list[RestoredFile]
    refused: list[UnrestoredFile]
    task: TaskDocument | None = Field(description="Makes thumbnails and previews again")
