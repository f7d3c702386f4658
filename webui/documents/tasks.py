"""Tasks, their jobs, attempts, items, events and log lines, alone and in lists."""

from typing import Any, Literal

from pydantic import Field

from core.model import Blocked, Control, Kind, Status
from webui.documents.base import Count, Document, Eta, Failure, Moment, Why
from webui.documents.types import ErrorPolicyDocument


class Progress(Document):
    """Counters, in `unit`; null while the total is not known."""

    done: Count
    total: Count | None
    failed: Count
    skipped: Count
    unit: str


class About(Document):
    """What a task is about."""

    type: str
    id: str


class Asker(Document):
    """Who asked for something, as the service knows it by itself."""

    by: Literal["page", "command", "program", "schedule"]
    user: str = Field(description="The operating-system user")
    session: str = Field(description="The mark of the page's session; empty for others")


class Approval(Asker):
    """Who let a held task start, and when."""

    at: Moment


class Turn(Document):
    """One knob, from what to what; null is automatic."""

    name: str
    from_: Any = Field(alias="from")
    to: Any


class Steered(Asker):
    """The last change of live knobs: who made it, and when."""

    at: Moment
    changes: list[Turn]


class Canary(Document):
    """Records after which it pauses by itself for a look; where it stands."""

    records: Count
    state: Literal["ahead", "waiting", "passed"]


class Attempt(Document):
    """One run of a job: from which cursor to which, and how it ended."""

    job_id: int
    number: int
    pid: int = Field(description="The process that did it")
    outcome: str
    error: Failure | None
    cursor_from: Any
    cursor_to: Any
    started_at: Moment
    finished_at: Moment | None


class StageDocument(Document):
    """One stage of a backfill that has several."""

    name: str
    state: Literal["ahead", "now", "past"]
    cursor: Any
    done: Count
    failed: Count
    skipped: Count
    total: Count | None
    unit: str


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
    attempt_list: list[Attempt] = Field(
        [], description="Where one task is answered, or the jobs of one"
    )


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
    stage_progress: list[StageDocument] = Field(
        description="Where each stage stands, for a backfill that has several; else empty"
    )
    error_policy: ErrorPolicyDocument | None = Field(
        description="What happens about records that fail, where its type has a policy"
    )
    message: str
    progress: Progress
    figures: dict[str, float | str] = Field(
        description="What its jobs tallied; at its end the plain values of its result, too"
    )
    rate: float | None = Field(description="Records a second")
    eta: Eta | None
    waiting_because: Why | None
    attempts: Count
    max_attempts: int
    error: Failure | None
    result_url: str | None
    note: str = Field(description="In a person's words, such as why it waits for a start")
    asked_by: Asker | None
    approved: Approval | None = Field(description="Who started it after it was held")
    canary: Canary | None
    steered: Steered | None
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
