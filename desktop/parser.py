"""The words of the command line: one tree of parsers, made from the files in `desktop.commands`.

Each of those files has `register(commands)`. The tree is also what shell completion walks
(`desktop.completion`): an argument made with `completes(...)` names what its values are.
"""

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from desktop import commands as folder
from desktop.failures import WrongUse
from desktop.words import did_you_mean

DESCRIPTION = "Runs the long jobs on your own machine, and resumes exactly where they stopped."
EPILOG = """\
exit status: 0 done · 1 a task failed · 2 wrong use · 3 no service · 4 timed out
more about a command: longhaul COMMAND --help"""
#: Where extra words may go that argparse leaves over when options stand between words.
REST = "_rest"


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises WrongUse, with near misses instead of all that is known."""

    def __init__(self, **options: Any):
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        if message.startswith("unrecognized arguments: "):
            words = message.removeprefix("unrecognized arguments: ").split()
            known = [option for action in self._actions for option in action.option_strings]
            message = f"{self.prog} does not know {' '.join(words)}."
            near = did_you_mean(words[0].partition("=")[0], known)
            message += f" {near}" if near else ""
        raise WrongUse(message, f"{self.format_usage().strip()}\nAll of it: {self.prog} --help")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            near = did_you_mean(str(value), map(str, action.choices))
            known = ", ".join(map(str, action.choices))
            what = "There is no command" if action.dest == "command" else "There is no"
            raise WrongUse(
                f"{what} {value!r}. {near}".rstrip(),
                "All commands: longhaul --help" if action.dest == "command" else f"Known: {known}",
            )


class Commands:
    """What `register` of a command's file is given."""

    def __init__(self, subparsers: Any, shared: argparse.ArgumentParser):
        self._subparsers, self._shared = subparsers, shared

    def add(
        self, name: str, summary: str, run: Callable[[argparse.Namespace], int], **options: Any
    ) -> Parser:
        """A new command; `run` gets the arguments and returns the exit status.

        Options are argparse's, and `json=True` for a command that can answer with documents.
        """
        parents = [self._shared]
        if options.pop("json", False):
            parents.append(_json())
        options.setdefault("description", summary[0].upper() + summary[1:] + ".")
        parser = self._subparsers.add_parser(name, help=summary, parents=parents, **options)
        parser.set_defaults(run=run)
        return parser


def build() -> Parser:
    """The whole tree."""
    parser = Parser(prog="longhaul", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    parser.add_argument(
        "--browser", action="store_true", help="without a command: in the browser, without a window"
    )
    _data_dir(parser, default=None)
    shared = argparse.ArgumentParser(add_help=False)
    _data_dir(shared, default=argparse.SUPPRESS)  # else it would undo the one before the command
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    commands = Commands(subparsers, shared)
    for module in folder.all_modules():
        module.register(commands)
    return parser


def parse(parser: Parser, words: Sequence[str] | None) -> argparse.Namespace:
    """The arguments in `words`. Options may stand between the words of a list.

    Raises WrongUse.
    """
    args, left_over = parser.parse_known_args(words)
    rest = getattr(args, REST, None)
    if left_over and rest and not any(word.startswith("-") for word in left_over):
        name, convert = rest
        try:
            setattr(args, name, [*getattr(args, name), *map(convert, left_over)])
        except argparse.ArgumentTypeError as error:
            raise WrongUse(str(error)) from None
    elif left_over:
        command = getattr(args, "command", None)
        chosen = parser_of(parser, command) if command else parser
        chosen.error(f"unrecognized arguments: {' '.join(left_over)}")
    return args


def parser_of(parser: argparse.ArgumentParser, command: str) -> Parser:
    """The parser of one command. Raises KeyError."""
    return subcommands(parser)[command]


def subcommands(parser: argparse.ArgumentParser) -> dict[str, Parser]:
    """The commands below a parser by name; empty for a command without any."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def completes(action: argparse.Action, kind: str) -> argparse.Action:
    """Says what the values of an argument are: "types", "ids", "params", "files", "settings"."""
    action.completes = kind  # type: ignore[attr-defined]
    return action


def task_id(text: str) -> int:
    """A task's number."""
    if text.isascii() and text.isdigit():
        return int(text)
    raise argparse.ArgumentTypeError(
        f"{text!r} is no task. Tasks have numbers; `longhaul list` shows them."
    )


def add_ids(parser: Parser) -> None:
    """One task or more, by number."""
    action = parser.add_argument("ids", metavar="ID", type=task_id, nargs="+", help="task numbers")
    completes(action, "ids")
    parser.set_defaults(**{REST: ("ids", task_id)})


def _data_dir(parser: argparse.ArgumentParser, default: Any) -> None:
    action = parser.add_argument(
        "--data-dir",
        metavar="DIR",
        default=default,
        help="where Longhaul keeps its state (default: LONGHAUL_DATA_DIR, else your own data "
        "directory)",
    )
    completes(action, "files")


def _json() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--json", action="store_true", help="the documents of the API, on stdout")
    return parser
