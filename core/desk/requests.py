"""What a request may carry: one pydantic model for each body and for the filter of a list.

`webui` describes the API from these models and the desks take them; `parsed` makes one from JSON
or from a query and turns pydantic's complaints into our one kind of refusal.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from core.desk.knobs import Knobs
from core.model import ACTIVE, TERMINAL, Status
from core.paths import in_one_line
from core.task_type import invalid

MOST_IN_BULK = 100_000  #: tasks one bulk action may name or match
MOST_ID = 2**63 - 1  #: SQLite's integers


def _storable(value: Any) -> Any:
    """JSON values that text can carry: no lone surrogates, no NaN."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, TypeError, RecursionError):
        raise ValueError("must be JSON with whole characters and finite numbers") from None
    return value


def _written_out(value: Any) -> Any:
    """A moment as RFC 3339 writes it; pydantic would take "9" for nine seconds after 1970."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or value[4:5] != "-":
        raise ValueError("write a moment as in 2026-07-31T09:30:00Z")
    return datetime.fromisoformat(value.upper())


def _calendar(value: datetime) -> datetime:
    """Years whose moments can be shown in every zone."""
    if not 1900 <= value.year <= 9000:
        raise ValueError("must be between the years 1900 and 9000")
    return value


def _one_line(value: str) -> str:
    if not (line := in_one_line(value)):
        raise ValueError("must not be empty")
    return line


def _split(value: Any) -> Any:
    """A query says `status=failed,completed` or `status=failed&status=completed`."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list):
        return [
            part.strip() if isinstance(part, str) else part
            for entry in value
            for part in (entry.split(",") if isinstance(entry, str) else [entry])
        ]
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_calendar)]
Parameters = Annotated[dict[str, Any], AfterValidator(_storable)]
Title = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_one_line)]
Note = Annotated[
    str, Field(max_length=2000, description="In a person's words, such as why it waits for a start")
]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Id = Annotated[int, Field(ge=1, le=MOST_ID)]
Priority = Annotated[int, Field(ge=-1000, le=1000)]


class Body(BaseModel):
    """A misspelt member is refused rather than ignored."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Related(Body):
    """What a task is about, outside Longhaul or inside."""

    type: Name
    id: Name


class TaskRequest(Body):
    """A task to create."""

    type: Name
    params: Parameters = {}
    title: Title | None = Field(default=None, description="Default: made from the parameters")
    priority: Priority = 0
    source: str = Field(default="api", pattern=r"^[a-z0-9_.-]{1,40}$", description="Who asks")
    session_id: Name | None = None
    related: Related | None = None
    project: Name | None = None
    not_before: Moment | None = Field(default=None, description="Start at this time or later")
    after: list[Id] = Field(
        default=[], max_length=1000, description="Wait until these tasks completed"
    )
    hold: bool = Field(default=False, description="Wait for a start")
    note: Note = ""
    canary: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000_000,
        description="Pause by itself after so many records, for a look; resume goes on from there",
    )
    plan: str | None = Field(
        default=None,
        max_length=20_000,
        description="The `plan` of a preview: refused with 409 when the data have changed since",
    )
    items: list[Annotated[str, Field(min_length=1, max_length=1024)]] | None = Field(
        default=None,
        max_length=100_000,
        description="Keys of the units of work, for types that take them",
    )


class TaskPatch(Knobs):
    """What may be changed of a task; what is absent stays. A knob of null is automatic again."""

    title: Title | None = None
    note: Note | None = None
    priority: Priority | None = None


class Move(Body):
    """Another place in the waiting line: exactly one of the three."""

    to: Literal["top", "bottom"] | None = None
    before: Id | None = None
    after: Id | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(value is not None for value in (self.to, self.before, self.after)) != 1:
            raise ValueError("give exactly one of `to`, `before` and `after`")
        return self


class Retry(Body):
    """How to retry: what failed goes on at its cursor, or everything again in a new run."""

    from_: Literal["failed", "start"] = Field(default="failed", alias="from")
    only_failed_items: bool = False


class Activity(Body):
    """What the person does; falls back to idle when nobody renews it in time."""

    state: Literal["idle", "recording", "processing"]
    ttl_s: float = Field(
        default=60.0, ge=1, le=86_400, description="Seconds until it falls back to idle"
    )


class TaskFilter(Body):
    """Which tasks; every member that is given must fit."""

    status: Annotated[
        list[
            Literal[
                "queued", "running", "paused", "completed", "failed", "cancelled",
                "active", "finished", "all",
            ]
        ]
        | None,
        BeforeValidator(_split),
    ] = Field(default=None, description="One or several; default: active")  # fmt: skip
    type: Name | None = None
    source: Name | None = None
    user_relevant: bool | None = Field(default=None, description="false: only maintenance")
    show_maintenance: bool = Field(default=False, description="Maintenance too")
    session_id: Name | None = None
    related_type: Name | None = None
    related_id: Name | None = None
    project: Name | None = None
    q: str | None = Field(
        default=None,
        max_length=200,
        description="Part of title, type, number, or of parameters without secrets; "
        "`#12` is a number",
    )
    finished_since: Moment | None = None

    def statuses(self, default: Iterable[Status] = ACTIVE) -> tuple[Status, ...]:
        """The statuses meant, in the order of the lifecycle; `default` when none is named."""
        meant: set[str] = set()
        for word in self.status or ():
            meant |= set(_WORDS.get(word, (word,)))
        if not self.status:
            meant = set(TERMINAL if self.finished_since else default)
        return tuple(s for s in Status if s in meant)

    def relevances(self) -> tuple[int, ...]:
        """The values of `user_relevant` meant."""
        if self.user_relevant is not None:
            return (int(self.user_relevant),)
        return (1, 0) if self.show_maintenance else (1,)


_WORDS: dict[str, Iterable[str]] = {"active": ACTIVE, "finished": TERMINAL, "all": set(Status)}


class Cancellation(Body):
    """Which tasks to cancel: by number, by filter, or all that are not finished."""

    ids: list[Id] | None = Field(default=None, max_length=MOST_IN_BULK)
    filter: TaskFilter | None = None
    all: bool = False
    expected: int | None = Field(default=None, ge=0, description="How many tasks the person saw")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.ids is not None) + (self.filter is not None) + self.all != 1:
            raise ValueError("give exactly one of `ids`, `filter` and `all`")
        return self

    def which(self) -> dict[str, Any]:
        """The arguments of a bulk action; all means maintenance too."""
        every = TaskFilter(show_maintenance=True) if self.all else None
        return {"ids": self.ids, "filter": self.filter or every, "expected": self.expected}


class BulkAction(Body):
    """One verb for many tasks."""

    action: Literal["start", "pause", "resume", "cancel", "retry", "hold", "clear"]
    ids: list[Id] | None = Field(default=None, max_length=MOST_IN_BULK)
    filter: TaskFilter | None = None
    expected: int | None = Field(default=None, ge=0, description="How many tasks the person saw")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.ids is not None) + (self.filter is not None) != 1:
            raise ValueError("give exactly one of `ids` and `filter`")
        return self


class PreviewRequest(Body):
    """Parameters to try."""

    params: Parameters = {}


class ScheduleRequest(Body):
    """A task that starts by the calendar."""

    name: Title
    cron: str = Field(max_length=200, description="Five fields, local time; or @daily and the like")
    type: Name
    params: Parameters = {}
    priority: Priority = 0
    enabled: bool = True


class SchedulePatch(Body):
    """What may be changed of a schedule; what is absent stays."""

    name: Title | None = None
    cron: str | None = Field(default=None, max_length=200)
    params: Parameters | None = None
    priority: Priority | None = None
    enabled: bool | None = None


class SourceRequest(Body):
    """A document to add."""

    path: str = Field(min_length=1, max_length=4096, description="The whole path of the file")
    title: Title | None = Field(default=None, description="Default: the name of the file")
    priority: Priority = 0
    session_id: Name | None = None


M = TypeVar("M", bound=BaseModel)


def parsed(model: type[M], document: Any, at: str = "") -> M:
    """`document` as `model`; raises Invalid whose pointers begin with `at`."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise invalid(error, at) from None
