"""The sample archive: what is in it, what it replaces, and that the extraction solves it."""

import sqlite3
import time
from collections import Counter
from contextlib import closing

import pytest

from core.errors import NotPossible
from core.samples import Summary, make_archive
from core.samples.pages import KINDS
from core.tasks.backfill_dates.extraction import Found, Rules, find_date, warm_up


def rows(path, query):
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("archive") / "sample.db"
    return path, make_archive(path)


def test_three_thousand_articles_are_made_in_under_three_seconds(tmp_path):
    began = time.perf_counter()
    make_archive(tmp_path / "sample.db", articles=3000)
    assert time.perf_counter() - began < 3


def test_the_summary_tells_what_is_in_the_file(archive):
    path, summary = archive
    assert rows(path, "SELECT count(*), sum(published_at IS NULL) FROM articles") == [
        (summary.rows, summary.undated)
    ]
    assert summary.rows == sum(summary.kinds.values()) == 3000
    kinds = dict(rows(path, "SELECT kind, count(*) FROM truth GROUP BY kind"))
    assert kinds == summary.kinds
    assert set(KINDS) | {"dated"} <= set(kinds)
    assert {"broken: NULL", "broken: empty", "broken: not HTML", "broken: truncated"} <= set(kinds)


def test_pages_have_the_sizes_of_pages(archive):
    path, _ = archive
    sizes = "SELECT min(length(html)), avg(length(html)), max(length(html)) FROM articles a"
    query = f"{sizes} JOIN truth USING (id) WHERE kind NOT LIKE 'broken%'"
    [(smallest, mean, largest)] = rows(path, query)
    assert smallest > 2_000
    assert 8_000 < mean < 16_000
    assert 25_000 < largest < 45_000


def test_dated_rows_are_expected_to_stay_as_they_are(archive):
    path, summary = archive
    query = "SELECT published_at, expected FROM articles JOIN truth USING (id) WHERE kind = 'dated'"
    dated = rows(path, query)
    assert len(dated) == summary.rows - summary.undated
    assert all(written == expected for written, expected in dated)
    assert len({"".join("9" if c.isdigit() else c for c in written) for written, _ in dated}) >= 5


def test_the_same_seed_makes_the_same_rows_and_another_makes_others(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        make_archive(tmp_path / name, articles=60, seed=seed)
    a, b, c = (rows(tmp_path / name, "SELECT * FROM articles ORDER BY id") for name in "abc")
    assert a == b != c


def test_a_few_articles_can_be_asked_for(tmp_path):
    assert make_archive(tmp_path / "few.db", articles=5).rows == 5
    assert make_archive(tmp_path / "none.db", articles=0) == Summary(0, 0, {})


def test_an_older_sample_is_replaced_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "sample.db"
    make_archive(path, articles=50)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL").fetchone()
        database.execute("DELETE FROM articles")
        database.commit()
    make_archive(path, articles=40)
    assert rows(path, "SELECT count(*) FROM articles") == [(40,)]
    assert [entry.name for entry in tmp_path.iterdir()] == ["sample.db"]


@pytest.mark.parametrize("content", ["text", "database", "empty", "folder", "link"])
def test_what_is_not_a_sample_is_never_overwritten(tmp_path, content):
    path = tmp_path / "precious"
    if content == "database":
        with closing(sqlite3.connect(path)) as database:
            database.execute("CREATE TABLE precious(x)")
    elif content == "folder":
        path.mkdir()
    elif content == "link":
        make_archive(tmp_path / "sample.db", articles=1)
        path.symlink_to(tmp_path / "sample.db")
    else:
        path.write_text("precious" if content == "text" else "")
    before = None if content == "folder" else path.read_bytes()
    with pytest.raises(NotPossible, match="not a sample archive"):
        make_archive(path, articles=1)
    assert content == "folder" or path.read_bytes() == before
    assert not list(tmp_path.glob("*.new"))


def test_a_sample_in_use_is_not_replaced(tmp_path):
    path = tmp_path / "sample.db"
    make_archive(path, articles=10)
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotPossible, match="in use"):
            make_archive(path, articles=1)
    assert rows(path, "SELECT count(*) FROM articles") == [(10,)]


def test_a_failure_leaves_the_older_sample_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "sample.db"
    make_archive(path, articles=10)
    monkeypatch.setattr("core.samples.lay_out", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make_archive(path, articles=1000)
    assert rows(path, "SELECT count(*) FROM articles") == [(10,)]
    assert [entry.name for entry in tmp_path.iterdir()] == ["sample.db"]


@pytest.mark.slow
def test_the_extraction_finds_what_the_archive_states_and_nothing_else(archive):
    path, _ = archive
    warm_up()
    query = (
        "SELECT kind, expected, url, html FROM articles JOIN truth USING (id)"
        " WHERE published_at IS NULL"
    )
    right, wrong = 0, Counter()
    for kind, expected, url, html in rows(path, query):
        answer = find_date(html, url, Rules())
        if expected is None:
            assert not isinstance(answer, Found) or answer.is_guess, (kind, answer)
        elif isinstance(answer, Found) and answer.iso == expected:
            right += 1
            source = kind.split()[0]
            assert source == "trap:" or answer.source == source, (kind, answer)
        else:
            wrong[kind] += 1
    assert right / (right + wrong.total()) >= 0.97, wrong
    assert not any(kind.startswith("trap") for kind in wrong), wrong
