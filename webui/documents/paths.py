"""What may follow a path that somebody types."""

from webui.documents.base import Document


class PathEntry(Document):
    """A folder or a file that parameters may name."""

    path: str
    name: str
    is_folder: bool


class PathList(Document):
    """Folders first, then by name; `is_cut`: there are more. `roots`: where paths may lead."""

    roots: list[str]
    folder: str | None
    items: list[PathEntry]
    is_cut: bool
