"""Plans over HTTP: what a preview counted holds until the data change."""

import sqlite3
from contextlib import closing

import pytest

from tests.webui.site import problem


@pytest.fixture
def shop(live):
    """(path, statement) of a database with a column to fill."""
    path = live.service.data_dir / "shop.sqlite"
    path.unlink(missing_ok=True)

    def do(sql):
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(sql)

    do("CREATE TABLE products(id INTEGER PRIMARY KEY, title TEXT, slug TEXT)")
    do("INSERT INTO products(title) VALUES ('A'), ('B'), ('C')")
    return str(path), do


def params(path, **more):
    common = {"table": "products", "column": "slug", "expression": "lower(title)"}
    return {"database": path, **common, **more}


def preview(live, of):
    answer = live.ask("POST", "/task-types/backfill-column/preview", {"params": of})
    assert answer.status == 200, answer.body
    return answer.json


def begin(live, plan, of):
    body = {"type": "backfill-column", "params": of, "plan": plan, "hold": True}
    return live.ask("POST", "/tasks", body)


def test_a_preview_gives_a_plan_that_a_task_is_held_to(live, shop):
    path, do = shop
    seen = preview(live, params(path))
    assert seen["count"] == 3 and seen["at_least"] is None
    assert seen["sample"][0]["before"] is None and seen["sample"][0]["after"] == "a"
    assert begin(live, seen["plan"], params(path)).status == 201
    do("INSERT INTO products(title) VALUES ('D')")
    refused = begin(live, seen["plan"], params(path))
    assert problem(refused, 409, "plan-drifted")["detail"] == ("Since the preview was 3 rows, is 4")
    assert refused.json["drift"] == ["was 3 rows, is 4"]
    again = preview(live, params(path))
    assert begin(live, again["plan"], params(path)).status == 201


def test_a_column_that_came_meanwhile_is_drift(live, shop):
    path, do = shop
    seen = preview(live, params(path))
    do("ALTER TABLE products ADD COLUMN price INT")
    refused = problem(begin(live, seen["plan"], params(path)), 409, "plan-drifted")
    assert "columns of products: was" in refused["detail"]
    assert "price INTEGER" in refused["detail"]


def test_a_value_that_came_meanwhile_is_drift_though_the_count_is_the_same(live, shop):
    path, do = shop
    seen = preview(live, params(path))
    do("UPDATE products SET title = 'Z' WHERE id = 1")
    refused = problem(begin(live, seen["plan"], params(path)), 409, "plan-drifted")
    assert "the first rows changed" in refused["detail"]


def test_a_plan_of_other_parameters_is_refused(live, shop):
    path, _ = shop
    seen = preview(live, params(path))
    problem(begin(live, seen["plan"], params(path, where="id > 1")), 422, "invalid-parameters")
    problem(begin(live, "nonsense", params(path)), 422, "invalid-parameters")
    spelt_out = params(path, dry_run=False, batch_size=500)
    assert begin(live, seen["plan"], spelt_out).status == 201, "defaults may be written out"


def test_what_counts_nothing_has_no_plan(live):
    answer = live.ask("POST", "/task-types/rehearsal/preview", {"params": {}})
    assert answer.json["plan"] is None
