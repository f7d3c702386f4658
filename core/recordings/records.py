"""Recordings as records: what a scan knows of each, and the moves that are made of them.

Every move is a statement of queries_recordings.sql and guards itself, so that two scans, a worker
and a person may do theirs at the same time. The caller opens the transaction.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from core.documents import compact
from core.errors import Forbidden
from core.model import NewTask, Task
from core.queue import Intake, Ledger
from core.recordings import naming
from core.recordings.opening import opened
from core.recordings.texts import Segment, Transcription, Word
from core.recordings.walking import Seen
from core.store import Store

ADOPTED = 0  #: the take of segments that no job of ours heard
RELATED = "recording"  #: what tasks call the thing they are about


class Asking(Protocol):
    """Makes the task that transcribes a recording: (kind, its number, its name), by the settings as
    they were when it was made itself."""

    def __call__(self, kind: str, recording_id: int, name: str, /) -> NewTask: ...


@dataclass(frozen=True, slots=True)
class Known:
    """A recording as the database has it, for comparing with the disk."""

    id: int
    folder: str
    path: str
    size: int
    mtime_ns: int
    device: int
    inode: int
    digest: str | None
    is_missing: bool
    is_transcribed: bool

    @classmethod
    def of(cls, row: Any) -> "Known":
        return cls(
            row["id"],
            row["folder"],
            row["path"],
            row["size"],
            row["mtime_ns"],
            row["device"],
            row["inode"],
            row["digest"],
            row["missing_at"] is not None,
            row["transcribed_at"] is not None,
        )

    @property
    def signature(self) -> tuple[int, int]:
        return self.size, self.mtime_ns

    @property
    def identity(self) -> tuple[int, int, int, int]:
        return self.device, self.inode, self.size, self.mtime_ns


class Records:
    """The moves of recordings; each inside the caller's transaction."""

    def __init__(self, ledger: Ledger, intake: Intake, asking: Callable[[], Asking]):
        """`asking`: asked for each batch."""
        self._ledger, self._store, self._intake = ledger, ledger.store, intake
        self.asking = asking

    def known(self) -> list[Known]:
        """All of them, of every folder."""
        return [Known.of(row) for row in self._store.rows("recordings_known")]

    def add(
        self,
        folder: str,
        seen: Seen,
        ask: Asking | None,
        *,
        name: str = "",
        digest: str | None = None,
    ) -> tuple[int, int | None] | None:
        """(number, its task's) of a new recording, `orphaned`; None when this file has one already.

        `ask` makes its task; None: it needs none.
        """
        place = self._place(folder, seen)
        number = self._store.value("next_recording", folder=folder, path=seen.path)
        if number is None:
            return None
        own = name or seen.path.rpartition("/")[2]
        kind, at = naming.told(seen.path, seen.mtime_ns / 1e9)
        task = self._intake.enqueue_within(ask(kind, number, own)) if ask else None
        self._store.changed(
            "insert_recording",
            **place,
            id=number,
            original_name=own,
            kind=kind,
            recorded_at=at,
            digest=digest,
            task_id=task.id if task else None,
        )
        return number, task.id if task else None

    def queue(
        self, recording_id: int, *, params: dict[str, str] | None = None, by_person: bool = False
    ) -> Task:
        """A task that transcribes it, which is its newest from now on.

        `params`: by which engine and model. What a person asked for is not done at low priority.
        """
        row = self._store.row("recording", id=recording_id)
        new = self.asking()(row["kind"], recording_id, row["original_name"])
        new = replace(new, params={**new.params, **(params or {})})
        if by_person:
            new = replace(new, priority=max(new.priority, 0), source="api")
        task = self._intake.enqueue_within(new)
        self._store.changed("recording_queued", id=recording_id, task_id=task.id, now=self._now())
        return task

    def queue_again(self, recording_id: int) -> Task | None:
        """A task that reads the file as it is by now; None where the one it has waits, and will."""
        if self._store.one("recording_waits", id=recording_id) is not None:
            return None
        return self.queue(recording_id)

    def move(self, known: Known, folder: str, seen: Seen) -> bool:
        """The same file under another name; False when somebody else saw it first."""
        moved = self._store.one(
            "recording_moved",
            id=known.id,
            old_folder=known.folder,
            old_path=known.path,
            **self._place(folder, seen),
        )
        return moved is not None

    def change(self, known: Known, folder: str, seen: Seen) -> bool:
        """Its content is another one by now: `orphaned` again."""
        place = self._place(folder, seen)
        del place["folder"], place["path"]
        return self._store.one("recording_changed", id=known.id, **place) is not None

    def touch(self, known: Known, seen: Seen) -> None:
        """The same content, with other marks of the disk."""
        self._store.changed(
            "recording_touched",
            id=known.id,
            mtime_ns=seen.mtime_ns,
            device=seen.device,
            inode=seen.inode,
            now=self._now(),
        )

    def lose(self, recording_id: int) -> bool:
        """Its audio is gone: `missing`. What was heard stays."""
        return self._store.one("recording_missing", id=recording_id, now=self._now()) is not None

    def heard(self, recording_id: int, told: Transcription) -> None:
        """A transcription that stood beside the audio, with its segments."""
        write_segments(self._store, recording_id, ADOPTED, told.segments)
        write_transcription(self._store, recording_id, told, ADOPTED, self._now())

    def twin(self, size: int, digest: Callable[[], str | None]) -> Any:
        """The recording with this content, or None. Its size decides first, so that little is
        read; a digest that was not known is kept."""
        rows = self._store.rows("recordings_of_size", size=size)
        wanted = digest() if rows else None
        for row in rows if wanted else ():
            known = row["digest"] or digest_of(row["folder"], row["path"])
            if known and not row["digest"]:
                self._store.changed("recording_digest", id=row["id"], digest=known)
            if known == wanted:
                return row
        return None

    def _place(self, folder: str, seen: Seen) -> dict[str, Any]:
        return {
            "folder": folder,
            "path": seen.path,
            "size": seen.size,
            "mtime_ns": seen.mtime_ns,
            "device": seen.device,
            "inode": seen.inode,
            "now": self._now(),
        }

    def _now(self) -> float:
        return self._ledger.clock.wall()


def write_segments(
    store: Store, recording_id: int, take: int, segments: Iterable[Segment], first: int = 0
) -> None:
    """Segments of a take, from the number `first` on; inside the caller's transaction."""
    for number, segment in enumerate(segments, first):
        store.changed(
            "put_segment",
            recording_id=recording_id,
            take=take,
            number=number,
            start=segment.start,
            stop=segment.stop,
            text=segment.text,
            confidence=segment.confidence,
            words=compact([[w.text, w.start, w.stop, w.confidence] for w in segment.words]),
        )


def write_transcription(
    store: Store, recording_id: int, told: Transcription, take: int, now: float
) -> None:
    """What is shown from now on; its segments are those of `take`, all others go."""
    store.changed(
        "recording_heard",
        id=recording_id,
        take=take,
        text=told.text,
        original_text=told.original_text,
        edited_at=now if told.original_text is not None else None,
        duration=told.duration,
        language=told.language,
        confidence=told.confidence,
        engine=told.engine,
        model=told.model,
        now=now,
    )
    store.changed("delete_other_segments", id=recording_id, take=take)


def read_segments(store: Store, recording_id: int, take: int) -> list[Segment]:
    """The segments of a take, in order."""
    return [
        Segment(
            row["start"],
            row["stop"],
            row["text"],
            row["confidence"],
            tuple(Word(*word) for word in json.loads(row["words"])),
        )
        for row in store.rows("segments", id=recording_id, take=take)
    ]


def read_transcription(store: Store, row: Any) -> Transcription:
    """The transcription of a row of recordings, with its segments."""
    take = row["take"]
    segments = read_segments(store, row["id"], take) if take is not None else []
    return Transcription(
        row["text"],
        tuple(segments),
        row["duration"],
        row["language"],
        row["confidence"],
        row["engine"],
        row["model"],
        row["original_text"],
    )


def digest_of(folder: str, path: str) -> str | None:
    """SHA-256 of a file below a folder, in hexadecimal; None when it cannot be read."""
    try:
        with opened(folder, path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, Forbidden):  # Forbidden: a link stands in its place by now
        return None
