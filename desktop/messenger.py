"""Tells a person who is not looking that tasks have finished: notices of the desktop.

Runs in the service (`desktop.serve`). Only tasks that a person asked for, only completions and
failures, each once, and nothing while a window or a browser follows the stream: that one says it
better. How a notice is shown is `desktop.notices`'.
"""

import json
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from core.model import Event, Kind, Status
from core.service import Service
from desktop import notices, words

log = logging.getLogger("longhaul.messenger")

#: Events of one read.
PAGE = 200
#: Seconds over which news are gathered: a hundred tasks that end together are one notice.
GATHER_S = 1.0
#: Up to so many tasks are told one by one.
MOST_SINGLE = 3
TOLD = (Status.COMPLETED, Status.FAILED)

Task = dict[str, Any]


class Messenger:
    """Follows the events of `service` from now on. A context manager.

    `is_watched` says whether somebody follows anyway; `show(title, text)` shows a notice.
    """

    def __init__(
        self,
        service: Service,
        is_watched: Callable[[], bool],
        show: Callable[[str, str], bool] = notices.show,
    ):
        self._service, self._is_watched, self._show = service, is_watched, show
        self._seen = service.events.last_id()
        self._news, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="messenger", daemon=True)

    def __enter__(self) -> "Messenger":
        self._watch = self._service.watch(self._news.set)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._news.set()
        self._watch.close()
        self._thread.join(GATHER_S + notices.PATIENCE_S)

    def _run(self) -> None:
        while self._news.wait() and not self._ended.wait(GATHER_S):
            self._news.clear()
            try:
                self._look()
            except Exception:  # a locked database, say: the next event brings us back
                if not self._service.is_stopping:
                    log.exception("could not tell what has finished")

    def _look(self) -> None:
        if self._is_watched():
            self._seen = self._service.events.last_id()
            return
        finished = self._finished()
        for title, text in told(finished) if finished else []:
            self._show(title, text)

    def _finished(self) -> list[Task]:
        """Tasks to tell of that have finished since the last look, in order."""
        found: list[Task] = []
        while True:
            events: Sequence[Event] = self._service.events.after(self._seen, PAGE)
            if not events:
                return found
            self._seen = events[-1].id
            for event in events:
                if event.kind == Kind.TASK_FINISHED:
                    task = json.loads(event.data)
                    if task["user_relevant"] and task["status"] in TOLD:
                        found.append(task)


def told(finished: Sequence[Task]) -> list[tuple[str, str]]:
    """The notices about finished tasks: (title, text) of each, or of all together. Pure."""
    if len(finished) <= MOST_SINGLE:
        return [_single(task) for task in finished]
    failed = [task for task in finished if task["status"] == Status.FAILED]
    title = f"{words.plural(len(finished) - len(failed), 'task')} completed"
    if not failed:
        return [(title, f"The last one: {finished[-1]['title']}")]
    return [(f"{title}, {words.counted(len(failed))} failed", f"Failed: {failed[-1]['title']}")]


def _single(task: Task) -> tuple[str, str]:
    progress, took = words.progress(task["progress"]), words.took(task)
    if task["status"] == Status.FAILED:
        why = (task["error"] or {}).get("message", "")
        return f"Failed: {task['title']}", why or progress
    return f"Completed: {task['title']}", " in ".join(filter(None, (progress, took)))
