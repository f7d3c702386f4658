"""The queue, the snapshot, schedules, stats, and the service itself."""

from typing import Any, Literal

from pydantic import Field

from core.model import Status
from core.settings import Settings
from webui.documents.base import Count, Document, Eta, Moment, Why
from webui.documents.entering import SessionDocument
from webui.documents.tasks import TaskDocument
from webui.documents.types import TaskTypeDocument


class Lane(Document):
    """A set of slots; `lent` are those of it that normal jobs borrow."""

    name: str
    slots: Count
    busy: Count
    lent: Count


class ActivityDocument(Document):
    """What the person does, and until when that holds unless it is renewed."""

    state: Literal["idle", "recording", "processing"]
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


class TaskCounts(Document):
    """How many tasks fit, of each status that the filter means."""

    total: Count
    by_status: dict[Status, Count]


class Condition(Document):
    """Something that is wrong right now."""

    code: str
    message: str
    since: Moment | None


class NextPages(Document):
    """The cursors that `GET /tasks` goes on from; null where there is no more."""

    waiting: str | None = Field(description="Of `status=queued,paused&sort=priority`")
    failed: str | None = Field(description="Of `status=failed&sort=-finished_at`")
    finished: str | None = Field(description="Of `status=completed,cancelled&sort=-finished_at`")


class Snapshot(Document):
    """What the first paint needs: all that runs, the head of the line, what finished last. The
    stream goes on after `last_event_id`."""

    tasks: list[TaskDocument]
    next: NextPages
    queue: QueueDocument
    settings: Settings
    task_types: list[TaskTypeDocument]
    conditions: list[Condition]
    version: str
    last_event_id: Count
    session: SessionDocument


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


class ScheduleTimes(Document):
    """When an expression comes true, beginning with the next time."""

    cron: str
    times: list[Moment]


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


class StoppingDocument(Document):
    """The service has begun to end."""

    status: Literal["stopping"]
