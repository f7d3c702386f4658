"""How long the orphan scan takes: a first one, one that finds nothing new, one after a rename.

    python -m tests.bench.bench_scan [FILES]

The baseline of the same run is what the disk and the database alone cost: walking the folder with
`os.scandir` and `os.stat`, and as many tasks accepted in transactions of the same size.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from core.clock import SystemClock
from core.queue import Intake
from core.recordings.scan import BATCH
from tests.recordings import Notes, tone, write_wave


def files(folder: Path, count: int) -> None:
    """Notes of many days, some hundred a day, an hour old."""
    content = write_wave(folder / "first.wav", tone(0.01)).read_bytes()
    (folder / "first.wav").unlink()
    old = time.time() - 3600
    for number in range(count):
        day, second = divmod(number, 400)
        name = f"2026/2026-{day // 28 % 12 + 1:02d}-{day % 28 + 1:02d}/{second:06d}-voice-note.wav"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (old, old))


def walked(folder: str) -> int:
    found = 0
    for where, _, names in os.walk(folder):
        for name in names:
            os.stat(os.path.join(where, name))
            found += 1
    return found


def timed(action) -> tuple[float, object]:
    began = time.perf_counter()
    answer = action()
    return time.perf_counter() - began, answer


def accepted(notes: Notes, count: int) -> None:
    """As many tasks, without recordings."""
    intake, new = Intake(notes.ledger), notes.asking()("note", 1, "x.wav")
    for at in range(0, count, BATCH):
        with notes.ledger.transaction(durable=True):
            for _ in range(min(BATCH, count - at)):
                intake.enqueue_within(new)


class Later(SystemClock):
    """An hour from now: all files are finished."""

    def wall(self) -> float:
        return time.time() + 3600.0


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "baseline").mkdir()
        notes, baseline = Notes(folder / "data", Later()), Notes(folder / "baseline", Later())
        files(notes.notes, count)
        walk_s, _ = timed(lambda: walked(str(notes.notes)))
        tasks_s, _ = timed(lambda: accepted(baseline, count))
        first_s, first = timed(notes.scan)
        second_s, second = timed(notes.scan)
        (notes.notes / "2026").rename(notes.notes / "2027")
        third_s, third = timed(notes.scan)
        print(
            f"{count:,} files; walking alone {walk_s:.2f} s, accepting tasks alone {tasks_s:.2f} s"
        )
        print(f"first scan   {first_s:.2f} s, {first.new:,} new ({first_s / tasks_s:.2f} of tasks)")
        print(
            f"second scan  {second_s:.2f} s, {second_s / walk_s:.1f} of walking, {second.new} new"
        )
        print(f"all renamed  {third_s:.2f} s, {third.renamed:,} renamed")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
