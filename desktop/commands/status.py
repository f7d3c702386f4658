"""`longhaul status`: the service, the queue, what is wrong, and what runs, at one glance."""

import argparse
from typing import Any

from desktop import words
from desktop.bars import bar_of, details
from desktop.client import Client
from desktop.commands.queue import lines
from desktop.failures import DONE
from desktop.output import emit, emit_json, fitted, padded, paint, plain
from desktop.parser import Commands
from desktop.places import data_folder

_TITLE_COLUMNS = 32


def register(commands: Commands) -> None:
    commands.add("status", "the service, the queue, and what runs", run, json=True)


def run(args: argparse.Namespace) -> int:
    folder = data_folder(args.data_dir)
    client = Client.of(folder)
    snapshot = client.get("/snapshot")
    if args.json:
        emit_json({"service": client.server.public(), **snapshot})
        return DONE
    server = client.server
    since = words.ago(server.started_at).removesuffix(" ago")
    emit(f"Longhaul {plain(server.version)} runs for {since} at {server.url} (pid {server.pid})")
    emit(f"Data: {folder}")
    for condition in snapshot.get("conditions") or []:
        emit(paint(f"! {plain(condition['message'])}", "yellow"))
    for text in lines(snapshot["queue"]):
        emit(text)
    running = [task for task in snapshot["tasks"] if task["status"] == "running"]
    if running:
        emit("")
    for task in running:
        emit(_line(task))
    return DONE


def _line(task: dict[str, Any]) -> str:
    title = padded(fitted(plain(task["title"]), _TITLE_COLUMNS), _TITLE_COLUMNS)
    return f"{task['id']:>5}  {title} {paint(bar_of(task), 'blue')} {details(task)}"
