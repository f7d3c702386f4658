"""What `core.target` costs beside a bare sqlite3 loop: keyset pages, a transaction per batch.

Both loops read the same rows of the same kind of file in batches and move a cursor row in one
transaction per batch, with no effects, so that everything measured is overhead. They alternate, and
the median of the ratios is printed. Run: python -m tests.bench.bench_target [records] [batch]
"""

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from core.target import Checkpoint, Target

ROUNDS = 5
_PAGE = "SELECT id, html FROM articles WHERE id > ? ORDER BY id LIMIT ?"


def make(path: Path, records: int, journal: str) -> None:
    """A table of `records` small pages."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA journal_mode={journal}")
        database.execute("CREATE TABLE articles (id INTEGER PRIMARY KEY, html TEXT, date TEXT)")
        pages = ((f"<p>{n}</p>" * 10,) for n in range(records))
        database.executemany("INSERT INTO articles (html) VALUES (?)", pages)
        database.commit()


def bare(path: Path, batch: int) -> float:
    """Seconds of the loop that anybody would write by hand."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("CREATE TABLE IF NOT EXISTS progress (cursor INT)")
        database.execute("DELETE FROM progress")
        database.execute("INSERT INTO progress VALUES (0)")
        began, cursor = time.perf_counter(), 0
        while rows := database.execute(_PAGE, (cursor, batch)).fetchall():
            cursor = rows[-1][0]
            database.execute("BEGIN IMMEDIATE")
            database.execute("UPDATE progress SET cursor = ?", (cursor,))
            database.execute("COMMIT")
        return time.perf_counter() - began


def through_target(path: Path, batch: int, fence: int) -> float:
    """Seconds of the same through Target."""
    target = Target.open(str(path))
    target.adopt("bench", fence)
    target.forget("bench", fence)
    target.adopt("bench", fence)
    began, last, cursor, done = time.perf_counter(), 0, None, 0
    while True:
        rows = target.rows(_PAGE, (last, batch))
        if not rows:
            break
        last, done = rows[-1][0], done + len(rows)
        new = Checkpoint(json.dumps(last), done=done, tally={"unchanged": done})
        with target.batch("bench", fence, cursor, new):
            pass
        cursor = new.cursor
    seconds = time.perf_counter() - began
    target.close()
    return seconds


def main(records: int, batch: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for journal in ("wal", "delete"):
            path = Path(folder, f"{journal}.sqlite")
            make(path, records, journal)
            pairs = [(bare(path, batch), through_target(path, batch, n)) for n in range(ROUNDS)]
            ratio = statistics.median(theirs / ours for theirs, ours in pairs)
            best_bare, best_ours = (records / min(times) for times in zip(*pairs, strict=True))
            print(
                f"journal {journal:6}  bare {best_bare:10,.0f} records/s"
                f"  target {best_ours:10,.0f} records/s  ratio {ratio:.2f}"
            )


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*(numbers + [200_000, 1000][len(numbers) :]))
