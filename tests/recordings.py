"""A notes folder for tests: sound that is made here, and a service's parts without processes."""

import errno
import math
import os
import struct
import wave
from functools import partial
from pathlib import Path

from core.queue import Intake
from core.recordings.records import Records
from core.recordings.scan import Report, Scanner
from core.tasks.recordings import asking
from tests.factories import Bench

RATE = 16_000
DENIED = os.strerror(errno.EACCES)


def tone(seconds: float, *, hertz: float = 220.0, level: float = 8000.0) -> bytes:
    """16-bit samples of a steady tone; with `level` 0 silence."""
    count = round(seconds * RATE)
    return struct.pack(
        f"<{count}h", *(int(level * math.sin(i * hertz * 2 * math.pi / RATE)) for i in range(count))
    )


def write_wave(path: Path, sound: bytes, *, age_s: float = 3600.0) -> Path:
    """A WAV file that was written so long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound)
    return path


def forbid(monkeypatch, folder: Path) -> None:
    """Nobody may look into this folder any more, root, who runs the tests in places, included."""
    real = os.scandir

    def scandir(path="."):
        if os.fspath(path) == str(folder):
            raise PermissionError(errno.EACCES, DENIED)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)


class Notes(Bench):
    """A queue, a worker of this process, and a notes folder with its scanner."""

    def __init__(self, folder: Path, clock=None, notes: Path | None = None):
        folder.mkdir(exist_ok=True)
        super().__init__(folder, clock)
        self.notes = notes or folder / "notes"
        self.notes.mkdir(exist_ok=True)
        self.records = Records(self.ledger, Intake(self.ledger), self.asking)
        self.scanner = Scanner(self.ledger, self.records)

    def asking(self):
        return asking(self.ledger.settings())

    def scan(self) -> Report:
        return self.scanner.scan(str(self.notes))

    def settle_files(self) -> None:
        """Let an hour pass, so that every file is finished."""
        self.clock.advance(3600.0)

    def recordings(self) -> list[dict]:
        rows = self.store.execute("SELECT * FROM recordings ORDER BY id", {})
        return [dict(row) for row in rows]

    def tasks(self) -> list[dict]:
        return [dict(row) for row in self.store.execute("SELECT * FROM tasks ORDER BY id", {})]


note = partial(os.path.join, "2026", "2026-03-04")
