"""A filter and an order → the SQL of one page, read along an index. Pure text; `lists` runs it.

Pages go on from the last row (keyset), so rows that come or go meanwhile neither repeat nor hide
others. Each order is served by branches, one for each value of an index's leading columns, which
are merged: SQLite would otherwise sort all matches. What no index knows (a text, a source) is
looked for in the next SCAN rows only; such a page may come short, yet with a cursor to go on from.
"""

import base64
import json
import re
from dataclasses import dataclass, field, fields
from typing import Any

from core.desk.requests import TaskFilter
from core.errors import Invalid
from core.model import ACTIVE, TERMINAL, Status, Task

SCAN = 5000  #: rows that one page looks at for what no index knows
SEARCHED = ("title", "type", "id", "params")  #: what a text is looked for in; params last
_NUMBER = re.compile(r"#(\d{1,18})")
#: A task without its result, which may be large. Constants of ours, never a caller's words.
COLUMNS = ", ".join(f"t.{f.name}" for f in fields(Task))


@dataclass(frozen=True)
class Order:
    """One way to sort tasks: columns with a direction, the last of them the unique id."""

    columns: tuple[tuple[str, str], ...]

    def by(self, prefix: str = "") -> str:
        return ", ".join(f"{prefix}{name} {way}".strip() for name, way in self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)


ORDERS = {
    "-id": Order((("id", "DESC"),)),
    "id": Order((("id", ""),)),
    "-finished_at": Order((("finished_at", "DESC"), ("id", "DESC"))),
    "finished_at": Order((("finished_at", ""), ("id", ""))),
    "priority": Order((("priority", "DESC"), ("position", ""), ("id", ""))),
}
#: The statuses an order can show: the waiting line has no finished tasks, and the other way round.
WAITING = frozenset({Status.QUEUED, Status.PAUSED})
SHOWS = {"finished_at": TERMINAL, "-finished_at": TERMINAL, "priority": WAITING}
#: Each group of columns has an index that ends with the id.
FACETS = (("session_id",), ("related_type", "related_id"), ("project",))


@dataclass
class Conditions:
    """SQL terms with the values bound to them."""

    terms: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def add(self, term: str, **values: Any) -> None:
        self.terms.append(term)
        self.values |= values

    def sql(self) -> str:
        return " AND ".join(self.terms) or "1"


@dataclass(frozen=True)
class Listing:
    """One page to be read."""

    sort: str
    branches: tuple[str, ...]  #: conditions, one for each run of an index
    rest: Conditions  #: what no index knows
    values: dict[str, Any]

    @property
    def table(self) -> str:
        """SQLite would take the index of the status for the waiting line, and sort all of it."""
        return "tasks t INDEXED BY tasks_waiting" if self.sort == "priority" else "tasks t"

    def page(self) -> str:
        """Up to :limit whole tasks; looks at no more than :scan rows."""
        return (
            f"WITH scanned AS ({self._scanned()}) SELECT {COLUMNS} FROM scanned s "  # noqa: S608
            f"CROSS JOIN tasks t ON t.id = s.id WHERE {self.rest.sql()} "
            f"ORDER BY {ORDERS[self.sort].by('t.')} LIMIT :limit"
        )

    def horizon(self) -> str:
        """The key of the last row looked at, when there may be more behind it."""
        return f"{self._scanned()} OFFSET :scan - 1"

    def _scanned(self) -> str:
        order = ORDERS[self.sort]
        keys = ", ".join(order.names)
        parts = [
            f"SELECT * FROM (SELECT {keys} FROM {self.table} WHERE {branch} "  # noqa: S608
            f"ORDER BY {order.by()} LIMIT :scan)"
            for branch in self.branches
        ]
        return f"{' UNION ALL '.join(parts)} ORDER BY {order.by()} LIMIT :scan"


def listing(wanted: TaskFilter, sort: str, cursor: str | None) -> Listing:
    """The page of `wanted` in this order after `cursor`. Raises Invalid."""
    if sort not in ORDERS:
        allowed = ", ".join(ORDERS)
        raise _refused("/sort", f"cannot sort by {sort!r}; possible: {allowed}")
    statuses = wanted.statuses(SHOWS.get(sort, ACTIVE))
    if sort in SHOWS and not set(statuses) <= set(SHOWS[sort]):
        shows = ", ".join(sorted(SHOWS[sort]))
        raise _refused("/sort", f"sort={sort} orders tasks that are {shows}; filter by status")
    rest = conditions(wanted, statuses)
    keysets, values = _after(sort, cursor)
    branches = _branches(wanted, sort, statuses, rest)
    both = tuple(f"{b} AND {k}" if k else b for b in branches for k in keysets)
    return Listing(sort, both, rest, values | rest.values)


def conditions(wanted: TaskFilter, statuses: tuple[str, ...]) -> Conditions:
    """Everything a task must fulfil, term by term, on the table `tasks t`."""
    found = Conditions()
    if len(statuses) < len(Status):
        found.add(f"t.status IN ({_words(statuses)})")
    if len(wanted.relevances()) == 1:
        found.add("t.user_relevant = :relevant", relevant=wanted.relevances()[0])
    for name in ("type", "source", "session_id", "related_type", "related_id", "project"):
        if (value := getattr(wanted, name)) is not None:
            found.add(f"t.{name} = :{name}", **{name: value})
    if wanted.finished_since is not None:
        found.add("t.finished_at > :since", since=wanted.finished_since.timestamp())
    if text := (wanted.q or "").strip():
        if number := _NUMBER.fullmatch(text):
            found.add("t.id = :number", number=int(number[1]))
        else:
            wanted_in = [f"t.{name} LIKE :q ESCAPE '\\'" for name in SEARCHED]
            # Whoever may search could otherwise find a secret out, a letter at a time.
            wanted_in[-1] += (
                " AND t.params NOT LIKE '%\"$secret\"%' AND t.params NOT LIKE '%://%@%'"
            )
            found.add(f"({' OR '.join(wanted_in)})", q=like(text))
    return found


def _branches(
    wanted: TaskFilter, sort: str, statuses: tuple[str, ...], rest: Conditions
) -> list[str]:
    """The runs of one index that hold all matches; takes from `rest` what the index knows."""
    if sort == "priority":
        return ["t.status IN ('queued','paused')"]
    if "number" in rest.values:
        rest.terms.remove("t.id = :number")
        ended = "" if sort in ("id", "-id") else " AND t.finished_at IS NOT NULL"
        return [f"t.id = :number{ended}"]
    facet = next((f for f in FACETS if all(getattr(wanted, name) for name in f)), None)
    by_id = sort in ("id", "-id")
    if by_id and facet:
        indexed = [f"t.{name} = :{name}" for name in facet]
        rest.terms = [t for t in rest.terms if t not in indexed]
        return [" AND ".join(indexed)]
    if by_id and wanted.type is not None and len(statuses) == len(Status):
        rest.terms.remove("t.type = :type")
        return ["t.type = :type"]
    rest.terms = [t for t in rest.terms if not t.startswith(("t.status ", "t.user_relevant "))]
    end = "" if by_id else " AND t.finished_at IS NOT NULL"
    if not by_id and wanted.finished_since is not None:
        rest.terms.remove("t.finished_at > :since")
        end = " AND t.finished_at > :since"
    return [
        f"t.status = '{Status(status).value}' AND t.user_relevant = {relevance}{end}"
        for status in statuses
        for relevance in wanted.relevances()
    ]


def _after(sort: str, cursor: str | None) -> tuple[list[str], dict[str, Any]]:
    """The terms for rows behind the cursor, one for each seek that needs a branch of its own."""
    if cursor is None:
        return [""], {}
    key = _decoded(cursor, sort)
    names = ORDERS[sort].names
    values = {f"after_{name}": value for name, value in zip(names, key, strict=True)}
    if sort == "priority":  # falls while the position rises: two seeks instead of one
        near = "t.priority = :after_priority AND (t.position, t.id) > (:after_position, :after_id)"
        return [near, "t.priority < :after_priority"], values
    beyond = "<" if sort.startswith("-") else ">"
    left = ", ".join(f"t.{name}" for name in names)
    right = ", ".join(f":after_{name}" for name in names)
    return [f"({left}) {beyond} ({right})"], values


def cursor_of(sort: str, row: Any) -> str:
    """The opaque place behind `row`."""
    key = [sort, *(row[name] for name in ORDERS[sort].names)]
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _decoded(cursor: str, sort: str) -> list[float]:
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        made_for, *key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        sound = all(type(k) in (int, float) and abs(k) < 2**63 for k in key)
    except (ValueError, TypeError):
        sound, made_for, key = False, "", []
    if not sound or made_for != sort or len(key) != len(ORDERS[sort].names):
        raise _refused("/cursor", "is not a cursor of this list; begin again without one")
    return key


def like(text: str) -> str:
    r"""A LIKE pattern (with ESCAPE '\') that finds `text` anywhere."""
    for special in "\\%_":
        text = text.replace(special, "\\" + special)
    return f"%{text}%"


def _words(statuses: tuple[str, ...]) -> str:
    return ", ".join(f"'{Status(s).value}'" for s in statuses)


def _refused(pointer: str, message: str) -> Invalid:
    return Invalid(f"{pointer}: {message}", [{"pointer": pointer, "message": message}])
