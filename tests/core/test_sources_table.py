"""Tables and queries as sources: pages by the index, every kind of key, reading and no more."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import column, select, table
from sqlalchemy.dialects import mysql, postgresql, sqlite

from core.errors import DatabaseError, Fail, Invalid
from core.paths import Roots
from core.sources import Query, Table
from core.sources.keys import from_json, to_json
from core.sources.paging import Paging
from core.target import Target


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "some.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE t (b TEXT, a INT, v, PRIMARY KEY (a, b)) WITHOUT ROWID")
        rows = [(f"k{b:02d}", a, f"{a}/{b}") for a in range(5) for b in range(10)]
        db.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
        db.execute("CREATE TABLE loose (x, y)")
        db.executemany("INSERT INTO loose VALUES (?, ?)", [(1, 1), (1, 2), (1, 2), (2, 1)])
    return path


@pytest.fixture
def reading(tmp_path):
    readers = []

    def read(source):
        readers.append(source.open(Roots([tmp_path])))
        return readers[-1]

    yield read
    for reader in readers:
        reader.close()


def everything(reader, limit=7, cursor=None):
    drawn = []
    while page := reader.read(cursor, limit):
        assert len(page) <= limit
        drawn += page
        cursor = json.loads(json.dumps(page[-1].key))
    return drawn


COMPOSITE = ("a", "b")


def test_all_rows_come_once_in_the_order_of_a_composite_key(reading, database):
    reader = reading(Table(str(database), "t", key=COMPOSITE))
    drawn = everything(reader)
    assert [d.key for d in drawn] == [[a, f"k{b:02d}"] for a in range(5) for b in range(10)]
    assert drawn[0].record == {"a": 0, "b": "k00", "v": "0/0"}
    assert reader.count() == 50
    assert reader.read_keys([[4, "k09"], [9, "k00"]])[0].record["v"] == "4/9"


def test_the_primary_key_is_found_and_columns_and_a_condition_can_be_named(reading, database):
    where = {"where": "v LIKE :end", "parameters": {"end": "%/3"}}
    reader = reading(Table(str(database), "t", columns=("v",), **where))
    drawn = everything(reader, 2)
    assert [d.record["v"] for d in drawn] == ["0/3", "1/3", "2/3", "3/3", "4/3"]
    assert set(drawn[0].record) == {"a", "b", "v"}
    assert reader.count() == 5


def test_an_open_target_is_used_and_left_open(reading, database, tmp_path):
    target = Target.open(str(database), roots=Roots([tmp_path]))
    reader = reading(Table(target, "t"))
    assert len(everything(reader)) == 50
    reader.close()
    assert target.rows("SELECT 1") == [(1,)]
    target.close()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (("t2", ()), "Did you mean 't'"),
        (("t", ("c",)), "There is no 'c'"),
        (("loose", ()), "has no primary key"),
        (('t" --', ()), "There is no"),
    ],
)
def test_names_that_do_not_exist_are_refused(reading, database, source, said):
    with pytest.raises(Invalid, match=said):
        reading(Table(str(database), source[0], key=source[1]))


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_a_key_that_is_not_unique_is_told_and_loses_no_row_silently(reading, database, limit):
    reader = reading(Table(str(database), "loose", key=("x", "y")))
    with pytest.raises(Fail, match=r"The key \(x, y\) is not unique: \[1, 2\]"):
        everything(reader, limit)


def test_a_null_in_the_key_is_told(reading, database):
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("DELETE FROM loose WHERE rowid = 3")
        db.execute("INSERT INTO loose VALUES (2, NULL)")
    with pytest.raises(Fail, match="NULL in its key"):
        everything(reading(Table(str(database), "loose", key=("x", "y"))), 1)


# --- the index -----------------------------------------------------------------------------------


def statement(dialect, name):
    keys = [column("a"), column("b")]
    paging = Paging(select(*keys).select_from(table("t")), keys, name)
    query, _ = paging.after([3, "k05"], 10)
    return str(query.compile(dialect=dialect))


def test_the_next_page_is_one_search_in_the_index_of_the_key(database):
    query = statement(sqlite.dialect(), "sqlite")
    assert "WHERE (a, b) > (?, ?) ORDER BY a, b" in query
    with closing(sqlite3.connect(database)) as db:
        (plan,) = db.execute(f"EXPLAIN QUERY PLAN {query}", (3, "k05", 10, 0)[: query.count("?")])
    assert "SEARCH t USING PRIMARY KEY ((a,b)>(?,?))" in plan[3]


def test_the_comparison_is_one_that_each_kind_of_database_can_search_by():
    assert "(a, b) > (%(" in statement(postgresql.dialect(), "postgresql")
    assert "a >= %s AND (a > %s OR a = %s AND b > %s)" in statement(mysql.dialect(), "mysql")


@pytest.mark.slow
def test_resuming_in_the_middle_of_a_large_composite_table_visits_one_page(reading, tmp_path):
    """Counted by SQLite's own steps, which no busy machine changes."""
    path = tmp_path / "large.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE t (a INT, b TEXT, c INT, v TEXT, PRIMARY KEY (a, b, c))")
        rows = ((n // 1000, f"b{n // 10 % 100:02d}", n % 10, "x") for n in range(300_000))
        db.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
    target = Target.open(str(path), roots=Roots([tmp_path]))
    reader = reading(Table(target, "t"))
    steps = []
    with target.read() as connection:
        driver = connection.connection.dbapi_connection
    driver.set_progress_handler(lambda: steps.append(1) and 0, 100)
    page = reader.read([150, "b50", 4], 100)
    assert page[0].key == [150, "b50", 5] and page[-1].key == [150, "b60", 4]
    assert 0 < len(steps) < 100, "a few steps for each of the 100 rows, none for those before"
    target.close()


# --- keys as JSON --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        *(1, 2**70, -1.5, float("inf"), "ä\n", True, b"\x00\xff", date(2020, 1, 2)),
        *(datetime(2020, 1, 2, 3, 4, 5, 6), datetime(2020, 1, 2, tzinfo=UTC), time(1, 2)),
        datetime(2020, 1, 2, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        *(Decimal("1.10"), UUID(int=7)),
    ],
)
def test_every_kind_of_key_comes_back_from_json_as_it_was(value):
    back = from_json(json.loads(json.dumps(to_json(value))))
    assert (back, type(back)) == (value, type(value))


@pytest.mark.parametrize("value", [None, [1], {"a": 1}])
def test_what_has_no_order_is_no_key(value):
    with pytest.raises(Fail):
        to_json(value)


# --- queries -------------------------------------------------------------------------------------

JOINED = "SELECT t.a, t.b, l.y AS other FROM t JOIN loose l ON l.x = t.a WHERE l.y = :y"


def test_a_query_is_paged_by_its_key_with_its_parameters(reading, database):
    reader = reading(Query(str(database), JOINED, key=COMPOSITE, parameters={"y": 1}))
    drawn = everything(reader, 3)
    assert [d.key for d in drawn] == [[a, f"k{b:02d}"] for a in (1, 2) for b in range(10)]
    assert drawn[0].record == {"a": 1, "b": "k00", "other": 1}
    assert reader.count() == 20
    assert reader.read_keys([[2, "k03"]])[0].record["b"] == "k03"


def test_a_query_may_have_common_table_expressions_and_json(reading, database):
    sql = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5)
             SELECT i, j.value AS v FROM n JOIN json_each('[7]') j -- to the end"""
    assert [d.key for d in everything(reading(Query(str(database), sql, key=("i",))))] == [
        *range(1, 6)
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM t RETURNING a",
        "SELECT 1 AS a) AS w; DELETE FROM t; --",
        "PRAGMA journal_mode",
        "SELECT * FROM pragma_table_info('t')",
        "ATTACH '/tmp/other.sqlite' AS o",
        "SELECT load_extension('/tmp/x') AS a",
        "SELECT nothing FROM t",
        "SELECT b FROM t",
    ],
)
def test_a_query_that_would_do_more_than_read_is_refused(reading, database, sql):
    before = database.read_bytes()
    with pytest.raises((Invalid, DatabaseError)):
        reading(Query(str(database), sql, key=("a",)))
    assert database.read_bytes() == before


def test_a_query_through_a_target_that_may_write_is_refused_its_writes(reading, database, tmp_path):
    target = Target.open(str(database), roots=Roots([tmp_path]))
    with pytest.raises((Invalid, DatabaseError)):
        with target.look() as connection:
            connection.exec_driver_sql("DELETE FROM t")
    with target.write() as connection:
        connection.exec_driver_sql("DELETE FROM loose")
    assert target.rows("SELECT count(*) FROM t") == [(50,)]
    assert target.rows("SELECT count(*) FROM loose") == [(0,)]
    target.close()
