"""A worker whose wall clock a test sets: DATA_DIR/clock-offset holds the seconds to add."""

import time
from pathlib import Path

from core import worker


def main(data: Path) -> None:
    offset = data / "clock-offset"

    class ShiftedClock(worker.SystemClock):
        def wall(self) -> float:
            return time.time() + float(offset.read_text() or 0)

    worker.SystemClock = ShiftedClock
    worker.main(data)
