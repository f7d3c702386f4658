"""How a task went and goes: samples, batch sizes, ranges, slow records, and the run before."""

from typing import Any

from pydantic import Field

from core.model import Status
from webui.documents.base import Count, Document, Moment


class PaceSample(Document):
    """How many records it had seen at a time."""

    at: Moment
    run: int
    status: Status
    seen: Count


class BatchDocument(Document):
    """The size of the next batch, and why."""

    size: Count
    most: Count
    pinned: bool
    target_ms: Count
    record_s: float | None = Field(description="What a record takes, smoothed")
    reason: str


class SizeChange(Document):
    """A change of the batch size; steps in one direction are one change."""

    at: Moment
    from_: int | None = Field(alias="from")
    to: Count
    reason: str
    pinned: bool


class RangeDocument(Document):
    """Records that were committed one after the other: a cell of the heat strip."""

    from_: Any = Field(alias="from")
    to: Any
    records: Count
    ms: float | None = Field(description="Working time; null where a crash lost it")
    failed: Count


class SlowRecord(Document):
    key: Any
    seconds: float


class StageTook(Document):
    """What a stage took, without pauses and without what held it back."""

    name: str
    seconds: float
    records: Count


class JobPace(Document):
    """How a job of a backfill went; finished neighbours of its ranges are merged, to 96 at most."""

    job_id: int
    step: Count
    batch: BatchDocument
    changes: list[SizeChange]
    ranges: list[RangeDocument]
    slow: list[SlowRecord] = Field(description="Its slowest records, where they are slow")
    held_s: dict[str, float] = Field(description="Seconds that each throttle held it back")
    stages: dict[str, Any]


class RunBefore(Document):
    """A completed run of the same type and parameters."""

    task_id: int
    run: int
    records: Count
    failed: Count
    skipped: Count
    seconds: float
    held_s: float
    finished_at: Moment
    stages: list[StageTook]


class Pace(Document):
    """How far a task was over time, as far as events are kept, and how its current run goes."""

    samples: list[PaceSample]
    jobs: list[JobPace]
    stages: list[StageTook]
    before: RunBefore | None
