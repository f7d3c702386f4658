"""The records of documents in Longhaul's database: found, added, replaced, removed.

Its methods run inside the caller's transaction where they write, so that a source, its pages and
the task that reads it are one fact. What the API shows of them is made in `core.desk.texts`.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from core.documents import compact
from core.errors import Invalid
from core.paths import Roots
from core.queue import Ledger
from core.texts import KINDS, MOST_BYTES, kind_of
from core.texts.reading import Refusal

_READ = 1 << 20


@dataclass(frozen=True)
class File:
    """A file as it was when somebody looked: what tells it from others, and from itself later."""

    path: str
    kind: str
    size: int  #: bytes
    modified_ns: int
    digest: str  #: SHA-256 of the content

    @classmethod
    def look(cls, roots: Roots, path: str) -> Self:
        """Raises Forbidden outside the roots, Invalid for what is no document or not there.

        A file too large to be read is not hashed: the task that reads it will say so.
        """
        whole = roots.check(path)
        kind = kind_of(whole.name)
        if kind is None:
            endings = ", ".join(ending[1:].upper() for ending in KINDS)
            raise _refused(f"{whole.name} is no document that Longhaul reads ({endings})")
        try:
            descriptor = roots.open(whole)
        except FileNotFoundError:
            raise _refused(f"{whole} is not there") from None
        except OSError as error:
            raise _refused(f"{whole} cannot be read: {error.strerror}") from None
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            digest = hashlib.sha256()
            if status.st_size > MOST_BYTES:
                digest.update(f"{whole} {status.st_size} {status.st_mtime_ns}".encode())
            else:
                while piece := file.read(_READ):
                    digest.update(piece)
        return cls(str(whole), kind, status.st_size, status.st_mtime_ns, digest.hexdigest())


@dataclass(frozen=True)
class Source:
    """A document that was added."""

    id: int
    kind: str
    title: str
    path: str
    is_copy: bool  #: the file is Longhaul's own, of an upload
    size: int
    modified_ns: int
    digest: str
    task_id: int | None
    page_count: int | None  #: None until it was opened
    has_problem: bool  #: it could not be read, the last time

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            row["id"],
            row["kind"],
            row["title"],
            row["path"],
            bool(row["is_copy"]),
            row["size"],
            row["modified_ns"],
            row["digest"],
            row["task_id"],
            row["page_count"],
            row["problem"] is not None,
        )


class Shelf:
    """The documents."""

    def __init__(self, ledger: Ledger):
        self._ledger, self._store = ledger, ledger.store

    def find(self, source_id: int) -> Source | None:
        row = self._store.one("source", id=source_id)
        return Source.of(row) if row is not None else None

    def at(self, path: str, kind: str) -> Source | None:
        """The source whose file lies there."""
        row = self._store.one("source_of_path", path=path, kind=kind)
        return Source.of(row) if row is not None else None

    def is_moved(self, file: File) -> bool:
        """Whether this content is known from a place where there is no file any more."""
        row = self._store.one("source_of_content", digest=file.digest, kind=file.kind)
        return row is not None and row["path"] != file.path and not os.path.exists(row["path"])

    def put(
        self, file: File, *, title: str = "", is_copy: bool = False, moved: bool = False
    ) -> Source:
        """The source of this content: known, or of older content at this place, or new.

        Inside the caller's transaction. Older content is replaced: its pages go when the new ones
        are read. `moved`: what `is_moved` said, for the disk is not asked inside a transaction.
        """
        values = {
            "title": title or Path(file.path).name,
            "path": file.path,
            "is_copy": int(is_copy),
            "size": file.size,
            "modified_ns": file.modified_ns,
            "digest": file.digest,
            "now": self._ledger.clock.wall(),
        }
        row = self._store.one("source_of_content", digest=file.digest, kind=file.kind)
        if row is not None:
            if moved or row["path"] == file.path and row["modified_ns"] != file.modified_ns:
                row = self._store.row("renew_source", id=row["id"], **values)
            return Source.of(row)
        row = self._store.one("source_of_path", path=file.path, kind=file.kind)
        if row is not None:
            self._store.changed("forget_outline", id=row["id"])
            return Source.of(self._store.row("renew_source", id=row["id"], **values))
        return Source.of(self._store.row("insert_source", kind=file.kind, **values))

    def reader(self, source: Source, task_id: int) -> int | None:
        """The task that reads it now, other than this one."""
        return self._store.value("source_is_worked_on", id=source.id, task_id=task_id)

    def is_read(self, source: Source) -> bool:
        """Whether every page it has was read, the last time."""
        if source.page_count is None:
            return False
        return not any(
            self._store.rows("pages_to_do", id=source.id, status=status, after=0, limit=1)
            for status in ("queued", "failed")
        )

    def give(self, source: Source, task_id: int) -> None:
        """From now on this task is the one that reads it."""
        now = self._ledger.clock.wall()
        self._store.changed("give_source_to_task", id=source.id, task_id=task_id, now=now)

    def numbers(self, source: Source, status: str) -> list[int]:
        """The numbers of its pages of this status, in order."""
        rows = self._store.rows("pages_to_do", id=source.id, status=status, after=0, limit=-1)
        return [row["number"] for row in rows]

    def alive(self, source: Source, numbers: list[int]) -> dict[int, int]:
        """{number: id} of those pages that are still there."""
        rows = self._store.rows("pages_of_numbers", id=source.id, numbers=compact(numbers))
        return {row["number"]: row["id"] for row in rows}

    def clear(self, source_id: int, most: int = 200) -> bool:
        """Remove some pages, in a transaction of its own; False when there are none left."""
        if self._store.one("any_page", id=source_id) is None:
            return False
        with self._ledger.transaction(quiet=True):
            return self._store.changed("delete_some_pages", id=source_id, most=most) > 0

    def fail(self, source: Source, refusal: Refusal) -> None:
        """Keep why it cannot be read, for its task may be cleared. In the caller's transaction."""
        self._store.changed(
            "fail_source",
            id=source.id,
            digest=source.digest,
            problem=problem_of(refusal),
            now=self._ledger.clock.wall(),
        )


def problem_of(refusal: Refusal) -> str:
    """As it is kept: JSON of code, message and hint."""
    return compact({"code": refusal.code, "message": refusal.message, "hint": refusal.hint})


def _refused(message: str) -> Invalid:
    return Invalid(message, [{"pointer": "/path", "message": message}])
