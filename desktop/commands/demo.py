"""`longhaul demo`: see it work within a minute."""

import argparse
import shlex
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from desktop import demo, launcher, opening, words
from desktop.bars import display
from desktop.client import Client
from desktop.failures import Interrupted
from desktop.follow import Follower, emit_outcomes, exit_status
from desktop.output import plain, say
from desktop.parser import Commands
from desktop.places import data_folder

DESCRIPTION = """\
Make a sample archive of articles and fill in their dates, with the page open where there is a
display. The service goes on afterwards; `longhaul stop` ends it."""


def register(commands: Commands) -> None:
    parser = commands.add("demo", "see it work on a sample archive", run, description=DESCRIPTION)
    parser.add_argument(
        "--articles", type=_number, metavar="N", help="a fresh archive of so many (default: 3000)"
    )
    parser.add_argument("--no-open", action="store_true", help="do not open the page")


def run(args: argparse.Namespace) -> int:
    folder = data_folder(args.data_dir)
    client = launcher.find_or_start(folder)
    task = demo.task_of(client, folder, args.articles)
    if not args.no_open:
        opening.show(client, folder)
    say("You can safely leave (Ctrl-C): the work goes on.")
    try:
        finished = Follower(folder, [task["id"]], display()).until_finished()
    except Interrupted as left:
        left.remedy += f"\nStop the service: {_command('stop', args)}"
        raise
    emit_outcomes(finished)
    _summary(client, finished[0], args)
    return exit_status(finished)


def _summary(client: Client, task: dict[str, Any], args: argparse.Namespace) -> None:
    result = demo.result(client, task)
    if sources := result.get("sources"):
        found = [(f"{s['source']}{' (guessed)' * s['is_guess']}", s["records"]) for s in sources]
        say(f"Dates found in: {_counts(found)}")
    if outcomes := result.get("outcomes"):
        say(f"Articles: {_counts(outcomes.items())}")
    path = Path(task["params"]["database"])
    say(f"The archive: {path}")
    say(f"Look at it: {_look_at(path)}")
    say(f"The service goes on. Its page: {_command('', args)}; stop it: {_command('stop', args)}")


def _counts(counts: Iterable[tuple[str, int]]) -> str:
    ordered = sorted(counts, key=lambda pair: -pair[1])
    return ", ".join(f"{plain(name)} {words.counted(count)}" for name, count in ordered if count)


def _look_at(path: Path) -> str:
    """A command that shows some rows, for people without the sqlite3 program too."""
    query = "SELECT id, published_at, title FROM articles LIMIT 20"
    if shutil.which("sqlite3"):
        return f"sqlite3 {shlex.quote(str(path))} {shlex.quote(query)}"
    rows = f"sqlite3.connect({str(path)!r}).execute({query!r})"
    return f"python3 -c {shlex.quote(f'import sqlite3; [print(*r) for r in {rows}]')}"


def _command(verb: str, args: argparse.Namespace) -> str:
    place = f" --data-dir {shlex.quote(args.data_dir)}" if args.data_dir else ""
    return f"longhaul{f' {verb}' if verb else ''}{place}"


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 1_000_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of articles (1 to 1000000)")
