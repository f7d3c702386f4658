"""Counting a part at a time: in time for a preview, beside the work for a run."""

import sqlite3
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from types import SimpleNamespace

import pytest
from sqlalchemy import column, select, text
from sqlalchemy import table as sql_table

from core import totals
from core.loop import counting
from core.model import Progress
from core.paths import Roots
from core.sources import Query, Table, counted
from core.target import Target
from core.target.leash import Cut, Leash
from core.tasks.backfill_column import BackfillColumn
from core.totals import Counter, Slices, bounded, capped


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.setattr(totals, "SLICE", 10)
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE a(id INTEGER PRIMARY KEY, done INT)")
        rows = [(n * 3, n % 2) for n in range(1, 100)]
        database.executemany("INSERT INTO a VALUES (?, ?)", rows)
    target = Target.open(str(path))
    yield Slices(target, "a", "id", text("done = :d"), {"d": 0})
    target.close()


def test_the_parts_add_up_from_the_start_and_after_any_key(table):
    parts = list(table.after(None))
    assert len(parts) == 10 and sum(parts) == 49
    for cursor in (0, 3, 150, 151, 297, 400):
        expected = len([n for n in range(1, 100) if n % 2 == 0 and n * 3 > cursor])
        assert sum(table.after(cursor)) == expected


def test_a_count_that_takes_too_long_says_at_least():
    def slow():
        for _ in range(100):
            time.sleep(0.02)
            yield 10

    found = bounded(slow(), 0.1)
    assert set(found) == {"at_least"} and 10 <= found["at_least"] < 1000
    assert bounded(iter([10, 20]), 1.0) == {"count": 30}
    assert bounded(iter([]), 1.0) == {"count": 0}


def test_a_limit_ends_the_counting():
    assert list(capped(iter([10, 10, 10]), 15)) == [10, 5]
    assert list(capped(iter([3]), 15)) == [3]


def test_a_counter_adds_what_was_done_before_it_began():
    counter = Counter(iter([10, 20]), seen=5)
    assert counter.total(5.0) == 35
    assert counter.is_done


def test_a_counter_that_is_left_counts_no_further():
    begun, go = threading.Event(), threading.Event()

    def parts():
        yield 1
        begun.set()
        go.wait(10)
        yield 2
        raise AssertionError("it was left")

    counter = Counter(parts(), seen=0)
    assert begun.wait(10)
    threading.Timer(0.05, go.set).start()
    counter.leave()
    assert counter.total() is None and counter.error is None


def test_a_count_that_fails_is_told_and_disturbs_nobody():
    def broken():
        yield 1
        raise ValueError("no such table")

    counter = Counter(broken(), seen=0)
    assert counter.total(5.0) is None
    assert str(counter.error) == "no such table"


def test_a_count_that_ends_just_after_it_was_asked_is_not_lost(monkeypatch):
    gate = threading.Event()

    class Late(Counter):
        def total(self, wait_s=0.0):
            answer = self._total
            gate.set()
            self._done.wait(5)
            return answer

    def parts():
        gate.wait(5)
        yield 7

    told = []
    stage = SimpleNamespace(is_whole=True, counting=lambda run, cursor: parts())
    run = SimpleNamespace(
        job=SimpleNamespace(only_failed=False),
        progress=Progress(),
        checkpoint=lambda progress, tell: told.append(progress.total),
        check=lambda: None,
    )
    monkeypatch.setattr(counting, "Counter", Late)
    standings = SimpleNamespace(stages=[SimpleNamespace(cursor=None)])
    loop = SimpleNamespace(run_=run, committing=SimpleNamespace(standings=standings))
    counting.Counting(loop, stage, 0, None).begin()
    assert told == [7]


# --- statements that take long -------------------------------------------------------------------

#: true for every row, after more steps than anybody waits for
ENDLESS = (
    "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 1000000000000)"
    " SELECT count(*) FROM c) > 0"
)


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "pairs.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE p(a INT, b INT, v INT, PRIMARY KEY (a, b))")
        rows = [(n // 7, n % 7, n % 2) for n in range(100)]
        database.executemany("INSERT INTO p VALUES (?, ?, ?)", rows)
    return str(path)


def sources(pairs, where):
    table = Table(pairs, "p", where=where)
    query = Query(pairs, f"SELECT a, b FROM p WHERE {where}", key=("a", "b"))  # noqa: S608
    column = {"database": pairs, "table": "p", "column": "v", "expression": "1"}
    return table, query, BackfillColumn.Params(**column, where=where, only_missing=False)


@contextmanager
def parts_of(source, tmp_path, cursor=None):
    roots = Roots([tmp_path])
    if isinstance(source, BackfillColumn.Params):
        with ExitStack() as stack:
            task = BackfillColumn(source)
            yield task._ready(roots, stack, read_only=True).counting(cursor)
        return
    with closing(source.open(roots)) as reader:
        yield reader.counting(cursor, lambda: reader)


@pytest.mark.parametrize("which", range(3), ids=("table", "query", "backfill-column"))
def test_a_composite_key_is_counted_part_by_part_from_any_row(tmp_path, pairs, which, monkeypatch):
    monkeypatch.setattr(counted, "FIRST", 10)
    monkeypatch.setattr(counted, "PART_S", -1.0)  # no page is quick: they do not grow for ever
    source = sources(pairs, "v = 1")[which]
    for cursor, expected in ((None, 50), ([3, 0], 39), ([14, 1], 0)):
        with parts_of(source, tmp_path, cursor) as parts:
            found = list(parts)
        assert sum(found) == expected
        assert len(found) > 1 or expected < 10


@pytest.mark.parametrize("which", range(3), ids=("table", "query", "backfill-column"))
def test_a_count_is_left_in_the_middle_of_a_statement_that_never_ends(tmp_path, pairs, which):
    source = sources(pairs, ENDLESS)[which]
    with parts_of(source, tmp_path) as parts:
        assert bounded(parts, 0.05) == {"at_least": 0}


def test_what_was_counted_before_the_statement_that_takes_long_is_told(
    tmp_path, pairs, monkeypatch
):
    monkeypatch.setattr(counted, "FIRST", 10)
    source = Table(pairs, "p", where=f"a < 4 OR {ENDLESS}")
    with parts_of(source, tmp_path) as parts:
        assert bounded(parts, 0.2) == {"at_least": 10}


def test_a_counter_ends_a_statement_that_it_is_left_in(tmp_path, pairs):
    with parts_of(Table(pairs, "p", where=ENDLESS), tmp_path) as parts:
        counter = Counter(parts, seen=0)
        counter.leave()
        assert counter.is_done and counter.error is None and counter.total() is None


def test_a_connection_works_as_before_when_its_leash_was_cut(pairs):
    target = Target.open(pairs)
    leash = Leash()
    leash.cut()
    with leash.held(), pytest.raises(Cut):
        target.rows("SELECT 1")
    assert target.rows("SELECT count(*) FROM p") == [(100,)]
    target.close()


def test_pages_that_take_equally_long_however_large_they_are_become_few(pairs, monkeypatch):
    """A query without an index costs a whole sort for each page."""
    target = Target.open(pairs)
    keys = [column("a"), column("b")]
    rows = counted.Counted(target, select(*keys).select_from(sql_table("p")), keys)
    monkeypatch.setattr(counted, "FIRST", 2)
    clock = iter(range(1000))  # each page takes a second
    monkeypatch.setattr(counted, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert list(rows.after(None)) == [2, 4, 8, 16, 32, 38]
    target.close()
