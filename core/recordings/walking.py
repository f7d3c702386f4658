"""Walking the notes folder: every audio file with its status, without opening one.

Nothing hidden, no links. A file that goes away meanwhile was never there.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from core.recordings.naming import candidates, is_audio


@dataclass(frozen=True, slots=True)
class Seen:
    """An audio file as it was seen."""

    path: str  #: from the folder, with "/"
    size: int
    mtime_ns: int
    ctime_ns: int
    device: int
    inode: int
    beside: tuple[str, ...] = ()  #: names of files that may hold its transcription

    @property
    def signature(self) -> tuple[int, int]:
        """Changes whenever something is written."""
        return self.size, self.mtime_ns

    @property
    def identity(self) -> tuple[int, int, int, int]:
        """The same under every name on its disk."""
        return self.device, self.inode, self.size, self.mtime_ns

    @classmethod
    def of(cls, path: str, status: os.stat_result, beside: tuple[str, ...] = ()) -> "Seen":
        return cls(
            path,
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
            status.st_dev,
            status.st_ino,
            beside,
        )


def walk(folder: str) -> Iterator[Seen]:
    """Every audio file below `folder`. Raises OSError when the folder itself cannot be read."""
    pending = [("", os.scandir(folder))]
    while pending:
        prefix, entries = pending.pop()
        with entries:
            files, folders = _sorted_out(entries)
        names = files.keys()
        for name in folders:
            try:
                pending.append((f"{prefix}{name}/", os.scandir(os.path.join(folder, prefix, name))))
            except OSError:
                continue  # went away, or may not be entered
        for name, entry in files.items():
            if is_audio(name) and (status := _status(entry)) is not None:
                beside = tuple(n for n in candidates(name) if n in names)
                yield Seen.of(prefix + name, status, beside)


def _sorted_out(entries: Iterator[os.DirEntry]) -> tuple[dict[str, os.DirEntry], list[str]]:
    files: dict[str, os.DirEntry] = {}
    folders = []
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            folders.append(entry.name)
        else:
            files[entry.name] = entry
    return files, folders


def _status(entry: os.DirEntry) -> os.stat_result | None:
    try:
        status = os.stat(entry.path, follow_symlinks=False)
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) else None
