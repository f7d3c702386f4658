"""`longhaul types`: what can be started, and with which parameters."""

import argparse
from typing import Any

from desktop import params
from desktop.client import Client
from desktop.failures import DONE
from desktop.output import emit, emit_json, paint, pairs, plain, table
from desktop.parser import Commands, completes
from desktop.places import data_folder


def register(commands: Commands) -> None:
    parser = commands.add("types", "what can be started, and with which parameters", run, json=True)
    action = parser.add_argument("type", nargs="?", metavar="TYPE", help="show this one in full")
    completes(action, "types")


def run(args: argparse.Namespace) -> int:
    client = Client.of(data_folder(args.data_dir))
    if args.type:
        document = params.task_type(client, args.type)
        emit_json(document) if args.json else _show(document)
        return DONE
    answer = client.get("/task-types")
    if args.json:
        emit_json(answer)
        return DONE
    rows = [
        (t["name"], t["title"], first_line(t.get("description", ""))) for t in params.listed(answer)
    ]
    table(("type", "title", "what it does"), rows)
    return DONE


def first_line(text: str) -> str:
    """The first line of a description."""
    return text.strip().partition("\n")[0]


def _show(document: dict[str, Any]) -> None:
    emit(f"{paint(plain(document['title']), 'bold')} ({plain(document['name'])})")
    for line in document.get("description", "").splitlines():
        emit(plain(line))
    emit("")
    pairs(
        [
            ("steps", " → ".join(step["name"] for step in document.get("steps", []))),
            ("each record", document.get("guarantee")),
            ("changeable", ", ".join(document.get("knobs") or [])),
        ]
    )
    emit("")
    schema = document.get("params_schema") or {}
    required = set(schema.get("required") or [])
    rows = []
    for name, spec in (schema.get("properties") or {}).items():
        default = "required" if name in required else params.shown(spec.get("default"))
        rows.append((name, params.kind(spec, schema), default, spec.get("description", "")))
    table(("parameter", "kind", "default", "what it is"), rows)
