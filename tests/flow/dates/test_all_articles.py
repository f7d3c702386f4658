"""`backfill-dates` on the real articles, seen through once by a worker in this process."""

import csv
import json
import re
import shutil

import pytest

from tests.archive import ask
from tests.factories import Bench
from tests.flow.dates.archives import run
from tests.moves import jobs, put_setting


@pytest.fixture(scope="module")
def dev(data, tmp_path_factory):
    """A copy of the articles, backfilled once: (bench, path, task, truth)."""
    folder = tmp_path_factory.mktemp("dev")
    path = folder / "articles.sqlite"
    shutil.copy(data / "articles" / "articles.sqlite", path)
    with (data / "articles" / "truth.csv").open(newline="", encoding="utf-8") as file:
        truth = {int(row["id"]): row for row in csv.DictReader(file)}
    bench = Bench(folder)
    put_setting(bench, roots=[str(folder)])
    before = ask(
        path, "SELECT id, published_at, hex(published_at), typeof(published_at) FROM articles"
    )
    task = run(bench, path)
    yield bench, path, task, truth, {r[0]: r[1:] for r in before}
    bench.store.close()


def right(row):
    return {row["true_date"], *re.split("[|;, ]", row["also_accepted"])} - {""}


def test_at_least_nine_of_ten_dates_of_the_dated_articles_are_right(dev):
    _, path, _, truth, _ = dev
    written = dict(ask(path, "SELECT id, published_at FROM articles"))
    dated = [row for row in truth.values() if row["kind"] == "dated"]
    good = sum(written[int(row["id"])] in right(row) for row in dated)
    assert good / len(dated) >= 0.90, f"{good} of {len(dated)}"


def test_rows_that_had_a_date_are_the_same_to_the_byte(dev):
    _, path, _, truth, before = dev
    after = ask(
        path, "SELECT id, published_at, hex(published_at), typeof(published_at) FROM articles"
    )
    prefilled = [r for r in after if before[r[0]][0] is not None]
    assert len(prefilled) == sum(row["kind"] == "prefilled" for row in truth.values()) > 0
    assert all(before[r[0]] == r[1:] for r in prefilled)


def test_pages_and_addresses_are_untouched(dev, data):
    _, path, *_ = dev
    columns = "SELECT id, url, html FROM articles ORDER BY id"
    assert ask(path, columns) == ask(data / "articles" / "articles.sqlite", columns)


def test_every_written_date_says_where_it_came_from(dev):
    _, path, task, _, before = dev
    written = {
        i for i, d in ask(path, "SELECT id, published_at FROM articles") if d and not before[i][0]
    }
    memory = ask(
        path,
        "SELECT record_id, date_found, source, is_guess, task_id FROM longhaul_dates"
        " WHERE outcome = 'backfilled'",
    )
    assert {int(r[0]) for r in memory} == written
    assert all(source for _, _, source, _, _ in memory)
    assert {task_id for *_, task_id in memory} == {task.id}


def test_counters_tally_and_result_agree(dev):
    bench, path, task, truth, before = dev
    visited = sum(b[0] is None for b in before.values())
    assert (task.done + task.failed + task.skipped, task.total) == (visited, visited)
    tally = jobs(bench, task)[0].tally
    assert sum(tally.values()) == visited
    result = json.loads(bench.store.value("result", id=task.id))
    assert result["outcomes"] == tally
    assert sum(s["records"] for s in result["sources"]) == tally["backfilled"]


def test_a_second_run_visits_nothing_not_even_records_without_a_date(dev):
    bench, path, first, *_ = dev
    assert jobs(bench, first)[0].tally["missing"] > 0, "there are such records"
    before = ask(path, "SELECT * FROM longhaul_dates")
    task = run(bench, path)
    assert (task.done, task.failed, task.skipped, task.total) == (0, 0, 0, 0)
    assert ask(path, "SELECT * FROM longhaul_dates") == before


def test_redo_visits_the_dated_and_the_missed_and_never_what_a_person_dated(dev):
    bench, path, first, _, before = dev
    tally = dict(jobs(bench, first)[0].tally)
    task = run(bench, path, redo=True)
    again = jobs(bench, task)[0].tally
    assert again["unchanged"] == tally["backfilled"]
    assert again["missing"] == tally["missing"]
    after = {r[0]: r[1] for r in ask(path, "SELECT id, published_at FROM articles")}
    assert all(after[i] == b[0] for i, b in before.items() if b[0] is not None)
