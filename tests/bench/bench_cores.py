"""backfill-dates on all cores against the same extraction with no durability at all, by turns.

Three baselines over the same pages, which all read them from the same database: a bare
`multiprocessing.Pool(cores).imap` (spawn) that only counts what comes back, a plain loop in one
process that only counts, too, and the plain loop of `bench_backfill`, which writes the same rows as
ours. Ours reads, computes, writes the dates and commits a checkpoint with every batch. All are
warm before they are timed: the pools have searched some hundred pages, ours is timed from its
first committed batch to its last. Pages are the real articles where the data folder is there, else
made samples, repeated to the wanted number. The median of the rounds' ratios is printed.

Run: python -m tests.bench.bench_cores [records] [rounds] [cores]
"""

import gc
import multiprocessing
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

from core.stage import cores
from core.tasks.backfill_dates import extraction
from tests.bench.bench_backfill import archive, bare_dates, pages, steady_rate
from tests.factories import Bench

WARM = 400  #: pages before the clock starts
CHUNK = 8  #: records that the bare pool sends at once
PAGE = (
    "SELECT id, url, html FROM articles WHERE id > ? AND published_at IS NULL ORDER BY id LIMIT 200"
)


def search(record: tuple) -> str | None:
    found = extraction.find_date(record[2], record[1], extraction.Rules())
    return found.iso if isinstance(found, extraction.Found) else None


def records(path: Path) -> Iterator[tuple]:
    db, at = sqlite3.connect(path), 0
    while rows := db.execute(PAGE, (at,)).fetchall():
        yield from rows
        at = rows[-1][0]
    db.close()


def timed(results: Iterator) -> float:
    """Records a second, after the first WARM of them."""
    for _ in range(WARM):
        next(results)
    began, done = perf_counter(), 0
    for _ in results:
        done += 1
    return done / (perf_counter() - began)


def bare_pool(path: Path, processes: int) -> float:
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes, initializer=extraction.warm_up) as pool:
        return timed(pool.imap(search, records(path), chunksize=CHUNK))


def bare_loop(path: Path) -> float:
    extraction.warm_up()
    return timed(map(search, records(path)))


def ours(path: Path, processes: int) -> float:
    bench = Bench(Path(tempfile.mkdtemp(dir=path.parent)))
    task = bench.start("backfill-dates", database=str(path))
    bench.store.execute("UPDATE tasks SET knobs = :k", {"k": f'{{"workers":{processes}}}'})
    bench.work_all()
    task = bench.ledger.task(task.id)
    if task.status != "completed":
        raise SystemExit(f"the backfill ended {task.status}: {task.error}")
    return steady_rate(bench, task)


def fresh(bare: Path, copy: Path) -> Path:
    """A copy that is on the disk already: else it would still be written while others are timed."""
    shutil.copy(bare, copy)
    os.sync()
    return copy


def main(count: int = 20_000, rounds: int = 3, processes: int = 0) -> None:
    processes = processes or cores()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LONGHAUL_ROOTS"] = folder
        bare, copy = Path(folder, "bare.sqlite"), Path(folder, "copy.sqlite")
        archive(bare, count, pages())
        contest: dict[str, Callable[[Path], float]] = {
            "pool": lambda path: bare_pool(path, processes),
            "ours": lambda path: ours(path, processes),
            "loop": bare_loop,
            "writing loop": bare_dates,
        }
        gc.freeze()  # as a worker does
        speeds = []
        for turn in range(rounds):
            names = list(contest) if turn % 2 == 0 else list(contest)[::-1]
            speeds.append({name: contest[name](fresh(bare, copy)) for name in names})
            told = "  ".join(f"{name} {speeds[-1][name]:,.0f}/s" for name in contest)
            print(f"  {told}", flush=True)
    for name in ("pool", "loop", "writing loop"):
        ratios = [speed["ours"] / speed[name] for speed in speeds]
        print(
            f"{count:,} records, {processes} processes, ours against the bare {name}: "
            f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
