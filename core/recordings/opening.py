"""Opening a file of a notes folder by handle, so that no link leads out of it."""

from io import BufferedReader, FileIO
from pathlib import Path

from core.paths import open_beneath


def opened(folder: str, path: str) -> BufferedReader:
    """The regular file at `path` below `folder`, for reading. Raises OSError, Forbidden."""
    return BufferedReader(FileIO(open_beneath(Path(folder), path), "rb"))
