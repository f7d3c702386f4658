"""Backfills against bare loops that write the same rows, by turns, in the same run.

`dates`: backfill-dates with one compute process against a plain loop of the same extraction with a
transaction for each 200 rows. Pages are the real articles where the data folder is there, else
made samples, repeated to the wanted number; both sides are warm before they are timed (ours from
its first committed batch on). `nothing`: a backfill whose compute does nothing, batches of 1,000,
against a bare sqlite3 keyset loop with a transaction a batch.

Run: python -m tests.bench.bench_backfill [dates|nothing] [records] [rounds]
"""

import json
import os
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from pydantic import BaseModel

from core.backfill import Backfill
from core.target import Target
from core.task_type import EXACTLY_ONCE
from core.tasks.backfill_dates import extraction
from core.tasks.backfill_dates.rows import _CREATE
from tests.factories import Bench

DATA = Path(os.environ.get("LONGHAUL_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))


# --- dates ------------------------------------------------------------------------------------


def pages() -> list[tuple[str, str]]:
    source = DATA / "articles" / "articles.sqlite"
    if not source.exists():
        from core.samples import make_archive

        source = Path(tempfile.mkdtemp()) / "samples.sqlite"
        make_archive(source, 500)
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as db:
        rows = db.execute("SELECT url, html FROM articles WHERE length(html) > 500").fetchall()
    print(f"{len(rows)} pages of {sum(len(h) for _, h in rows) / len(rows) / 1000:.0f} KB")
    return rows


def archive(path: Path, records: int, found: list[tuple[str, str]]) -> None:
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE articles(id INTEGER PRIMARY KEY, url, html, published_at TEXT)")
        db.execute(_CREATE)
        rows = ((*found[i % len(found)],) for i in range(records))
        db.executemany("INSERT INTO articles(url, html) VALUES (?, ?)", rows)


def bare_dates(path: Path) -> float:
    """Records a second of the plain loop."""
    extraction.warm_up()
    db = sqlite3.connect(path, isolation_level=None)
    rules, at, done, began = extraction.Rules(), 0, 0, perf_counter()
    while rows := db.execute(
        "SELECT id, url, html FROM articles WHERE id > ? AND published_at IS NULL "
        "ORDER BY id LIMIT 200",
        (at,),
    ).fetchall():
        dates, memory = [], []
        for key, url, html in rows:
            found = extraction.find_date(html, url, rules)
            if isinstance(found, extraction.Found):
                dates.append((found.iso, key))
                memory.append((str(key), "backfilled", found.iso, found.source, found.detail))
            else:
                memory.append((str(key), "missing", None, None, found.reason))
        db.execute("BEGIN IMMEDIATE")
        db.executemany("UPDATE articles SET published_at = ? WHERE id = ?", dates)
        db.executemany(
            "INSERT INTO longhaul_dates VALUES ('articles', ?, ?, ?, ?, 0, ?, 1, '')", memory
        )
        db.execute("COMMIT")
        at, done = rows[-1][0], done + len(rows)
    return done / (perf_counter() - began)


def our_dates(path: Path, folder: Path) -> float:
    bench = Bench(folder)
    task = bench.run("backfill-dates", database=str(path))
    if task.status != "completed":
        raise SystemExit(f"the backfill ended {task.status}: {task.error}")
    return steady_rate(bench, task)


def steady_rate(bench: Bench, task) -> float:
    """Records a second from the first committed batch to the end, as the events tell."""
    moments = [
        (e.at, json.loads(e.data)["progress"]["done"])
        for e in bench.events()
        if e.task_id == task.id and e.kind in ("task_progress", "task_finished")
    ]
    (t0, n0) = next((at, done) for at, done in moments if done)
    (t1, n1) = moments[-1]
    return (n1 - n0) / (t1 - t0)


# --- nothing ----------------------------------------------------------------------------------


class NothingParams(BaseModel):
    database: str
    batch_size: int = 1000


class Nothing(Backfill):
    """Marks every row, and computes nothing."""

    name = "nothing"
    guarantee = EXACTLY_ONCE
    Params = NothingParams
    READ = "SELECT id, note FROM rows WHERE id > :at ORDER BY id LIMIT :n"
    WRITE = "UPDATE rows SET seen = 1 WHERE id = ?"

    def target(self, run):
        self.opened = Target.open(self.params.database)
        return self.opened

    def read(self, run, cursor, limit):
        return self.opened.rows(self.READ, {"at": cursor or 0, "n": limit})

    def apply(self, run, results, connection):
        connection.exec_driver_sql(self.WRITE, [(r.key,) for r in results])


def table(path: Path, records: int) -> None:
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE rows(id INTEGER PRIMARY KEY, note TEXT, seen INTEGER)")
        rows = ((f"note {i}",) for i in range(records))
        db.executemany("INSERT INTO rows(note) VALUES (?)", rows)


def bare_nothing(path: Path) -> float:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("CREATE TABLE at(cursor INTEGER)")
    db.execute("INSERT INTO at VALUES (0)")
    at, done, began = 0, 0, perf_counter()
    while rows := db.execute(
        "SELECT id, note FROM rows WHERE id > ? ORDER BY id LIMIT 1000", (at,)
    ).fetchall():
        db.execute("BEGIN IMMEDIATE")
        db.executemany("UPDATE rows SET seen = 1 WHERE id = ?", [(r[0],) for r in rows])
        db.execute("UPDATE at SET cursor = ?", (rows[-1][0],))
        db.execute("COMMIT")
        at, done = rows[-1][0], done + len(rows)
    return done / (perf_counter() - began)


def our_nothing(path: Path, folder: Path) -> float:
    bench = Bench(folder)
    bench.registry._current()["nothing"] = Nothing
    began = perf_counter()
    task = bench.run("nothing", database=str(path))
    if task.status != "completed":
        raise SystemExit(f"the backfill ended {task.status}: {task.error}")
    return task.done / (perf_counter() - began)


def compare(name: str, rounds: int, fresh: Callable, ours: Callable, bare: Callable) -> None:
    ratios, speeds = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["LONGHAUL_ROOTS"] = folder
            path = Path(folder, "target.sqlite")
            fresh(path)
            theirs = bare(path)
            fresh(path)
            mine = ours(path, Path(folder))
            ratios.append(mine / theirs)
            speeds.append((mine, theirs))
            print(f"  {mine:,.0f}/s  bare {theirs:,.0f}/s  ratio {ratios[-1]:.3f}", flush=True)
    mine, theirs = (statistics.median(c) for c in zip(*speeds, strict=True))
    print(
        f"{name:8} {mine:,.0f} records/s, bare {theirs:,.0f}; "
        f"ratio {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
    )


def main(what: str = "dates", records: int = 20_000, rounds: int = 3) -> None:
    if what == "dates":
        found = pages()
        compare(what, rounds, lambda p: archive(p, records, found), our_dates, bare_dates)
    else:
        compare(what, rounds, lambda p: table(p, records), our_nothing, bare_nothing)


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(int, sys.argv[2:]))
