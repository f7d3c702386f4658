"""What requests about photo projects may carry: bodies, and the filter of a list of photos."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from core.desk.requests import Body, Id, Priority, Title, _split

MOST_NAMES = 100_000  #: photos that one request may name

STATES = ("pending", "ready", "failed", "missing")


def _project_name(value: str) -> str:
    name = " ".join(value.split())
    if not name or name.startswith(".") or any(c in name for c in "/\\") or not name.isprintable():
        raise ValueError("must be printable, without slashes, and not begin with a dot")
    return name


ProjectName = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_project_name)]
FileName = Annotated[str, Field(min_length=1, max_length=255)]


class ProjectRequest(Body):
    """A photo project to make from a folder."""

    name: ProjectName
    folder: str | None = Field(
        default=None, min_length=1, max_length=4096,
        description="The whole path of its folder; default: a new one in the data directory",
        json_schema_extra={"format": "folder"},
    )  # fmt: skip
    create: bool = Field(default=False, description="Make the folder when it is missing")


class FolderRequest(Body):
    """A folder to look at before it becomes a project's."""

    folder: str = Field(
        min_length=1, max_length=4096, description="The whole path",
        json_schema_extra={"format": "folder"},
    )  # fmt: skip


class KeepMark(Body):
    """Whether a photo is kept at the next commit."""

    keep: bool


class PhotoFilter(Body):
    """Which photos of a project; every member that is given must fit."""

    keep: bool | None = None
    available: bool | None = Field(default=None, description="Whether its file is there")
    kind: Annotated[
        list[Literal["jpeg", "png", "tiff", "heic", "webp", "raw"]] | None, BeforeValidator(_split)
    ] = None
    thumbnail: Annotated[
        list[Literal["pending", "ready", "failed", "missing"]] | None, BeforeValidator(_split)
    ] = Field(default=None, description="The state of its thumbnail")
    q: str | None = Field(default=None, max_length=200, description="Part of the name")


class KeepMarks(Body):
    """Keep marks for many photos: those named, or all that fit."""

    keep: bool
    names: list[FileName] | None = Field(default=None, max_length=MOST_NAMES)
    filter: PhotoFilter | None = None
    expected: int | None = Field(default=None, ge=0, description="How many photos the person saw")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.names is None) == (self.filter is None):
            raise ValueError("give exactly one of `names` and `filter`")
        return self


class CommitRequest(Body):
    """Carry out the marks of a project."""

    expected: int | None = Field(
        default=None, ge=0, description="How many photos the person saw that would be removed"
    )


class ProjectTaskRequest(Body):
    """A task of a type whose scope is a project."""

    type: Annotated[str, Field(min_length=1, max_length=200)]
    title: Title | None = None
    priority: Priority = 0


class Restore(Body):
    """Files to bring back from the trash."""

    ids: list[Id] = Field(min_length=1, max_length=10_000)


class Reconnect(Body):
    """Say that a folder is this project's, after its disk, path or mark changed."""

    folder: str | None = Field(
        default=None, min_length=1, max_length=4096, description="Default: where it was",
        json_schema_extra={"format": "folder"},
    )  # fmt: skip
    emptied: bool = Field(
        default=False, description="All photos are gone on purpose: the next check believes it"
    )
