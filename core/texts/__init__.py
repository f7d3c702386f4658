"""Documents as sources with pages: their records, how their text is read, and how it is searched.

Here stand the kinds of documents and the limits. `shelf` is the records in Longhaul's database,
`search` a person's words as a question to it, `reading` what runs in a process of its own, with
limits. Used by `core.tasks.extract_text`, which does the work, and by `core.desk.texts`, which
answers the API.
"""

from pathlib import PurePath

#: the ending of a file's name → its kind. The name says what somebody takes the file for; content
#: that is something else is told as a failure, not guessed at.
KINDS = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".epub": "epub",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "txt",
    ".text": "txt",
    ".md": "txt",
}

MOST_BYTES = 256 << 20  #: of a file
MOST_PAGES = 50_000  #: of a document
PAGE_TIMEOUT_S = 60.0  #: to open a document or read pages that are asked for at once
MEMORY = 2 << 30  #: bytes of address space of the process that reads


def kind_of(name: str) -> str | None:
    """The kind of a document by the ending of its name; None for what is none of ours."""
    return KINDS.get(PurePath(name).suffix.lower())
