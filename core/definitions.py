"""Task types from a file: label, scope and steps of existing job types, without any code.

`parsed` turns the text of a definitions file (TOML) into classes, or refuses it as a whole with the
line and the reason; `Definitions` is one such file on the disk, of which the last sound version
stays in force. Built-in ones and a person's own are read alike. Called by `core.registry`.
"""

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import BrokenTaskType
from core.face import complaint
from core.model import Step
from core.task_type import JobType, TaskType

FILE = "definitions.toml"
KEPT = ".definitions.sound.toml"  #: beside it: its last sound version, for who starts later
MOST_BYTES = 1 << 20
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class StepDefinition(BaseModel):
    """One step: the job type that does it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    job: Annotated[str, Field(min_length=1, max_length=60)]
    name: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    priority: int = Field(0, ge=-1000, le=1000, description="Added to that of the task")


class Definition(BaseModel):
    """One task type."""

    model_config = ConfigDict(extra="forbid", strict=True)

    label: Annotated[str, Field(min_length=1, max_length=100)]
    description: Annotated[str, Field(max_length=1000)] = ""
    user_relevant: bool = True
    scope: Literal["project", "global"] = "global"
    icon: Annotated[str, Field(max_length=2000)] = ""
    unit: Annotated[str, Field(max_length=40)] = ""
    toast: Annotated[str, Field(max_length=100)] = ""
    steps: Annotated[list[StepDefinition], Field(min_length=1, max_length=50)]


class Defined(TaskType):
    """A task type that was read from a definitions file."""

    @classmethod
    def title_for(cls, params: Any) -> str:
        project = getattr(params, "project", None)
        return f"{cls.title}: {project}" if project else cls.title


class Definitions:
    """A definitions file. Used under the registry's lock."""

    def __init__(self, path: Path, *, keep: bool):
        """`keep`: its last sound version is kept beside it, so that it outlives this process."""
        self.path, self._keep = path, keep
        self._sound = ""  #: the text in force
        self.problem: BrokenTaskType | None = None

    def signature(self) -> tuple[int, int, int] | None:
        """Changes when the file does."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def types(self, jobs: Mapping[str, type[JobType]]) -> list[type[TaskType]]:
        """The types of the file, or of its last sound version; `problem` says what is wrong."""
        self.problem = None
        try:
            text = self._read()
            found = parsed(text, jobs, self.path)
        except FileNotFoundError:
            self._forget()
            return []
        except BrokenTaskType as error:
            self.problem = error
            return self._last_sound(jobs)
        self._remember(text)
        return found

    def _read(self) -> str:
        try:
            with self.path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _broken(self.path, None, f"it cannot be read: {error.strerror}") from None
        if len(data) > MOST_BYTES:
            raise _broken(self.path, None, f"it is larger than {MOST_BYTES >> 20} MB")
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise _broken(self.path, line, "it is not written in UTF-8") from None

    def _last_sound(self, jobs: Mapping[str, type[JobType]]) -> list[type[TaskType]]:
        if not self._sound and self._keep:
            with suppress(OSError, UnicodeDecodeError):
                self._sound = self.path.with_name(KEPT).read_text(encoding="utf-8")
        try:
            return parsed(self._sound, jobs, self.path)
        except BrokenTaskType:  # a job type of it is gone
            return []

    def _remember(self, text: str) -> None:
        self._sound = text
        kept = self.path.with_name(KEPT)
        with suppress(OSError):
            if not self._keep or (kept.exists() and kept.read_text(encoding="utf-8") == text):
                return
            draft = kept.with_name(f"{KEPT}.{secrets.token_hex(4)}")
            draft.write_text(text, encoding="utf-8")
            os.replace(draft, kept)

    def _forget(self) -> None:
        """The file was taken away: so are its types."""
        self._sound = ""
        if self._keep:
            with suppress(OSError):
                self.path.with_name(KEPT).unlink(missing_ok=True)


def parsed(text: str, jobs: Mapping[str, type[JobType]], path: Path) -> list[type[TaskType]]:
    """The task types that a definitions file describes.

    `jobs`: the job types its steps may name. Raises BrokenTaskType with file, line and reason.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        reason = f"it is not TOML: {_AT_LINE.sub('', str(error))}"
        raise _broken(path, line, reason) from None
    return [_made(name, entry, jobs, text, path) for name, entry in document.items()]


def _made(
    name: str, entry: Any, jobs: Mapping[str, type[JobType]], text: str, path: Path
) -> type[TaskType]:
    """The class of one table. Raises BrokenTaskType."""

    def refuse(reason: str, *needles: str) -> BrokenTaskType:
        return _broken(path, line_of(text, name, *needles), reason)

    if not _NAME.fullmatch(name):
        raise refuse(f"{name!r} is no name of a type: small letters, digits, _ and -")
    if not isinstance(entry, dict):
        raise refuse(f"{name} stands outside of a table; begin with [{name}]")
    try:
        definition = Definition.model_validate(entry)
    except ValidationError as error:
        # A word that is misspelt says more than the one that is then missing.
        found = error.errors(include_url=False)
        first = min(found, key=lambda e: e["type"] != "extra_forbidden")
        place = [str(part) for part in first["loc"]]
        raise refuse(f"{name}: {'.'.join(place)}: {first['msg']}", *place) from None
    if name in jobs and issubclass(jobs[name], TaskType):
        raise refuse(f"the name {name!r} is taken by another task type")
    model, complaint_ = _params(definition, jobs)
    if model is None:
        raise refuse(f"{name}: {complaint_[0]}", complaint_[1])
    made = _class(name, definition, model, jobs)
    if problem := complaint(made):
        raise refuse(f"{name}: {problem}", "icon")
    return made


def _params(
    definition: Definition, jobs: Mapping[str, type[JobType]]
) -> tuple[type[BaseModel] | None, tuple[str, str]]:
    """The parameters that all steps take, or why there are none: (reason, what to look for)."""
    for step in definition.steps:
        if step.job not in jobs:
            return None, (f"there is no job type {step.job!r}", f'"{step.job}"')
    models = {jobs[step.job].Params for step in definition.steps}
    if len(models) > 1:
        return None, ("its steps take different parameters", "steps")
    model = models.pop()
    if (definition.scope == "project") != ("project" in model.model_fields):
        steps = "take no project" if definition.scope == "project" else "work on one project"
        return None, (f"its scope is {definition.scope}, and its steps {steps}", "scope")
    return model, ("", "")


def _class(
    name: str, definition: Definition, params: type[BaseModel], jobs: Mapping[str, type[JobType]]
) -> type[TaskType]:
    first = jobs[definition.steps[0].job]
    members = {
        "__doc__": definition.description or definition.label,
        "__module__": __name__,
        "name": name,
        "title": definition.label,
        "icon": definition.icon,
        "unit": definition.unit or first.unit,
        "user_relevant": definition.user_relevant,
        "scope": definition.scope,
        "toast": definition.toast,
        "Params": params,
        "steps": tuple(
            Step(
                name=step.name or step.job,
                type=step.job,
                priority=step.priority,
                lane=jobs[step.job].lane,
                stages=jobs[step.job].stages,
                max_attempts=jobs[step.job].max_attempts,
            )
            for step in definition.steps
        ),
    }
    return type(name, (Defined,), members)


def line_of(text: str, name: str, *needles: str) -> int | None:
    """The line of a table, or of the first of `needles` below its heading, the last found first."""
    lines = text.splitlines()
    heading = re.compile(rf"\s*\[\s*[\"']?{re.escape(name)}[\"']?\s*\]")
    start = next((n for n, line in enumerate(lines) if heading.match(line)), None)
    if start is None:
        start = next((n for n, line in enumerate(lines) if line.lstrip().startswith(name)), None)
        return start + 1 if start is not None else None
    end = next(
        (
            n
            for n in range(start + 1, len(lines))
            if re.match(r"\s*\[[^\[\]{}=]+\]\s*(#|$)", lines[n])
        ),
        len(lines),
    )
    for needle in reversed(needles):
        for number in range(start + 1, end):
            if needle in lines[number]:
                return number + 1
    return start + 1


def _broken(path: Path, line: int | None, reason: str) -> BrokenTaskType:
    return BrokenTaskType(reason, file=str(path), line=line)
