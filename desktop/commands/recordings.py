"""`longhaul import` and `longhaul scan`: audio into the notes folder, and looking through it."""

import argparse
import os
from pathlib import Path
from typing import Any

from desktop import words
from desktop.client import Client
from desktop.failures import DONE, TASK_FAILED
from desktop.output import emit, emit_json, paint, plain, say
from desktop.parser import REST, Commands, completes
from desktop.places import data_folder

OUTCOMES = {
    "imported": "imported",
    "duplicate": "is there already",
    "restored": "found again",
    "refused": "refused",
}
MOST = 500  #: files in one request


def register(commands: Commands) -> None:
    parser = commands.add(
        "import", "copy audio into the notes folder, and transcribe it", run, json=True
    )
    completes(
        parser.add_argument(
            "files", metavar="FILE", nargs="+", help="audio files, or folders of them"
        ),
        "files",
    )
    parser.set_defaults(**{REST: ("files", str)})
    commands.add("scan", "look through the notes folder for audio without text", scan, json=True)


def run(args: argparse.Namespace) -> int:
    """One that is refused keeps none of the others from it; the exit status tells of it."""
    client = Client.of(data_folder(args.data_dir))
    found: list[dict[str, Any]] = []
    paths = [str(path) for name in args.files for path in _files(Path(name).expanduser())]
    for at in range(0, len(paths), MOST):
        some = paths[at : at + MOST]
        answer = client.post("/recordings/import", {"paths": some})
        for path, item in zip(some, answer["items"], strict=True):
            is_refused = (item["error"] or {}).get("code") == "forbidden"
            if is_refused and Path(path).is_file() and os.access(path, os.R_OK):
                # The service takes paths from its folders only; we may read it, so we send it.
                item = client.send_file("/recordings/import", Path(path))["items"][0]
            found.append(item)
            if not args.json:
                _tell(item)
    if args.json:
        emit_json({"items": found, "imported": sum(f["outcome"] == "imported" for f in found)})
    return TASK_FAILED if any(f["outcome"] == "refused" for f in found) else DONE


def scan(args: argparse.Namespace) -> int:
    """A folder that cannot be read is told, and fails."""
    report = Client.of(data_folder(args.data_dir)).post("/recordings/scan")
    if args.json:
        emit_json(report)
    elif report["problem"]:
        say(f"{paint('longhaul:', 'red')} {plain(report['problem'])}")
    else:
        kinds = ("new", "adopted", "renamed", "changed", "returned", "missing", "unfinished")
        told = [f"{words.counted(report[kind])} {kind}" for kind in kinds if report[kind]]
        files = words.plural(report["found"], "audio file")
        emit(f"{files} in {plain(report['folder'])}: {', '.join(told) or 'nothing new'}")
    return TASK_FAILED if report["problem"] else DONE


def _files(path: Path) -> list[Path]:
    """The file, or all files below a folder; what is no audio the service refuses."""
    if not path.is_dir():
        return [path.absolute()]
    return sorted(p.absolute() for p in path.rglob("*") if p.is_file() and p.name[0] != ".")


def _tell(item: dict[str, Any]) -> None:
    name, outcome = plain(item["name"]), OUTCOMES[item["outcome"]]
    if item["error"]:
        say(f"{paint('longhaul:', 'red')} {name}: {plain(item['error']['message'])}")
    else:
        task = f" (task {item['task_id']})" if item["task_id"] else ""
        emit(f"{name}: {outcome}{task}")
