"""A project's folder: opened once, known again by its mark, everything in it reached by its handle.

A folder that is not there, is not the one it was (the mount point of a disk that is away, another
disk), or cannot be read raises `FolderUnavailable`; nobody concludes from it that photos are gone.
"""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.beneath import open_beneath, replace_at
from core.errors import FolderUnavailable, Forbidden

MARK = ".longhaul-project"  #: a hidden file that says which project the folder is
TRASH = ".trash"
SPOOL = ".uploads"  #: where uploads are written before they are taken
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class ProjectFolder:
    """An open folder. Used by one thread; close it, or use it in a `with`."""

    def __init__(self, path: Path, mark: str):
        """Raises FolderUnavailable unless the folder is there and carries `mark`."""
        self.path = path
        try:
            self.handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise _unavailable(path, f"it cannot be opened ({error.strerror})") from None
        self._trash: int | None = None
        try:
            if read_mark(self.handle) != mark:
                raise _unavailable(path, "another folder stands in its place")
        except BaseException:
            os.close(self.handle)
            raise

    def __enter__(self) -> "ProjectFolder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for handle in (self._trash, self.handle):
            if handle is not None:
                os.close(handle)

    def files(self) -> dict[str, os.stat_result]:
        """Every regular file directly in it that is not hidden: {name: status}. Links are left out.

        Raises FolderUnavailable when the folder cannot be read to its end.
        """
        with self.reading():
            return listed(self.handle)

    def status(self, name: str) -> os.stat_result | None:
        """The status of a regular file; None when there is none of this name (any more).

        Raises FolderUnavailable when that cannot be told: an error is no proof that it is gone.
        """
        try:
            found = os.stat(name, dir_fd=self.handle, follow_symlinks=False)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unavailable(self.path, f"{name} cannot be looked at: {error.strerror}") from None
        return found if stat.S_ISREG(found.st_mode) else None

    def open(self, name: str) -> int:
        """A descriptor of a file, for reading; no link is followed. Raises OSError, Forbidden."""
        return open_beneath(self.handle, name)

    @property
    def trash(self) -> int:
        """The handle of its trash, made when missing. Raises FolderUnavailable."""
        if self._trash is None:
            try:
                with suppress(FileExistsError):
                    os.mkdir(TRASH, 0o700, dir_fd=self.handle)
                self._trash = os.open(TRASH, _FOLDER, dir_fd=self.handle)
            except OSError as error:
                raise _unavailable(self.path, f"its trash: {error.strerror}") from None
        return self._trash

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Errors of reading, as FolderUnavailable."""
        try:
            yield
        except OSError as error:
            raise _unavailable(self.path, f"it cannot be read ({error.strerror})") from None

    def still_there(self) -> None:
        """Raises FolderUnavailable when the path leads elsewhere by now: the disk was taken away
        while its handle was open."""
        try:
            now, then = os.stat(self.path), os.fstat(self.handle)
        except OSError as error:
            raise _unavailable(self.path, f"it is gone ({error.strerror})") from None
        if (now.st_dev, now.st_ino) != (then.st_dev, then.st_ino):
            raise _unavailable(self.path, "another folder stands in its place")


def listed(handle: int) -> dict[str, os.stat_result]:
    """Regular files of a folder that are not hidden: {name: status}. Raises OSError."""
    found = {}
    # os.scandir moves the handle's own place, so the folder is opened anew
    fresh = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=handle)
    try:
        with os.scandir(fresh) as entries:
            for entry in entries:
                if entry.name.startswith(".") or not entry.is_file(follow_symlinks=False):
                    continue
                with suppress(FileNotFoundError):  # it went away between the two looks
                    found[entry.name] = entry.stat(follow_symlinks=False)
    finally:
        os.close(fresh)
    return found


def read_mark(handle: int) -> str | None:
    """What the mark of an open folder says; None without one."""
    try:
        descriptor = open_beneath(handle, MARK)
    except (OSError, Forbidden):
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(200).decode(errors="replace").strip() or None


def write_mark(handle: int) -> str:
    """Mark an open folder as a project's; what its mark says. A mark that was there is replaced.

    Raises OSError for a folder that cannot be written.
    """
    mark = secrets.token_hex(16)
    replace_at(handle, MARK, f"{mark}\n".encode(), 0o600)
    return mark


def _unavailable(path: Path, why: str) -> FolderUnavailable:
    return FolderUnavailable(
        f"The folder {path} is not available: {why}. Nothing was concluded from that. "
        "Connect its disk and retry."
    )
