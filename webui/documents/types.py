"""Task types and previews."""

from typing import Any, Literal

from pydantic import Field

from webui.documents.base import Count, Document


class ErrorPolicyDocument(Document):
    """What happens about records that fail."""

    on_error: Literal["skip", "stop"] = Field(description="After its tries: skipped, or the end")
    tries: int = Field(description="Of a record, with growing pauses")
    most: Count = Field(description="More failed records than this end the run; 0: no such limit")
    share: float = Field(description="A larger share of failed records ends the run; 1: none does")
    sample: int = Field(description="Records that are seen before a share counts")


class StepDocument(Document):
    name: str
    type: str
    priority: int | None
    lane: str
    stages: list[str]
    max_attempts: int
    errors: ErrorPolicyDocument | None


class ColumnDocument(Document):
    """A figure by its key, as it is called and written."""

    key: str
    label: str
    kind: Literal["number", "bytes", "duration", "percent", "text", "date"]


class ResultViewDocument(Document):
    """How a result is shown."""

    kind: Literal["json", "text", "table", "image", "chart", "gantt"]
    rows: str
    columns: list[ColumnDocument]
    x: str
    y: str


class TaskTypeDocument(Document):
    """Something a person can start."""

    name: str
    title: str
    description: str
    icon: str = Field(description="The name of one that the page draws, or the d of an SVG path")
    stage_titles: dict[str, str]
    columns: list[ColumnDocument]
    result_view: ResultViewDocument | None
    unit: str
    user_relevant: bool
    scope: Literal["global", "project"] = Field(
        description="project: its tasks work on one photo project, the parameter `project`"
    )
    toast: str = Field(description="What is said when a task has completed; empty: its title")
    steps: list[StepDocument]
    guarantee: Literal["exactly once", "at least once"]
    knobs: list[str]
    retries_items: bool = Field(description="Whether the failed items can be retried alone")
    has_preview: bool
    has_canary: bool = Field(description="Whether a task can pause after its first records")
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
    """What a run would do, found out without changing anything; `title` is that of its task."""

    title: str
    count: Count | None
    at_least: Count | None
    unit: str
    sample: list[dict[str, Any]]
    problems: list[str]
    seen: dict[str, str] = Field(description="What the data looked like, by name")
    plan: str | None = Field(description="For `plan` of POST /tasks; null when nothing was counted")
