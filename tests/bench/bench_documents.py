"""Reading documents through Longhaul, of bare pools of two processes with the same libraries.

    python -m tests.bench.bench_documents [FOLDER] [ROUNDS]

By turns in one run, all warmed: the bare pool is given the files and returns their pages; a second
one keeps them, too, as a script would whose texts can be searched (SQLite, a transaction for each
file, FTS5); Longhaul has the files in its queue, one task each, and is timed from the queue's start
to the end of the last task, with text, items and events on disk. `books`: the largest documents
alone, as many copies of each as make some hundred pages (a copy differs by a few bytes behind its
end, or it would be known already). FOLDER: `shared/data/documents` by default.
"""

import multiprocessing
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

from core.desk.requests import SourceRequest
from core.service import Service
from core.texts import kind_of
from core.texts.reading import Unreadable

BOOKS = ("moby-dick.epub", "pdkids.pdf", "standard_fonts.pdf", "childrens-literature.epub")
COPIES = 8


def pages_of(path: str) -> int:
    """What a process of the bare pool does with a file: every page's text, sent back."""
    from core.texts.reading.reader import opened

    try:
        document = opened(kind_of(path), Path(path).read_bytes())
        texts = [document.page(n).text for n in range(1, document.outline.pages + 1)]
        document.close()
    except Unreadable:
        return []
    return texts


def warm(_: int) -> None:
    import trafilatura

    trafilatura.extract("<html><body><p>Some words to warm it up.</p></body></html>")
    time.sleep(0.2)


def through_pool(pool, files: list[Path]) -> tuple[float, int]:
    began = time.perf_counter()
    found = pool.map(pages_of, [str(file) for file in files], chunksize=1)
    return time.perf_counter() - began, sum(map(len, found))


KEPT = """CREATE TABLE pages(id INTEGER PRIMARY KEY, path, number, text, UNIQUE (path, number));
CREATE VIRTUAL TABLE words USING fts5(text, content = 'pages', content_rowid = 'id');"""


def pages_and_name(path: str) -> tuple[str, list[str]]:
    return path, pages_of(path)


def through_keeping_pool(pool, files: list[Path], folder: Path) -> float:
    """Seconds until every page is in a database and can be searched."""
    db = sqlite3.connect(folder / "kept.sqlite", isolation_level=None)
    db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {KEPT}")
    began = time.perf_counter()
    for path, texts in pool.imap_unordered(pages_and_name, map(str, files), chunksize=1):
        db.execute("BEGIN IMMEDIATE")
        rows = [(path, number, text) for number, text in enumerate(texts, 1)]
        for row in rows:
            number = db.execute(
                "INSERT INTO pages(path, number, text) VALUES (?, ?, ?)", row
            ).lastrowid
            db.execute("INSERT INTO words(rowid, text) VALUES (?, ?)", (number, row[2]))
        db.execute("COMMIT")
    seconds = time.perf_counter() - began
    db.close()
    return seconds


def through_longhaul(files: list[Path], warm_up: list[Path]) -> tuple[float, int]:
    folder = Path(tempfile.mkdtemp(prefix="longhaul-bench-"))
    service = Service(folder)
    try:
        service.start()
        for file in warm_up:
            service.texts.add(SourceRequest(path=str(file)))
        until_idle(service)
        service.texts.sources(q="words")  # puts the words of the warm-up into the index
        service.queue.pause()
        before = service.store.execute("SELECT count(*) FROM pages", {})[0][0]
        for file in files:
            service.texts.add(SourceRequest(path=str(file)))
        began = time.perf_counter()
        service.queue.resume()
        until_idle(service)
        seconds = time.perf_counter() - began
        return seconds, service.store.execute("SELECT count(*) FROM pages", {})[0][0] - before
    finally:
        service.stop()
        shutil.rmtree(folder, ignore_errors=True)


def until_idle(service: Service) -> None:
    open_tasks = "SELECT 1 FROM tasks WHERE status IN ('queued','running') LIMIT 1"
    while service.store.execute(open_tasks, {}):
        time.sleep(0.005)


def copies(files: list[Path], numbers: range, folder: Path) -> list[Path]:
    """Copies of each with these numbers, each with a content of its own."""
    made = []
    for n in numbers:
        for file in files:
            copy = folder / f"{file.stem}-{n}{file.suffix}"
            copy.write_bytes(
                file.read_bytes() + (b"" if file.suffix == ".epub" else b"\n" * (n + 1))
            )
            if file.suffix == ".epub":
                comment_of_zip(copy, n)
            made.append(copy)
    return made


def comment_of_zip(path: Path, n: int) -> None:
    import zipfile

    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = f"copy {n}".encode()


def compare(name: str, files: list[Path], warm_up: list[Path], rounds: int) -> None:
    ratios, rates = [], []
    context = multiprocessing.get_context("spawn")
    for _ in range(rounds):
        with context.Pool(2) as pool, tempfile.TemporaryDirectory() as folder:
            pool.map(warm, range(4), chunksize=1)
            bare, pages = through_pool(pool, files)
            keeping = through_keeping_pool(pool, files, Path(folder))
        ours, ours_pages = through_longhaul(files, warm_up)
        ratios.append((bare / ours, keeping / ours))
        rates.append((len(files) / bare, len(files) / ours, pages / bare, ours_pages / ours))
        print(
            f"  {name}: bare {bare:.2f} s, keeping {keeping:.2f} s, Longhaul {ours:.2f} s"
            f" ({pages}/{ours_pages} pages)"
        )
    middle = [statistics.median(column) for column in zip(*rates, strict=True)]
    of_bare, of_keeping = (statistics.median(column) for column in zip(*ratios, strict=True))
    print(
        f"{name}: {of_bare:.2f} of a bare pool, {of_keeping:.2f} of one that keeps the pages"
        f" (files a second, bare and ours {middle[0]:.0f} and {middle[1]:.0f};"
        f" pages a second {middle[2]:.0f} and {middle[3]:.0f})"
    )


def main() -> None:
    default = Path(__file__).resolve().parents[3] / "shared" / "data" / "documents"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    files = sorted(f for f in folder.iterdir() if kind_of(f.name) and "bomb" not in f.name)
    with tempfile.TemporaryDirectory() as work:
        os.environ["LONGHAUL_ROOTS"] = f"{folder}{os.pathsep}{work}"
        html = next(f for f in files if f.suffix == ".html")
        warm_up = copies(
            [html, *[folder / name for name in BOOKS[:2]]], range(100, 104), Path(work)
        )
        books = Path(work) / "books"
        books.mkdir()
        compare("the set", files, warm_up, rounds)
        compare(
            "books",
            copies([folder / name for name in BOOKS], range(COPIES), books),
            warm_up,
            rounds,
        )


if __name__ == "__main__":
    main()
