"""Speech engines behind one small interface. Which of them there are is in `present`.

Built in are `pocketsphinx` (its English model comes in its package) and `faster-whisper` (an extra,
with models from files on disk). A package adds one by an entry point of the group
`longhaul.speech_engines` that names an object with the methods of `Engine`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.recordings.texts import Word

MEMORY = 2 << 30  #: bytes of address space an engine's process may have, unless it says otherwise


@dataclass(frozen=True, slots=True)
class Model:
    """A model on this machine. `place`: what the engine loads it by."""

    name: str
    place: str
    language: str  #: ISO 639-1; "" for many


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said in one piece; times in seconds from its start."""

    text: str
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    language: str = ""


class Recognizer(Protocol):
    """A loaded model, used by one thread of one process."""

    def hear(self, sound: bytes) -> Heard:
        """What is said in `sound`: 16 bits little-endian, one channel, 16,000 samples a second,
        at least one sample and at most 20 s."""


class Engine(Protocol):
    """A library that recognises speech."""

    name: str
    title: str
    #: for what it is good, in words for the person
    quality: str
    memory: int

    def problem(self) -> str:
        """Why it cannot be used on this machine, with what mends it; "" when it can. Quick: it
        imports nothing large."""

    def models(self, folders: Sequence[str]) -> list[Model]:
        """The models on this machine, the best first; `folders` are those a person named."""

    def load(self, model: Model) -> Recognizer:
        """Takes long. Called in the process that hears."""
