"""The files below a folder as a source, in a fixed order. Made by an author.

Sorted folder by folder: names within a folder by their characters, what lies in a folder at the
place of its name. So a path says which folders lie wholly before it, and they are not looked at.
"""

import fnmatch
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import monotonic

from core.beneath import list_beneath, stat_beneath
from core.errors import Forbidden, Invalid
from core.paths import Roots
from core.sources.drawn import Drawn, Reader, Source
from core.sources.lines import COUNT_S

#: the key of the whole tree, where not even its top can be read
NOTHING_READ = "/"


@dataclass(frozen=True)
class FolderTree(Source):
    """The files below `folder` whose names fit `pattern`; the record is the path from it, as text.

    The cursor is that path too. Only regular files: links are not followed, hidden files and
    folders are left out. A folder that cannot be read fails as a record of its own, its path with
    a slash behind it. The largest folder's names are held in memory, and no other's but those
    above it. Open the files with `run.roots.open`, which holds against links swapped in.
    """

    folder: str
    pattern: str = "*"  #: of the file's name, as in a shell; case matters

    def open(self, roots: Roots) -> "FolderTreeReader":
        root = roots.check(self.folder)
        if not os.path.isdir(root):
            raise Invalid(f"{root} is not a folder, or not there.")
        return FolderTreeReader(roots, root, self.pattern)


class FolderTreeReader(Reader):
    """Walks one tree."""

    def __init__(self, roots: Roots, root: Path, pattern: str):
        # By handle from the top: a folder on the way may be swapped for a link meanwhile.
        self._top = next(top for top in roots.paths if root.is_relative_to(top))
        self._root, self._pattern = root.relative_to(self._top), pattern
        self._walk: Iterator[Drawn] | None = None
        self._at: str | None = None

    def read(self, cursor: str | None, limit: int) -> list[Drawn]:
        if self._walk is None or cursor != self._at:
            self._walk = self.after(cursor)
        drawn = list(islice(self._walk, limit))
        self._at = drawn[-1].key if drawn else cursor
        return drawn

    def read_keys(self, keys: Sequence[str]) -> list[Drawn]:
        """Files that are there; of a folder that could not be read, nothing: it has no record."""
        return [
            Drawn(key, key) for key in keys if not key.endswith("/") and self._is_file(Path(key))
        ]

    def count(self) -> int | None:
        """Exact, or None when it takes longer than COUNT_S."""
        give_up = monotonic() + COUNT_S
        found = 0
        for _ in self.after(None):
            found += 1
            if not found % 1000 and monotonic() > give_up:
                return None
        return found

    def after(self, cursor: str | None) -> Iterator[Drawn]:
        """Everything behind the cursor, as it is now."""
        if cursor == NOTHING_READ:
            return iter(())
        skipped = tuple(cursor.split("/")) if cursor else ()
        return self._below("", skipped)

    def _below(self, folder: str, skipped: tuple[str, ...]) -> Iterator[Drawn]:
        """What lies in `folder`, behind the parts of the cursor that lie in it (() : all)."""
        try:
            entries = sorted(self._listed(folder))
        except (OSError, Forbidden) as error:
            why = getattr(error, "strerror", None) or str(error)
            yield Drawn(f"{folder}/", None, f"folder {folder or '.'}: {why}")
            return
        for name, is_folder in entries:
            if skipped and name < skipped[0]:
                continue
            path = f"{folder}/{name}" if folder else name
            at_cursor = bool(skipped) and name == skipped[0]
            if is_folder:
                rest = skipped[1:] if at_cursor else ()
                if rest != ("",):  # a folder that was not readable when the cursor passed it
                    yield from self._below(path, rest)
            elif not at_cursor and fnmatch.fnmatchcase(name, self._pattern):
                yield Drawn(path, path)

    def _listed(self, folder: str) -> list[tuple[str, bool]]:
        return list_beneath(self._top, self._root / folder, sys.maxsize)

    def _is_file(self, path: Path) -> bool:
        try:
            stat_beneath(self._top, self._root / path)
        except (OSError, Forbidden):
            return False
        return True
