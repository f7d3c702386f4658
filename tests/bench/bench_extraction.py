"""What the provenance costs: pages a second of find_date against htmldate alone, in the same run.

The real articles where they are at hand, else pages of the sample archive. Both sides are warmed
with every page and take turns; of each page the least time of its rounds is taken, for the machine
may be busy with other things. Alone means `htmldate.find_date` with `original_date=True,
extensive_search=True`, given the same text and address, its errors caught.

Run: python -m tests.bench.bench_extraction [rounds] [--memory pages]
With --memory the extraction runs over so many pages that differ in every date, class and name,
and the resident memory of the process is printed along the way (Linux).
"""

import argparse
import logging
import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from time import perf_counter

import htmldate

from core.samples import make_archive
from core.tasks.backfill_dates.extraction import Rules, find_date, warm_up

RULES = Rules()
Page = tuple[str, str]


def pages() -> tuple[str, list[Page]]:
    """What they are, and (url, html) of each."""
    named = os.environ.get("LONGHAUL_TEST_DATA")
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    archive = (Path(named) if named else beside) / "articles" / "articles.sqlite"
    if archive.is_file():
        return "real articles", _stored(archive)
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder) / "sample.db"
        make_archive(sample, articles=300)
        return "sample articles", _stored(sample)


def _stored(archive: Path) -> list[Page]:
    with closing(sqlite3.connect(archive)) as database:
        return database.execute("SELECT url, html FROM articles WHERE html <> ''").fetchall()


def alone(url: str, html: str) -> None:
    with suppress(Exception):
        htmldate.find_date(html, original_date=True, extensive_search=True, url=url)


def ours(url: str, html: str) -> None:
    find_date(html, url, RULES)


def least(sides: tuple[Callable[[str, str], None], ...], page: Page, rounds: int) -> list[float]:
    """The least seconds each side took for `page` when they took turns."""
    best = [float("inf")] * len(sides)
    for _ in range(rounds):
        for number, side in enumerate(sides):
            began = perf_counter()
            side(*page)
            best[number] = min(best[number], perf_counter() - began)
    return best


def compare(rounds: int) -> float:
    """Print both speeds; returns our time as a multiple of htmldate's alone."""
    what, stored = pages()
    times = [least((ours, alone), page, rounds) for page in stored]
    mine, bare = (sum(column) for column in zip(*times, strict=True))
    count = len(stored)
    print(f"{count} {what}, least of {rounds} rounds each")
    print(f"find_date       {count / mine:8.0f} pages/s  {mine / count * 1e3:6.2f} ms a page")
    print(f"htmldate alone  {count / bare:8.0f} pages/s  {bare / count * 1e3:6.2f} ms a page")
    print(f"cost ratio      {mine / bare:8.3f}  (at most 1.05)")
    return mine / bare


def memory(count: int) -> None:
    """Print the resident memory after each tenth of `count` pages, no two of them alike."""
    _, stored = pages()
    for number in range(1, count + 1):
        url, html = stored[number % len(stored)]
        day, month, year = number % 28 + 1, number // 28 % 12 + 1, 1996 + number % 28
        words = f'<p class="date c{number}">{day}. Wort{number} {year}, {day}.{month}.{year}</p>'
        ours(url, html[:40_000].replace("2020", str(year)) + words)
        if number % max(1, count // 10) == 0:
            resident = int(Path("/proc/self/statm").read_text().split()[1])
            size = resident * os.sysconf("SC_PAGE_SIZE")
            print(f"{number:8} pages  {size / 2**20:6.0f} MiB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=5)
    parser.add_argument("--memory", type=int, metavar="PAGES")
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warm_up()
    if chosen.memory:
        memory(chosen.memory)
    else:
        compare(chosen.rounds)


if __name__ == "__main__":
    main()
