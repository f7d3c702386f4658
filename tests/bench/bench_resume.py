"""How long a backfill takes to go on in the middle: from the claim to the first record it reads on.

A table of 1,000,000 rows, one with a key of two columns, and a CSV file of 1 GB. Each is worked
through to its middle by putting the cursor there, as a paused run leaves it; then it is resumed,
and ends itself with its first committed batch.

Run: python -m tests.bench.bench_resume [rows] [megabytes]
"""

import json
import os
import sqlite3
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from pydantic import BaseModel

from core.backfill import Backfill
from core.errors import Fail
from core.paths import Roots
from core.sources import CsvFile, Table
from core.task_type import EXACTLY_ONCE
from tests.moves import bench_with

LINE = "x" * 180


class Resumed(Backfill):
    """Reads on, and says when."""

    name = "resumed"
    guarantee = EXACTLY_ONCE
    first = 0.0

    class Params(BaseModel):
        path: str
        key: list[str] = []

    def source(self, run):
        if self.params.path.endswith(".csv"):
            return CsvFile(self.params.path)
        return Table(self.params.path, "rows", key=tuple(self.params.key))

    def compute(self, record):
        return 1

    def apply(self, run, results, connection):
        type(self).first = perf_counter()
        raise Fail(f"far enough: {len(results)} records from {results[0].key}")


def resumed(folder: Path, cursor: object, total: int, **params) -> tuple[float, str]:
    """(seconds to the first batch, what it was)."""
    bench = bench_with(folder, Resumed)
    task = bench.start("resumed", **params)
    given = {"cursor": json.dumps(cursor, separators=(",", ":")), "total": total}
    bench.store.execute(
        "UPDATE jobs SET cursor = :cursor, total = :total, done = :total / 2", given
    )
    began = perf_counter()
    bench.work_all()
    return Resumed.first - began, bench.ledger.task(task.id).error["message"]


def main(rows: int = 1_000_000, megabytes: int = 1000) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, half = Path(name), rows // 2
        os.environ["LONGHAUL_ROOTS"] = name
        for keys, cursor in ((["id"], half), (["a", "b"], [half // 1000, half % 1000])):
            path = folder / f"{len(keys)}.sqlite"
            with sqlite3.connect(path) as db:
                if len(keys) == 1:
                    db.execute("CREATE TABLE rows(id INTEGER PRIMARY KEY, note TEXT)")
                    db.executemany("INSERT INTO rows VALUES (?, 'x')", ((n,) for n in range(rows)))
                else:
                    db.execute("CREATE TABLE rows(a INT, b INT, note TEXT, PRIMARY KEY (a, b))")
                    pairs = ((n // 1000, n % 1000) for n in range(rows))
                    db.executemany("INSERT INTO rows VALUES (?, ?, 'x')", pairs)
            data = folder / f"t{len(keys)}"
            data.mkdir()
            took, said = resumed(data, cursor, rows, path=str(path), key=keys)
            print(f"key of {len(keys)} columns, {rows:,} rows: {took * 1000:.0f} ms ({said})")
        took, said = csv_resumed(folder, megabytes)
        print(f"CSV file of {megabytes:,} MB: {took * 1000:.0f} ms ({said})")


def csv_resumed(folder: Path, megabytes: int) -> tuple[float, str]:
    """The cursor of a CSV file is more than its offset, so the first half is really read."""
    path = folder / "rows.csv"
    with path.open("w") as file:
        file.write("id,note\n")
        for n in range(megabytes * 1_000_000 // (len(LINE) + 9)):
            file.write(f"{n:07},{LINE}\n")
    reader = CsvFile(str(path)).open(Roots.of_settings([str(folder)], folder))
    cursor, size = None, path.stat().st_size
    while drawn := reader.read(cursor, 5000):
        cursor = drawn[-1].key
        if cursor["to"] > size // 2:
            break
    reader.close()
    (folder / "csv").mkdir()
    return resumed(folder / "csv", cursor, 1, path=str(path))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
