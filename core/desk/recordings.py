"""Recordings: list, search, show, edit, import, scan, transcribe anew.

What is said in them is heard by tasks; retry, pause, cancel and order are those of every task.
"""

import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import Field

from core.desk import recordings_shown as shown
from core.desk.requests import MOST_ID, Body
from core.errors import Forbidden, Invalid, NotFound, NotPossible
from core.lifecycle import verbs
from core.model import ACTIVE
from core.paths import Roots, open_beneath
from core.queue import Intake, Ledger
from core.recordings import naming, sidecars
from core.recordings.importing import Importing, Source
from core.recordings.present import choose, described, folders_of, unread
from core.recordings.records import Records, read_transcription
from core.recordings.watching import Lookout
from core.tasks.recordings import asking

STATUSES = ("orphaned", "transcribed", "failed", "missing")
TYPES = {
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".aac": "audio/aac",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
}


class RecordingImport(Body):
    """Audio files of this machine."""

    paths: list[str] = Field(min_length=1, max_length=1000, description="Whole paths of files")


class RecordingEdit(Body):
    """Another text."""

    text: str | None = Field(
        max_length=2_000_000, description="A line for each segment; null: as it was heard"
    )


class Hearing(Body):
    """By what a recording is heard again."""

    engine: str = Field("", max_length=100, description="Empty: as in the settings")
    model: str = Field("", max_length=200, description="Empty: as in the settings")


class RecordingDesk:
    """Recordings."""

    def __init__(self, ledger: Ledger, intake: Intake, roots: Callable[[], Roots], data_dir: Path):
        self._ledger, self._store, self._roots = ledger, ledger.store, roots
        self._data_dir = data_dir
        self.records = Records(ledger, intake, lambda: asking(ledger.settings()))
        self._intake = intake
        #: set by the service, which starts and stops it
        self.lookout: Lookout | None = None

    # --- read ------------------------------------------------------------------------------------

    def page(
        self, *, status: str | None = None, q: str = "", limit: int = 50, cursor: str | None = None
    ) -> dict[str, Any]:
        """{items, next_cursor}: the newest first; `q`: words that the text or the name has, each
        as a beginning. Raises Invalid for a cursor that is none of ours."""
        return shown.page(self._store, status, q, limit, cursor)

    def get(self, recording_id: int) -> dict[str, Any]:
        """All of a recording, with its segments. Raises NotFound."""
        with self._store.snapshot():
            row = self._find(recording_id)
            told = read_transcription(self._store, row)
        return shown.whole(row, told)

    def summary(self) -> dict[str, Any]:
        """How many recordings of each status, and what their queue does; where notes lie."""
        settings = self._ledger.settings()
        with self._store.snapshot():
            found = {row["status"]: row["n"] for row in self._store.rows("recordings_counts")}
            queue = {row["status"]: row for row in self._store.rows("recordings_tasks")}
        running = queue.get("running")
        share = running["done"] / running["total"] if running and running["total"] else None
        last = self.lookout.last if self.lookout else None
        return {
            "folder": settings.recordings_folder,
            "counts": {status: found.get(status, 0) for status in STATUSES},
            "queue": {
                **{s: queue[s]["n"] if s in queue else 0 for s in ("queued", "running", "paused")},
                "failed": queue["failed"]["n"] if "failed" in queue else 0,
                "share": round(share, 3) if share is not None else None,
            },
            "last_scan": last.document() if last else None,
        }

    def audio(self, recording_id: int) -> tuple[int, str, str]:
        """(open descriptor, media type, name); the caller closes. Raises NotFound."""
        row = self._find(recording_id)
        suffix = PurePosixPath(row["path"]).suffix.lower()
        try:
            descriptor = open_beneath(Path(row["folder"]), row["path"])
        except (OSError, Forbidden):
            raise NotFound(f"The audio of recording {recording_id} is gone") from None
        return descriptor, TYPES.get(suffix, "application/octet-stream"), row["original_name"]

    def text(self, recording_id: int, kind: str) -> tuple[str, str]:
        """(content, name) of a transcription as `txt`, `srt` or `json`. Raises NotFound."""
        row = self._find(recording_id)
        if row["transcribed_at"] is None:
            raise NotFound(f"Recording {recording_id} has no transcription")
        told = read_transcription(self._store, row)
        return shown.file_of(row, told, kind)

    def engines(self) -> dict[str, Any]:
        """Engines and models on this machine, and which of them are chosen."""
        settings = self._ledger.settings()
        folders = folders_of(self._data_dir, settings.recordings_models_folder)
        engine, model, problem = choose(
            settings.recordings_engine, settings.recordings_model, folders
        )
        return {
            "engines": described(folders),
            "chosen": {
                "engine": engine.name if engine else settings.recordings_engine,
                "model": model.name if model else "",
                "problem": problem,
            },
            "folder_problem": unread(folders),
        }

    # --- change ----------------------------------------------------------------------------------

    def scan(self) -> dict[str, Any]:
        """Look at the whole notes folder now; the report. Raises NotPossible without a folder."""
        report = self.lookout.scan() if self.lookout else None
        if report is None:
            raise NotPossible("Choose the notes folder first: the setting recordings.folder")
        return report.document()

    def edit(self, recording_id: int, text: str | None) -> dict[str, Any]:
        """A person's text instead of what was heard, which is kept; None brings it back.

        The sidecars follow. Raises NotFound, NotPossible without a transcription.
        """
        row = self._find(recording_id)
        heard = row["original_text"] if row["original_text"] is not None else row["text"]
        wanted = heard if text is None else shown.tidy(text)
        now, is_edited = self._ledger.clock.wall(), wanted != heard
        with self._ledger.transaction(durable=True) as store:
            edited = store.one(
                "recording_edited",
                id=recording_id,
                text=wanted,
                original=heard if is_edited else None,
                edited_at=now if is_edited else None,
                now=now,
            )
        if edited is None:
            raise NotPossible(f"Recording {recording_id} has no transcription to edit")
        if edited["missing_at"] is None:
            try:
                told = read_transcription(self._store, edited)
                sidecars.write(edited["folder"], edited["path"], told)
            except (OSError, Forbidden):
                pass  # the database has it; the next edit writes the files again
        return self.get(recording_id)

    def transcribe(self, recording_id: int, hearing: Hearing) -> dict[str, Any]:
        """Hear it (again); the recording with its new task. What was heard stays until then.

        Raises NotFound, NotPossible while a task for it is still to end, Invalid for an engine or
        a model that is not here.
        """
        if hearing.engine or hearing.model:
            self._check(hearing)
        with self._ledger.transaction(durable=True):
            row = self._find(recording_id)
            if row["missing_at"] is not None:
                raise NotPossible(f"The audio of recording {recording_id} is gone")
            if row["task_status"] in ACTIVE:
                raise NotPossible(
                    f"Task {row['task_id']} transcribes it already",
                    verbs(row["task_status"], row["task_control"]),
                    task=row["task_id"],
                )
            params = {"engine": hearing.engine, "model": hearing.model}
            self.records.queue(recording_id, params=params, by_person=True)
        return self.get(recording_id)

    def delete(self, recording_id: int) -> None:
        """Forget it, and move its audio and sidecars into `.trash` of its folder. Raises NotFound,
        NotPossible while it is being transcribed."""
        row = self._find(recording_id)
        if row["task_status"] in ACTIVE:
            raise NotPossible(
                f"Task {row['task_id']} transcribes it; cancel that first",
                verbs(row["task_status"], row["task_control"]),
                task=row["task_id"],
            )
        if row["missing_at"] is None:
            sidecars.trash(row["folder"], row["path"])
        with self._ledger.transaction(durable=True) as store:
            store.changed("delete_recording", id=recording_id)

    # --- import ----------------------------------------------------------------------------------

    def import_files(self, files: list[tuple[str, Path, float | None]]) -> dict[str, Any]:
        """The same for files that lie where nobody else reaches: (name, path, when recorded)."""
        found = []
        for name, path, at in files:
            try:
                with path.open("rb") as file:
                    found.append(self.import_file(file, name, at))
            except Invalid as error:
                found.append(shown.refused(name, error.code, error.detail))
        return shown.imported(found)

    def import_paths(self, paths: list[str]) -> dict[str, Any]:
        """Copy files of this machine into the notes folder; what became of each, in their order.

        One that cannot be imported is told and keeps none of the others from it.
        """
        found = []
        for path in paths:
            name = os.path.basename(path)
            try:
                with os.fdopen(self._roots().open(path), "rb") as file:
                    at = os.fstat(file.fileno()).st_mtime
                    found.append(self.import_file(file, name, at))
            except FileNotFoundError:
                found.append(shown.refused(name, "not-found", f"There is no file {path}"))
            except OSError as error:
                found.append(shown.refused(name, "unreadable", f"{path}: {error.strerror}"))
            except (Forbidden, Invalid) as error:
                found.append(shown.refused(name, error.code, error.detail))
        return shown.imported(found)

    def import_file(self, source: Source, name: str, at: float | None = None) -> dict[str, Any]:
        """The same for one file that is being read; `at`: when it was recorded (default: now).

        Raises NotPossible without a notes folder, Invalid for what has no name of audio.
        """
        folder = self._ledger.settings().recordings_folder
        if not folder:
            raise NotPossible("Choose the notes folder first: the setting recordings.folder")
        taken = Importing(self._ledger, self.records, folder).take(
            source, name, self._ledger.clock.wall() if at is None else at
        )
        return {
            "name": naming.original(name),
            "outcome": taken.outcome,
            "recording_id": taken.recording_id,
            "task_id": taken.task_id,
            "error": None,
        }

    # --- inside ----------------------------------------------------------------------------------

    def _check(self, hearing: Hearing) -> None:
        settings = self._ledger.settings()
        folders = folders_of(self._data_dir, settings.recordings_models_folder)
        name = hearing.engine or settings.recordings_engine
        problem = choose(name, hearing.model, folders)[2]
        if problem:
            pointer = "/model" if hearing.model else "/engine"
            raise Invalid(problem, [{"pointer": pointer, "message": problem}])

    def _find(self, recording_id: int) -> Any:
        if 0 < recording_id <= MOST_ID:
            sql = self._store.statement("recordings_page") + " WHERE r.id = :id"
            if rows := self._store.execute(sql, {"id": recording_id}):
                return rows[0]
        raise NotFound(f"There is no recording {recording_id}")
