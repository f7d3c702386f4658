"""A target of numbers, and a backfill that doubles them, dropped in as a plug-in is."""

import sqlite3
from contextlib import closing

import pytest

from tests.core.contract.doubling import PLUGIN, RECORDS
from tests.factories import Bench


@pytest.fixture
def bench(tmp_path):
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "double.py").write_text(PLUGIN)
    bench = Bench(tmp_path)
    bench.database = tmp_path / "numbers.sqlite"
    with closing(sqlite3.connect(bench.database)) as database, database:
        database.execute("CREATE TABLE numbers (id INTEGER PRIMARY KEY, n INT, double INT)")
        database.executemany(
            "INSERT INTO numbers (id, n) VALUES (?, ?)", [(i, i) for i in range(1, RECORDS + 1)]
        )
    bench.type = bench.registry.get("double")
    yield bench
    bench.store.close()
