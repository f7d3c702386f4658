"""`extract-text`: the text of a document, page by page, into Longhaul's database.

Here stand the type, its parameters, and which source a task belongs to. `extraction` is the loop of
one attempt. The reading itself happens in a process of its own (`core.texts.reading`).
"""

from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.compute import Code
from core.compute.kept import kept
from core.errors import Discard, Fail, Forbidden, Invalid
from core.paths import Roots
from core.run import Run
from core.task_type import EXACTLY_ONCE, FilePath, TaskType
from core.tasks.extract_text.extraction import Extraction
from core.texts import KINDS, MEMORY, PAGE_TIMEOUT_S, kind_of
from core.texts.shelf import File, Shelf, Source

READER = Code("core.texts.reading.reader", "Reader")
IN_FLIGHT = 6  #: batches of pages that are being read


class Params(BaseModel):
    """Which document, and whether all of it."""

    model_config = ConfigDict(extra="forbid")

    file: FilePath = Field(
        description="The document: PDF, DOCX, EPUB, HTML or text",
        json_schema_extra={"placeholder": "/home/me/book.pdf"},
    )
    page: int | None = Field(
        None, ge=1, description="Read this page again and no other; empty: all that is not read"
    )


class ExtractText(TaskType):
    """Read the text of a document, page by page, so that it can be searched."""

    name = "extract-text"
    title = "Text of a document"
    icon = "document"
    unit = "pages"
    guarantee = EXACTLY_ONCE
    Params = Params

    @classmethod
    def title_for(cls, params: Any) -> str:
        name = Path(params.file).name or params.file
        return f"Page {params.page} of {name}" if params.page else f"Text of {name}"

    @classmethod
    def retries_items(cls) -> bool:
        return True

    def check(self, roots: Roots) -> None:
        name = roots.check(self.params.file).name
        if kind_of(name) is None:
            endings = ", ".join(ending[1:].upper() for ending in KINDS)
            message = f"{name} is no document that Longhaul reads ({endings})"
            raise Invalid(message, [{"pointer": "/params/file", "message": message}])

    def run(self, run: Run) -> dict[str, Any]:
        shelf = Shelf(run.ledger)
        source = self._source(run, shelf)
        with kept(READER, timeout=PAGE_TIMEOUT_S, memory=MEMORY, in_flight=IN_FLIGHT) as computer:
            return Extraction(run, shelf, source, computer, self.params.page).work()

    def _source(self, run: Run, shelf: Shelf) -> Source:
        """The source that the task was made for; for one that only names a file, that of the file.

        Raises Discard when it was deleted or another task reads it.
        """
        if run.task.source_id is not None:
            found = shelf.find(run.task.source_id)
            if found is None:
                raise Discard("The document was deleted")
            return found
        try:
            file = File.look(run.roots, self.params.file)
        except (Invalid, Forbidden) as error:
            raise Fail(error.detail, code="document-gone") from None
        bind = partial(self._bind_page if self.params.page else self._bind, run, shelf, file)
        moved = shelf.is_moved(file)
        with run.ledger.transaction():
            run.confirm()
            return bind(moved)

    def _bind(self, run: Run, shelf: Shelf, file: File, moved: bool) -> Source:
        source = shelf.put(file, moved=moved)
        other = shelf.reader(source, run.task.id)
        if other is not None:
            raise Discard(f"Task {other} reads this document already")
        shelf.give(source, run.task.id)
        self._belong(run, source, None)
        return source

    def _bind_page(self, run: Run, shelf: Shelf, file: File, moved: bool) -> Source:
        source = shelf.at(file.path, file.kind)
        if source is None or source.digest != file.digest:
            raise Fail(
                "This file is not known as it is now", "Add the document, then read the page."
            )
        page_id = run.ledger.store.value("page_at", id=source.id, number=self.params.page)
        if page_id is None:
            raise Discard(f"The document has no page {self.params.page}")
        self._belong(run, source, page_id)
        return source

    def _belong(self, run: Run, source: Source, page_id: int | None) -> None:
        run.ledger.store.changed(
            "give_task_its_source",
            id=run.task.id,
            source_id=source.id,
            page_id=page_id,
            related_type="source",
            related_id=str(source.id),
        )
