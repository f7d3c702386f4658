"""Live progress of tasks on stderr: bars that redraw in place on a terminal, lines elsewhere.

`desktop.follow` feeds both with task documents. A terminal that is resized between two drawings
wraps the old lines, so the way back up is computed with the width of now.
"""

import os
import shutil
import sys
import time
from typing import Any, Protocol, TextIO

from desktop import words
from desktop.output import STATUS_COLOURS, fitted, paint, plain, width_of

#: Seconds between two drawings; the last one is always made.
REDRAW_S = 0.1
BAR_CELLS = 20
_EIGHTHS = " ▏▎▍▌▋▊▉"

Task = dict[str, Any]


class Display(Protocol):
    """What shows tasks while they are followed."""

    def show(self, tasks: list[Task]) -> None:
        """The tasks as they are now, in the order in which the person named them."""

    def clear(self) -> None:
        """Make room for other output; what is not finished may be drawn again."""


class Quiet:
    """Shows nothing."""

    def show(self, tasks: list[Task]) -> None:
        pass

    def clear(self) -> None:
        pass


class Lines:
    """One plain line for each change of a task's status or stage."""

    def __init__(self, stream: TextIO | None = None):
        self._stream = stream or sys.stderr
        self._told: dict[int, tuple[str, str]] = {}

    def show(self, tasks: list[Task]) -> None:
        for task in tasks:
            state = (shown_status(task), task.get("stage") or "")
            if self._told.get(task["id"]) != state:
                self._told[task["id"]] = state
                print(line(task), file=self._stream, flush=True)

    def clear(self) -> None:
        pass


class Bars:
    """One bar for each task, redrawn in place."""

    def __init__(self, stream: TextIO | None = None):
        self._stream = stream or sys.stderr
        self._drawn: list[int] = []  # the widths of the lines that stand there
        self._due = 0.0
        encoding = (self._stream.encoding or "").lower().replace("-", "")
        self._is_unicode = encoding.startswith("utf")

    def show(self, tasks: list[Task]) -> None:
        now = time.monotonic()
        if now < self._due and any(not is_finished(task) for task in tasks):
            return
        self._due = now + REDRAW_S
        size = shutil.get_terminal_size()
        lines = self._lines(tasks, size.columns - 1, max(1, size.lines - 1))
        self._stream.write(self._way_back(size.columns) + "".join(f"{t}\n" for _, t in lines))
        self._stream.flush()
        self._drawn = [width for width, _ in lines]

    def clear(self) -> None:
        self._stream.write(self._way_back(shutil.get_terminal_size().columns))
        self._stream.flush()
        self._drawn = []
        self._due = 0.0

    def _way_back(self, columns: int) -> str:
        """To the first drawn row, and everything below it erased."""
        rows = sum(max(1, -(-width // max(1, columns))) for width in self._drawn)
        return f"\r\x1b[{rows}A\x1b[J" if rows else "\r\x1b[J"

    def _lines(self, tasks: list[Task], columns: int, rows: int) -> list[tuple[int, str]]:
        """(width, text) of each line; unfinished tasks first where not all of them fit."""
        if len(tasks) > rows:
            tasks = sorted(tasks, key=is_finished)
            hidden = len(tasks) - rows + 1
            rest = fitted(f"… and {words.plural(hidden, 'more task')}", columns)
            return [*(self._line(t, columns) for t in tasks[: rows - 1]), (width_of(rest), rest)]
        return [self._line(task, columns) for task in tasks]

    def _line(self, task: Task, columns: int) -> tuple[int, str]:
        head = f"{task['id']}  "
        status = shown_status(task)
        tail = f"  {status}  {details(task)}" if status != "running" else f"  {details(task)}"
        bar = bar_of(task, self._is_unicode)
        room = columns - width_of(head) - width_of(tail) - width_of(bar) - 1
        title = fitted(plain(task.get("title") or task["type"]), max(12, room))
        text = fitted(f"{head}{title} {bar}{tail}", columns)
        width = width_of(text)
        if not self._is_unicode:
            text = text.encode("ascii", "replace").decode()
        if bar in text:
            colour = STATUS_COLOURS.get(status, "")
            text = text.replace(bar, paint(bar, colour, self._stream), 1)
        return width, text


def is_finished(task: Task) -> bool:
    """Whether nothing will move any more, unless a person asks for a retry."""
    return task["status"] in ("completed", "failed", "cancelled")


def shown_status(task: Task) -> str:
    """The status as a person sees it: a running task that is asked to pause is "pausing"."""
    return task.get("shown_status") or task["status"]


def bar_of(task: Task, is_unicode: bool = True, cells: int = BAR_CELLS) -> str:
    """The bar itself; empty cells only while the total is not known."""
    progress = task.get("progress") or {}
    total = progress.get("total")
    share = min(1.0, words.seen(progress) / total) if total else 0.0
    if task["status"] == "completed":
        share = 1.0
    filled = share * cells
    if not is_unicode:
        return f"[{'#' * int(filled)}{'.' * (cells - int(filled))}]"
    full = int(filled)
    part = _EIGHTHS[int((filled - full) * 8)] if full < cells else ""
    return f"▕{('█' * full + part).ljust(cells)}▏"


def details(task: Task) -> str:
    """Stage, counts, rate and time to go, as far as they are known: "backfilling · 45 % · …"."""
    progress = task.get("progress") or {}
    total = progress.get("total")
    percent = f"{100 * words.seen(progress) // total} %" if total else ""
    parts = [percent, words.progress(progress)]
    if task["status"] == "running":
        parts = [plain(task.get("stage") or ""), *parts]
        parts += [words.rate(task.get("rate")), words.eta(task.get("eta"))]
        parts.append(plain((task.get("waiting_because") or {}).get("message", "")))
    else:
        parts.append(plain(why(task)))
    return " · ".join(part for part in parts if part)


def why(task: Task) -> str:
    """Why it waits, or what went wrong."""
    if error := task.get("error"):
        return error.get("message") or error.get("code") or ""
    waiting = task.get("waiting_because")
    return waiting.get("message", "") if isinstance(waiting, dict) else waiting or ""


def line(task: Task) -> str:
    """A task in one line, for logs and pipes: "12 running: Fill in dates (scanning)"."""
    title = plain(task.get("title") or task["type"])
    more = details(task)
    return f"{task['id']} {shown_status(task)}: {title}{f' ({more})' if more else ''}"


def display(stream: TextIO | None = None) -> Display:
    """Bars where stderr is a terminal that can move its cursor, else lines."""
    stream = stream or sys.stderr
    is_able = stream.isatty() and os.environ.get("TERM") not in ("dumb", None)
    return Bars(stream) if is_able else Lines(stream)
