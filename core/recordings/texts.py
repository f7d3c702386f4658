"""What was heard, as text, as subtitles and as a document. Pure."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

FORMAT = 1  #: of the .json beside the audio


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its place in the recording, in seconds; confidence 0 to 1 where it is known."""

    text: str
    start: float
    stop: float
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch between two pauses."""

    start: float
    stop: float
    text: str
    confidence: float | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Transcription:
    """Everything that is known of what was said. `text` has a line for each segment that has one,
    until a person edits it; then `original_text` keeps what was heard."""

    text: str
    segments: tuple[Segment, ...]
    duration: float | None
    language: str
    confidence: float | None
    engine: str
    model: str
    original_text: str | None = None

    def document(self) -> dict[str, Any]:
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Transcription":
        """From what `document` made. Raises KeyError, TypeError for anything else."""
        if document["format"] != FORMAT:
            raise KeyError("format")
        segments = tuple(
            Segment(**{**s, "words": tuple(Word(**w) for w in s["words"])})
            for s in document["segments"]
        )
        fields = {k: v for k, v in document.items() if k not in ("format", "segments", "audio")}
        return cls(segments=segments, **fields)


def joined(segments: Sequence[Segment]) -> str:
    """The text of all segments, a line for each that has one."""
    return "\n".join(segment.text for segment in segments if segment.text)


def confidence(segments: Sequence[Segment]) -> float | None:
    """The mean over all seconds in which something was said; None where no engine said any."""
    told = [
        (s.confidence, s.stop - s.start) for s in segments if s.text and s.confidence is not None
    ]
    seconds = sum(length for _, length in told)
    return round(sum(c * length for c, length in told) / seconds, 3) if seconds else None


def edited(segments: Sequence[Segment], text: str) -> list[Segment]:
    """The segments with the lines of an edited text, where each line still belongs to one; else
    one segment for all of it, because nobody can tell any more when what was said."""
    spoken = [segment for segment in segments if segment.text]
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) == len(spoken):
        return [
            s if s.text == line else Segment(s.start, s.stop, line, s.confidence)
            for s, line in zip(spoken, lines, strict=True)
        ]
    if not lines or not spoken:
        return []
    return [Segment(spoken[0].start, spoken[-1].stop, "\n".join(lines))]


def as_srt(segments: Sequence[Segment]) -> str:
    """SubRip subtitles."""
    spoken = [segment for segment in segments if segment.text]
    return "\n".join(
        f"{number}\n{_stamp(s.start)} --> {_stamp(s.stop)}\n{s.text}\n"
        for number, s in enumerate(spoken, 1)
    )


def as_json(transcription: Transcription, audio: str) -> str:
    """All of it; `audio` is the name of the file it was heard in."""
    document = {"audio": audio, **transcription.document()}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def as_text(transcription: Transcription) -> str:
    return transcription.text + "\n" if transcription.text else ""


def failure(error: str | None) -> dict[str, Any] | None:
    """A stored error as it is told: {code, message, hint}."""
    if error is None:
        return None
    told = json.loads(error)
    return {
        "code": told.get("code", "failed"),
        "message": told.get("message", ""),
        "hint": told.get("hint", ""),
    }


def _stamp(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    hours, rest = divmod(thousandths, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d},{rest % 1000:03d}"
