"""`longhaul queue`: the waiting line as a whole, and its pause."""

import argparse
from typing import Any

from desktop import words
from desktop.client import Client
from desktop.failures import DONE
from desktop.output import emit, emit_json, plain
from desktop.parser import Commands
from desktop.places import data_folder

ACTIONS = {
    "pause": "start nothing new, until you resume it; survives a restart",
    "resume": "go on",
    "clear-completed": "take completed tasks off the list, for good",
    "retry-failed": "run all failed tasks again",
}


def register(commands: Commands) -> None:
    parser = commands.add(
        "queue", "the waiting line: figures, pause, resume", run, json=True,
        description="Without a word: its figures.\n"
        + "\n".join(f"{name}: {what}" for name, what in ACTIONS.items()),
    )  # fmt: skip
    parser.add_argument("action", nargs="?", choices=tuple(ACTIONS), metavar="ACTION")


def run(args: argparse.Namespace) -> int:
    client = Client.of(data_folder(args.data_dir))
    answer = client.post(f"/queue/{args.action}") if args.action else client.get("/queue")
    if args.json:
        emit_json(answer)
    elif args.action in ("clear-completed", "retry-failed"):
        emit(f"{words.plural(answer.get('changed', 0), 'task')} changed.")
    else:
        for line in lines(answer if "pending" in answer else client.get("/queue")):
            emit(line)
    return DONE


def lines(queue: dict[str, Any]) -> list[str]:
    """The figures of the queue in words; also the middle part of `longhaul status`."""
    kinds = ("running", "pending", "paused", "failed", "completed", "cancelled")
    counts = [f"{words.counted(queue[kind])} {kind}" for kind in kinds if queue.get(kind)]
    state = "paused" if queue.get("is_paused") else "open"
    told = [f"Queue {state}: {', '.join(counts) or 'nothing in it'}"]
    if eta := words.eta(queue.get("eta")):
        told[0] += f" · {eta}"
    lanes = [f"{lane['name']} {lane['busy']}/{lane['slots']}" for lane in queue.get("lanes") or []]
    if lanes:
        told.append(f"Lanes busy: {', '.join(lanes)}")
    activity = queue.get("activity") or {}
    state = activity.get("state") if isinstance(activity, dict) else activity
    if state and state != "idle":
        told.append(f"You are {state}: recordings wait.")
    return [plain(line) for line in told]
