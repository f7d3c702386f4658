"""A made-up archive of articles to try a backfill on, with the right answers beside it.

`make_archive` writes one SQLite file: `articles` as an archive would have them, a tenth of them
dated already and some of them broken, and `truth` with what each should become. Called by the
demo and by tests; it knows nothing of tasks or of the extraction it is meant for.
"""

import os
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from core.errors import NotPossible
from core.samples.pages import KINDS, Draft, draft, lay_out
from core.samples.words import LANGUAGES, Language

#: marks a file as one of ours in SQLite's header, so that a later run may replace it
APPLICATION_ID = 0x4C484131
_FIRST_DAY, _DAYS = date(1998, 1, 1), 9_800
_SCHEMA = f"""
PRAGMA application_id = {APPLICATION_ID};
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE articles(
  id INTEGER PRIMARY KEY, url TEXT, title TEXT, html TEXT, published_at TEXT);
CREATE TABLE truth(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, expected TEXT);
"""
_DATED = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%d %b %Y", "%d/%m/%Y")

Row = tuple[int, str, str, str | None, str | None, str, str | None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What was made: all rows, those without a date, and how many of each kind."""

    rows: int
    undated: int
    kinds: dict[str, int]


def make_archive(path: Path, articles: int = 3000, seed: int = 7) -> Summary:
    """Write a sample archive of `articles` rows to `path`; the same seed gives the same rows.

    The file appears whole or not at all. An older sample archive there is replaced. Raises
    NotPossible when `path` holds anything else, or a sample archive that is in use.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() or path.is_symlink():
        _check_replaceable(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    os.close(handle)
    try:
        rows = list(_rows(articles, Random(seed)))  # noqa: S311  (reproducible, not secret)
        with closing(sqlite3.connect(name)) as database:
            database.executescript(_SCHEMA)
            with database:
                database.executemany(
                    "INSERT INTO articles VALUES (?, ?, ?, ?, ?)", (row[:5] for row in rows)
                )
                database.executemany(
                    "INSERT INTO truth VALUES (?, ?, ?)", ((r[0], r[5], r[6]) for r in rows)
                )
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    undated = sum(row[4] is None for row in rows)
    return Summary(len(rows), undated, dict(Counter(row[5] for row in rows)))


def _check_replaceable(path: Path) -> None:
    refusal = NotPossible(f"{path} exists and is not a sample archive; choose another name")
    if path.is_symlink() or not path.is_file():
        raise refusal
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as database:
            database.execute("PRAGMA busy_timeout = 0")
            mark = database.execute("PRAGMA application_id").fetchone()[0]
            if mark == APPLICATION_ID:
                # leaving WAL needs to be alone, and takes a log along that a crash left behind
                database.execute("PRAGMA journal_mode = DELETE").fetchone()
                database.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        raise NotPossible(f"{path} is in use; close it first, or choose another name") from error
    except sqlite3.DatabaseError as error:
        raise refusal from error
    if mark != APPLICATION_ID:
        raise refusal


def _rows(articles: int, rng: Random) -> Iterator[Row]:
    prose = {language.code: _prose(language, rng) for language in LANGUAGES}
    names = [*KINDS, "dated", "broken"]
    shares = [kind.share for kind in KINDS.values()]
    left = 1000 - sum(shares)
    weights = [*shares, left * 3 / 4, left / 4]
    # every kind at least once where there is room, then by share
    kinds = (names + rng.choices(names, weights, k=articles))[:articles]
    rng.shuffle(kinds)
    for number, name in enumerate(kinds, start=1):
        language = rng.choice(LANGUAGES)
        day = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS))
        page = draft(language, day, number, rng)
        if name == "broken":
            html, what = _broken(page, prose[language.code])
            yield number, page.url(), page.headline, html, None, f"broken: {what}", None
        elif name == "dated":
            written = _written(day, rng)
            html = _page(page, prose[language.code])
            yield number, page.url(), page.headline, html, written, name, written
        else:
            kind = KINDS[name]
            kind.fill(page)
            html = _page(page, prose[language.code])
            expected = day.isoformat() if kind.is_datable else None
            yield number, page.url(), page.headline, html, None, name, expected


def _prose(language: Language, rng: Random) -> list[str]:
    """Some hundred paragraphs of 300 to 1,500 characters, dealt out to the articles later."""
    return [" ".join(language.sentence(rng) for _ in range(rng.randint(4, 18))) for _ in range(160)]


def _page(page: Draft, prose: list[str]) -> str:
    many = min(42, int(page.rng.lognormvariate(2.3, 0.6)) + 4)
    return lay_out(page, page.rng.choices(prose, k=many))


def _broken(page: Draft, prose: list[str]) -> tuple[str | None, str]:
    """A page that holds no date because it is not whole, or no page at all; and what it is."""
    html = _page(page, prose)
    choice = page.number % 5
    if choice == 0:
        return None, "NULL"
    if choice == 1:
        return "", "empty"
    if choice == 2:
        return html[: html.index("</title>") - 3], "truncated"
    if choice == 3:
        return '{"error": "not found", "status": 404}', "not HTML"
    return html.replace("<p>", "<p>\0<b><i", 3).replace("</h1>", ""), "damaged"


def _written(day: date, rng: Random) -> str:
    """A date that somebody else wrote, in the form they liked."""
    return day.strftime(rng.choice(_DATED))
