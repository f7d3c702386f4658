"""Documents: add, list, show, search and delete sources and their pages. Plain documents out.

Reading them is a task (`extract-text`); source and task are accepted in one transaction.
"""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from core.desk.listing import like
from core.desk.lists import Page
from core.desk.preparing import prepared
from core.desk.requests import MOST_ID, SourceRequest, TaskRequest
from core.desk.types import TypeDesk
from core.documents import compact, rfc3339, storable
from core.errors import LonghaulError, NotFound
from core.identity import Who
from core.model import ACTIVE, Status
from core.paths import Roots
from core.queue import Intake, Ledger, Steering
from core.texts import search
from core.texts.shelf import File, Shelf, Source

TYPE = "extract-text"  #: the task type that reads documents
HITS = 3  #: pages that a search shows of each document
ALL = 2**62  #: below it stand all numbers


class TextDesk:
    """Sources and pages."""

    def __init__(
        self,
        ledger: Ledger,
        intake: Intake,
        steering: Steering,
        types: TypeDesk,
        roots: Callable[[], Roots],
    ):
        self._ledger, self._store = ledger, ledger.store
        self._intake, self._steering = intake, steering
        self._types, self._roots = types, roots
        self._shelf = Shelf(ledger)

    # --- add and delete --------------------------------------------------------------------------

    def add(
        self, request: SourceRequest, *, who: Who | None = None, is_copy: bool = False
    ) -> tuple[dict[str, Any], bool]:
        """(the source, is it new). It and the task that reads it are one durable transaction.

        A file that is known, by its content, is not added again; it is read again where that was
        not done to its end. Raises Forbidden and Invalid for a path that is no document.
        """
        file = File.look(self._roots(), request.path)
        moved = self._shelf.is_moved(file)
        new = prepared(
            self._types,
            TaskRequest(
                type=TYPE,
                params={"file": file.path},
                priority=request.priority,
                session_id=request.session_id,
            ),
            who=who,
        )
        with self._ledger.transaction(durable=True):
            before = self._store.value("last_source") or 0
            source = self._shelf.put(file, title=request.title or "", is_copy=is_copy, moved=moved)
            if not self._shelf.is_read(source) and self._shelf.reader(source, 0) is None:
                task = replace(
                    new,
                    title=f"Text of {source.title}",
                    source_id=source.id,
                    related_type="source",
                    related_id=str(source.id),
                )
                self._shelf.give(source, self._intake.enqueue_within(task).id)
        return self.get(source.id), source.id > before

    def delete(self, source_id: int) -> None:
        """Remove a source with its pages; the file itself stays, unless it is a copy of ours.

        Its task is cancelled first. Pages go some at a time, so nobody waits long for a lock.
        Raises NotFound.
        """
        source = self._find(source_id)
        for row in self._store.rows("open_tasks_of_source", id=source_id):
            with suppress(LonghaulError):  # it has just ended
                self._steering.act("cancel", row["id"])
        while self._shelf.clear(source_id):
            continue
        with self._ledger.transaction(durable=True) as store:
            store.rows("delete_source", id=source_id)
        if source.is_copy:
            with suppress(OSError):
                os.unlink(source.path)

    def delete_page(self, page_id: int) -> None:
        """Remove a page with its text; it does not come back with a retry. Raises NotFound."""
        with self._ledger.transaction(durable=True) as store:
            if not _is_id(page_id) or not store.rows("delete_page", id=page_id):
                raise NotFound(f"There is no page {page_id}")

    # --- read ------------------------------------------------------------------------------------

    def get(self, source_id: int) -> dict[str, Any]:
        """Raises NotFound."""
        self._find(source_id)
        found = self._sources([source_id])
        if not found:
            raise NotFound(f"There is no document {source_id}")
        return found[0]

    def sources(self, *, q: str = "", limit: int = 50, cursor: int = 0) -> Page:
        """Sources, the newest first; with `q` those that have the words, the best first.

        `cursor`: as the page before said. With `q` each has `matches` and its best pages, `hits`.
        """
        if q.strip():
            return self._found(q, limit, cursor)
        with self._store.snapshot():
            rows = self._store.rows("list_sources", ids=None, before=cursor or ALL, limit=limit + 1)
        items = [_source_document(row) for row in rows[:limit]]
        return Page(items, str(items[-1]["id"]) if len(rows) > limit else None)

    def _found(self, q: str, limit: int, skip: int) -> Page:
        match = search.match_of(q)
        if match is None:
            return Page([])
        with self._store.snapshot():
            rows = self._store.rows(
                "find_sources",
                match=match,
                like=like(storable(q.strip())),
                limit=limit + 1,
                skip=skip,
            )
            found = {row["id"]: row["matches"] for row in rows[:limit]}
            hits: dict[int, list[dict[str, Any]]] = {source_id: [] for source_id in found}
            for hit in self._hits(match, list(found), HITS):
                hits[hit["source_id"]].append(hit)
            sources = {source["id"]: source for source in self._sources(list(found))}
        items = [
            sources[source_id] | {"matches": matches, "hits": hits[source_id]}
            for source_id, matches in found.items()
        ]
        return Page(items, str(skip + limit) if len(rows) > limit else None)

    def pages(
        self, source_id: int, *, q: str = "", status: str = "", limit: int = 100, after: int = 0
    ) -> Page:
        """The pages of a source in their order; with `q` those that have the words, best first.

        `after`: as the page before said. Raises NotFound.
        """
        with self._store.snapshot():
            self._find(source_id)
            if q.strip():
                match = search.match_of(q)
                if match is None:
                    return Page([])
                items = self._hits(match, [source_id], limit + 1, after)
                following = str(after + limit)
            else:
                rows = self._store.rows(
                    "list_pages", id=source_id, status=status, after=after, limit=limit + 1
                )
                items = [_page_document(row) for row in rows]
                following = str(items[limit - 1]["number"]) if len(items) > limit else ""
        return Page(items[:limit], following if len(items) > limit else None)

    def page(self, page_id: int) -> dict[str, Any]:
        """A page with its text, and its neighbours. Raises NotFound."""
        with self._store.snapshot():
            row = self._store.one("page", id=page_id) if _is_id(page_id) else None
            if row is None:
                raise NotFound(f"There is no page {page_id}")
            beside = {
                name: self._store.value("page_at", id=row["source_id"], number=row[column])
                if row[column] is not None
                else None
                for name, column in (("previous_id", "before"), ("next_id", "behind"))
            }
        more = {"text": row["text"], "title": row["title"], "kind": row["kind"]}
        return _page_document(row) | more | beside

    # --- inside ----------------------------------------------------------------------------------

    def _find(self, source_id: int) -> Source:
        source = self._shelf.find(source_id) if _is_id(source_id) else None
        if source is None:
            raise NotFound(f"There is no document {source_id}")
        return source

    def _sources(self, ids: list[int]) -> list[dict[str, Any]]:
        rows = self._store.rows("list_sources", ids=compact(ids), before=ALL, limit=len(ids))
        return [_source_document(row) for row in rows]

    def _hits(self, match: str, ids: list[int], each: int, skip: int = 0) -> list[dict[str, Any]]:
        """The best pages of these sources, each with the place where the words stand."""
        rows = self._store.rows("find_pages", match=match, ids=compact(ids), each=each, skip=skip)
        places = self._store.rows(
            "snippets",
            match=match,
            ids=compact([row["id"] for row in rows]),
            open=search.OPEN,
            close=search.CLOSE,
        )
        snippets = {row["id"]: search.pieces(row["snippet"]) for row in places}
        return [_page_document(row) | {"snippet": snippets.get(row["id"], [])} for row in rows]


def _is_id(number: int) -> bool:
    return 0 < number <= MOST_ID


def _status(row: Any) -> str:
    """How it stands with a source: as its task, while that works or where it left pages undone;
    else by its pages. A task that was cleared says nothing any more."""
    task, queued = row["task_status"], row["pages"] - row["completed"] - row["failed"]
    if task in ACTIVE:
        return task
    if row["problem"] is not None:
        return Status.FAILED
    if row["page_count"] is None or queued:
        return Status.FAILED if task == Status.FAILED else Status.CANCELLED
    return Status.FAILED if row["failed"] and not row["completed"] else Status.COMPLETED


def _source_document(row: Any) -> dict[str, Any]:
    queued = row["pages"] - row["completed"] - row["failed"]
    problem = row["problem"]
    if problem is None and row["task_status"] == Status.FAILED and row["task_error"]:
        error = json.loads(row["task_error"])
        problem = compact({name: error.get(name, "") for name in ("code", "message", "hint")})
    return {
        "id": row["id"],
        "kind": row["kind"],
        "title": row["title"],
        "path": row["path"],
        "is_copy": bool(row["is_copy"]),
        "size": row["size"],
        "status": _status(row),
        "pages": {
            "total": row["pages"],
            "completed": row["completed"],
            "failed": row["failed"],
            "queued": queued,
        },
        "problem": json.loads(problem) if problem else None,
        "task_id": row["task_id"] if row["task_status"] is not None else None,
        "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]),
    }


def _page_document(row: Any) -> dict[str, Any]:
    return {
        "id": row["id"],
        "source_id": row["source_id"],
        "number": row["number"],
        "label": row["label"],
        "status": row["status"],
        "characters": row["characters"],
        "problem": json.loads(row["problem"]) if row["problem"] else None,
        "updated_at": rfc3339(row["updated_at"]),
    }
