"""Recordings, their transcriptions, and what a scan or an import did."""

from typing import Literal

from pydantic import Field

from webui.documents.base import Count, Document, Failure, Moment

RecordingStatus = Literal["orphaned", "transcribed", "failed", "missing"]


class RecordingTask(Document):
    """Its newest task; seconds of audio."""

    id: int
    status: str
    control: str
    done: Count
    total: Count | None


class SnippetPart(Document):
    text: str
    is_match: bool


class RecordingEntry(Document):
    """A recording as a list shows it."""

    id: int
    status: RecordingStatus = Field(
        description="`orphaned`: not transcribed yet; `failed`: as its newest task has; `missing`:"
        " its audio is gone"
    )
    kind: Literal["note", "import"]
    name: str = Field(description="As the file was called where it came from")
    folder: str
    path: str = Field(description="From the notes folder")
    recorded_at: Moment
    size: Count
    duration: float | None = Field(description="Seconds; known since it was transcribed")
    first_words: str
    is_edited: bool
    language: str
    confidence: float | None = Field(description="0 to 1, where the engine says it")
    engine: str
    model: str
    error: Failure | None
    task: RecordingTask | None
    snippet: list[SnippetPart] = Field(description="Where the words of `q` are in its text")
    transcribed_at: Moment | None
    missing_at: Moment | None
    updated_at: Moment


class SpokenSegment(Document):
    """A stretch between two pauses; times in seconds."""

    start: float
    stop: float
    text: str
    confidence: float | None
    words: list[tuple[str, float, float, float | None]] = Field(
        description="[text, start, stop, confidence] each"
    )


class RecordingDocument(RecordingEntry):
    """All of a recording."""

    text: str = Field(description="A line for each segment that has one")
    original_text: str | None = Field(description="As it was heard, since a person edited it")
    segments: list[SpokenSegment]


class RecordingList(Document):
    items: list[RecordingEntry]
    next_cursor: str | None


class ScanReport(Document):
    """What a scan found and did, in files."""

    folder: str
    found: Count
    new: Count = Field(description="Recordings made, each with its task")
    adopted: Count = Field(description="Had a transcription beside them already")
    renamed: Count
    changed: Count = Field(description="Have other content by now: transcribed again")
    returned: Count = Field(description="Had been missing")
    missing: Count
    unfinished: Count = Field(description="Still being written: looked at again by itself")
    seconds: float
    problem: str = Field(description="Why nothing was looked at; empty: all was")


class RecordingCounts(Document):
    orphaned: Count
    transcribed: Count
    failed: Count
    missing: Count


class RecordingQueue(Document):
    """Their tasks. `share`: how much of what runs is heard, 0 to 1."""

    queued: Count
    running: Count
    paused: Count
    failed: Count
    share: float | None


class RecordingSummary(Document):
    folder: str = Field(description="The notes folder; empty: none is set")
    counts: RecordingCounts
    queue: RecordingQueue
    last_scan: ScanReport | None


class EngineModel(Document):
    name: str
    language: str = Field(description="ISO 639-1; empty: many")


class SpeechEngine(Document):
    name: str
    title: str
    quality: str
    problem: str = Field(description="Why it cannot be used, and what mends it; empty: it can")
    models: list[EngineModel]


class ChosenEngine(Document):
    engine: str
    model: str
    problem: str


class SpeechEngines(Document):
    engines: list[SpeechEngine]
    chosen: ChosenEngine
    folder_problem: str = Field(
        description="Why the folder for models of the settings cannot be read; empty: it can"
    )


class ImportResult(Document):
    """What became of one file."""

    name: str
    outcome: Literal["imported", "duplicate", "restored", "refused"] = Field(
        description="`duplicate`: there is a recording with this content; `restored`: there was one"
        " whose audio was missing"
    )
    recording_id: int | None
    task_id: int | None
    error: Failure | None


class ImportResults(Document):
    items: list[ImportResult] = Field(description="In the order of the files")
    imported: Count
