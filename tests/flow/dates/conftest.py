"""A worker stepped by hand that computes here, and a small archive to date."""

import sqlite3
from contextlib import closing

import pytest

from core.tasks.backfill_dates import BackfillDates
from tests.flow.dates.archives import PAGE, PUBLISHED


@pytest.fixture
def bench(bench, monkeypatch):
    """Computes in this process, which saves each test the start of another."""
    monkeypatch.setattr(BackfillDates, "compute_in", "inline")
    return bench


@pytest.fixture
def archive(tmp_path):
    """Five small pages: a date in the head, one in the address, one guessed, none, one dated."""
    path = tmp_path / "archive.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE articles(id INTEGER PRIMARY KEY, url TEXT, html TEXT, published_at TEXT)"
        )
        head = PUBLISHED.format("2021-03-04T05:06:07+00:00")
        rows = [
            ("https://a.example/x", PAGE.format(meta=head, text="A"), None),
            ("https://a.example/2020/02/03/y", PAGE.format(meta="", text="B"), None),
            (
                "https://a.example/z",
                PAGE.format(meta="", text="Berlin, May 5, 2019. So it was."),
                None,
            ),
            ("https://a.example/n", PAGE.format(meta="", text="Nothing here."), ""),
            ("https://a.example/d", PAGE.format(meta=head, text="D"), "4 March 21"),
        ]
        database.executemany("INSERT INTO articles(url, html, published_at) VALUES (?,?,?)", rows)
    return path
