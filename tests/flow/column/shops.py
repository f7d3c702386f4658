"""What the tests of `backfill-column` ask for, and read of the shop.

The same on PostgreSQL is in test_column_on_postgres.py; what may be an expression is in
core/test_expressions.py.
"""

import json

from tests.archive import ask

LOWERED = [f"own {n}" if n % 4 == 0 else f"title {n}" for n in range(100)]
LOOKUP = {"fill_with": "lookup", "match_column": "country", "lookup_table": "countries"} | {
    "lookup_key": "code",
    "lookup_value": "name",
}
CSV = {"fill_with": "csv", "match_column": "title", "csv_key": "t", "csv_value": "v"}


def params(path, **more):
    given = {"database": str(path), "table": "products", "column": "label", "batch_size": 7}
    return given | {"expression": "lower(title)"} | more


def run(bench, path, **more):
    task = bench.run("backfill-column", **params(path, **more))
    assert task.status == "completed", task.error
    return task


def labels(path):
    return [r[0] for r in ask(path, "SELECT label FROM products ORDER BY shelf, place")]


def items(bench):
    rows = bench.store.execute("SELECT key, status, message FROM items ORDER BY id", {})
    return [(json.loads(r["key"]), r["status"], r["message"]) for r in rows]
