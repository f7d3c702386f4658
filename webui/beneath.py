"""Opening a file beneath a root directory, whatever its name says and whoever moves links about.

Checking a resolved path first leaves a moment in which a directory becomes a symbolic link; here
each component is opened from the handle of the one before and may not be a link, so there is no
such moment. Used for every file whose name comes from a request.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO

#: Windows has no directory handles in `os`; there the resolved path is checked instead.
_HAS_HANDLES = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")


def open_beneath(root: Path, name: str) -> BinaryIO:
    """Open the regular file `name` ("a/b.js") beneath `root` for reading.

    Raises FileNotFoundError for everything that is not one: also for links, hidden names, `..`,
    absolute names, backslashes, devices and pipes.
    """
    parts = name.split("/")
    if any(not part or part[0] == "." or set(part) & {"\\", "\0", ":"} for part in parts):
        raise FileNotFoundError(name)
    try:
        descriptor = _walk(root, parts) if _HAS_HANDLES else _resolve(root, parts)
    except OSError as error:
        raise FileNotFoundError(name) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotFoundError(name)
    return os.fdopen(descriptor, "rb")


def _walk(root: Path, parts: list[str]) -> int:
    directory = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts[:-1]:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
            inner = os.open(part, flags, dir_fd=directory)
            os.close(directory)
            directory = inner
        # O_NONBLOCK: opening a pipe must not wait for its writer.
        return os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
    finally:
        os.close(directory)


def _resolve(root: Path, parts: list[str]) -> int:
    path = root.joinpath(*parts).resolve(strict=True)
    if not path.is_relative_to(root.resolve(strict=True)):
        raise FileNotFoundError(path)
    return os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
