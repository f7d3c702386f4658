"""Documents: add, list, show, search and delete sources and their pages. Plain documents out.

Reading them is a task (`extract-text`); source and task are accepted in one transaction.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.desk.figures import Figures
from core.desk.listing import like
from core.desk.lists import Page
from core.desk.preparing import prepared
from core.desk.requests import MOST_ID, SourceRequest, TaskRequest
from core.desk.shelved import page_document, source_document
from core.desk.types import TypeDesk
from core.documents import compact, storable
from core.errors import Invalid, LonghaulError, NotFound
from core.identity import Who
from core.paths import Roots
from core.queue import Intake, Ledger, Steering
from core.texts import kind_of, search
from core.texts.shelf import File, Shelf, Source
from core.texts.words import Words

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
        copies: Path,
    ):
        """`copies`: the folder for the files of uploads, inside the data directory."""
        self._ledger, self._store = ledger, ledger.store
        self._intake, self._steering = intake, steering
        self._types, self._roots = types, roots
        self._shelf, self._figures = Shelf(ledger), Figures(ledger)
        self._words = Words(ledger)
        self._copies = copies

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

    def keep(
        self, upload: Path, name: str, digest: str, request: dict[str, Any], who: Who | None = None
    ) -> tuple[dict[str, Any], bool]:
        """The same for a file that was uploaded: it moves into our own folder, under its own name.

        `name`: a plain one, without folders. `digest`: of the content, so that files of one name
        do not meet. What is refused or known already leaves nothing behind.
        """
        if name.startswith("."):
            message = (
                f"{name} is the name of a hidden file; give it one that does not begin with a dot"
            )
            raise Invalid(message, [{"pointer": "/file", "message": message}])
        place = self._copies / digest[:16]
        target = place / name
        if kind_of(name) is None or target.exists():
            return self.add(SourceRequest(path=str(target), **request), who=who)
        self._copies.mkdir(mode=0o700, exist_ok=True)
        place.mkdir(mode=0o700, exist_ok=True)
        shutil.move(upload, target)
        is_kept = False
        try:
            source, is_new = self.add(
                SourceRequest(path=str(target), **request), who=who, is_copy=True
            )
            is_kept = source["path"] == str(target)
            return source, is_new
        finally:
            if not is_kept:
                self._forget_copy(target)

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
            if store.rows("delete_source", id=source_id):
                self._figures.tell(source_id=source_id, removed=True)
        if source.is_copy:
            self._forget_copy(Path(source.path))

    def delete_page(self, page_id: int) -> None:
        """Remove a page with its text; it does not come back with a retry. Raises NotFound."""
        with self._ledger.transaction(durable=True) as store:
            gone = store.rows("delete_page", id=page_id) if _is_id(page_id) else []
            if not gone:
                raise NotFound(f"There is no page {page_id}")
            self._figures.tell(source_id=gone[0]["source_id"])

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
        items = [source_document(row) for row in rows[:limit]]
        return Page(items, str(items[-1]["id"]) if len(rows) > limit else None)

    def _found(self, q: str, limit: int, skip: int) -> Page:
        match = search.match_of(q)
        if match is None:
            return Page([])
        self._words.catch_up()
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
        match = search.match_of(q)
        if match is not None:
            self._words.catch_up()
        with self._store.snapshot():
            self._find(source_id)
            if q.strip():
                if match is None:
                    return Page([])
                items = self._hits(match, [source_id], limit + 1, after)
                following = str(after + limit)
            else:
                rows = self._store.rows(
                    "list_pages", id=source_id, status=status, after=after, limit=limit + 1
                )
                items = [page_document(row) for row in rows]
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
        return page_document(row) | more | beside

    # --- inside ----------------------------------------------------------------------------------

    def _forget_copy(self, copy: Path) -> None:
        if copy.is_relative_to(self._copies):
            with suppress(OSError):
                copy.unlink()
                copy.parent.rmdir()

    def _find(self, source_id: int) -> Source:
        source = self._shelf.find(source_id) if _is_id(source_id) else None
        if source is None:
            raise NotFound(f"There is no document {source_id}")
        return source

    def _sources(self, ids: list[int]) -> list[dict[str, Any]]:
        rows = self._store.rows("list_sources", ids=compact(ids), before=ALL, limit=len(ids))
        return [source_document(row) for row in rows]

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
        return [page_document(row) | {"snippet": snippets.get(row["id"], [])} for row in rows]


def _is_id(number: int) -> bool:
    return 0 < number <= MOST_ID
