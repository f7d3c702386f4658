"""`backfill-column` on SQLite, seen through by a worker in this process.

On PostgreSQL: test_column_on_postgres.py. What may be an expression: core/test_expressions.py.
"""

import json
import sqlite3
from contextlib import closing

import pytest

from core.errors import Forbidden, Invalid
from core.paths import Roots
from core.tasks.backfill_column import BackfillColumn
from core.tasks.backfill_column.rows import Rows
from tests.factories import Bench
from tests.moves import put_setting


def ask(path, sql, *params):
    with closing(sqlite3.connect(path)) as database, database:
        return database.execute(sql, params).fetchall()


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    put_setting(bench, roots=[str(tmp_path)])
    yield bench
    bench.store.close()


@pytest.fixture
def shop(tmp_path):
    """100 products with a composite key; every fourth has a label."""
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "CREATE TABLE products (shelf INT, place TEXT, title TEXT, label TEXT, price REAL,"
            " stock INT CHECK (stock < 90), country TEXT, PRIMARY KEY (shelf, place))"
        )
        rows = [
            (n // 10, f"p{n % 10}", f"Title {n}", f"own {n}" if n % 4 == 0 else None, "DE")
            for n in range(100)
        ]
        db.executemany(
            "INSERT INTO products (shelf, place, title, label, country) VALUES (?,?,?,?,?)", rows
        )
        db.execute("CREATE TABLE countries (code TEXT, name TEXT)")
        db.execute("INSERT INTO countries VALUES ('DE', 'Germany'), ('XX', ''), ('YY', NULL)")
    return path


def params(path, **more):
    given = {"database": str(path), "table": "products", "column": "label", "batch_size": 7}
    return given | {"expression": "lower(title)"} | more


def run(bench, path, **more):
    task = bench.run("backfill-column", **params(path, **more))
    assert task.status == "completed", task.error
    return task


def outcomes(bench, task):
    return json.loads(bench.store.value("result", id=task.id))["outcomes"]


def labels(path):
    return [r[0] for r in ask(path, "SELECT label FROM products ORDER BY shelf, place")]


LOWERED = [f"own {n}" if n % 4 == 0 else f"title {n}" for n in range(100)]


# --- four ways to fill ---------------------------------------------------------------------------


def test_an_expression_fills_what_is_missing_and_nothing_else(bench, shop):
    task = run(bench, shop)
    assert labels(shop) == LOWERED
    assert (task.done, task.total) == (75, 75)
    assert outcomes(bench, task) == {"filled": 75}
    assert run(bench, shop).total == 0, "a second run has nothing to do"


def test_an_empty_text_counts_as_missing(bench, shop):
    ask(shop, "UPDATE products SET label = '' WHERE shelf = 0")
    assert run(bench, shop).total == 75 + 3


def test_all_rows_are_visited_when_asked_to_and_equal_values_are_unchanged(bench, shop):
    ask(shop, "UPDATE products SET label = lower(title) WHERE shelf = 0")
    task = run(bench, shop, only_missing=False)
    assert labels(shop) == [f"title {n}" for n in range(100)]
    assert outcomes(bench, task) == {"unchanged": 10, "filled": 90}
    assert (task.done, task.skipped) == (90, 10)


def test_an_expression_of_the_column_itself_takes_effect_once(bench, shop):
    ask(shop, "UPDATE products SET stock = 1")
    run(bench, shop, column="stock", expression="stock + 1", only_missing=False)
    assert ask(shop, "SELECT stock, count(*) FROM products") == [(2, 100)]


def test_a_condition_leaves_the_other_rows_alone(bench, shop):
    task = run(bench, shop, where="shelf = 3 OR title LIKE '%99'")
    assert task.total == 8 + 1
    assert ask(shop, "SELECT count(*) FROM products WHERE label LIKE 'title%'") == [(9,)]


def test_a_constant_is_written_as_the_column_s_type(bench, shop):
    run(bench, shop, fill_with="constant", constant="7", column="stock")
    run(bench, shop, fill_with="constant", constant="7", column="price")
    run(bench, shop, fill_with="constant", constant="7")
    types = "SELECT DISTINCT typeof(stock), stock, typeof(price), price FROM products"
    assert ask(shop, types) == [("integer", 7, "real", 7.0)]
    assert set(labels(shop)) == {"7", *(f"own {n}" for n in range(0, 100, 4))}


LOOKUP = {"fill_with": "lookup", "match_column": "country", "lookup_table": "countries"} | {
    "lookup_key": "code",
    "lookup_value": "name",
}


def test_a_lookup_table_gives_the_value_and_what_it_lacks_is_missing(bench, shop):
    for shelf, code in ((1, "XX"), (2, "YY"), (3, "ZZ"), (4, None)):
        ask(shop, "UPDATE products SET country = ? WHERE shelf = ?", code, shelf)
    task = run(bench, shop, **LOOKUP)
    without = ask(
        shop, "SELECT count(*) FROM products WHERE label IS NULL AND shelf BETWEEN 1 AND 4"
    )
    assert outcomes(bench, task) == {"filled": 75 - without[0][0], "missing": without[0][0]}
    assert ask(
        shop, "SELECT DISTINCT label FROM products WHERE shelf = 5 AND label NOT LIKE 'own%'"
    ) == [("Germany",)]


def items(bench):
    rows = bench.store.execute("SELECT key, status, message FROM items ORDER BY id", {})
    return [(json.loads(r["key"]), r["status"], r["message"]) for r in rows]


def test_refused_rows_end_the_run_where_they_are_more_than_it_may_skip(bench, shop):
    fill = {"column": "stock", "expression": "shelf * 10 + 1", "most_failed": 3}
    task = bench.run("backfill-column", **params(shop, **fill))
    assert (task.status, task.done, task.failed) == ("failed", 90, 3)
    assert "More than 3 records have failed" in task.error["message"]
    assert len(items(bench)) == 4, "the one that was too many is listed, too"


def test_a_look_afterwards_names_the_rows_that_are_left(bench, shop):
    task = run(bench, shop, column="stock", expression="shelf * 10 + 1", verify="warn")
    left = json.loads(bench.store.value("result", id=task.id))["left"]
    assert left == {"count": 10, "sample": [[9, f"p{n}"] for n in range(10)]}


def test_several_values_for_one_row_are_a_failure_and_none_is_chosen(bench, shop):
    ask(
        shop,
        "INSERT INTO countries VALUES ('FR', 'France'), ('FR', 'Frankreich'), ('DE', 'Germany')",
    )
    ask(shop, "UPDATE products SET country = 'FR' WHERE shelf = 0 AND place = 'p1'")
    task = run(bench, shop, **LOOKUP)
    assert (task.failed, task.done) == (1, 74)
    assert items(bench) == [
        ([0, "p1"], "failed", "BadRecord: the lookup table has different values for it")
    ]


CSV = {"fill_with": "csv", "match_column": "title", "csv_key": "t", "csv_value": "v"}


@pytest.fixture
def table_of_values(tmp_path):
    path = tmp_path / "values.csv"
    lines = [f'"Title {n}",value {n}' for n in range(90)]
    path.write_text(
        "t,v\n" + "\n".join(lines) + '\nTitle 5,other\nTitle 6,value 6\nx,"y\nTitle 7\n'
    )
    return path


def test_a_csv_file_gives_the_value_and_bad_lines_and_contradictions_are_told(
    bench, shop, table_of_values
):
    task = run(bench, shop, csv_file=str(table_of_values), **CSV)
    assert outcomes(bench, task) == {"filled": 66, "missing": 8, "failed": 1}
    written = ask(shop, "SELECT title, label FROM products WHERE label LIKE 'value%'")
    assert {title.split()[1] for title, _ in written} == {
        str(n) for n in range(90) if n % 4 and n != 5
    }
    assert all(label.split()[1] == title.split()[1] for title, label in written)
    assert items(bench) == [
        (
            [0, "p5"],
            "failed",
            "BadRecord: lines 7 and 92 of the file have different values for it",
        )
    ]
    logged = [r["message"] for r in bench.store.execute("SELECT message FROM logs", {})]
    assert "The CSV file, line 94: a quote is opened and not closed" in logged
    assert "The CSV file, line 95: 1 fields in place of 2" in logged


def test_numbers_of_the_table_are_found_by_their_text_in_the_file(bench, shop, tmp_path):
    (tmp_path / "n.csv").write_text("k;v\n1;one\n2;two\n")
    ask(shop, "UPDATE products SET price = 2.0 WHERE shelf = 2")
    for column, found in (("shelf", {"one", "two"}), ("price", {"two"})):
        ask(shop, "UPDATE products SET label = NULL")
        given = {"csv_file": str(tmp_path / "n.csv"), "csv_key": "k", "csv_value": "v"}
        run(bench, shop, fill_with="csv", match_column=column, **given)
        assert set(labels(shop)) == {None, *found}


# --- failures ------------------------------------------------------------------------------------


def test_a_row_whose_expression_is_an_error_fails_alone(bench, shop):
    ask(shop, "UPDATE products SET title = '{\"a\": 1}'")
    ask(shop, "UPDATE products SET title = 'no json' WHERE shelf = 5 AND place = 'p5'")
    task = run(bench, shop, expression="title ->> 'a'")
    assert outcomes(bench, task) == {"filled": 74, "failed": 1}
    ((key, status, message),) = items(bench)
    assert (key, status) == ([5, "p5"], "failed") and "malformed JSON" in message


def test_a_value_of_another_type_fails_alone_and_is_never_written(bench, shop):
    task = run(bench, shop, column="stock", expression="CASE place WHEN 'p3' THEN 'x' ELSE 1 END")
    assert outcomes(bench, task) == {"filled": 90, "failed": 10}
    assert ask(shop, "SELECT DISTINCT typeof(stock) FROM products ORDER BY 1") == [
        ("integer",),
        ("null",),
    ]
    assert items(bench)[0][2] == "ValueError: 'x' does not fit a column of the type INT"


def test_a_row_that_the_database_refuses_fails_alone_and_is_listed(bench, shop):
    task = run(bench, shop, column="stock", expression="shelf * 10 + 1")
    assert (task.done, task.failed) == (90, 10)
    assert outcomes(bench, task) == {"filled": 90, "failed": 10}
    assert [key for key, *_ in items(bench)] == [[9, f"p{n}"] for n in range(10)]
    assert "CHECK constraint failed" in items(bench)[0][2]
    ask(
        shop, "UPDATE products SET shelf = 7, place = place || 'x' WHERE shelf = 9 AND place = 'p4'"
    )
    bench.steering.act("retry", task.id, only_failed_items=True)
    bench.work_all()
    again = bench.ledger.task(task.id)
    assert (again.status, again.failed) == ("completed", 9), "one of them is gone"


def test_rows_that_somebody_fills_meanwhile_are_not_overwritten(bench, shop, monkeypatch):
    write = Rows.write

    def after_somebody_else(self, connection, results):
        if results[0].key == [0, "p1"]:
            sql = "UPDATE products SET label = 'theirs' WHERE shelf = 0 AND place IN ('p2', 'p5')"
            connection.exec_driver_sql(sql)
            connection.exec_driver_sql("DELETE FROM products WHERE shelf = 0 AND place = 'p6'")
        return write(self, connection, results)

    monkeypatch.setattr(Rows, "write", after_somebody_else)
    task = run(bench, shop)
    assert outcomes(bench, task) == {"filled": 72, "unchanged": 3}
    assert labels(shop)[:7] == [
        "own 0",
        "title 1",
        "theirs",
        "title 3",
        "own 4",
        "theirs",
        "title 7",
    ]


# --- dry run, preview ----------------------------------------------------------------------------


@pytest.mark.parametrize("way", [{}, LOOKUP])
def test_a_dry_run_counts_the_same_and_leaves_the_file_the_same_to_the_byte(bench, shop, way):
    before = shop.read_bytes()
    task = run(bench, shop, dry_run=True, **way)
    assert outcomes(bench, task) == {"filled": 75}
    assert shop.read_bytes() == before


def preview(path, **more):
    task = BackfillColumn.from_params(params(path, **more))
    return task.preview(Roots([path.parent]))


def test_the_preview_counts_and_shows_before_and_after(shop):
    before = shop.read_bytes()
    shown = preview(shop)
    assert (shown.count, shown.at_least, shown.unit, shown.problems) == (75, None, "rows", [])
    assert shown.sample[0] == {"shelf": 0, "place": "p1", "before": None} | {
        "after": "title 1",
        "outcome": "filled",
        "detail": "",
    }
    assert len(shown.sample) == 8
    assert shop.read_bytes() == before


def test_the_preview_tells_problems(shop, table_of_values):
    assert "countries.code has no index" in preview(shop, **LOOKUP).problems[0]
    shown = preview(shop, csv_file=str(table_of_values), **CSV)
    assert shown.sample[0]["after"] == "value 1"
    assert "line 94: a quote is opened" in shown.problems[0]
    failed = next(row for row in shown.sample if row["place"] == "p5")
    assert failed["outcome"] == "failed" and "lines 7 and 92" in failed["detail"]
    assert preview(shop, where="shelf > 99").problems == ["No row fits: there is nothing to fill."]
    none = preview(shop, expression="NULL")
    assert none.problems == ["None of the first rows would get a value."]


# --- what is refused before it is accepted -------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "pointer", "said"),
    [
        ({"table": "product"}, "/params/table", "Did you mean 'products'"),
        ({"table": "longhaul_checkpoint"}, "/params/table", "There is no"),
        ({"column": "labels"}, "/params/column", "Did you mean 'label'"),
        ({"column": "label\" = 'x' --"}, "/params/column", "There is no"),
        ({"column": "place"}, "/params/column", "belongs to the key"),
        ({"key_columns": ["title"]}, "/params/key_columns", "is no key"),
        ({"key_columns": ["shelf"]}, "/params/key_columns", "is no key"),
        ({"key_columns": ["shelf", "plce"]}, "/params/key_columns", "Did you mean 'place'"),
        ({"table": "countries", "column": "name"}, "/params/key_columns", "has no primary key"),
        ({"expression": ""}, "/params/expression", "it is empty"),
        ({"expression": "lower(titel)"}, "/params/expression", "titel (at character 7)"),
        ({"where": "shelf >"}, "/params/where", "The where cannot be used"),
        ({"fill_with": "constant"}, "/params/constant", "Which value"),
        (
            {"fill_with": "constant", "constant": "many", "column": "stock"},
            "/params/constant",
            "does not fit a column of the type INT",
        ),
        (LOOKUP | {"lookup_table": "nations"}, "/params/lookup_table", "There is no 'nations'"),
        (LOOKUP | {"lookup_key": "kode"}, "/params/lookup_key", "Did you mean 'code'"),
        (LOOKUP | {"lookup_value": "x"}, "/params/lookup_value", "There is no 'x'"),
        (LOOKUP | {"match_column": "land"}, "/params/match_column", "There is no 'land'"),
        (CSV, "/params/csv_file", "Which CSV file"),
        (CSV | {"csv_file": "{csv}", "csv_key": "k"}, "/params/csv_key", "only t, v"),
        (CSV | {"csv_file": "{csv}", "csv_value": "w"}, "/params/csv_value", "only t, v"),
    ],
)
def test_what_does_not_exist_or_fit_is_refused_with_its_pointer(
    shop, table_of_values, more, pointer, said
):
    if more.get("csv_file"):
        more = more | {"csv_file": str(table_of_values)}
    task = BackfillColumn.from_params(params(shop, **more))
    with pytest.raises(Invalid) as refused:
        task.check(Roots([shop.parent]))
    assert [error["pointer"] for error in refused.value.errors] == [pointer]
    assert said in refused.value.detail


def test_files_outside_of_the_roots_are_refused(shop, tmp_path_factory):
    other = tmp_path_factory.mktemp("other") / "v.csv"
    other.write_text("t,v\n")
    task = BackfillColumn.from_params(params(shop, csv_file=str(other), **CSV))
    with pytest.raises(Forbidden):
        task.check(Roots([shop.parent]))


def test_a_generated_column_is_refused(shop):
    ask(shop, "ALTER TABLE products ADD COLUMN both TEXT AS (title || place)")
    with pytest.raises(Invalid, match="computed by the database"):
        BackfillColumn.from_params(params(shop, column="both")).check(Roots([shop.parent]))


def test_a_unique_index_is_a_key_and_columns_may_have_odd_names(bench, shop):
    ask(shop, 'CREATE TABLE "Order" (nr INT NOT NULL, "select" TEXT, "größe" INT)')
    ask(shop, 'CREATE UNIQUE INDEX nrs ON "Order" (nr)')
    ask(shop, 'INSERT INTO "Order" (nr, "größe") VALUES (1, 10), (2, 20)')
    more = {"table": "Order", "column": "select", "key_columns": ["nr"]}
    run(bench, shop, expression="\"größe\" || ' cm: %s'", **more)
    assert ask(shop, 'SELECT "select" FROM "Order" ORDER BY nr') == [("10 cm: %s",), ("20 cm: %s",)]


# --- large ---------------------------------------------------------------------------


def test_every_row_of_a_large_table_with_a_composite_key_is_filled_once(bench, tmp_path):
    path = tmp_path / "large.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE t (a INT, b INT, n INT NOT NULL DEFAULT 0, PRIMARY KEY (a, b))")
        db.executemany("INSERT INTO t (a, b) VALUES (?, ?)", (divmod(i, 97) for i in range(30_000)))
        db.execute(
            "CREATE TRIGGER once AFTER UPDATE OF n ON t WHEN old.n <> 0"
            " BEGIN SELECT RAISE(ABORT, 'twice'); END"
        )
    task = bench.run(
        "backfill-column",
        **{"database": str(path), "table": "t", "column": "n", "expression": "n + 1"},
        **{"only_missing": False, "batch_size": 5000},
    )
    assert (task.status, task.done, task.failed) == ("completed", 30_000, 0)
    assert ask(path, "SELECT n, count(*) FROM t GROUP BY n") == [(1, 30_000)]
