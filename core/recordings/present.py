"""Which speech engines and models there are on this machine, and which of them is meant."""

import importlib.metadata
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from core.paths import why_unread
from core.recordings.engines import Engine, Model
from core.recordings.engines.sphinx import Sphinx
from core.recordings.engines.whisper import Whisper

GROUP = "longhaul.speech_engines"
DEFAULT = "pocketsphinx"
SETTING = "recordings.models_folder"


@cache
def all_engines() -> dict[str, Engine]:
    """Every engine by name; a package whose engine cannot be loaded is left out."""
    found: dict[str, Engine] = {engine.name: engine for engine in (Sphinx(), Whisper())}
    for point in importlib.metadata.entry_points(group=GROUP):
        try:
            loaded: Any = point.load()
            engine = loaded() if isinstance(loaded, type) else loaded
            found.setdefault(engine.name, engine)
        except Exception:  # noqa: S112 # nosec B112 - whatever foreign code raises
            continue
    return found


def choose(
    name: str, model: str, folders: Sequence[str]
) -> tuple[Engine | None, Model | None, str]:
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
        problem = f"{engine.title} has no model {model!r} here. There are {names}."
        return engine, None, f"{problem} {unread(folders)}".rstrip()
    return engine, None, f"{engine.title} has no model on this machine. {where(folders)}"


def where(folders: Sequence[str]) -> str:
    """Where a model is looked for, for the person, and what keeps us from it."""
    told = f"Put one into a folder of {' or '.join(folders)}." if folders else ""
    return f"{told} {unread(folders)}".strip()


def unread(folders: Sequence[str]) -> str:
    """Which folder that a person named cannot be looked in, and why; "" when all can.

    The last one is our own (`folders_of`): nobody has to put anything there.
    """
    for folder in folders[:-1]:
        if why := why_unread(folder):
            return f"The folder for models {folder} cannot be read: {why} ({SETTING})."
    return ""


def second_best(model: Model, folders: Sequence[str]) -> str:
    """Why a better model than this one may be where we cannot look; "" when all was looked at.

    Engines whose models are in no folder of a person's look nowhere else.
    """
    return unread(folders) if Path(model.place).parent in map(Path, folders) else ""


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
