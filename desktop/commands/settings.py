"""`longhaul settings`: read and change what a person may set."""

import argparse
import json
from typing import Any

from desktop.client import Client
from desktop.failures import DONE, WrongUse
from desktop.output import emit_json, say, table
from desktop.parser import Commands, completes
from desktop.places import data_folder
from desktop.words import did_you_mean


def register(commands: Commands) -> None:
    parser = commands.add(
        "settings", "read and change settings", run, json=True,
        description="Without words: all settings. key=value changes one (values as JSON, or text).",
    )  # fmt: skip
    action = parser.add_argument(
        "words", metavar="key=value", nargs="*", default=[], help="what to change"
    )
    completes(action, "settings")


def run(args: argparse.Namespace) -> int:
    client = Client.of(data_folder(args.data_dir))
    settings = client.get("/settings")
    if args.words:
        changes = dict(change(word, settings) for word in args.words)
        settings = client.patch("/settings", changes)
        say(f"Changed: {', '.join(changes)}")
    if args.json:
        emit_json(settings)
    elif not args.words:
        table(("setting", "value"), [(n, _shown(v)) for n, v in settings.items()])
    return DONE


def change(word: str, settings: dict[str, Any]) -> tuple[str, Any]:
    """The setting named in key=value and its new value. Raises WrongUse for an unknown one."""
    name, equals, text = word.partition("=")
    if not equals:
        raise WrongUse(f"{word!r} changes nothing.", "Write key=value: pipeline.total_slots=4")
    if name not in settings:
        near = did_you_mean(name, settings)
        raise WrongUse(f"There is no setting {name!r}. {near}".rstrip(), "All: longhaul settings")
    if isinstance(settings[name], str):
        return name, text
    try:
        return name, json.loads(text)
    except ValueError:
        return name, text.split(",") if isinstance(settings[name], list) and text else text


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
