"""Rows that `backfill-column` cannot fill fail alone; what does not fit is refused before."""

import pytest

from core.errors import Forbidden, Invalid
from core.paths import Roots
from core.tasks.backfill_column import BackfillColumn
from core.tasks.backfill_column.rows import Rows
from tests.archive import ask
from tests.flow.column.shops import CSV, LOOKUP, items, labels, params, run
from tests.moves import outcomes

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
