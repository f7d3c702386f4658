"""`longhaul logs`: what a task said, and goes on saying."""

import argparse
import json
from collections.abc import Iterator
from typing import Any

from desktop import words
from desktop.bars import is_finished
from desktop.client import Client
from desktop.failures import DONE, Interrupted
from desktop.output import emit, paint, plain
from desktop.parser import Commands, completes, task_id
from desktop.places import data_folder
from desktop.stream import Connected, Stream

LEVELS = ("debug", "info", "warning", "error")
_COLOURS = {"debug": "grey", "warning": "yellow", "error": "red"}


def register(commands: Commands) -> None:
    parser = commands.add("logs", "what a task said", run, json=True)
    completes(parser.add_argument("id", metavar="ID", type=task_id, help="its number"), "ids")
    parser.add_argument("--follow", action="store_true", help="go on until the task is finished")
    parser.add_argument("--level", choices=LEVELS, help="only from this level up")
    parser.add_argument("--search", metavar="WORDS", help="only lines with these words")


def run(args: argparse.Namespace) -> int:
    reader = _Reader(args)
    try:
        reader.follow() if args.follow else reader.catch_up()
    except KeyboardInterrupt:
        raise Interrupted("You left; the work goes on.") from None
    return DONE


class _Reader:
    """Emits each line once, in order of their numbers."""

    def __init__(self, args: argparse.Namespace):
        self._args, self._folder, self._last = args, data_folder(args.data_dir), 0

    def catch_up(self, client: Client | None = None) -> None:
        """Everything that is stored and not yet emitted."""
        client = client or Client.of(self._folder)
        while lines := list(self._page(client)):
            for line in lines:
                self._emit(line)

    def follow(self) -> None:
        """The same, and then what comes, until the task is finished.

        The stream only wakes us: lines are read from the log, which knows the filters.
        """
        task_path = f"/tasks/{self._args.id}"
        Client.of(self._folder).get(task_path)  # does it exist?
        kinds = ("log", "task_finished")
        with Stream(self._find, kinds=kinds, task=self._args.id) as stream:
            is_over = False
            while not is_over:
                may_be_over = False
                got = stream.next(None)
                while got:  # many lines at once need one look only
                    may_be_over |= isinstance(got, Connected) or got.kind == "task_finished"
                    got = stream.next(0)
                client = self._find()
                is_over = may_be_over and is_finished(client.get(task_path))
                self.catch_up(client)

    def _find(self) -> Client:
        return Client.of(self._folder)

    def _page(self, client: Client) -> Iterator[dict[str, Any]]:
        query = {"after": self._last, "level": self._args.level, "q": self._args.search}
        answer = client.ask(
            "GET",
            f"/tasks/{self._args.id}/logs",
            query=query,
            headers={"Accept": "application/jsonl"},
        )
        for text in answer.body.decode().split("\n"):
            if text.strip():
                yield json.loads(text)

    def _emit(self, line: dict[str, Any]) -> None:
        self._last = max(self._last, line["id"])
        if self._args.json:
            emit(json.dumps(line, ensure_ascii=False))
            return
        level = line["level"]
        stage = f"[{plain(line['stage'])}] " if line.get("stage") else ""
        colour = _COLOURS.get(level, "")
        text = f"{words.local_time(line['at'])}  {level:<7}  {stage}{plain(line['message'])}"
        emit(paint(text, colour))
