"""Speech engines behind one small interface, and which of them there are.

Built in are `pocketsphinx` (its English model comes in its package) and `faster-whisper` (an extra,
with models from files on disk). A package adds one by an entry point of the group
`longhaul.speech_engines` that names an object with the methods of `Engine`.
"""

import importlib.metadata
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from core.recordings.texts import Word

GROUP = "longhaul.speech_engines"
DEFAULT = "pocketsphinx"
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


@cache
def all_engines() -> dict[str, Engine]:
    """Every engine by name; a package whose engine cannot be loaded is left out."""
    from core.recordings.engines.sphinx import Sphinx
    from core.recordings.engines.whisper import Whisper

    found: dict[str, Engine] = {engine.name: engine for engine in (Sphinx(), Whisper())}
    for point in importlib.metadata.entry_points(group=GROUP):
        try:
            loaded: Any = point.load()
            engine = loaded() if isinstance(loaded, type) else loaded
            found.setdefault(engine.name, engine)
        except Exception:  # noqa: S112 # nosec B112 - whatever foreign code raises: `described` is asked for the rest
            continue
    return found


def choose(name: str, model: str, folders: Sequence[str]) -> tuple[Engine | None, Model | None, str]:
    """(engine, model, problem) for what the settings say; "" takes the default, or the best.

    One of engine and model is None exactly where there is a problem, which says what mends it.
    """
    engines = all_engines()
    engine = engines.get(name or DEFAULT)
    if engine is None:
        return None, None, f"There is no speech engine {name!r}. There are {', '.join(engines)}."
    if problem := engine.problem():
        return engine, None, problem
    models = engine.models(folders)
    chosen = next((m for m in models if model in ("", m.name)), None)
    if chosen is not None:
        return engine, chosen, ""
    if model and models:
        names = ", ".join(m.name for m in models)
        return engine, None, f"{engine.title} has no model {model!r} here. There are {names}."
    return engine, None, f"{engine.title} has no model on this machine. {where(folders)}"


def where(folders: Sequence[str]) -> str:
    """Where a model is looked for, for the person."""
    return f"Put one into a folder of {' or '.join(folders)}." if folders else ""


def described(folders: Sequence[str]) -> list[dict[str, Any]]:
    """Engines and models as settings and doctor show them."""
    told = []
    for engine in all_engines().values():
        problem = engine.problem()
        models = [] if problem else engine.models(folders)
        if not problem and not models:
            problem = f"No model. {where(folders)}"
        told.append(
            {
                "name": engine.name,
                "title": engine.title,
                "quality": engine.quality,
                "problem": problem,
                "models": [{"name": m.name, "language": m.language} for m in models],
            }
        )
    return told


def folders_of(data_dir: Path, setting: str) -> list[str]:
    """Where models are looked for: the setting's folder, and one in the data directory."""
    own = str(data_dir / "models")
    return [os.path.expanduser(setting), own] if setting else [own]
