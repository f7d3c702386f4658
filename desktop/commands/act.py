"""`longhaul start, hold, pause, resume, cancel, retry, move`: verbs for one task or more."""

import argparse
from functools import partial
from typing import Any

from desktop.bars import line
from desktop.client import Client
from desktop.failures import DONE, Refused, WrongUse
from desktop.output import emit, emit_json, paint, plain, say
from desktop.parser import Commands, Parser, add_ids, completes, task_id
from desktop.places import data_folder

VERBS = {
    "pause": "stop tasks at their next checkpoint, until you resume them",
    "resume": "let paused tasks go on where they stopped",
    "cancel": "end tasks for good; what they did so far stays",
    "retry": "run finished tasks again",
    "start": "start held tasks now, or move waiting ones to the front",
    "hold": "keep waiting tasks from starting",
    "move": "change the order of waiting tasks",
}


def register(commands: Commands) -> None:
    for verb, summary in VERBS.items():
        parser = commands.add(verb, summary, partial(run, verb), json=True)
        add_ids(parser)
        if verb == "retry":
            _retry_options(parser)
        elif verb == "move":
            _move_options(parser)


def run(verb: str, args: argparse.Namespace) -> int:
    """One request for each task; a refused one does not keep the others from being asked."""
    client = Client.of(data_folder(args.data_dir))
    body = _body(verb, args)
    status, documents = DONE, []
    # The last to be moved to the top would be first: so backwards, and they keep their order.
    backwards = verb == "move" and (args.to == "top" or args.after is not None)
    for number in reversed(args.ids) if backwards else args.ids:
        try:
            task = client.post(f"/tasks/{number}/{verb}", body)
        except Refused as refused:
            status = max(status, refused.exit_status)
            documents.append({"id": number, "problem": refused.problem})
            _complain(number, refused)
        else:
            documents.append(task)
            if not args.json:
                emit(line(task))
    if args.json:
        emit_json(documents)
    return status


def _body(verb: str, args: argparse.Namespace) -> dict[str, Any] | None:
    if verb == "retry":
        return {"from": args.from_, "only_failed_items": args.only_failed_items}
    if verb == "move":
        places = {"to": args.to, "before": args.before, "after": args.after}
        if args.before in args.ids or args.after in args.ids:
            raise WrongUse("A task cannot be moved before or after itself.")
        return {name: place for name, place in places.items() if place is not None}
    return None


def _complain(number: int, refused: Refused) -> None:
    say(f"{paint('longhaul:', 'red')} task {number}: {plain(refused)}")
    for text in refused.remedy.splitlines():
        say(f"  {plain(text)}")


def _retry_options(parser: Parser) -> None:
    parser.add_argument(
        "--from", dest="from_", choices=("failed", "start"), default="failed",
        help="go on at the step that failed (the default), or begin anew",
    )  # fmt: skip
    parser.add_argument(
        "--only-failed-items", action="store_true", help="leave out the items that went well"
    )


def _move_options(parser: Parser) -> None:
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--to", choices=("top", "bottom"), help="the front or the end of the line")
    completes(where.add_argument("--before", metavar="ID", type=task_id), "ids")
    completes(where.add_argument("--after", metavar="ID", type=task_id), "ids")
