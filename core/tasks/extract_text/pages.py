"""What one attempt writes: pages, their items, the counters, and how it ends.

Text, item, cursor and counters of a batch are one transaction, so a killed worker does again what
it had not written, and nothing else. A page that somebody deleted since it was looked at rolls that
transaction back; the next one leaves it out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from core.errors import Discard, Fail
from core.run import Run
from core.tasks.extract_text.answers import Read
from core.texts import MOST_PAGES
from core.texts.reading import Outline, Refusal
from core.texts.shelf import Shelf, Source, problem_of

DOCUMENT = "document"  #: the key of the item for a document that cannot be opened
_PAGE = "page "
_SKIPPED = ("skipped", "Deleted meanwhile", "")  # status, message and trace of such an item


class Gone(Exception):
    """A page was deleted between the look and the write."""


class Pages:
    """The pages of one source, as one attempt writes them."""

    def __init__(self, run: Run, shelf: Shelf, source: Source):
        self._run, self._shelf, self._source = run, shelf, source
        self._store, self._clock = run.ledger.store, run.ledger.clock
        self._again: frozenset[int] = frozenset()  # tried again: they count as failed already

    # --- what is to do ---------------------------------------------------------------------------

    def clear(self) -> None:
        """Remove pages of older content, some at a time."""
        while self._shelf.clear(self._source.id):
            self._run.check()

    def all(self) -> list[int]:
        """Every page there is."""
        statuses = ("queued", "completed", "failed")
        return sorted(n for status in statuses for n in self._shelf.numbers(self._source, status))

    def open_items(self) -> list[int]:
        """The pages of this job that are not read yet."""
        return _numbers(self._run.items.open(MOST_PAGES + 1))

    def failed_items(self) -> list[int]:
        """The pages of this job that failed, to be tried again."""
        numbers = _numbers(self._run.items.failed())
        self._again = frozenset(numbers)
        return numbers

    def begin(self, numbers: Sequence[int]) -> None:
        """A new job over these pages of a document that was opened before."""
        self._run.checkpoint(
            0, total=len(numbers), tell=True, effects=partial(self._put_items, numbers)
        )

    # --- writing ---------------------------------------------------------------------------------

    def open(self, outline: Outline, results: Sequence[Read]) -> None:
        """The document was opened: its pages, and those of them that were read with it."""
        counted = self._counted(results)
        self._run.checkpoint(
            results[-1].number if results else 0,
            done=counted["completed"],
            failed=counted["failed"],
            skipped=0,
            total=outline.pages,
            effects=partial(self._write_outline, outline, results),
        )

    def write(self, results: Sequence[Read]) -> None:
        """A batch of pages, however many of them are deleted meanwhile."""
        run = self._run
        numbers = [result.number for result in results]
        while numbers:
            there = self._shelf.alive(self._source, numbers)
            counted = self._counted([r for r in results if r.number in there])
            redone = len(self._again & there.keys())
            before = run.progress
            try:
                run.checkpoint(
                    numbers[-1],
                    done=before.done + counted["completed"],
                    failed=before.failed + counted["failed"] - redone,
                    skipped=before.skipped + len(results) - len(there),
                    effects=partial(self._write, results, there),
                )
                return
            except Gone:
                self._require_source()

    def refused(self, refusal: Refusal) -> Fail:
        """The document cannot be read (any more): told as an item, then by the Fail to raise."""
        run = self._run
        progress = run.progress
        if self._source.page_count is None and progress.cursor is None:  # it was never opened
            progress = replace(progress, failed=1, total=1)
        run.checkpoint(progress=progress, effects=partial(self._write_refusal, refusal))
        return Fail(refusal.message, refusal.hint, refusal.code)

    def end(self) -> dict[str, Any]:
        """Close what is still open (pages that were deleted); the task's result.

        Raises Fail when no page could be read.
        """
        run = self._run
        # Each page is counted once, so nothing is open where all are counted.
        is_counted = run.progress.seen == run.progress.total
        if not is_counted and (left := self.open_items()):
            skipped = run.progress.skipped + len(left)
            run.checkpoint(skipped=skipped, effects=partial(self._skip, left))
        figures = self._store.row("figures_of_source", id=self._source.id)
        if run.progress.failed and not run.progress.done:
            raise self._nothing_read()
        return {
            "source_id": self._source.id,
            "pages": run.progress.done,
            "failed": run.progress.failed,
            "characters": figures["characters"],
        }

    def _nothing_read(self) -> Fail:
        rows = self._store.rows("problems_of_source", id=self._source.id)
        words = rows[0]["message"] if rows else "It cannot be read"
        if len(rows) != 1:
            return Fail(f"None of its pages can be read: {words}", code="pages-failed")
        return Fail(words, rows[0]["hint"], rows[0]["code"])

    def _require_source(self) -> None:
        """Raises Discard when the document was deleted or replaced; its items are closed."""
        found = self._shelf.find(self._source.id)
        if found is not None and found.digest == self._source.digest:
            return
        left = self.open_items()
        skipped = self._run.progress.skipped + len(left)
        self._run.checkpoint(skipped=skipped, effects=partial(self._skip, left))
        what = "deleted" if found is None else "added again with other content"
        raise Discard(f"The document was {what} meanwhile")

    # --- inside the transaction ------------------------------------------------------------------

    def _put_items(self, numbers: Iterable[int]) -> None:
        run = self._run
        common = {"job_id": run.job.id, "task_id": run.task.id, "now": self._clock.wall()}
        self._store.many("insert_item", [{**common, "key": _key(n)} for n in numbers])

    def _write_outline(self, outline: Outline, results: Sequence[Read]) -> None:
        source, now = self._source, self._clock.wall()
        known = self._store.changed(
            "outline_source", id=source.id, digest=source.digest, pages=outline.pages, now=now
        )
        if not known:
            raise Discard("The document was deleted, or added again with other content, meanwhile")
        numbers = range(1, outline.pages + 1)
        common = {"source_id": source.id, "now": now}
        rows = [{**common, "number": n, "label": outline.labels.get(n, "")} for n in numbers]
        self._store.many("insert_page", rows)
        self._put_items(numbers)
        self._write(results, self._shelf.alive(source, [result.number for result in results]))

    def _write(self, results: Sequence[Read], there: dict[int, int]) -> None:
        now = self._clock.wall()
        if self._source.has_problem:
            self._store.changed("clear_problem", id=self._source.id)
            if DOCUMENT in self._run.items.keys():
                self._run.items.put(DOCUMENT, "completed", "It can be read again")
        kept = [result for result in results if result.number in there]
        rows = [self._row(result, there[result.number], now) for result in kept]
        if self._store.many("write_page", rows) != len(rows):
            raise Gone
        left_out = [(_key(r.number), *_SKIPPED) for r in results if r.number not in there]
        items = [(_key(r.number), r.status, r.message, r.trace) for r in kept]
        self._run.items.put_all(left_out + items)

    def _row(self, result: Read, page_id: int, now: float) -> dict[str, Any]:
        page, refusal = result.page, result.refusal
        return {
            "id": page_id,
            "digest": self._source.digest,
            "status": result.status,
            "text": page.text if page else "",
            "characters": len(page.text) if page else 0,
            "label": page.label if page else "",
            "problem": problem_of(refusal) if refusal else None,
            "now": now,
        }

    def _skip(self, numbers: Iterable[int]) -> None:
        self._run.items.put_all([(_key(number), *_SKIPPED) for number in numbers])

    def _write_refusal(self, refusal: Refusal) -> None:
        self._shelf.fail(self._source, refusal)
        self._run.items.put(DOCUMENT, "failed", refusal.message)

    @staticmethod
    def _counted(results: Iterable[Read]) -> dict[str, int]:
        counted = {"completed": 0, "failed": 0}
        for result in results:
            counted[result.status] += 1
        return counted


def _key(number: int) -> str:
    """The key of a page's item, as people read it."""
    return f"{_PAGE}{number}"


def _numbers(keys: Iterable[str]) -> list[int]:
    return [int(key.removeprefix(_PAGE)) for key in keys if key.startswith(_PAGE)]
