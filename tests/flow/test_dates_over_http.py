"""The main job as a script does it: all real articles backfilled through the HTTP API."""

import csv
import shutil
import sqlite3

import pytest

from tests.webui.site import live_site

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory, monkeypatch_module):
    folder = tmp_path_factory.mktemp("site")
    monkeypatch_module.setenv("LONGHAUL_ROOTS", str(folder))
    with live_site(folder) as live:
        live.folder = folder
        yield live


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def run(site, data):
    """The finished task, the file it worked on, and the truth."""
    path = site.folder / "articles.sqlite"
    shutil.copy(data / "articles" / "articles.sqlite", path)
    before = rows(path)
    request = {"type": "backfill-dates", "params": {"database": str(path)}}
    answer = site.ask("POST", "/tasks", request)
    assert answer.status == 201, answer.body
    task = site.finished(answer.json["id"])
    assert task["status"] == "completed", task["error"]
    with (data / "articles" / "truth.csv").open(encoding="utf-8") as file:
        truth = list(csv.DictReader(file))
    return task, path, before, truth


def rows(path):
    with sqlite3.connect(path) as db:
        db.text_factory = bytes
        return dict(db.execute("SELECT id, published_at FROM articles"))


def memory(path):
    with sqlite3.connect(path) as db:
        db.row_factory = sqlite3.Row
        return {int(r["record_id"]): dict(r) for r in db.execute("SELECT * FROM longhaul_dates")}


def test_at_least_nine_of_ten_dates_are_right(run):
    _, path, _, truth = run
    found = rows(path)
    dated = [t for t in truth if t["kind"] == "dated"]
    right = [
        t
        for t in dated
        if (found[int(t["id"])] or b"").decode() in {t["true_date"], *t["also_accepted"].split("|")}
    ]
    assert len(right) / len(dated) >= 0.90


def test_rows_that_had_a_date_are_untouched_to_the_byte(run):
    _, path, before, truth = run
    after = rows(path)
    prefilled = [int(t["id"]) for t in truth if t["kind"] == "prefilled"]
    assert prefilled
    assert {i: after[i] for i in prefilled} == {i: before[i] for i in prefilled}


def test_every_written_date_says_where_it_came_from(run):
    _, path, before, _ = run
    told = memory(path)
    written = {i: d for i, d in rows(path).items() if d and not before[i]}
    assert written
    for key, date in written.items():
        assert told[key]["date_found"] == date.decode()
        assert told[key]["source"] in {"json-ld", "meta", "time", "url", "text"}
        assert told[key]["detail"]


def test_counters_agree_with_what_is_in_the_database(site, run):
    task, path, before, _ = run
    told = memory(path)
    undated = [i for i, d in before.items() if not d]
    assert task["progress"]["total"] == len(undated) == len(told)
    assert task["progress"]["done"] + task["progress"]["failed"] == len(undated)
    result = site.read(f"/tasks/{task['id']}/result")
    outcomes = [row["outcome"] for row in told.values()]
    assert result["outcomes"] == {o: outcomes.count(o) for o in set(outcomes)}
    assert sum(s["records"] for s in result["sources"]) == outcomes.count("backfilled")


def test_a_second_run_visits_nothing(site, run):
    _, path, _, _ = run
    before = path.read_bytes()
    answer = site.ask(
        "POST", "/tasks", {"type": "backfill-dates", "params": {"database": str(path)}}
    )
    task = site.finished(answer.json["id"])
    assert task["status"] == "completed"
    assert (task["progress"]["total"], task["progress"]["done"]) == (0, 0)
    assert len(before) == path.stat().st_size


def test_the_preview_counts_and_shows_what_would_change(site, data):
    path = site.folder / "fresh.sqlite"
    shutil.copy(data / "articles" / "articles.sqlite", path)
    content = path.read_bytes()
    answer = site.ask(
        "POST", "/task-types/backfill-dates/preview", {"params": {"database": str(path)}}
    )
    assert answer.status == 200, answer.body
    assert answer.json["count"] == 130
    assert any(record["after"] for record in answer.json["sample"])
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("params", "status", "pointer"),
    [
        ({"database": "{folder}/missing.sqlite"}, 422, None),
        ({"database": "/etc/passwd"}, 403, None),
        ({"database": "{folder}/articles.sqlite", "table": "articels"}, 422, "/params/table"),
        (
            {"database": "{folder}/articles.sqlite", "date_column": "x; drop table articles"},
            422,
            "/params/date_column",
        ),
        ({"database": "{folder}/articles.sqlite", "batch_size": 0}, 422, "/params/batch_size"),
        ({}, 422, "/params/database"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_stored(site, run, params, status, pointer):
    filled = {
        k: v.format(folder=site.folder) if isinstance(v, str) else v for k, v in params.items()
    }
    answer = site.ask("POST", "/tasks", {"type": "backfill-dates", "params": filled})
    assert answer.status == status, answer.body
    if pointer:
        assert pointer in [e["pointer"] for e in answer.json["errors"]]
