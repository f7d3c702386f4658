"""Counting a part at a time: in time for a preview, beside the work for a run."""

import sqlite3
import threading
import time
from contextlib import closing
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from core import totals
from core.loop import counting
from core.model import Progress
from core.target import Target
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
    counting.Counting(stage, run, lambda: None).begin()
    assert told == [7]
