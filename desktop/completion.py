"""What may come next on a command line: the candidates behind shell completion.

The scripts of the three shells (`desktop.completion_scripts`) ask `longhaul completion --answer`,
so all know the same, and task numbers, types and parameters come from the running service. A
service that is away, or slow, gives no candidates and no error.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from desktop.client import Client
from desktop.failures import Failure
from desktop.output import plain
from desktop.params import listed, resolved
from desktop.parser import subcommands
from desktop.places import data_folder

#: Seconds a person waits for Tab; what takes longer is left out.
PATIENCE_S = 1.0

Candidate = tuple[str, str]  #: a word, and what it is


def candidates(parser: argparse.ArgumentParser, words: list[str]) -> list[Candidate]:
    """What the last of `words` (without the program's name, the last may be "") may become."""
    *before, current = words or [""]
    current_parser, rest = _descend(parser, before)
    if pending := _option_waiting(current_parser, rest):
        return _values(pending, current, before)
    if current.startswith("-"):
        return [c for c in _options(current_parser) if c[0].startswith(current)]
    if commands := subcommands(current_parser):
        summaries = _summaries(current_parser)
        return [(n, summaries.get(n, "")) for n in commands if n.startswith(current)]
    positional = _positional(current_parser, rest)
    return _values(positional, current, before) if positional else []


def _descend(
    parser: argparse.ArgumentParser, words: list[str]
) -> tuple[argparse.ArgumentParser, list[str]]:
    """The parser of the command that `words` name, and the words after its name."""
    for number, word in enumerate(words):
        if word in (commands := subcommands(parser)):
            return commands[word], words[number + 1 :]
    return parser, words


def _option_waiting(parser: argparse.ArgumentParser, words: list[str]) -> argparse.Action | None:
    """The option at the end of `words` when it still wants its value."""
    if not words:
        return None
    action = _by_option(parser).get(words[-1])
    return action if action is not None and action.nargs != 0 else None


def _by_option(parser: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    return {option: action for action in parser._actions for option in action.option_strings}


def _positional(parser: argparse.ArgumentParser, words: list[str]) -> argparse.Action | None:
    """The argument that the next word would be; the last one may take many."""
    options, taken, skip = _by_option(parser), 0, False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in options and options[word].nargs != 0
        else:
            taken += 1
    actions = [action for action in parser._actions if not action.option_strings]
    if taken < len(actions):
        return actions[taken]
    return actions[-1] if actions and actions[-1].nargs in ("*", "+") else None


def _options(parser: argparse.ArgumentParser) -> Iterator[Candidate]:
    for action in parser._actions:
        if action.option_strings and action.help is not argparse.SUPPRESS:
            yield action.option_strings[-1], (action.help or "").split(";")[0].split(" (")[0]


def _summaries(parser: argparse.ArgumentParser) -> dict[str, str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return {choice.dest: choice.help or "" for choice in action._choices_actions}
    return {}


# --- values --------------------------------------------------------------------------------------


def _values(action: argparse.Action, current: str, before: list[str]) -> list[Candidate]:
    if action.choices:
        return [(str(c), "") for c in action.choices if str(c).startswith(current)]
    find = _FINDERS.get(getattr(action, "completes", ""))
    if find is None:
        return []
    try:
        client = Client.of(_folder(before), patience_s=PATIENCE_S)
        found = find(client, current, before)
        return [(w, plain(what)) for w, what in found if w.startswith(current)]
    except (Failure, LookupError, TypeError):
        return []


def _folder(words: list[str]) -> Path:
    """The data directory that the words name."""
    given = None
    for number, word in enumerate(words):
        if word == "--data-dir" and number + 1 < len(words):
            given = words[number + 1]
        elif word.startswith("--data-dir="):
            given = word.partition("=")[2]
    return data_folder(given)


def _types(client: Client, _current: str, _before: list[str]) -> Iterator[Candidate]:
    for document in listed(client.get("/task-types")):
        yield document["name"], document["title"]


def _ids(client: Client, _current: str, before: list[str]) -> Iterator[Candidate]:
    """Tasks that the command can do something about; all for those that only look."""
    verb = next((w for w in before if not w.startswith("-")), "")
    looks = verb in ("show", "logs", "add", "wait")
    for task in listed(client.get("/tasks", status="all", limit=50)):
        allowed = task.get("allowed") or []
        if looks or verb in allowed:
            yield str(task["id"]), f"{task['title']} ({task['status']})"


def _params(client: Client, current: str, before: list[str]) -> Iterator[Candidate]:
    """`key=` for the parameters not given yet; after the `=` the values, where they are few."""
    parts = before[before.index("add") + 1 :]
    name = next(word for word in parts if not word.startswith("-"))
    schema = client.get(f"/task-types/{name}")["params_schema"]
    key, equals, _ = current.partition("=")
    for known, spec in schema.get("properties", {}).items():
        spec = resolved(spec, schema)
        if equals and known == key:
            values = spec.get("enum") or (
                ["true", "false"] if spec.get("type") == "boolean" else []
            )
            yield from ((f"{key}={value}", "") for value in values)
        elif not equals and not any(word.startswith(f"{known}=") for word in parts):
            yield f"{known}=", spec.get("description", "")


def _settings(client: Client, _current: str, _before: list[str]) -> Iterator[Candidate]:
    for name, value in client.get("/settings").items():
        yield f"{name}=", f"now {value}"


Finder = Callable[[Client, str, list[str]], Iterator[Candidate]]
_FINDERS: dict[str, Any] = {
    "types": _types,
    "ids": _ids,
    "params": _params,
    "settings": _settings,
}
