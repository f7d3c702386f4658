"""What the API answers, as models: for the OpenAPI description and the tests, never at run time.

The documents themselves are made in `core.documents` and the desks; a test holds the two together,
member by member. Bodies of requests are in `core.desk.requests`. Named by the routes of
`webui.api`, read by `openapi.py`.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from core.model import Blocked, Control, Kind, Status
from core.settings import Settings

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Count = Annotated[int, Field(ge=0)]
Activities = Literal["idle", "recording", "processing"]


class Document(BaseModel):
    """Nothing but the members named here. Built when it is needed: the description is seldom."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


# --- tasks and jobs -----------------------------------------------------------------------------


class Progress(Document):
    """Counters, in `unit`; null while the total is not known."""

    done: Count
    total: Count | None
    failed: Count
    skipped: Count
    unit: str


class Eta(Document):
    """Seconds to go, as a range."""

    low: float
    high: float


class Why(Document):
    """Why something waits, and until when where that is known."""

    code: str
    message: str
    until: float | None = Field(description="Seconds since 1970-01-01 UTC")


class Failure(BaseModel):
    """What failed; other members (item, trace_id, hint, cursor) where they apply."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    code: str
    message: str


class About(Document):
    """What a task is about."""

    type: str
    id: str


class Attempt(Document):
    """One run of a job: from which cursor to which, and how it ended."""

    job_id: int
    number: int
    outcome: str
    error: Failure | None
    cursor_from: Any
    cursor_to: Any
    started_at: Moment
    finished_at: Moment | None


class JobDocument(Document):
    """The claimable work of one step."""

    id: int
    task_id: int
    task_type: str
    source: str
    run: int
    step: Count
    chunk: Any
    type: str
    status: Status
    lane: str
    priority: int
    stage: str
    stages: list[str]
    cursor: Any
    progress: Progress
    tally: dict[str, int]
    rate: float | None
    attempts: Count
    max_attempts: int
    blocked: Blocked | None
    error: Failure | None
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    updated_at: Moment
    version: int
    attempt_list: list[Attempt] = Field([], description="Where one task is answered")


class TaskDocument(Document):
    """What a person asked for and sees."""

    id: int
    type: str
    title: str
    status: Status
    shown_status: str = Field(description="The status, or pausing and cancelling on the way there")
    control: Control
    allowed: list[str] = Field(description="The verbs that are possible now")
    can_cancel: bool
    can_retry: bool
    held: bool
    source: str
    user_relevant: bool
    project: str | None
    session_id: str | None
    related: About | None
    source_id: int | None
    page_id: int | None
    params: dict[str, Any]
    knobs: dict[str, Any]
    priority: int
    position: float
    run: int
    step_index: Count
    steps: list[str]
    stage: str
    stages: list[str]
    message: str
    progress: Progress
    rate: float | None = Field(description="Records a second")
    eta: Eta | None
    waiting_because: Why | None
    attempts: Count
    max_attempts: int
    error: Failure | None
    result_url: str | None
    scheduled_at: Moment | None
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    updated_at: Moment
    version: int
    jobs: list[JobDocument] = Field([], description="The jobs of the current run, where given")


class ItemDocument(Document):
    """One unit of a job's work."""

    id: int
    job_id: int
    task_id: int
    key: str
    status: Literal["queued", "running", "completed", "failed", "skipped"]
    attempts: Count
    message: str
    trace: str
    data: Any
    updated_at: Moment


class EventDocument(Document):
    """A fact; `data` is the full record that changed."""

    id: int
    kind: Kind
    at: Moment
    data: dict[str, Any]


class LogLine(Document):
    """One line of a task's log."""

    id: int
    job_id: int
    attempt: int
    at: Moment
    level: Literal["debug", "info", "warning", "error"]
    stage: str
    message: str


class TaskList(Document):
    """A page of tasks; it may come short and yet have a cursor to go on from."""

    items: list[TaskDocument]
    next_cursor: str | None


class JobList(Document):
    items: list[JobDocument]


class ItemList(Document):
    items: list[ItemDocument]
    next_cursor: str | None


class EventList(Document):
    items: list[EventDocument]
    next_cursor: str | None


class TaskItems(Document):
    """Tasks that need no cursor."""

    items: list[TaskDocument]


class BulkResult(Document):
    """What became of one task."""

    id: int
    status: Status | None
    ok: bool
    error: Failure | None = None


class BulkResults(Document):
    """Each task answers for itself."""

    results: list[BulkResult]
    changed: Count


class Changed(Document):
    """How many tasks were changed."""

    changed: Count


# --- task types ---------------------------------------------------------------------------------


class StepDocument(Document):
    name: str
    type: str
    priority: int | None
    lane: str
    stages: list[str]
    max_attempts: int


class TaskTypeDocument(Document):
    """Something a person can start."""

    name: str
    title: str
    description: str
    icon: str
    unit: str
    user_relevant: bool
    steps: list[StepDocument]
    guarantee: Literal["exactly once", "at least once"]
    knobs: list[str]
    has_preview: bool
    params_schema: dict[str, Any] = Field(description="JSON Schema of `params`")


class PlugInProblem(Document):
    """A plug-in that was refused."""

    file: str
    line: int | None
    reason: str


class TaskTypeList(Document):
    items: list[TaskTypeDocument]
    problems: list[PlugInProblem]


class PreviewDocument(Document):
    """What a run would do, found out without changing anything."""

    count: Count | None
    at_least: Count | None
    unit: str
    sample: list[dict[str, Any]]
    problems: list[str]


# --- the queue, the service ---------------------------------------------------------------------


class Lane(Document):
    """A set of slots; `lent` are those of it that normal jobs borrow."""

    name: str
    slots: Count
    busy: Count
    lent: Count


class ActivityDocument(Document):
    """What the person does, and until when that holds unless it is renewed."""

    state: Activities
    until: Moment | None


class QueueDocument(Document):
    """The queue, from one consistent read."""

    is_paused: bool
    pending: Count
    running: Count
    paused: Count
    completed: Count
    failed: Count
    cancelled: Count
    lanes: list[Lane]
    eta: Eta | None
    waiting_because: Why | None
    activity: ActivityDocument


class Condition(Document):
    """Something that is wrong right now."""

    code: str
    message: str
    since: Moment | None


class Snapshot(Document):
    """What the first paint needs; the stream goes on after `last_event_id`."""

    tasks: list[TaskDocument]
    next_cursor: str | None
    queue: QueueDocument
    settings: Settings
    task_types: list[TaskTypeDocument]
    conditions: list[Condition]
    version: str
    last_event_id: Count


class ScheduleDocument(Document):
    """A task that starts by the calendar."""

    id: int
    name: str
    cron: str
    type: str
    params: dict[str, Any]
    priority: int
    enabled: bool
    next_at: Moment | None
    last_at: Moment | None
    last_task_id: int | None
    problem: str
    created_at: Moment


class ScheduleList(Document):
    items: list[ScheduleDocument]


class StatsRow(Document):
    """Finished tasks of a type (and day): counts, records, seconds from start to end."""

    day: str | None = None
    type: str
    completed: Count
    failed: Count
    cancelled: Count
    records: Count
    seconds: float
    mean_s: float | None
    records_per_s: float | None


class Stats(Document):
    since: str
    by: Literal["day", "type"]
    rows: list[StatsRow]


class Health(Document):
    status: Literal["ok"]


class VersionDocument(Document):
    version: str
    api: Literal["v1"]
    started_at: Moment
    pid: int
    data_dir: str


class CodeDocument(Document):
    """A code for `GET /enter?code=…`, usable once."""

    code: str
    expires_in_s: float


class FieldError(Document):
    """One thing that does not fit, and where: a JSON pointer into the body, or /name of a query."""

    pointer: str
    message: str


class Problem(BaseModel):
    """An error (RFC 9457); further members where they apply."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    type: str = Field(description="Stable: urn:longhaul:…")
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = None
    allowed: list[str] | None = None
    task: int | None = None
    id: str | None = Field(None, description="Where to find more in the log of the service")


def _optional(model: type[BaseModel]) -> dict[str, Any]:
    """The fields of a model, each of which may be left out or null."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kind: Any = field.annotation
        for limit in field.metadata:
            kind = Annotated[kind, limit]
        alias = field.alias or name
        found[name] = (kind | None, Field(None, alias=alias, description=field.description))
    return found


#: A change of settings: what is absent stays, null brings a default back. Unknown names pass here,
#: so that the settings desk can say which name is close.
SettingsPatch: type[BaseModel] = create_model(
    "SettingsPatch",
    __config__=ConfigDict(
        extra="allow", json_schema_extra={"additionalProperties": False, "minProperties": 0}
    ),
    __doc__="Settings to change; what is absent stays, null brings the default back.",
    **_optional(Settings),
)
