"""Watch tasks until they are finished; leaving does not stop them.

Used by `wait`, `add --follow` and `demo`. The stream is opened first and the tasks are read after
it, so nothing that happens in between is missed; versions tell which of two documents is newer.
"""

import json
import time
from pathlib import Path
from typing import Any

from desktop import words
from desktop.bars import Display, is_finished, line
from desktop.client import Client
from desktop.failures import DONE, TASK_FAILED, Interrupted, NoService, TimedOut
from desktop.output import emit
from desktop.stream import AWAY_S, RECONNECT_S, Connected, Event, Stream

#: What changes a task document.
KINDS = ("task_created", "task_update", "task_progress", "task_finished")

Task = dict[str, Any]


class Follower:
    """The tasks `ids` of the service of `folder`, as documents that keep themselves up to date."""

    def __init__(self, folder: Path, ids: list[int], display: Display):
        self._folder, self._display = folder, display
        self.ids = list(dict.fromkeys(ids))
        self.tasks: dict[int, Task] = {}

    def until_finished(self, timeout: float | None = None) -> list[Task]:
        """The finished documents in the order of `ids`.

        Raises TimedOut after `timeout` seconds, Interrupted on Ctrl-C, NoService when the service
        goes and stays away, Refused when a task does not exist. The work goes on in all cases.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        try:
            return self._watch(deadline)
        except KeyboardInterrupt:
            raise Interrupted(
                "You left; the work goes on.", f"Come back to it: longhaul wait {self._names()}"
            ) from None
        except NoService as error:
            raise NoService(
                f"{error} What was done so far is kept.",
                f"Start it, and the work goes on: longhaul, then longhaul wait {self._names()}",
            ) from None
        finally:
            self._display.clear()

    def _watch(self, deadline: float | None) -> list[Task]:
        # a long list would make the address too long; then what is not ours is passed over here
        some = self.ids if len(self.ids) <= 100 else None
        with Stream(lambda: Client.of(self._folder), kinds=KINDS, task=some) as stream:
            while not self._all_finished():
                wait = None if deadline is None else deadline - time.monotonic()
                if wait is not None and wait <= 0:
                    raise TimedOut(
                        "The time is over, and not everything is finished; the work goes on.",
                        f"Go on waiting: longhaul wait {self._names()}",
                    )
                got = stream.next(1.0 if wait is None else min(1.0, wait))
                if isinstance(got, Connected) or (got and got.kind == "reset"):
                    self._read()
                elif got:
                    self._take(got)
                self._display.show(list(self.tasks.values()))
        return [self.tasks[number] for number in self.ids]

    def _read(self) -> None:
        """All unfinished tasks, anew; a service that is just restarting is waited for."""
        deadline = time.monotonic() + AWAY_S
        while True:
            try:
                client = Client.of(self._folder)
                for number in self.ids:
                    if number not in self.tasks or not is_finished(self.tasks[number]):
                        self._newer(client.get(f"/tasks/{number}"))
                return
            except NoService:
                if time.monotonic() > deadline:
                    raise
                time.sleep(RECONNECT_S)

    def _take(self, event: Event) -> None:
        document = json.loads(event.data)
        if isinstance(document, dict) and document.get("id") in self.ids:
            self._newer(document)

    def _newer(self, task: Task) -> None:
        known = self.tasks.get(task["id"])
        if known is None or task["version"] >= known["version"]:
            self.tasks[task["id"]] = task
            self.tasks = {n: self.tasks[n] for n in self.ids if n in self.tasks}

    def _all_finished(self) -> bool:
        return len(self.tasks) == len(self.ids) and all(map(is_finished, self.tasks.values()))

    def _names(self) -> str:
        return " ".join(map(str, self.ids))


def exit_status(tasks: list[Task]) -> int:
    """0 when all completed, 1 when one failed or was cancelled."""
    return DONE if all(task["status"] == "completed" for task in tasks) else TASK_FAILED


def emit_outcomes(tasks: list[Task]) -> None:
    """One line of data for each finished task."""
    for task in tasks:
        time_taken = words.took(task)
        emit(f"{line(task)}{f' in {time_taken}' if time_taken else ''}")
