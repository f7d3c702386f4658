"""`longhaul list`: tasks as a table."""

import argparse
from typing import Any

from desktop import moments, params, words
from desktop.bars import shown_status, why
from desktop.client import Client
from desktop.failures import DONE
from desktop.output import STATUS_COLOURS, emit_json, say, table
from desktop.parser import Commands, completes
from desktop.places import data_folder

STATUSES = ("queued", "running", "paused", "completed", "failed", "cancelled")


def register(commands: Commands) -> None:
    parser = commands.add("list", "tasks: what is active, or what you ask for", run, json=True)
    parser.add_argument("--status", action="append", choices=STATUSES, help="may be repeated")
    parser.add_argument("--all", action="store_true", help="finished ones too")
    completes(parser.add_argument("--type", metavar="TYPE", help="only of this type"), "types")
    parser.add_argument("--project", metavar="NAME", help="only of this project")
    parser.add_argument("--search", metavar="WORDS", help="only those whose title has these words")
    parser.add_argument("--finished-since", metavar="TIME", help="only those finished since then")
    parser.add_argument("--maintenance", action="store_true", help="Longhaul's own work too")
    parser.add_argument(
        "--limit", type=int, default=50, metavar="N", help="at most so many (1 to 500)"
    )
    parser.add_argument("--cursor", help="go on where a longer list was cut")


def run(args: argparse.Namespace) -> int:
    answer = Client.of(data_folder(args.data_dir)).get("/tasks", **_query(args))
    tasks = params.listed(answer)
    if args.json:
        emit_json(answer)
        return DONE
    if not tasks:
        say("No tasks." if args.all or args.status else "Nothing is active. Finished ones: --all")
        return DONE
    table(
        ("id", "status", "type", "progress", "when", "title"),
        [row(task) for task in tasks],
        [STATUS_COLOURS.get(shown_status(task), "") for task in tasks],
    )
    cursor = answer.get("next_cursor") if isinstance(answer, dict) else None
    if cursor:
        say(f"There are more: add --limit 500, or --cursor {cursor}")
    return DONE


def row(task: dict[str, Any]) -> tuple[Any, ...]:
    """id, status, type, progress, when, title (with the reason where there is one)."""
    progress = task["progress"]
    share = words.progress(progress)
    if task["status"] == "running" and progress.get("total"):
        share = f"{100 * words.seen(progress) // progress['total']} % {words.eta(task['eta'])}"
    when = words.ago(task.get("finished_at") or task.get("started_at") or task.get("created_at"))
    reason = why(task)
    title = task["title"] + (f" — {reason}" if reason else "")
    return task["id"], shown_status(task), task["type"], share.strip(), when, title


def _query(args: argparse.Namespace) -> dict[str, Any]:
    since = moments.at(args.finished_since) if args.finished_since else None
    return {
        "status": args.status or ("all" if args.all or since else None),
        "type": args.type,
        "project": args.project,
        "q": args.search,
        "finished_since": since,
        "show_maintenance": True if args.maintenance else None,
        "limit": args.limit,
        "cursor": args.cursor,
    }
