"""Task types and previews."""

from typing import Any, Literal

from pydantic import Field

from webui.documents.base import Count, Document


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
