"""Query parameters, one model for each kind of list. Values come as text and are converted."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from core.desk.requests import Body, Id, Moment, TaskFilter
from core.model import Kind


def _words(value: Any) -> Any:
    """`kinds=log,task_update` and `kinds=log&kinds=task_update` mean the same."""
    given = [value] if isinstance(value, str) else value
    return [word.strip() for text in given for word in text.split(",")]


def _day(value: Any) -> Any:
    """A day as it is written; pydantic would take "0" for the first of 1970."""
    return date.fromisoformat(value) if isinstance(value, str) else value


Level = Literal["debug", "info", "warning", "error"]
LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error")
Limit = Annotated[int, Field(ge=1, le=500, description="Entries of a page")]
After = Annotated[int, Field(ge=0, le=2**63 - 1, description="Only what has a higher number")]
Before = Annotated[
    int | None,
    Field(ge=0, le=2**63 - 1, description="Instead of `after`: the last ones with a lower number"),
]
Ids = Annotated[list[Id], BeforeValidator(_words), Field(min_length=1, max_length=500)]
Kinds = Annotated[list[Kind], BeforeValidator(_words), Field(min_length=1, max_length=20)]


class TasksQuery(TaskFilter):
    """Which tasks, in which order."""

    sort: Literal["-id", "id", "-finished_at", "finished_at", "priority"] = Field(
        default="-id", description="`priority` is the waiting line's own order"
    )
    limit: Limit = 50
    cursor: str | None = Field(default=None, max_length=500, description="From `next_cursor`")

    def filter(self) -> TaskFilter:
        """The part that says which tasks."""
        given = TaskFilter.model_fields.keys() & self.model_fields_set
        return TaskFilter(**{name: getattr(self, name) for name in given})


class ItemsQuery(Body):
    """Which items of a task."""

    status: Literal["queued", "running", "completed", "failed", "skipped"] | None = None
    after: After = 0
    limit: Limit = 100


class TimelineQuery(Body):
    """Which events of a task."""

    after: After = 0
    before: Before = None
    kinds: Kinds | None = Field(default=None, description="Only these kinds")
    limit: Limit = 100


class PaceQuery(Body):
    """How finely."""

    points: int = Field(default=600, ge=10, le=2000, description="About so many samples")


class LogText(Body):
    """Which lines of a whole log."""

    level: Level = Field(default="debug", description="The least level")
    q: str = Field(default="", max_length=200, description="Part of the message")

    def levels(self) -> tuple[str, ...]:
        """The levels meant."""
        return LEVELS[LEVELS.index(self.level) :]


class LogsQuery(LogText):
    """Which lines of a log."""

    after: After = 0
    before: Before = None
    limit: Limit = 500


class EventsQuery(Body):
    """Which events, from where. The header Last-Event-ID wins over `after`."""

    after: After | None = Field(
        default=None, description="The last event the reader has; default: only what comes now"
    )
    task: Ids | None = Field(default=None, description="Only of these tasks")
    kinds: Kinds | None = Field(
        default=None, description="Only these kinds; item_update and log come only when named"
    )
    details: Ids | None = Field(
        default=None,
        description="job_update, item_update, log and telemetry only of these tasks; the other "
        "kinds of all",
    )


class CodeRequest(Body):
    """What a code is for."""

    scope: Literal["full", "read"] = Field(
        default="full", description="`read`: a second screen, which may only look"
    )


class SessionQuery(Body):
    """How many tasks of a session, the newest first."""

    limit: Limit = 100


class CompletionsQuery(Body):
    """What ended after this time."""

    since: Moment = Field(description="When the client last looked")
    limit: Limit = 100


class ResultQuery(Body):
    """In which form."""

    format: Literal["", "csv"] = Field(
        default="", description='`csv`: the list in a JSON result, as a table; "": as it is'
    )


class StatsQuery(Body):
    """From which day on (UTC), and in which rows."""

    since: Annotated[date, BeforeValidator(_day)] | None = Field(
        default=None, description="Default: 30 days"
    )
    by: Literal["day", "type"] = "day"


class PathsQuery(Body):
    """What is typed so far."""

    under: str = Field(default="", max_length=1000, description="A path as far as it is typed")


class RecordingsQuery(Body):
    """Which recordings."""

    status: Literal["orphaned", "transcribed", "failed", "missing"] | None = None
    q: str = Field(default="", max_length=500, description="Words, each as a beginning")
    limit: Limit = 50
    cursor: str | None = Field(default=None, max_length=100, description="From `next_cursor`")


class TranscriptQuery(Body):
    """In which form."""

    format: Literal["txt", "srt", "json"] = "txt"


class TimesQuery(Body):
    """An expression to try."""

    cron: str = Field(max_length=200, description="Five fields, local time; or @daily and the like")
    count: int = Field(default=3, ge=1, le=20, description="How many times")


Words = Annotated[
    str,
    Field(
        max_length=500,
        description='Words to find: a `"phrase"`, `begin*`, `-without`; the last word may be begun',
    ),
]


class SourcesQuery(Body):
    """Which documents."""

    q: Words = ""
    limit: Limit = 50
    cursor: Annotated[int, Field(ge=0, le=2**62, description="From `next_cursor`")] = 0


class PagesQuery(Body):
    """Which pages of a document."""

    q: Words = ""
    status: Literal["queued", "completed", "failed"] | None = None
    after: Annotated[int, Field(ge=0, le=2**31, description="From `next_cursor`")] = 0
    limit: Limit = 100
