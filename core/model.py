"""The records everything speaks about, frozen (what they hold, too), and their lists of words.

Rows of the database become these records in `core.store`; nobody else makes rows. Times are
seconds: `*_at` are wall time, `*_mono` monotonic time of the boot named beside it.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.identity import Who
from core.record import Record


class Status(StrEnum):
    """What is, written by the engine only, by compare-and-set."""

    QUEUED = "queued"  #: waiting to be claimed; `blocked` or the lanes say why
    RUNNING = "running"  #: a worker holds the claim
    PAUSED = "paused"  #: nothing moves until a person resumes
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


TERMINAL = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED})
ACTIVE = frozenset({Status.QUEUED, Status.RUNNING, Status.PAUSED})


class Control(StrEnum):
    """What a person wants; the engine follows at the next checkpoint."""

    RUN = "run"
    PAUSE = "pause"
    CANCEL = "cancel"


class Blocked(StrEnum):
    """Why a queued job may not be claimed whatever the lanes say ('' = it may)."""

    NOTHING = ""
    HELD = "held"  #: created with `hold`, or held later: waits for a start
    AFTER = "after"  #: waits for other tasks to complete
    LATER = "later"  #: waits for its calendar time (wall clock)
    BACKOFF = "backoff"  #: waits before another try (monotonic clock)


class Kind(StrEnum):
    """The kinds of events, as the stream names them."""

    TASK_CREATED = "task_created"
    TASK_UPDATE = "task_update"
    TASK_PROGRESS = "task_progress"
    TASK_FINISHED = "task_finished"
    JOB_UPDATE = "job_update"
    ITEM_UPDATE = "item_update"
    LOG = "log"
    QUEUE_UPDATE = "queue_update"
    TELEMETRY = "telemetry"
    RESET = "reset"


#: Kinds that the stream sends only to those who ask for them.
ON_REQUEST = frozenset({Kind.ITEM_UPDATE, Kind.LOG})


@dataclass(frozen=True)
class Step:
    """One named entry of a task type: which job type does it, and how it queues."""

    name: str
    type: str
    priority: int | None = None  #: None: the task's own
    lane: str = ""  #: '': the priority decides between the two general lanes
    stages: tuple[str, ...] = ()
    max_attempts: int = 3
    errors: dict[str, Any] | None = None  #: its policy for records that fail, where it has one

    def document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "type": self.type,
            "priority": self.priority,
            "lane": self.lane,
            "stages": list(self.stages),
            "max_attempts": self.max_attempts,
            "errors": self.errors,
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Step":
        return cls(**{**document, "stages": tuple(document["stages"])})


@dataclass(frozen=True)
class Task(Record):
    """What a person asked for and sees."""

    _json = frozenset("params steps knobs error figures asked_by approved throttle steered".split())
    _json |= {"stage_progress"}

    id: int
    type: str
    title: str
    status: str
    control: str
    source: str
    user_relevant: int
    project: str | None
    session_id: str | None
    related_type: str | None
    related_id: str | None
    source_id: int | None
    page_id: int | None
    params: dict
    knobs: dict
    priority: int
    position: float
    direct: int
    hold: int
    not_before: float | None
    steps: list[dict]
    step_index: int
    run: int
    stage: str
    message: str
    done: int
    total: int | None
    failed: int
    skipped: int
    unit: str
    rate: float | None
    rate_low: float | None
    rate_high: float | None
    attempts: int
    error: dict | None
    result_type: str | None
    created_at: float
    started_at: float | None
    finished_at: float | None
    updated_at: float
    version: int
    figures: dict[str, Any]  #: what its jobs tallied; at its end, plain values of its result too
    note: str  #: a person's words about it, such as why it waits for a start
    asked_by: dict[str, str] | None  #: a `Who`
    stage_progress: list[dict[str, Any]]  #: where each stage stands, for a backfill of several
    approved: dict[str, Any] | None  #: a `Who` with `at`: who let it start after it was held
    canary: int | None  #: after so many records it pauses by itself for a look
    canary_run: int | None  #: the run whose first records a person has looked at
    throttle: dict[str, Any] | None  #: {name, message, since}: what holds it back while it runs
    steered: dict[str, Any] | None  #: a `Who` with `at` and `changes`: the last change of knobs

    @property
    def is_finished(self) -> bool:
        return self.status in TERMINAL

    def step_list(self) -> list[Step]:
        return [Step.of(s) for s in self.steps]


@dataclass(frozen=True)
class Job(Record):
    """The claimable work of one step of a task (or one chunk of it)."""

    _json = frozenset({"stages", "tally", "error", "chunk"})

    id: int
    task_id: int
    run: int
    step: int
    chunk: Any  #: what this part of a split step covers; None for an undivided step
    type: str
    status: str
    blocked: str
    lane: str
    claimed_lane: str
    lent: int
    priority: int
    position: float
    not_before: float | None
    wake_mono: float | None
    wake_boot: str | None
    stage: str
    stages: list[str]
    cursor: str | None  #: JSON text, compared as text in guarded updates
    done: int
    total: int | None
    failed: int
    skipped: int
    unit: str
    tally: dict[str, int]
    rate: float | None
    rate_low: float | None
    rate_high: float | None
    only_failed: int
    attempts: int
    tries: int  #: attempts since the cursor last moved; this is what `max_attempts` limits
    max_attempts: int
    deaths: int
    death_cursor: str | None
    fence: int
    worker_id: int | None
    lease_mono: float | None
    lease_boot: str | None
    error: dict | None
    created_at: float
    started_at: float | None
    finished_at: float | None
    updated_at: float
    version: int

    @property
    def is_finished(self) -> bool:
        return self.status in TERMINAL


@dataclass(frozen=True, slots=True)
class Event:
    """A fact, appended in the transaction of the change it tells. `data` is JSON text."""

    id: int
    kind: str
    task_id: int | None
    at: float
    data: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: counters in records (never batches) and the cursor they belong to."""

    cursor: str | None = None
    done: int = 0
    failed: int = 0
    skipped: int = 0
    total: int | None = None
    tally: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, job: Job) -> "Progress":
        return cls(job.cursor, job.done, job.failed, job.skipped, job.total, job.tally)

    @property
    def seen(self) -> int:
        return self.done + self.failed + self.skipped


@dataclass(frozen=True)
class NewTask(Record):
    """A validated request for a task, ready to be stored."""

    type: str
    title: str
    params: dict
    steps: tuple[Step, ...]
    unit: str = ""
    priority: int = 0
    source: str = "api"
    user_relevant: bool = True
    project: str | None = None
    session_id: str | None = None
    related_type: str | None = None
    related_id: str | None = None
    source_id: int | None = None  #: the document it reads
    page_id: int | None = None  #: the one page of it, where it is not all of them
    not_before: float | None = None
    after: tuple[int, ...] = ()
    hold: bool = False
    direct: bool = False  #: starts at once, outside the waiting line
    items: tuple[str, ...] = ()
    note: str = ""
    asked_by: Who | None = None
    canary: int | None = None
