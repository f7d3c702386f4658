"""`longhaul add`: ask for a task, and stay with it or not."""

import argparse
import json
import secrets
import sys
from pathlib import Path
from typing import Any

from desktop import moments, params
from desktop.bars import Quiet, display, line
from desktop.client import Client
from desktop.failures import DONE, WrongUse
from desktop.follow import Follower, emit_outcomes, exit_status
from desktop.output import emit, emit_json, plain, say
from desktop.parser import REST, Commands, completes, task_id
from desktop.places import data_folder

DESCRIPTION = """\
Ask for a task. Parameters are key=value (lists with commas, or the key repeated), or key:=JSON;
`longhaul types TYPE` shows them. The number of the new task goes to stdout."""


def register(commands: Commands) -> None:
    parser = commands.add(
        "add", "ask for a task", run, json=True, description=DESCRIPTION,
        usage="longhaul add TYPE [key=value …] [options]",
    )  # fmt: skip
    completes(parser.add_argument("type", metavar="TYPE", help="what to do"), "types")
    action = parser.add_argument(
        "words", metavar="key=value", nargs="*", default=[], help="its parameters"
    )
    completes(action, "params")
    parser.set_defaults(**{REST: ("words", str)})
    action = parser.add_argument("--params", metavar="FILE", help="parameters as JSON; - is stdin")
    completes(action, "files")
    parser.add_argument("--title", help="what to call it")
    parser.add_argument("--priority", type=int, metavar="N", help="-1000 to 1000; higher is sooner")
    action = parser.add_argument(
        "--after", metavar="ID", type=task_id, action="append", default=[],
        help="wait for this task to complete; may be repeated",
    )  # fmt: skip
    completes(action, "ids")
    parser.add_argument("--at", metavar="TIME", help="not before 22:30, +90m, 2026-11-21 22:30")
    parser.add_argument("--hold", action="store_true", help="wait until `longhaul start ID`")
    parser.add_argument(
        "--canary", type=int, metavar="N",
        help="pause by itself after N records, for a look; `longhaul resume` goes on from there",
    )  # fmt: skip
    parser.add_argument("--note", metavar="TEXT", help="say why, to who shall start it")
    stay = parser.add_mutually_exclusive_group()
    stay.add_argument("--follow", action="store_true", help="stay and show the progress")
    stay.add_argument("--wait", action="store_true", help="stay, silently, until it is finished")


def run(args: argparse.Namespace) -> int:
    folder = data_folder(args.data_dir)
    client = Client.of(folder)
    task = client.post("/tasks", _request(args, client), key=secrets.token_hex(16))
    if not (args.follow or args.wait):
        emit_json(task) if args.json else emit(str(task["id"]))
        say(f"Added {line(task)}. Watch it: longhaul wait {task['id']}")
        return DONE
    if not args.json:
        emit(str(task["id"]))
    return _stay(args, folder, task)


def _request(args: argparse.Namespace, client: Client) -> dict[str, Any]:
    document = params.task_type(client, args.type)
    given = _from_file(args.params) if args.params else {}
    request = {
        "type": args.type,
        "params": params.from_words(args.words, given, document),
        "title": args.title,
        "priority": args.priority,
        "source": "cli",
        "not_before": moments.at(args.at) if args.at else None,
        "after": args.after or None,
        "hold": args.hold or None,
        "note": args.note,
        "canary": args.canary,
    }
    return {name: value for name, value in request.items() if value is not None}


def _stay(args: argparse.Namespace, folder: Path, task: dict[str, Any]) -> int:
    if args.hold:
        say(f"It is held until: longhaul start {task['id']}")
    shown = Quiet() if args.wait else display()
    finished = Follower(folder, [task["id"]], shown).until_finished()
    emit_json(finished[0]) if args.json else emit_outcomes(finished)
    return exit_status(finished)


def _from_file(name: str) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        document = json.loads(text)
    except OSError as error:
        raise WrongUse(f"{plain(name)} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise WrongUse(f"--params {plain(name)} is not JSON: {error}.") from None
    if not isinstance(document, dict):
        raise WrongUse(f"--params {plain(name)} holds no JSON object of parameters.")
    return document
