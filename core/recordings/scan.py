"""The orphan scan: what is on the disk, compared with what is known; each difference is one move.

A recording and its task are made in one transaction. Nothing is opened but files so young that
their header has to say whether they are finished, and (once each) files that may be renamed or
changed ones whose content is known. Two scans may run at the same time: every move guards itself.
"""

import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from operator import attrgetter
from typing import Any, TypeVar

from core import seams
from core.errors import Forbidden
from core.queue import Ledger
from core.recordings import finished, sidecars
from core.recordings.opening import opened
from core.recordings.records import Known, Records, digest_of
from core.recordings.walking import Seen, walk

BATCH = 200  #: recordings in one transaction, so that nobody waits long for the lock
T = TypeVar("T")


@dataclass
class Report:
    """What a scan found and did, in files."""

    folder: str
    found: int = 0  #: audio files on the disk
    new: int = 0  #: recordings made, each with its task
    adopted: int = 0  #: recordings made of files that had a transcription beside them
    renamed: int = 0
    changed: int = 0  #: files whose content is another one: transcribed again
    returned: int = 0  #: whose audio had been missing
    missing: int = 0  #: whose audio is gone since
    unfinished: int = 0  #: still being written: looked at again
    seconds: float = 0.0
    problem: str = ""  #: why nothing was looked at

    def document(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class _Differences:
    """What is to be done, before anything is."""

    new: list[Seen] = field(default_factory=list)
    renamed: list[tuple[Known, Seen]] = field(default_factory=list)
    changed: list[tuple[Known, Seen]] = field(default_factory=list)
    returned: list[tuple[Known, Seen]] = field(default_factory=list)
    gone: list[Known] = field(default_factory=list)


class Scanner:
    """Scans one folder, again and again; remembers what was unfinished."""

    def __init__(self, ledger: Ledger, records: Records):
        self._ledger, self._records = ledger, records
        #: set: a scan ends after its current batch; what is left the next one finds
        self.stopping = threading.Event()
        #: path → (signature, since when it has been so, in monotonic seconds)
        self._young: dict[str, tuple[tuple[int, int], float]] = {}

    def scan(self, folder: str) -> Report:
        """Look at everything once. Reports a folder that is not there; nothing is lost by it."""
        began = time.monotonic()
        report = Report(folder)
        known = self._records.known()
        try:
            seen = sorted(walk(folder), key=attrgetter("path"))  # notes: the oldest first
        except OSError as error:
            report.problem = f"{folder} cannot be read: {error.strerror}. Is its disk connected?"
            return report
        report.found = len(seen)
        here = [k for k in known if k.folder == folder]
        if not seen and any(not k.is_missing for k in here):
            report.problem = f"{folder} is empty, and was not before. Is its disk connected?"
            return report
        different = self._compare(folder, seen, known, report)
        self._apply(folder, different, report)
        report.seconds = round(time.monotonic() - began, 3)
        return report

    # --- compare -----------------------------------------------------------------------------

    def _compare(
        self, folder: str, seen: list[Seen], known: list[Known], report: Report
    ) -> _Differences:
        by_path = {k.path: k for k in known if k.folder == folder}
        found, strange = _Differences(), []
        young: dict[str, tuple[tuple[int, int], float]] = {}
        for file in seen:
            old = by_path.pop(file.path, None)
            if old is not None and old.signature == file.signature:
                if old.is_missing:
                    found.returned.append((old, file))
            elif self._is_finished(folder, file, young):
                strange.append((old, file))
            else:
                report.unfinished += 1
        self._young = young
        gone = [k for k in by_path.values() if not _exists(folder, k.path)]
        away = [k for k in known if k.folder != folder]
        self._identify(folder, strange, gone, away, found)
        found.gone = [k for k in gone if not k.is_missing]
        return found

    def _is_finished(self, folder: str, file: Seen, young: dict[str, Any]) -> bool:
        """Quiet for a while, and all there that its header promises; else it is remembered."""
        clock = self._ledger.clock
        signature, since = self._young.get(file.path, (file.signature, clock.mono()))
        if signature != file.signature:
            since = clock.mono()
        age = clock.wall() - max(file.mtime_ns, file.ctime_ns) / 1e9
        same = clock.mono() - since
        if finished.is_old(age, same) or (finished.is_quiet(age, same) and _whole(folder, file)):
            return True
        young[file.path] = (file.signature, since)
        return False

    def _identify(
        self,
        folder: str,
        strange: list[tuple[Known | None, Seen]],
        gone: list[Known],
        away: list[Known],
        found: _Differences,
    ) -> None:
        """Each file that is not as known: renamed, changed, or new."""
        lost = _Lost(gone, away)
        for old, file in strange:
            if old is not None:
                found.changed.append((old, file))
            elif (same := lost.find(folder, file)) is not None:
                found.renamed.append((same, file))
                if same in gone:
                    gone.remove(same)
            else:
                found.new.append(file)

    # --- apply -------------------------------------------------------------------------------

    def _apply(self, folder: str, found: _Differences, report: Report) -> None:
        for pairs in _batches(found.renamed):
            with self._ledger.transaction():
                for old, file in pairs:
                    report.renamed += self._records.move(old, folder, file)
                    self._hear_again(old)
        for pairs in _batches(found.returned):
            with self._ledger.transaction():
                for old, file in pairs:
                    self._records.touch(old, file)
                    report.returned += 1
                    self._hear_again(old)
        for old, file in found.changed:
            same = old.digest is not None and old.digest == digest_of(folder, file.path)
            with self._ledger.transaction():
                if same:
                    self._records.touch(old, file)
                elif self._records.change(old, folder, file):
                    self._records.queue_again(old.id)
                    report.changed += 1
        for files in _batches(found.new):
            self._take_in(folder, files, report)
        for lost in _batches(found.gone):
            with self._ledger.transaction():
                report.missing += sum(self._records.lose(known.id) for known in lost)

    def _take_in(self, folder: str, files: list[Seen], report: Report) -> None:
        """New files: the recording and its task, or the transcription that stands beside it."""
        if self.stopping.is_set():
            return
        ask = self._records.asking()
        beside = {f.path: sidecars.read(folder, f.path, f.beside) for f in files if f.beside}
        with self._ledger.transaction():  # what a power cut takes, the next scan finds again
            for file in files:
                told = beside.get(file.path)
                added = self._records.add(folder, file, None if told else ask)
                if added is None:
                    continue  # another scan was first
                if told is not None:
                    self._records.heard(added[0], told)
                    report.adopted += 1
                else:
                    report.new += 1
            seams.reach("scan-written")

    def _hear_again(self, known: Known) -> None:
        """A file that is there again, and was never heard because it was away."""
        if known.is_missing and not known.is_transcribed:
            self._records.queue_again(known.id)


class _Lost:
    """Recordings whose file is not where it was, found again by what tells a file from others."""

    def __init__(self, gone: Iterable[Known], away: Iterable[Known]):
        self._by_identity: dict[Any, list[Known]] = defaultdict(list)
        self._by_size: dict[int, list[Known]] = defaultdict(list)
        for known in (*gone, *away):
            self._by_identity[known.identity].append(known)
            self._by_size[known.size].append(known)
        self._is_away = {known.id for known in away}
        self._taken: set[int] = set()

    def find(self, folder: str, file: Seen) -> Known | None:
        """The recording of this file: the same place on the disk, or the same content.

        One of another notes folder counts only when its own file is gone.
        """
        for known in self._by_identity.get(file.identity, ()):
            if self._is_free(known):
                return self._take(known)
        digest: str | None = None
        for known in self._by_size.get(file.size, ()):
            if not self._is_free(known):
                continue
            if known.mtime_ns != file.mtime_ns:  # copied elsewhere, and the old one removed
                digest = digest or digest_of(folder, file.path)
                if known.digest is None or known.digest != digest:
                    continue
            return self._take(known)
        return None

    def _is_free(self, known: Known) -> bool:
        if known.id in self._taken:
            return False
        return known.id not in self._is_away or not _exists(known.folder, known.path)

    def _take(self, known: Known) -> Known:
        self._taken.add(known.id)
        return known


def _exists(folder: str, path: str) -> bool:
    """An error is no proof that it is gone."""
    try:
        os.lstat(os.path.join(folder, path))
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _whole(folder: str, file: Seen) -> bool:
    try:
        with opened(folder, file.path) as content:
            return finished.promised(content, file.size)
    except (OSError, Forbidden):
        return False


def _batches(things: list[T]) -> Iterator[list[T]]:
    for at in range(0, len(things), BATCH):
        yield things[at : at + BATCH]
