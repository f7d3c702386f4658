"""faster-whisper (extra `whisper`): good enough for print, many languages, with a model on disk.

Models are never fetched: a folder with a `model.bin` (CTranslate2) in one of the folders for models
is one, called by the folder's name.
"""

import importlib.util
import math
import os
import stat
from array import array
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.recordings.engines import Heard, Model
from core.recordings.texts import Word

SAMPLE = 32768.0


class Whisper:
    """The engine for real quality."""

    name = "faster-whisper"
    title = "Whisper"
    quality = "Good for print, in many languages; as good and as slow as its model is large."
    memory = 12 << 30  # its address space, of which it uses a part

    def problem(self) -> str:
        if importlib.util.find_spec("faster_whisper") is None:
            return "faster-whisper is not installed: pip install 'longhaul[whisper]'"
        return ""

    def models(self, folders: Sequence[str]) -> list[Model]:
        found = []
        for folder in folders:
            # One that is away or unreadable has none; `present.unread` tells the person.
            with suppress(OSError), os.scandir(folder) as entries:
                found += [(_size(path), path) for path in map(Path, entries)]
        # The larger a model is, the better it hears.
        found.sort(key=lambda each: -each[0])
        return [
            Model(path.name, str(path), "en" if path.name.endswith(".en") else "")
            for size, path in found
            if size >= 0
        ]

    def load(self, model: Model) -> "Listening":
        return Listening(model)


class Listening:
    """A loaded model."""

    def __init__(self, model: Model):
        from faster_whisper import WhisperModel

        self._language = model.language or None
        # local_files_only: whatever the folder lacks, nothing is fetched.
        self._model = WhisperModel(
            model.place, device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True
        )

    def hear(self, sound: bytes) -> Heard:
        import numpy

        samples = numpy.frombuffer(sound, dtype="<i2").astype("float32") / SAMPLE
        segments, info = self._model.transcribe(
            samples,
            language=self._language,
            word_timestamps=True,
            vad_filter=False,
            condition_on_previous_text=False,
        )
        words: list[Word] = []
        told: list[Any] = []
        for segment in segments:
            told.append(segment)
            words += [
                Word(w.word.strip(), w.start, w.end, round(w.probability, 3))
                for w in segment.words or ()
                if w.word.strip()
            ]
        text = " ".join(s.text.strip() for s in told if s.text.strip())
        return Heard(text, tuple(words), _confidence(told), info.language)


def _confidence(segments: Sequence[Any]) -> float | None:
    """The mean probability of what was written, weighted by time (Whisper tells it as a log)."""
    lengths = array("d", (max(s.end - s.start, 0.01) for s in segments))
    if not lengths:
        return None
    whole = sum(
        math.exp(s.avg_logprob) * length for s, length in zip(segments, lengths, strict=True)
    )
    return round(min(1.0, whole / sum(lengths)), 3)


def _size(folder: Path) -> int:
    """Bytes of the model in a folder; -1 where there is none that we may read."""
    with suppress(OSError):
        status = (folder / "model.bin").stat()
        if stat.S_ISREG(status.st_mode):
            return status.st_size
    return -1
