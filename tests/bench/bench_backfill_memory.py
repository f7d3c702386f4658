"""The memory of a backfill's process with many records, of one with few: it must not grow.

Each run is a process of its own, which makes its table, computes on two processes, and writes every
row; the peak of its memory while it works (VmHWM, cleared after the table was made) is printed.

Run: python -m tests.bench.bench_backfill_memory [few] [many]
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from core.backfill import Backfill
from core.target import Target
from core.task_type import EXACTLY_ONCE
from tests.bench.bench_backfill import NothingParams, table
from tests.moves import bench_with


class Lengths(Backfill):
    """Computes something small on two processes, and marks every row."""

    name = "lengths"
    guarantee = EXACTLY_ONCE
    compute_in = "processes"
    Params = NothingParams

    def target(self, run):
        self.opened = Target.open(self.params.database)
        return self.opened

    def read(self, run, cursor, limit):
        page = "SELECT id, note FROM rows WHERE id > ? ORDER BY id LIMIT ?"
        return self.opened.rows(page, (cursor or 0, limit))

    def compute(self, record):
        return len(record[1])

    def apply(self, run, results, connection):
        rows = [(r.value, r.key) for r in results]
        connection.exec_driver_sql("UPDATE rows SET seen = ? WHERE id = ?", rows)


def peak(records: int) -> float:
    """MB at most while `records` are worked through, in this process."""
    from tests.bench.bench_backfill_memory import Lengths as named  # not __main__'s

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.sqlite")
        table(path, records)
        bench = bench_with(Path(folder), named)
        Path("/proc/self/clear_refs").write_text("5")
        task = bench.run("lengths", database=str(path))
        if (task.status, task.done) != ("completed", records):
            raise SystemExit(f"the backfill ended {task.status}: {task.error}")
        status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main(few: int = 10_000, many: int = 1_000_000) -> None:
    found = {}
    for records in (few, many):
        command = [sys.executable, "-m", "tests.bench.bench_backfill_memory", "peak", str(records)]
        found[records] = float(subprocess.run(command, capture_output=True, check=True).stdout)
        print(f"{records:,} records: {found[records]:.1f} MB at most", flush=True)
    print(f"ratio {found[many] / found[few]:.3f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["peak"]:
        print(peak(int(sys.argv[2])))
    else:
        main(*map(int, sys.argv[1:]))
