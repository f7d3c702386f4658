"""A backfill of one's own on a real PostgreSQL server: refused batches, and what is left."""

import json

import pytest
from sqlalchemy import text

from core.policy import ErrorParams, VerifyParams
from tests.copying import Copying
from tests.moves import bench_with, now

pytest_plugins = ("tests.postgres",)
pytestmark = pytest.mark.slow

RECORDS = 60
POISON = (7, 8, 41)
#: how a server refuses some of the rows: at the statement, for its value, or only at the commit
TABLES = {
    "check": "CREATE TABLE copies(id int CHECK (id NOT IN (7, 8, 41)), value smallint)",
    "value": "CREATE TABLE copies(id int, value smallint)",
    "commit": "CREATE TABLE copies(id int REFERENCES good INITIALLY DEFERRED, value int)",
}


class Copy(Copying):
    """Some values are too large for a column."""

    name = "copy-on-a-server"

    class Params(ErrorParams, VerifyParams):
        database: str
        batch_size: int = 16

    def compute(self, record):
        return 40_000 if record[0] in POISON else record[0]

    def left(self, run, cursor, limit):
        page = text(
            "SELECT id FROM numbers n WHERE id > :after AND NOT EXISTS"
            " (SELECT 1 FROM copies c WHERE c.id = n.id) ORDER BY id LIMIT :n"
        )
        return [id for (id,) in self.db.rows(page, {"after": cursor or 0, "n": limit})]


@pytest.fixture
def bench(tmp_path, postgres, database, monkeypatch):
    monkeypatch.setattr(Copy, "batches", [])
    bench = bench_with(tmp_path, Copy)
    bench.url = postgres.url(database)
    bench.ask = lambda sql: postgres.execute(sql, database)
    bench.ask(f"CREATE TABLE numbers AS SELECT g AS id FROM generate_series(1, {RECORDS}) g")
    yield bench
    bench.store.close()


def prepare(bench, way):
    bench.ask("CREATE TABLE good AS SELECT id FROM numbers WHERE id NOT IN (7, 8, 41)")
    bench.ask("ALTER TABLE good ADD PRIMARY KEY (id)")
    bench.ask(TABLES[way])


def copies(bench):
    return [id for (id,) in bench.ask("SELECT id FROM copies ORDER BY ctid")]


def run(bench, **params):
    task = bench.start("copy-on-a-server", database=bench.url, **params)
    bench.work_all()
    return now(bench, task)


@pytest.mark.parametrize("way", TABLES)
def test_a_batch_that_the_server_refuses_is_halved_until_the_poison_records_stand_alone(bench, way):
    prepare(bench, way)
    task = run(bench)
    assert (task.status, task.done, task.failed) == ("completed", RECORDS - 3, 3), task.error
    assert copies(bench) == [n for n in range(1, RECORDS + 1) if n not in POISON], "in order, once"
    items = bench.store.execute("SELECT key, status FROM items ORDER BY id", {})
    assert [tuple(item) for item in items] == [(str(n), "failed") for n in POISON]
    sizes = [len(keys) for keys in Copy.batches]
    assert max(sizes) > 1 and sizes.count(1) >= 3
    rows = bench.ask("SELECT done, failed FROM longhaul_checkpoint")
    assert rows == [(RECORDS - 3, 3)], "the server's own row counts the same"


def test_what_is_wrong_with_the_table_itself_halves_nothing(bench):
    task = run(bench)
    assert task.status == "failed" and "copies" in task.error["message"]
    assert len(Copy.batches) == 1


def test_what_is_left_on_the_server_is_counted_and_named(bench):
    prepare(bench, "check")
    task = run(bench, verify="warn")
    assert task.status == "completed"
    left = json.loads(bench.store.one("result", id=task.id)["result"])["left"]
    assert left == {"count": 3, "sample": list(POISON)}
    assert task.message == "3 records are left to do: 7, 8, 41"


def test_what_is_left_fails_the_run_and_a_retry_looks_again(bench):
    prepare(bench, "value")
    task = run(bench, verify="fail")
    assert (task.status, task.error["code"]) == ("failed", "left-over")
    bench.ask("INSERT INTO copies VALUES (7, 0), (8, 0), (41, 0)")
    Copy.batches.clear()
    bench.steering.act("retry", task.id)
    bench.work_all()
    assert now(bench, task).status == "completed" and Copy.batches == [], "nothing is done again"
    left = json.loads(bench.store.one("result", id=task.id)["result"])["left"]
    assert left == {"count": 0, "sample": []}
