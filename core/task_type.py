"""What a task author subclasses: job types (what workers run) and task types (what people start).

A task type with no `steps` is its own single step. `Params` is a pydantic model: the form, the
validation, the API's schema and the documentation all come from it. An instance is made for each
attempt, with the validated parameters as `self.params`; it keeps no state between attempts.
"""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core import face
from core.errors import Invalid
from core.model import Step
from core.paths import Roots
from core.sealed import unsealed

_MEDIA_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}(; ?charset=[\w-]{1,40})?", re.ASCII)
EXACTLY_ONCE = "exactly once"
AT_LEAST_ONCE = "at least once"

#: A database as a person names it: the path of an SQLite file, or a SQLAlchemy URL.
DatabaseUrl = Annotated[
    str,
    Field(
        min_length=1,
        description="Path of an SQLite file, or a SQLAlchemy URL such as postgresql://…",
        json_schema_extra={"format": "database"},
    ),
]

#: The path of a folder, or of a file: the form completes it. `run.roots` opens it.
FolderPath = Annotated[str, Field(min_length=1, json_schema_extra={"format": "folder"})]
FilePath = Annotated[str, Field(min_length=1, json_schema_extra={"format": "file"})]
#: Text of several lines.
LongText = Annotated[str, Field(json_schema_extra={"format": "long"})]


class NoParams(BaseModel):
    """Parameters of a type that has none."""

    model_config = ConfigDict(extra="forbid")


class Preview(BaseModel):
    """What a run would do, found out without changing anything."""

    count: int | None = None  #: records it would visit, when they could be counted in time
    at_least: int | None = None  #: a lower bound, when they could not
    unit: str = ""
    sample: list[dict[str, Any]] = []  #: some records with what would become of them
    problems: list[str] = []
    #: what the data looked like, by name (columns, length of a file): a plan is held to it
    seen: dict[str, str] = {}


@dataclass(frozen=True)
class Split:
    """Returned by a job that divides its work: one job of the same step for each chunk."""

    chunks: tuple[Any, ...]


@dataclass(frozen=True)
class Output:
    """A result that is a file: its content, and the media type by which it is shown and saved."""

    content: bytes | str
    media_type: str

    def __post_init__(self) -> None:
        if not isinstance(self.content, bytes | str):
            raise TypeError(f"the content of an Output is bytes or text, not {self.content!r:.80}")
        if not re.fullmatch(
            r"[\w.+-]{1,100}/[\w.+-]{1,100}(; ?charset=[\w-]{1,40})?", self.media_type
        ):
            raise ValueError(f"{self.media_type!r} is no media type, such as image/png")


class JobType:
    """Work of one kind, run by a worker: subclass it, set `name`, write `run`."""

    name: ClassVar[str] = ""
    #: the readable phases inside the job, in order
    stages: ClassVar[tuple[str, ...]] = ()
    #: what is counted: "articles", "photos"
    unit: ClassVar[str] = "records"
    #: attempts without any progress between them before the job has failed
    max_attempts: ClassVar[int] = 3
    #: '' = the priority decides between the general lanes
    lane: ClassVar[str] = ""
    Params: ClassVar[type[BaseModel]] = NoParams

    def __init__(self, params: Any):
        self.params = params

    @classmethod
    def from_params(cls, params: dict[str, Any]) -> Self:
        """An instance for these parameters. Raises Invalid with a pointer for each error."""
        return cls(cls.validate(params))

    @classmethod
    def validate(cls, params: dict[str, Any]) -> BaseModel:
        """The parameters as a model. Raises Invalid with a pointer for each error."""
        try:
            return cls.Params.model_validate(unsealed(params))
        except ValidationError as error:
            raise invalid(error, "/params") from None

    def run(self, run: Any) -> Any:
        """Do the work through `run` (a `core.run.Run`); what it returns is the task's result."""
        raise NotImplementedError(f"{type(self).__name__} has no run()")


class TaskType(JobType):
    """Something a person can start."""

    title: ClassVar[str] = ""
    #: the name of an icon (`core.face.ICONS`), or an SVG path; shown beside the title
    icon: ClassVar[str] = ""
    #: {stage or step: how it is called}, where the name itself would not do
    stage_titles: ClassVar[Mapping[str, str]] = {}
    #: figures of its tally or result that are shown beside its tasks; at most three
    columns: ClassVar[tuple[face.Column, ...]] = ()
    #: how its result is shown; None: by what the result is
    result_view: ClassVar[face.ResultView | None] = None
    #: False: shown only to those who ask for maintenance
    user_relevant: ClassVar[bool] = True
    guarantee: ClassVar[str] = AT_LEAST_ONCE
    #: "project": its tasks work on one photo project, the parameter `project`
    scope: ClassVar[str] = "global"
    #: what is said when a task of it has completed; "": its title
    toast: ClassVar[str] = ""
    #: settings that may be changed while it runs: names of `core.desk.knobs`
    knobs: ClassVar[frozenset[str]] = frozenset()
    #: steps of other job types, in order; () = this type is its own single step
    steps: ClassVar[tuple[Step, ...]] = ()

    @classmethod
    def step_list(cls) -> tuple[Step, ...]:
        if cls.steps:
            return cls.steps
        own = Step(
            name=cls.name,
            type=cls.name,
            lane=cls.lane,
            stages=cls.stages,
            max_attempts=cls.max_attempts,
        )
        return (own,)

    @classmethod
    def steps_for(cls, params: BaseModel) -> tuple[Step, ...]:
        """The steps of a task with these parameters, as they are stored with it."""
        return cls.step_list()

    @classmethod
    def retries_items(cls) -> bool:
        """Whether a retry can be over the failed items alone."""
        return False

    @classmethod
    def has_canary(cls) -> bool:
        """Whether a task can pause by itself after its first records, for a look."""
        return False

    @classmethod
    def title_for(cls, params: BaseModel) -> str:
        """The title of a task that was given none."""
        return cls.title or cls.name

    def check(self, roots: Roots) -> None:
        """Before a task is accepted: do its parameters fit the world (names, files)? Quick.

        Raises Invalid or Forbidden; nothing is changed. `roots`: where files may lie.
        """

    @classmethod
    def has_preview(cls) -> bool:
        """Whether this type can say beforehand what a run would do."""
        return cls.preview is not TaskType.preview

    def preview(self, roots: Roots) -> Preview:
        """What a run would do. Called in a process of its own, with limited time."""
        return Preview(problems=["This task type has no preview."])

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """The document of GET /task-types/{type}."""
        return {
            "name": cls.name,
            "title": cls.title or cls.name,
            "description": inspect.cleandoc(cls.__doc__ or ""),
            **face.document(cls),
            "unit": cls.unit,
            "user_relevant": cls.user_relevant,
            "scope": cls.scope,
            "toast": cls.toast,
            "steps": [step.document() for step in cls.step_list()],
            "guarantee": cls.guarantee,
            "knobs": sorted(cls.knobs),
            "retries_items": cls.retries_items(),
            "has_preview": cls.has_preview(),
            "has_canary": cls.has_canary(),
            "params_schema": _schema(cls.Params),
        }


@lru_cache(maxsize=256)
def _schema(params: type[BaseModel]) -> dict[str, Any]:
    """Made once for each class, as every snapshot has it. Nobody changes it."""
    return params.model_json_schema()


def invalid(error: ValidationError, base: str) -> Invalid:
    """pydantic's errors as ours: a JSON pointer and a sentence for each."""
    errors = [
        {"pointer": "/".join([base, *map(pointer_part, e["loc"])]), "message": _sentence(e["msg"])}
        for e in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    told = [f"{e['pointer']}: {e['message']}" if e["pointer"] else e["message"] for e in errors]
    return Invalid("; ".join(told[:3]), errors)


def pointer_part(part: str | int) -> str:
    """One reference token of a JSON pointer (RFC 6901)."""
    return str(part).replace("~", "~0").replace("/", "~1")


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ")
