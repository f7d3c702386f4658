"""What commands write: data on stdout, talk on stderr, tables and JSON.

Words from tasks (titles, messages, logs) pass `plain` first, so that they cannot steer the
terminal. Progress bars are in `desktop.bars`.
"""

import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

_COLOURS = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "grey": 90, "bold": 1}
STATUS_COLOURS = {
    "running": "blue",
    "completed": "green",
    "failed": "red",
    "paused": "yellow",
    "pausing": "yellow",
    "cancelled": "grey",
    "cancelling": "grey",
}


def emit(text: str) -> None:
    """One line (or more) of data, on stdout."""
    print(text, flush=True)


def emit_json(document: Any) -> None:
    """A document of the API, as it is, on stdout."""
    emit(json.dumps(document, ensure_ascii=False, indent=2))


def say(text: str) -> None:
    """Talk to the person, on stderr."""
    print(text, file=sys.stderr, flush=True)


def plain(text: Any) -> str:
    """`text` on one line, with control and format characters written out as \\x1b, \\u202e, …"""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))


def paint(text: str, colour: str, stream: TextIO | None = None) -> str:
    """`text` in a colour where `stream` (default stdout) is a terminal that wants colours."""
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if colour and wants_colour(stream) else text


def wants_colour(stream: TextIO | None = None) -> bool:
    """A terminal, without NO_COLOR (https://no-color.org: set and not empty) or TERM=dumb."""
    stream = stream or sys.stdout
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width_of(text: str) -> int:
    """Columns that `text` takes in a terminal: East Asian wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def fitted(text: str, width: int) -> str:
    """`text` cut to `width` columns, with … where something is missing."""
    if width_of(text) <= width:
        return text
    kept, used = [], 0
    for c in text:
        if used + width_of(c) > width - 1:
            break
        kept.append(c)
        used += width_of(c)
    return "".join(kept) + "…" if width > 0 else ""


def padded(text: str, width: int) -> str:
    """`text` filled up to `width` columns."""
    return text + " " * (width - width_of(text))


def table(
    headers: Sequence[str], rows: Iterable[Sequence[Any]], colours: Sequence[str] = ()
) -> None:
    """Rows under their headers on stdout; `colours` (one for each row) paint the second column.

    In a terminal the last column is cut at the edge; elsewhere nothing is cut.
    """
    cells = [[plain("" if cell is None else cell) for cell in row] for row in rows]
    lines = [[header.upper() for header in headers], *cells]
    widths = [max(width_of(line[i]) for line in lines) for i in range(len(headers))]
    if sys.stdout.isatty():
        room = shutil.get_terminal_size().columns - sum(widths[:-1]) - 2 * (len(widths) - 1)
        widths[-1] = min(widths[-1], max(10, room))
    for number, line in enumerate(lines):
        parts = [padded(fitted(c, w), w) for c, w in zip(line, widths, strict=True)]
        parts[-1] = parts[-1].rstrip()
        if number and colours and len(parts) > 1 and (colour := colours[number - 1]):
            parts[1] = paint(parts[1], colour)
        text = "  ".join(parts).rstrip()
        emit(text if number else paint(text, "grey"))


def pairs(items: Iterable[tuple[str, Any]]) -> None:
    """Names and values on stdout, one pair a line; values of None and "" are left out."""
    shown = [(name, plain(value)) for name, value in items if value not in (None, "")]
    width = max((width_of(name) for name, _ in shown), default=0)
    for name, value in shown:
        emit(f"{paint(padded(name, width), 'grey')}  {value}")
