"""What `longhaul doctor` looks at. Each check says what it found, and what mends it.

They change nothing, and need no running service except where they ask it for its own findings.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from desktop.client import Client
from desktop.failures import Failure, NoService
from desktop.places import SERVER_FILE, ServerFile

GOOD, NOTE, WRONG = "good", "note", "wrong"
OLDEST_PYTHON, OLDEST_SQLITE = (3, 11), (3, 37)
#: Bytes free below which a backfill will soon stop, and below which it is worth a word.
LITTLE_SPACE, SOME_SPACE = 100 * 2**20, 2**30
#: Without these the service does not start, or some of its work cannot be done.
NEEDED = (
    *("av", "bottle", "brotli", "charset-normalizer", "cheroot", "cronsim", "dataset", "exifread"),
    *("filelock", "htmldate", "lxml", "lxml_html_clean", "multipart", "pillow", "pillow-heif"),
    *("platformdirs", "pocketsphinx", "psutil", "pydantic", "pypdfium2", "rawpy", "sqlalchemy"),
    *("trafilatura", "watchfiles", "webrtcvad-wheels"),
)
#: The modules of distributions that are called otherwise.
_MODULES = {
    "charset-normalizer": "charset_normalizer",
    "pillow": "PIL",
    "pillow-heif": "pillow_heif",
    "webrtcvad-wheels": "webrtcvad",
}
#: module → (extra that brings it, what it is for)
_OPTIONAL = {
    "webview": ("window", "a window of its own instead of the browser"),
    "psycopg": ("postgres", "backfills of PostgreSQL databases"),
    "faster_whisper": ("whisper", "transcriptions good enough for print"),
}


@dataclass(frozen=True)
class Check:
    """One finding: `state` is good, note (works without it) or wrong."""

    name: str
    state: str
    message: str
    remedy: str = ""


def examine(folder: Path) -> list[Check]:
    """All checks for the data directory `folder`, in the order in which to mend things."""
    return [
        _python(),
        _sqlite(),
        _packages(),
        _page(),
        _data_directory(folder),
        _space(folder),
        *_service(folder),
        *_optional(),
    ]


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= OLDEST_PYTHON:
        return Check("Python", GOOD, f"{found} ({sys.executable})")
    return Check("Python", WRONG, f"{found} is too old.", "Install Python 3.11 or newer.")


def _sqlite() -> Check:
    import sqlite3

    if sqlite3.sqlite_version_info >= OLDEST_SQLITE:
        return Check("SQLite", GOOD, sqlite3.sqlite_version)
    return Check(
        "SQLite",
        WRONG,
        f"{sqlite3.sqlite_version} is too old: strict tables need 3.37.",
        "Use a Python that was built with a newer SQLite.",
    )


def _packages() -> Check:
    missing = [name for name in NEEDED if find_spec(_MODULES.get(name, name)) is None]
    if not missing:
        return Check("packages", GOOD, "all that are needed are installed")
    what = f"missing: {', '.join(missing)}"
    return Check("packages", WRONG, what, f"{_pip()} longhaul")


def _page() -> Check:
    spec = find_spec("webui")
    places = list(spec.submodule_search_locations or []) if spec else []
    if any((Path(place) / "static/vendor/importmap.json").is_file() for place in places):
        return Check("page", GOOD, "its packages are in place")
    return Check(
        "page",
        WRONG,
        "the packages of the page are missing; the command and the API work without it.",
        "Install Longhaul again: its build fetches them.",
    )


def _data_directory(folder: Path) -> Check:
    name = "data directory"
    if not os.path.lexists(folder):
        return Check(name, NOTE, f"{folder} does not exist; the first start makes it.")
    from core.errors import UnsafeDataDir
    from core.paths import data_dir

    try:
        data_dir(folder)
    except UnsafeDataDir as error:
        return Check(name, WRONG, str(error))
    if not os.access(folder, os.W_OK):
        return Check(name, WRONG, f"{folder} is not writable.", f"chmod u+w '{folder}'")
    return Check(name, GOOD, f"{folder}, yours alone")


def _space(folder: Path) -> Check:
    there = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(there).free
    text = f"{free / 2**30:.1f} GiB free" if free >= 2**30 else f"{free / 2**20:.0f} MiB free"
    if free < LITTLE_SPACE:
        return Check("disk", WRONG, f"{text}: too little to work.", f"Make room where {there} is.")
    return Check("disk", GOOD if free >= SOME_SPACE else NOTE, text)


def _service(folder: Path) -> list[Check]:
    try:
        server = ServerFile.read(folder)
    except NoService as error:
        if (folder / SERVER_FILE).exists():
            return [Check("service", WRONG, str(error), error.remedy)]
        return [Check("service", NOTE, "not running", "Start it: longhaul")]
    try:
        client = Client(server, patience_s=5)
        found = client.get("/version")
        conditions = [
            Check("service", NOTE, condition["message"])
            for condition in client.get("/snapshot").get("conditions") or []
        ]
        here = Check("service", GOOD, f"{found['version']} at {server.url} (pid {server.pid})")
        return [here, *conditions, *_plug_ins(client), *_speech(client)]
    except NoService as error:
        from core.identity import is_running

        if is_running(server.pid):
            return [
                Check("service", WRONG, str(error), f"End it: kill {server.pid}; then: longhaul")
            ]
        left = f"ended without cleaning up (pid {server.pid}); its work is kept."
        return [Check("service", NOTE, left, "Start it again: longhaul")]
    except Failure as error:
        return [Check("service", WRONG, str(error), error.remedy)]


def _plug_ins(client: Client) -> list[Check]:
    """Task types that the service refused, with file, line and reason."""
    answer = client.get("/task-types")
    problems = answer.get("problems") or [] if isinstance(answer, dict) else []
    if not problems:
        return [Check("task types", GOOD, "none was refused")]
    return [
        Check(
            "task types",
            WRONG,
            f"{problem['file']}, line {problem.get('line') or '?'}: {problem['reason']}",
            "Mend or remove the file; it is looked at again without a restart.",
        )
        for problem in problems
    ]


def _speech(client: Client) -> list[Check]:
    """The speech engines and their models; that none but the chosen one is there is no fault."""
    found = client.get("/recordings/engines")
    chosen = found["chosen"]
    checks = []
    for engine in found["engines"]:
        models = ", ".join(model["name"] for model in engine["models"])
        is_chosen = engine["name"] == chosen["engine"]
        state = NOTE if engine["problem"] else GOOD
        told = (
            engine["problem"] or f"{models}{' (chosen)' if is_chosen else ''}: {engine['quality']}"
        )
        checks.append(Check(f"speech {engine['name']}", state, told))
    if chosen["problem"]:
        remedy = "longhaul settings recordings.engine= recordings.model="
        checks.append(Check("speech", WRONG, chosen["problem"], remedy))
    if found["folder_problem"]:
        remedy = "longhaul settings recordings.models_folder="
        checks.append(Check("speech models", WRONG, found["folder_problem"], remedy))
    return checks


def _optional() -> list[Check]:
    checks = []
    for module, (extra, purpose) in _OPTIONAL.items():
        if find_spec(module):
            lacking = _libraries() if extra == "window" else None
            checks.append(lacking or Check(f"extra {extra}", GOOD, purpose))
        else:
            remedy = f"{_pip()} 'longhaul[{extra}]'"
            checks.append(Check(f"extra {extra}", NOTE, f"not installed: {purpose}", remedy))
    return checks


def _libraries() -> Check | None:
    """What the window lacks of the system; None when it has all."""
    from desktop import libraries

    missing = sorted(libraries.missing())
    if not missing:
        return None
    return Check(
        "extra window",
        NOTE,
        f"the system lacks {', '.join(missing)}; the page opens in the browser.",
        f"On Debian: apt install {' '.join(libraries.missing_packages())}",
    )


def _pip() -> str:
    return f"{sys.executable} -m pip install"
