"""The ways in which `backfill-column` fills a column of SQLite, seen through by a worker here."""

import json
import sqlite3
from contextlib import closing

from tests.archive import ask
from tests.flow.column.shops import CSV, LOOKUP, LOWERED, items, labels, params, run
from tests.moves import outcomes

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


# --- large -------------------------------------------------------------------------------------


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
