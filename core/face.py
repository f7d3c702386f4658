"""The face of a task type: icon, names of stages, columns, and the view of its result.

A face is words and numbers, never code: the page draws it from a fixed set of kinds. `complaint`
says what is wrong with one; `registry` refuses the type for it.
"""

import re
from dataclasses import asdict, dataclass
from typing import Any

#: Names of the icons that the page draws (`webui/static/icons.js` has the same).
ICONS = frozenset(
    "archive book calendar chart clock cloud database document download fingerprint flask folder"
    " gear globe image link list mail microphone music package photo route search shield tag"
    " text upload video".split()
)
#: How a figure is written.
KINDS = ("number", "bytes", "duration", "percent", "text", "date")
#: How a result is shown.
VIEWS = ("json", "text", "table", "image", "chart", "gantt")
MOST_COLUMNS = 3  #: of a row of the list
MOST_OF_TABLE = 20  #: of a result's table
MOST_TITLE = 40  #: characters of a label
#: The `d` of one SVG path on a grid of 24 by 24: commands and numbers, nothing else.
_PATH = re.compile(r"[Mm][-+0-9.,eE MmLlHhVvCcSsQqTtAaZz\n]{1,1999}")


@dataclass(frozen=True)
class Column:
    """A figure that is shown beside a task, or a column of a result's table."""

    key: str  #: its name among the task's figures (tally and result), or in a row of the table
    label: str
    kind: str = "number"  #: one of KINDS; durations in seconds, percent of 1, dates as ISO 8601


@dataclass(frozen=True)
class ResultView:
    """How a result is shown: one of VIEWS, with what that needs."""

    kind: str
    rows: str = ""  #: of what has rows: where in the result they are; "" = it is the list
    columns: tuple[Column, ...] = ()  #: of a table; none: those that the rows have
    x: str = ""  #: of a chart: the key of what is drawn along; of a gantt: of the beginnings
    y: str = ""  #: of a chart: the key of what is drawn upwards; of a gantt: of the ends


def document(cls: Any) -> dict[str, Any]:
    """The face as the API tells it."""
    return {
        "icon": cls.icon,
        "stage_titles": dict(cls.stage_titles),
        "columns": [asdict(column) for column in cls.columns],
        "result_view": _view(cls.result_view),
    }


def _view(view: ResultView | None) -> dict[str, Any] | None:
    return asdict(view) | {"columns": [asdict(c) for c in view.columns]} if view else None


def complaint(cls: Any) -> str | None:
    """What is wrong with the face of a task type, with the attribute's name; None: nothing."""
    for attribute, find in (
        ("icon", _icon),
        ("stage_titles", _stage_titles),
        ("columns", _columns),
        ("result_view", _result_view),
    ):
        if problem := find(getattr(cls, attribute), cls):
            return f"{cls.__name__}.{attribute}: {problem}"
    return None


def _icon(icon: Any, cls: Any) -> str | None:
    if not isinstance(icon, str):
        return "must be the name of an icon, or the `d` of an SVG path"
    if icon == "" or icon in ICONS or _PATH.fullmatch(icon):
        return None
    if icon[:1] in "Mm" and len(icon) > MOST_TITLE:
        return "is no plain SVG path: only commands and numbers, at most 2,000 characters"
    return f"{icon[:MOST_TITLE]!r} is neither an SVG path nor one of {', '.join(sorted(ICONS))}"


def _stage_titles(titles: Any, cls: Any) -> str | None:
    if not isinstance(titles, dict):
        return "must be {stage or step: its title}"
    known = {name for step in cls.step_list() for name in (step.name, *step.stages)}
    for name, title in titles.items():
        if name not in known:
            return f"there is no stage or step {name!r}; there are {', '.join(sorted(known))}"
        if problem := _label(title):
            return f"the title of {name!r} {problem}"
    return None


def _columns(columns: Any, cls: Any) -> str | None:
    return _list(columns, MOST_COLUMNS)


def _result_view(view: Any, cls: Any) -> str | None:
    if view is None:
        return None
    if not isinstance(view, ResultView):
        return "must be a ResultView"
    if view.kind not in VIEWS:
        return f"there is no kind {view.kind!r}; there are {', '.join(VIEWS)}"
    texts = (view.rows, view.x, view.y)
    if not all(isinstance(text, str) and len(text) <= 2 * MOST_TITLE for text in texts):
        return "rows, x and y must be names"
    if view.kind in ("chart", "gantt") and not (view.x and view.y):
        return f"a {view.kind} needs x and y"
    return _list(view.columns, MOST_OF_TABLE)


def _list(columns: Any, most: int) -> str | None:
    if not isinstance(columns, tuple | list) or len(columns) > most:
        return f"must be a tuple of at most {most} columns"
    for column in columns:
        if not isinstance(column, Column):
            return f"{column!r} is no Column"
        if not isinstance(column.key, str) or not 0 < len(column.key) <= 2 * MOST_TITLE:
            return f"{column.key!r} is no key"
        if problem := _label(column.label):
            return f"the label of {column.key!r} {problem}"
        if column.kind not in KINDS:
            return f"there is no kind {column.kind!r}; there are {', '.join(KINDS)}"
    if len({column.key for column in columns}) < len(columns):
        return "a key comes twice"
    return None


def _label(text: Any) -> str | None:
    if isinstance(text, str) and 0 < len(text.strip()) <= MOST_TITLE and text.isprintable():
        return None
    return f"must be a text of 1 to {MOST_TITLE} characters"
