"""Documents as sources with pages."""

from typing import Literal

from webui.documents.base import Count, Document, Moment
from webui.documents.recordings import SnippetPart


class Trouble(Document):
    """Why something cannot be read, and what can be done."""

    code: str
    message: str
    hint: str


class PageCounts(Document):
    """The pages that are there, by status."""

    total: Count
    completed: Count
    failed: Count
    queued: Count


class PageEntry(Document):
    """A page without its text."""

    id: int
    source_id: int
    number: int
    label: str
    status: Literal["queued", "completed", "failed"]
    characters: Count
    problem: Trouble | None
    updated_at: Moment


class PageHit(PageEntry):
    """A page in a list; `snippet`: where the words stand in it, when some were looked for."""

    snippet: list[SnippetPart] | None = None


class PageDocument(PageEntry):
    """A page with its text and its neighbours."""

    text: str
    title: str
    kind: str
    previous_id: int | None
    next_id: int | None


class PageList(Document):
    """Pages in their order, or those that have the words, the best first."""

    items: list[PageHit]
    next_cursor: str | None


class SourceDocument(Document):
    """A document. `is_copy`: its file is Longhaul's own, of an upload; `task_id`: what reads it."""

    id: int
    kind: Literal["pdf", "docx", "epub", "html", "txt"]
    title: str
    path: str
    is_copy: bool
    size: Count
    status: Literal["queued", "running", "paused", "completed", "failed", "cancelled"]
    pages: PageCounts
    problem: Trouble | None
    task_id: int | None
    created_at: Moment
    updated_at: Moment


class SourceHit(SourceDocument):
    """A source in a list; when words were looked for: how many pages have them, and the best."""

    matches: int | None = None
    hits: list[PageHit] | None = None


class SourceList(Document):
    """Sources, the newest first, or those that have the words, the best first."""

    items: list[SourceHit]
    next_cursor: str | None
