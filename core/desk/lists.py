"""Everything that is read in lists: tasks, items, events, logs, what finished, the first paint."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.desk.listing import SCAN, Listing, cursor_of, like, listing
from core.desk.queue import QueueDesk
from core.desk.requests import TaskFilter, parsed
from core.desk.settings import SettingsDesk
from core.desk.showing import Showing, item_document, log_document
from core.desk.types import TypeDesk
from core.documents import compact, rfc3339
from core.errors import Invalid, NotFound
from core.model import Task
from core.queue import Ledger
from core.tables import csv_text, rows_in

MOST = 500  #: entries of one page
FIRST = 50  #: entries of each page of a snapshot: what a large screen shows
#: The pages of a snapshot beside what runs, and how `GET /tasks` goes on with each.
FIRST_PAGES: dict[str, tuple[list[Any], str]] = {
    "waiting": (["queued", "paused"], "priority"),
    "failed": (["failed"], "-finished_at"),
    "finished": (["completed", "cancelled"], "-finished_at"),
}
LEVELS = ("debug", "info", "warning", "error")
ITEM_STATUSES = ("queued", "running", "completed", "failed", "skipped")


@dataclass(frozen=True)
class Page:
    """Some entries, and the place to go on from; None: there are no more."""

    items: list[dict[str, Any]]
    next_cursor: str | None = None


class ListDesk:
    """Reads; each answer is one consistent read."""

    def __init__(
        self,
        ledger: Ledger,
        queue: QueueDesk,
        settings: SettingsDesk,
        types: TypeDesk,
        facts: Callable[[], dict[str, Any]] = dict,
    ):
        """`facts`: what a snapshot tells and only the service knows (version, conditions)."""
        self._ledger = ledger
        self._store = ledger.store
        self._queue, self._settings, self._types, self._facts = queue, settings, types, facts
        self._showing = Showing(ledger)

    # --- tasks -----------------------------------------------------------------------------------

    def tasks(
        self,
        filter: TaskFilter,
        *,
        sort: str = "-id",
        limit: int = 50,
        cursor: str | None = None,
        with_jobs: bool = False,
    ) -> Page:
        """A page of tasks. Costs the same however many tasks have finished.

        A page may come short (even empty) yet have a `next_cursor` when a text or another
        condition without an index is looked for. Raises Invalid for sort, limit and cursor.
        """
        limit = _limit(limit)
        wanted = listing(filter, sort, cursor)
        with self._store.snapshot():
            tasks, following = self._page(wanted, limit)
            return Page(self._showing.tasks(tasks, with_jobs=with_jobs), following)

    def _page(self, wanted: Listing, limit: int) -> tuple[list[Task], str | None]:
        scan = SCAN if wanted.rest.terms else limit + 1
        values = wanted.values | {"scan": scan}
        rows = self._store.execute(wanted.page(), values | {"limit": limit + 1})
        tasks = [Task.of(row) for row in rows[:limit]]
        if len(rows) > limit:
            return tasks, cursor_of(wanted.sort, rows[limit - 1])
        horizon = self._store.execute(wanted.horizon(), values) if wanted.rest.terms else []
        return tasks, cursor_of(wanted.sort, horizon[0]) if horizon else None

    def session(self, session_id: str, limit: int = 100) -> list[dict[str, Any]]:
        """The tasks of a session, newest first: what still runs, and what finished while away."""
        wanted = {"session_id": session_id, "status": "all", "show_maintenance": True}
        mine = parsed(TaskFilter, wanted)
        return self.tasks(mine, limit=limit, with_jobs=True).items

    def completions(self, since: datetime, limit: int = 100) -> list[dict[str, Any]]:
        """What a person asked for and completed or failed after `since`, latest first."""
        ended = parsed(TaskFilter, {"status": "completed,failed", "finished_since": since})
        return self.tasks(ended, sort="-finished_at", limit=limit).items

    # --- of one task -----------------------------------------------------------------------------

    def items(
        self, task_id: int, *, status: str | None = None, after: int = 0, limit: int = 100
    ) -> Page:
        """Units of a task's work, in the order they were added. Raises NotFound."""
        if status is not None and status not in ITEM_STATUSES:
            raise _refused("/status", f"{status!r} is none of {', '.join(ITEM_STATUSES)}")
        found = self._of("items_of_task", task_id, after, limit, status=status or "")
        return Page([item_document(r) for r in found[0]], found[1])

    def events(
        self,
        task_id: int,
        *,
        after: int = 0,
        before: int | None = None,
        kinds: Sequence[str] = (),
        limit: int = 100,
    ) -> Page:
        """The task's timeline: its events, oldest first, as far as they are kept.

        `before`: the last ones below this number; the cursor then leads to those before them.
        """
        rows, following = self._of(
            "events_of_task", task_id, after, limit, before=before, kinds=compact(list(kinds))
        )
        names = ("id", "kind", "at", "data")
        events = [{n: row[n] for n in names} for row in rows]
        for event in events:
            event |= {"at": rfc3339(event["at"]), "data": json.loads(event["data"])}
        return Page(events, following)

    def logs(
        self,
        task_id: int,
        *,
        after: int = 0,
        before: int | None = None,
        levels: tuple[str, ...] = LEVELS,
        q: str = "",
        limit: int = 100,
    ) -> Page:
        """Lines of a task's log, oldest first; `q` is a part of the message.

        `before`: the last ones below this number; the cursor then leads to those before them.
        """
        if wrong := [level for level in levels if level not in LEVELS]:
            raise _refused("/level", f"{wrong[0]!r} is none of {', '.join(LEVELS)}")
        rows, following = self._of(
            "logs_of_task",
            task_id,
            after,
            limit,
            before=before,
            levels=compact(list(levels)),
            like=like(q) if q else "",
        )
        return Page([log_document(row) for row in rows], following)

    def result(self, task_id: int) -> tuple[str, bytes]:
        """(media type, content) as the task left it. Raises NotFound while there is none."""
        with self._store.snapshot():
            task = self._showing.find(task_id)
            row = self._store.one("result", id=task_id)
        if row is None or row["result_type"] is None:
            raise NotFound(f"Task {task_id} is {task.status} and has no result")
        content = row["result"] or b""
        return row["result_type"], content if isinstance(content, bytes) else content.encode()

    def result_rows(self, task_id: int) -> str:
        """The list in a task's result as CSV. Raises NotFound where there is none."""
        stored, content = self.result(task_id)
        cls = self._types.find(self._showing.find(task_id).type)
        name = cls.result_view.rows if cls and cls.result_view else ""
        is_json = stored.partition(";")[0] == "application/json"
        rows = rows_in(json.loads(content), name) if is_json else None
        if rows is None:
            raise NotFound(f"The result of task {task_id} is no table")
        return csv_text(rows)

    def _of(
        self,
        name: str,
        task_id: int,
        after: int,
        limit: int,
        *,
        before: int | None = None,
        **values: Any,
    ) -> tuple[list[Any], str | None]:
        limit = _limit(limit)
        for pointer, number in (("/after", after), ("/before", before or 0)):
            if not 0 <= number < 2**63:
                raise _refused(pointer, "is not the number of an entry")
        values |= {"task_id": task_id, "limit": limit + 1}
        with self._store.snapshot():
            self._showing.find(task_id)
            if before is None:
                rows = self._store.rows(name, after=after, **values)
            else:
                rows = self._store.rows(f"{name}_before", before=before, **values)
        following = str(rows[limit - 1]["id"]) if len(rows) > limit else None
        rows = rows[:limit]
        return rows if before is None else rows[::-1], following

    # --- the first paint -------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """What the first paint needs, and the number of the last event it already contains."""
        facts = {"task_types": self._types.all(), **self._facts()}
        with self._store.snapshot():
            running = self.tasks(TaskFilter(status=["running"]), limit=FIRST)
            pages = {
                name: self.tasks(TaskFilter(status=statuses), sort=sort, limit=FIRST)
                for name, (statuses, sort) in FIRST_PAGES.items()
            }
            return facts | {
                "tasks": sum((page.items for page in pages.values()), running.items),
                "next": {name: page.next_cursor for name, page in pages.items()},
                "queue": self._queue.figures(),
                "settings": self._settings.get(),
                "last_event_id": self._ledger.events.last_id(),
            }


def _limit(limit: int) -> int:
    if not 1 <= limit <= MOST:
        raise _refused("/limit", f"must be from 1 to {MOST}")
    return limit


def _refused(pointer: str, message: str) -> Invalid:
    return Invalid(f"{pointer}: {message}", [{"pointer": pointer, "message": message}])
