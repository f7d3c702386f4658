"""`transcribe-orphan` and `transcribe-imported`: what is said in a recording, as text with times.

The two differ only in where the file came from, and so in how urgent it is. How one attempt goes is
`transcribing`; the recordings themselves are `core.recordings`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from core.face import Column
from core.model import NewTask
from core.recordings.naming import IMPORT, NOTE
from core.recordings.records import RELATED
from core.run import Run
from core.settings import Settings
from core.task_type import AT_LEAST_ONCE, TaskType
from core.tasks.recordings.transcribing import STAGES, Transcribing


class Params(BaseModel):
    """Which recording, and by what it is heard."""

    model_config = ConfigDict(extra="forbid")

    recording: int = Field(ge=1, le=2**63 - 1, description="The number of the recording")
    engine: str = Field("", max_length=100, description="Speech engine; empty: as in the settings")
    model: str = Field("", max_length=200, description="Model; empty: as in the settings")


class Transcribe(TaskType):
    """What both have in common."""

    title = "Transcribe a recording"
    icon = "microphone"
    unit = "seconds"
    stages = STAGES
    lane = "recordings"
    guarantee = AT_LEAST_ONCE
    columns = (Column("words", "Words", "number"), Column("duration", "Length", "duration"))
    Params = Params
    priority: ClassVar[int] = 0

    def run(self, run: Run) -> Any:
        return Transcribing(run, self.params).attempt()


class TranscribeOrphan(Transcribe):
    """Transcribe a voice note that a scan found without a transcription."""

    name = "transcribe-orphan"
    title = "Transcribe a voice note"
    priority = -10


class TranscribeImported(Transcribe):
    """Transcribe audio that was imported, or that has a name of its own."""

    name = "transcribe-imported"
    title = "Transcribe an imported recording"


TYPES: dict[str, type[Transcribe]] = {NOTE: TranscribeOrphan, IMPORT: TranscribeImported}


def asking(settings: Settings) -> Callable[[str, int, str], NewTask]:
    """What makes the task that transcribes a recording, by its kind, number and name: of low
    priority for a note, of normal priority for an import."""
    tries = 1 + settings.recordings_max_retries
    like = {kind: _like(cls, kind, tries) for kind, cls in TYPES.items()}

    def ask(kind: str, recording_id: int, name: str) -> NewTask:
        return like[kind].changed(
            title=f"Transcribe {name}",
            params={"recording": recording_id, "engine": "", "model": ""},
            related_id=str(recording_id),
        )

    return ask


def _like(cls: type[Transcribe], kind: str, tries: int) -> NewTask:
    (step,) = cls.step_list()
    return NewTask(
        type=cls.name,
        title="",
        params={},
        steps=(replace(step, max_attempts=tries),),
        unit=cls.unit,
        priority=cls.priority,
        source="scan" if kind == NOTE else "import",
        related_type=RELATED,
    )
