"""`longhaul import` and `longhaul scan`: audio into the notes folder, documents to be read, and
looking through the notes folder."""

import argparse
import os
from collections.abc import Iterator
from http.client import CREATED, FORBIDDEN, INTERNAL_SERVER_ERROR
from itertools import groupby
from pathlib import Path
from typing import Any

from desktop import words
from desktop.client import Client
from desktop.failures import DONE, TASK_FAILED, Refused
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
        "import",
        "copy audio into the notes folder and transcribe it; read documents",
        run,
        json=True,
    )
    completes(
        parser.add_argument(
            "files", metavar="FILE", nargs="+", help="audio files, documents, or folders of them"
        ),
        "files",
    )
    parser.set_defaults(**{REST: ("files", str)})
    commands.add("scan", "look through the notes folder for audio without text", scan, json=True)


def run(args: argparse.Namespace) -> int:
    """One that is refused keeps none of the others from it; the exit status tells of it."""
    client = Client.of(data_folder(args.data_dir))
    found: list[dict[str, Any]] = []
    paths = [path for name in args.files for path in _files(Path(name).expanduser())]
    from core.texts import kind_of  # here, so that no other command imports it

    for is_document, some in groupby(paths, lambda path: kind_of(path.name) is not None):
        for item in (_documents if is_document else _audio)(client, list(some)):
            found.append(item)
            if not args.json:
                _tell(item)
    if args.json:
        emit_json({"items": found, "imported": sum(f["outcome"] == "imported" for f in found)})
    return TASK_FAILED if any(f["outcome"] == "refused" for f in found) else DONE


def _audio(client: Client, paths: list[Path]) -> Iterator[dict[str, Any]]:
    """What became of each; what is no audio the service refuses."""
    for at in range(0, len(paths), MOST):
        some = paths[at : at + MOST]
        answer = client.post("/recordings/import", {"paths": list(map(str, some))})
        for path, item in zip(some, answer["items"], strict=True):
            if (item["error"] or {}).get("code") == "forbidden" and _is_ours(path):
                item = client.send_file("/recordings/import", path).document["items"][0]
            yield item


def _documents(client: Client, paths: list[Path]) -> Iterator[dict[str, Any]]:
    """The same for documents, which stay where they are unless they have to be sent."""
    for path in paths:
        item: dict[str, Any] = {
            "name": path.name,
            "source_id": None,
            "task_id": None,
            "error": None,
        }
        try:
            source, is_new = _added(client, path)
        except Refused as refused:
            if refused.status >= INTERNAL_SERVER_ERROR:
                raise
            code = str(refused.problem.get("type", "")).rpartition(":")[2]
            error = {"code": code, "message": str(refused)}
            yield item | {"outcome": "refused", "error": error}
        else:
            item |= {"source_id": source["id"], "task_id": source["task_id"]}
            yield item | {"outcome": "imported" if is_new else "duplicate"}


def _added(client: Client, path: Path) -> tuple[dict[str, Any], bool]:
    """(the source, whether it is new). Raises Refused."""
    try:
        answer = client.ask("POST", "/sources", body={"path": str(path)})
    except Refused as refused:
        if refused.status != FORBIDDEN or not _is_ours(path):
            raise
        answer = client.send_file("/sources", path, is_dated=False)
    return answer.document, answer.status == CREATED


def _is_ours(path: Path) -> bool:
    """The service takes paths from its folders only; what we may read we can send it."""
    return path.is_file() and os.access(path, os.R_OK)


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
