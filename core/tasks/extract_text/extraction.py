"""One attempt at a document: which pages are to do, and reading ahead of what is written.

The job's items are what is to do: one for each page, put when the document is opened. A page that
was deleted is left out before it is read, and once more where it is written (`pages`). Pages are
asked for together, for asking takes as long as reading a short one; when that fails they are asked
for one by one, so that a page which ends its process fails alone.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import Any

from core import seams
from core.compute import Computer, Outcomes
from core.errors import Forbidden
from core.run import Run
from core.tasks.extract_text import answers
from core.tasks.extract_text.answers import Read
from core.tasks.extract_text.pages import Pages
from core.texts import MOST_PAGES
from core.texts.reading import Ask, Refusal
from core.texts.reading.reader import changed, gone
from core.texts.shelf import Shelf, Source

LOOK_S = 0.2  #: how often a long reading looks at pause and cancel
FIRST = 4  #: pages asked for together with the outline: most documents have no more
MOST = 16  #: pages asked for at once
ASK_S = 0.1  #: of reading that is asked for at once, as far as that is known
GROWTH = 4  #: one quick page misleads nobody by more
WRITE_S = 0.3  #: of reading that one transaction is about; a kill loses no more
WRITE_CHARACTERS = 4_000_000  #: that wait to be written


class Extraction:
    """One attempt's loop."""

    def __init__(
        self, run: Run, shelf: Shelf, source: Source, computer: Computer, page: int | None
    ):
        """`page`: this one alone; None: all that is not read."""
        self._run, self._shelf, self._source = run, shelf, source
        self._computer, self._page = computer, page
        self._pages = Pages(run, shelf, source)
        self._roots = run.roots
        self._todo: deque[int] = deque()
        self._out: deque[list[tuple[int, ...]]] = deque()  # what was asked, of each batch
        self._count = FIRST
        self._read: list[Read] = []  # and not written
        self._characters, self._written = 0, monotonic()

    def work(self) -> dict[str, Any]:
        """See the document through; the task's result. Raises Fail when nothing can be read."""
        if self._source.page_count is None:
            self._pages.clear()
            self._submit([(0, *range(1, FIRST + 1))])
        else:
            self._todo.extend(self._plan())
        while self._read_ahead():
            outcomes = self._computer.collect(LOOK_S)
            if outcomes is None:
                self._write()
                self._run.check()
                continue
            seams.reach("computed")
            self._take(self._out.popleft(), outcomes)
        self._write()
        return self._pages.end()

    # --- what is to do ---------------------------------------------------------------------------

    def _plan(self) -> Iterable[int]:
        """The pages to do of a document that was opened before."""
        run = self._run
        if run.cursor is not None:
            return self._pages.open_items() or self._pages.failed_items()
        if run.job.only_failed:
            numbers = self._pages.open_items()
        elif self._page is not None:
            numbers = [self._page]
        elif run.job.run > 1:  # all of it again, from the start
            numbers = self._pages.all()
        else:
            numbers = self._shelf.numbers(self._source, "queued")
            numbers = numbers or self._shelf.numbers(self._source, "failed")
        self._pages.begin(numbers)
        return numbers

    # --- reading ---------------------------------------------------------------------------------

    def _read_ahead(self) -> bool:
        """Keep the reading process busy; False when everything is read and written."""
        while self._todo and self._computer.pending < self._computer.in_flight:
            count = min(self._count, len(self._todo))
            numbers = [self._todo.popleft() for _ in range(count)]
            self._require_file()
            there = self._shelf.alive(self._source, numbers)
            if alive := [n for n in numbers if n in there]:
                self._submit([tuple(alive)])
        return self._computer.pending > 0

    def _submit(self, asks: list[tuple[int, ...]]) -> None:
        source, roots = self._source, tuple(str(path) for path in self._roots.paths)
        self._out.append(asks)
        self._computer.submit(
            [
                Ask(source.kind, source.path, roots, source.size, source.modified_ns, numbers)
                for numbers in asks
            ]
        )

    def _require_file(self) -> None:
        """Raises Fail when the file has changed since it was added, or went."""
        try:
            status = self._roots.stat(self._source.path)
        except (OSError, Forbidden):
            self._write()
            raise self._pages.refused(gone().refusal) from None
        if (status.st_size, status.st_mtime_ns) != (self._source.size, self._source.modified_ns):
            self._write()
            raise self._pages.refused(changed().refusal)

    # --- what came of it -------------------------------------------------------------------------

    def _take(self, asks: list[tuple[int, ...]], outcomes: Outcomes) -> None:
        if outcomes.failures and len(asks[0]) > 1:
            # With the outline the pages are asked for again as usual, when it says which there are.
            self._submit([(0,)] if asks[0][0] == 0 else [(number,) for number in asks[0]])
            return
        found = answers.by_number(asks, outcomes)
        self._count = _next_count(self._count, [outcome.seconds for _, outcome in found])
        results = [
            read
            for number, outcome in found
            if number and (read := answers.read(number, outcome)) is not None
        ]
        if found[0][0] != 0:
            self._read += results
            self._characters += sum(len(read.page.text) for read in results if read.page)
            is_due = monotonic() - self._written >= WRITE_S
            if is_due or self._characters >= WRITE_CHARACTERS:
                self._write()
            return
        outline = answers.outline(found[0][1])
        if isinstance(outline, Refusal):
            raise self._pages.refused(outline)
        # A page that was answered beside what the outline says there is belongs to no document.
        results = [result for result in results if result.number <= outline.pages]
        self._todo.extend(range(len(results) + 1, min(outline.pages, MOST_PAGES) + 1))
        self._pages.open(outline, results)
        self._written = monotonic()

    def _write(self) -> None:
        """Everything that is read, in one transaction."""
        if self._read:
            self._pages.write(self._read)
        self._read, self._characters, self._written = [], 0, monotonic()


def _next_count(count: int, seconds: Sequence[float]) -> int:
    """How many pages to ask for next, the last ones having taken so long."""
    mean = sum(seconds) / max(1, len(seconds))
    return max(1, min(MOST, count * GROWTH, int(ASK_S / max(mean, 1e-6))))
