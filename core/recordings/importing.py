"""Audio from elsewhere → a copy in imports/ of the notes folder, with its recording and task.

The copy is written under a hidden name and gets its own in the transaction that makes recording and
task; a crash in between leaves a hidden draft, or a file that the next scan finds. What is there
already is recognised by its content and not copied again.
"""

import errno
import hashlib
import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from core import seams
from core.errors import DiskFull, Invalid, LonghaulError, NotPossible
from core.queue import Ledger
from core.recordings import naming
from core.recordings.records import Known, Records
from core.recordings.sidecars import open_folder
from core.recordings.walking import Seen

PIECE = 1 << 20
DRAFT = ".import-"
OLD_DRAFT_S = 86_400.0  #: a draft that nobody wrote to for so long was left by a crash


class Source(Protocol):
    """What is read from."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Imported:
    """What became of one file: `imported`, `duplicate` or `restored` (its audio was missing)."""

    outcome: str
    recording_id: int
    task_id: int | None


class Importing:
    """Imports into one notes folder. Safe to use from several threads."""

    def __init__(self, ledger: Ledger, records: Records, folder: str):
        self._ledger, self._records, self._folder = ledger, records, folder

    def take(self, source: Source, name: str, at: float) -> Imported:
        """Copy it, or recognise it. `name`: what it is called elsewhere; `at`: when it was recorded
        (wall seconds). Durable when this returns. Raises Invalid, NotPossible, DiskFull."""
        if not naming.is_audio(naming.original(name)):
            kinds = ", ".join(sorted(suffix[1:] for suffix in naming.AUDIO))
            raise Invalid(f"{naming.original(name)} does not have the name of audio ({kinds})")
        try:
            place = PurePosixPath(naming.import_path(name, at))
            handle = open_folder(self._folder, str(place.parent), make=True)
        except OSError as error:
            raise _refused(error) from None
        draft = f"{DRAFT}{secrets.token_hex(8)}"
        try:
            seen, digest = _copied(source, handle, draft, str(place))
            return self._keep(handle, draft, seen, digest, name, at)
        finally:
            with suppress(OSError):  # it is gone when it has got its name
                os.unlink(draft, dir_fd=handle)
            os.close(handle)

    def _keep(
        self, handle: int, draft: str, seen: Seen, digest: str, name: str, at: float
    ) -> Imported:
        records = self._records
        # Whatever has to be read for this is read before, not while everybody waits for the lock.
        records.twin(seen.size, lambda: digest)
        with self._ledger.transaction(durable=True):
            twin = records.twin(seen.size, lambda: digest)
            if twin is not None and twin["missing_at"] is None:
                return Imported("duplicate", twin["id"], twin["task_id"])
            seen = _placed(handle, draft, seen, name, at)
            seams.reach("import-placed")
            if twin is not None:
                known = Known.of(twin)
                records.move(known, self._folder, seen)
                task = None if known.is_transcribed else records.queue_again(known.id)
                return Imported("restored", known.id, task.id if task else twin["task_id"])
            own = naming.original(name)
            added = records.add(self._folder, seen, records.asking(), name=own, digest=digest)
            if added is None:  # its name was a recording's whose file is gone
                raise NotPossible(f"{seen.path} is the name of another recording; try again")
            return Imported("imported", *added)


def _copied(source: Source, handle: int, draft: str, path: str) -> tuple[Seen, str]:
    """Write the draft; what it is now, and the digest of its content. Raises LonghaulError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    digest = hashlib.sha256()
    try:
        with os.fdopen(os.open(draft, flags, 0o644, dir_fd=handle), "wb") as file:
            while piece := source.read(PIECE):
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
            return Seen.of(path, os.fstat(file.fileno())), digest.hexdigest()
    except OSError as error:
        raise _refused(error) from None


def _refused(error: OSError) -> LonghaulError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull("The disk that holds the notes folder is full")
    return NotPossible(f"The notes folder cannot be written to: {error.strerror}")


def _placed(handle: int, draft: str, seen: Seen, name: str, at: float) -> Seen:
    """Give the draft its own name, never one that is taken; where it is now."""
    for number in range(1000):
        path = naming.import_path(name, at, number)
        try:
            os.link(draft, PurePosixPath(path).name, src_dir_fd=handle, dst_dir_fd=handle)
        except FileExistsError:
            continue
        except OSError:  # a file system without hard links
            target = PurePosixPath(path).name
            if _exists(handle, target):
                continue
            os.rename(draft, target, src_dir_fd=handle, dst_dir_fd=handle)
        os.fsync(handle)
        return Seen(path, seen.size, seen.mtime_ns, seen.ctime_ns, seen.device, seen.inode)
    raise NotPossible(f"There are a thousand files called {seen.path}")


def _exists(handle: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=handle, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def sweep_drafts(folder: str, now: float | None = None) -> int:
    """Remove drafts that a crash left; how many."""
    before, removed = (now or time.time()) - OLD_DRAFT_S, 0
    for where, folders, files in os.walk(os.path.join(folder, naming.IMPORTS)):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in (n for n in files if n.startswith(DRAFT)):
            path = os.path.join(where, name)
            with suppress(OSError):
                if os.stat(path, follow_symlinks=False).st_mtime < before:
                    os.unlink(path)
                    removed += 1
    return removed
