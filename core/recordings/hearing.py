"""The work of the process that hears: decode a file, say where it is cut, hear one piece of it.

Requests and answers are plain records. The process keeps the sound of the file it decoded last and
the model it loaded last; a process that was started anew decodes again, so no request depends on
an earlier one. Called through `core.recordings.speech` only.
"""

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, Self

from core.errors import Forbidden
from core.recordings import voice
from core.recordings.cutting import FRAME_S, Piece, cut
from core.recordings.decoding import Damaged, decoded
from core.recordings.engines import Heard, Model, Recognizer
from core.recordings.opening import opened
from core.recordings.present import all_engines


@dataclass(frozen=True, slots=True)
class Audio:
    """A file as it was when the attempt began. `spool`: a folder for its sound."""

    folder: str
    path: str
    size: int
    mtime_ns: int
    spool: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Answer to an Audio: its length, and its pieces."""

    duration: float  #: seconds
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Listen:
    """Hear one piece of a file."""

    audio: Audio
    piece: Piece
    engine: str
    model: Model


@dataclass(frozen=True, slots=True)
class Damage:
    """Answer instead: why the file cannot be heard. Code `changed`: it is not what it was."""

    code: str
    message: str
    hint: str = ""


class Hearing:
    """Answers requests; one for each process."""

    def __init__(self) -> None:
        self._audio: Audio | None = None
        self._sound: BinaryIO | None = None
        self._voiced: list[bool] = []
        self._recognizers: dict[tuple[str, Model], Recognizer] = {}

    @classmethod
    def from_params(cls, params: dict) -> Self:
        return cls()

    def compute(self, request: Audio | Listen) -> Plan | Heard | Damage:
        """The answer. Raises only what nobody expected."""
        audio = request.audio if isinstance(request, Listen) else request
        try:
            sound = self._decoded(audio)
            if isinstance(request, Listen):
                return self._hear(sound, request)
        except Damaged as damage:
            return Damage(damage.code, str(damage), damage.hint)
        size = os.fstat(sound.fileno()).st_size
        return Plan(size / 2 / voice.RATE, tuple(cut(self._voiced)))

    def _hear(self, sound: BinaryIO, request: Listen) -> Heard:
        key = (request.engine, request.model)
        if key not in self._recognizers:
            self._recognizers = {key: all_engines()[request.engine].load(request.model)}
        sound.seek(request.piece.start * voice.FRAME_BYTES)
        piece = sound.read((request.piece.stop - request.piece.start) * voice.FRAME_BYTES)
        if not piece:
            return Heard("")
        return self._recognizers[key].hear(piece)

    def _decoded(self, audio: Audio) -> BinaryIO:
        """The sound of this file: from before, or decoded now. Raises Damaged."""
        if self._audio == audio and self._sound is not None:
            return self._sound
        self._forget()
        try:
            file = opened(audio.folder, audio.path)
        except (FileNotFoundError, Forbidden):
            raise Damaged("audio-missing", "The audio is gone") from None
        except OSError as error:
            message = f"It cannot be opened: {error.strerror}"
            raise Damaged("unreadable", message, "Look at its rights, and at its disk") from None
        with file:
            status = os.fstat(file.fileno())
            if (status.st_size, status.st_mtime_ns) != (audio.size, audio.mtime_ns):
                raise Damaged("changed", "The file was written to meanwhile")
            self._spool(audio, file)
        self._audio = audio
        assert self._sound is not None
        return self._sound

    def _spool(self, audio: Audio, file: BinaryIO) -> None:
        # Without a name, so that it is gone with this process however that ends.
        self._sound = tempfile.TemporaryFile(dir=audio.spool)  # noqa: SIM115
        is_voice, voiced = voice.detector(), []
        sound = self._sound
        for frame in voice.frames(_kept(decoded(file), sound)):
            voiced.append(is_voice(frame))
        sound.flush()
        self._voiced = voice.steady(voiced)

    def _forget(self) -> None:
        self._audio = None
        if self._sound is not None:
            with suppress(OSError):
                self._sound.close()
        self._sound = None


def _kept(pieces, sound: BinaryIO):
    for piece in pieces:
        sound.write(piece)
        yield piece


def seconds(frame: int) -> float:
    """Where a frame begins."""
    return round(frame * FRAME_S, 3)
