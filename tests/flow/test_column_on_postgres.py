"""`backfill-column` and the sources on a real PostgreSQL server: types, keys, kills."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from core.errors import DatabaseError, Fail, Invalid
from core.paths import Roots
from core.recovery import Recovery
from core.sources import Query, Table
from core.tasks.backfill_column import BackfillColumn
from core.totals import Counter, bounded
from tests.factories import Bench

pytest_plugins = ("tests.postgres",)
pytestmark = pytest.mark.slow

TABLE = """CREATE TABLE things (
  day date, id uuid, name text NOT NULL, code varchar(5), at timestamptz, amount numeric(8,2),
  info jsonb, tags text[], n int, small smallint CHECK (small < 50), PRIMARY KEY (day, id))"""
ROWS = """INSERT INTO things (day, id, name)
  SELECT date '2020-01-01' + g / 10, md5(g::text)::uuid, 'Name ' || g
  FROM generate_series(0, 59) g"""


@pytest.fixture
def url(postgres, database):
    postgres.execute(TABLE, database)
    postgres.execute(ROWS, database)
    return postgres.url(database)


def fetch(postgres, url, sql):
    return postgres.execute(sql, url.rpartition("/")[2])


def given(url, column, **more):
    return {"database": url, "table": "things", "column": column, "batch_size": 7} | more


def run(bench, url, column, **more):
    task = bench.run("backfill-column", **given(url, column, **more))
    assert task.status == "completed", task.error
    return task, json.loads(bench.store.value("result", id=task.id))["outcomes"]


@pytest.mark.parametrize(
    ("column", "expression", "expected"),
    [
        ("code", "substr(name, 6)", "'7'"),
        ("at", "day + time '10:00'", "timestamptz '2020-01-01 10:00'"),
        ("amount", "length(name) / 3.0", "2.00"),
        ("info", "jsonb_build_object('n', name, 'p', '50%')", '\'{"n": "Name 7", "p": "50%"}\''),
        ("tags", "ARRAY[name, 'a:b']", "ARRAY['Name 7', 'a:b']"),
        ("n", "substr(name, 6)::int * 2", "14"),
    ],
)
def test_every_type_is_filled_from_an_expression(
    bench, postgres, url, column, expression, expected
):
    task, outcomes = run(bench, url, column, expression=expression)
    assert (outcomes, task.total) == ({"filled": 60}, 60)
    found = fetch(postgres, url, f"SELECT {column} = {expected} FROM things WHERE name = 'Name 7'")
    assert found == [(True,)]
    again, _ = run(bench, url, column, expression=expression, only_missing=False)
    assert (again.done, again.skipped) == (0, 60), "every value is unchanged"


def test_constants_lookups_and_files_are_read_as_the_column_s_type(bench, postgres, url, tmp_path):
    run(bench, url, "at", fill_with="constant", constant="2020-01-02 03:04 UTC")
    assert fetch(postgres, url, "SELECT DISTINCT at AT TIME ZONE 'UTC' FROM things")[0][0].hour == 3
    fetch(postgres, url, "CREATE TABLE known (name text PRIMARY KEY, amount text)")
    fetch(postgres, url, "INSERT INTO known VALUES ('Name 1', '1.5'), ('Name 2', '2')")
    lookup = {"lookup_table": "known", "lookup_key": "name", "lookup_value": "amount"}
    _, outcomes = run(bench, url, "amount", fill_with="lookup", match_column="name", **lookup)
    assert outcomes == {"filled": 2, "missing": 58}
    (tmp_path / "v.csv").write_text("name,n\nName 1,10\nName 2,many\nName 3,30\n")
    file = {"csv_file": str(tmp_path / "v.csv"), "csv_key": "name", "csv_value": "n"}
    _, outcomes = run(bench, url, "n", fill_with="csv", match_column="name", **file)
    assert outcomes == {"filled": 2, "failed": 1, "missing": 57}
    assert fetch(postgres, url, "SELECT sum(n), sum(amount) FROM things")[0] == (40, 3.5)


def items(bench):
    return [r["message"] for r in bench.store.execute("SELECT message FROM items ORDER BY id", {})]


def test_errors_of_single_rows_fail_alone(bench, url):
    _, outcomes = run(bench, url, "n", expression="100 / (substr(name, 6)::int - 7)")
    assert outcomes == {"filled": 59, "failed": 1}
    assert items(bench) == ["BadRecord: division by zero"]
    _, outcomes = run(bench, url, "small", expression="substr(name, 6)::int")
    assert outcomes == {"filled": 50, "failed": 10}
    assert "violates check constraint" in items(bench)[-1]
    _, outcomes = run(bench, url, "code", expression="name")
    assert outcomes == {"failed": 60}
    assert "characters are more than 5 of the column" in items(bench)[-1]


@pytest.mark.parametrize(
    ("more", "pointer", "said"),
    [
        (
            {"expression": "lower(nme)"},
            "/params/expression",
            '"nme" does not exist (at character 7)',
        ),
        ({"expression": "1 +"}, "/params/expression", "it is not finished (at character 4)"),
        ({"expression": "max(name)"}, "/params/expression", "aggregate functions"),
        ({"expression": "pg_sleep(9)"}, "/params/expression", "pg_sleep is not allowed"),
        ({"expression": "1", "where": "n + 'x'"}, "/params/where", "(at character"),
        ({"fill_with": "constant", "constant": "x"}, "/params/constant", "invalid input syntax"),
        ({"key_columns": ["name"]}, "/params/key_columns", "is no key"),
    ],
)
def test_what_does_not_fit_is_refused_with_pointer_and_place(url, more, pointer, said):
    task = BackfillColumn.from_params(given(url, "n", **more))
    with pytest.raises(Invalid) as refused:
        task.check(Roots([]))
    assert [error["pointer"] for error in refused.value.errors] == [pointer]
    assert said in refused.value.detail


def test_an_expression_cannot_write_even_through_a_function(bench, postgres, url):
    """It is computed in a transaction that can only read."""
    fetch(
        postgres,
        url,
        "CREATE FUNCTION tricky() RETURNS int LANGUAGE sql AS 'DELETE FROM things RETURNING 1'",
    )
    task = bench.run("backfill-column", **given(url, "n", expression="tricky()"))
    assert task.status == "failed" and "read-only transaction" in str(task.error)
    assert fetch(postgres, url, "SELECT count(*) FROM things") == [(60,)]


@pytest.mark.parametrize("place", ["target-effects", "target-committed", "checkpointed"])
def test_a_worker_killed_in_mid_run_fills_every_row_once(tmp_path, postgres, url, place):
    fetch(postgres, url, "UPDATE things SET n = 0")
    bench = Bench(tmp_path)
    more = {"expression": "n + 1", "only_missing": False}
    task = bench.start("backfill-column", **given(url, "n", **more))
    seam = os.environ | {"LONGHAUL_SEAM": f"{place}:3", "LONGHAUL_ROOTS": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-m", "core.worker", str(tmp_path)],
        env=seam,
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
    ) as worker:
        assert worker.wait(60) == -signal.SIGKILL
    Recovery(bench.ledger, bench.settling).sweep()
    bench.work_all()
    task = bench.ledger.task(task.id)
    assert (task.status, task.done, task.attempts) == ("completed", 60, 2)
    assert fetch(postgres, url, "SELECT n, count(*) FROM things GROUP BY n") == [(1, 60)]
    bench.store.close()


# --- sources -------------------------------------------------------------------------------------


def drawn(reader, limit=7):
    found, cursor = [], None
    while page := reader.read(cursor, limit):
        found += page
        cursor = json.loads(json.dumps(page[-1].key))
    reader.close()
    return found


def test_a_table_is_paged_by_a_composite_key_of_dates_and_uuids(postgres, url):
    found = drawn(Table(url, "things", columns=("name",)).open(Roots([])))
    assert [d.record["name"] for d in found] == [
        name for (name,) in fetch(postgres, url, "SELECT name FROM things ORDER BY day, id")
    ]


def test_a_query_is_paged_and_refused_its_writes(postgres, url):
    sql = "SELECT name, substr(name, 6)::int AS nr FROM things WHERE name LIKE :like"
    found = drawn(Query(url, sql, key=("nr",), parameters={"like": "%5%"}).open(Roots([])))
    assert [d.key for d in found] == [5, 15, 25, 35, 45, *range(50, 60)]
    for bad in ("DELETE FROM things RETURNING name", "SELECT 1 AS name) w; DELETE FROM things; --"):
        with pytest.raises((Invalid, DatabaseError)):
            Query(url, bad, key=("name",)).open(Roots([]))
    fetch(
        postgres,
        url,
        "CREATE FUNCTION tricky() RETURNS SETOF int LANGUAGE sql AS"
        " 'DELETE FROM things RETURNING 1'",
    )
    with pytest.raises((Invalid, DatabaseError, Fail), match="read-only"):
        drawn(Query(url, "SELECT t AS name FROM tricky() t", key=("name",)).open(Roots([])))
    assert fetch(postgres, url, "SELECT count(*) FROM things") == [(60,)]


def test_a_count_that_takes_long_is_ended_on_the_server_too(postgres, url):
    source = Table(url, "things", where="pg_sleep(60) IS NOT NULL")
    reader = source.open(Roots([]))
    try:
        assert bounded(reader.counting(None, lambda: reader), 0.1) == {"at_least": 0}
        counter = Counter(reader.counting(None, lambda: reader), seen=0)
        counter.leave()
        assert counter.is_done and counter.error is None and counter.total() is None
        whole = Table(url, "things").open(Roots([]))
        assert bounded(
            whole.counting([{"date": "2020-01-06"}, {"uuid": str(UUID(int=0))}], None)
        ) == {"count": 10}
        whole.close()
    finally:
        reader.close()
    running = fetch(
        postgres,
        url,
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
        " AND query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()",
    )
    assert running == [(0,)]
