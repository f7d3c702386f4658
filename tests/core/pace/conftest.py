"""A backfill of numbers that are marked, stepped by hand, in a target of its own."""

import pytest

from core.loop import course, pace
from tests.core.pace.marking import RECORDS, Mark, change, grow
from tests.moves import bench_with


@pytest.fixture
def bench(tmp_path, monkeypatch):
    for name, value in (("in_compute", lambda record: None), ("reason", None)):
        monkeypatch.setattr(Mark, name, staticmethod(value) if value else None)
    monkeypatch.setattr(Mark, "counts", staticmethod(lambda task, run, cursor: None))
    monkeypatch.setattr(pace, "LOOK_S", 0.01)
    monkeypatch.setattr(course, "STORE_S", 0.0)
    bench = bench_with(tmp_path, Mark)
    bench.database = tmp_path / "target.sqlite"
    change(bench, "CREATE TABLE numbers(id INTEGER PRIMARY KEY)")
    change(bench, "CREATE TABLE marks(id INT)")
    grow(bench, RECORDS)
    yield bench
    bench.store.close()
