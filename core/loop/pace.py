"""How fast a backfill goes: how large the next batch is, and when the next one may be read."""

from dataclasses import replace
from typing import Any

from core.compute import Computer
from core.pacing import BatchSize
from core.run import Run


class Pace:
    """One attempt's pace. The live knobs hold from the next batch on."""

    def __init__(self, task: Any, run: Run, computer: Computer):
        self._task, self._run, self._computer = task, run, computer
        self._size = BatchSize(size=task.batch_size(), most=task.batch_size())

    def limit(self) -> int:
        """Records of the next batch, at most."""
        return int(self._run.knobs.get("batch_size", self._size.size))

    def hold(self) -> None:
        """Called before each read: waits as long as something forbids to go on. Raises Stop."""

    def after_batch(self, records: int, seconds: float) -> None:
        """Called after each commit: `records` took `seconds` since the commit before it."""
        knobs = self._run.knobs
        self._size = replace(self._size, most=self._task.batch_size()).after(records, seconds)
        if "workers" in knobs:
            self._computer.resize(int(knobs["workers"]))
        if rate := knobs.get("rate"):
            pause = records / float(rate) - seconds
            if pause > 0:
                self._run.wait(pause, f"Slowed to {float(rate):g} a second")
