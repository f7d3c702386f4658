"""`backfill-dates` on the real articles, seen through by a worker in this process.

The same over HTTP is in test_dates_over_http.py, on PostgreSQL in test_dates_on_postgres.py; the
search in a page alone is in test_extraction_on_articles.py.
"""

import csv
import hashlib
import json
import re
import shutil
import sqlite3
import time
from contextlib import closing

import pytest

from core.errors import Invalid
from core.paths import Roots
from core.tasks.backfill_dates import BackfillDates
from tests.factories import Bench
from tests.moves import bench_with, jobs, now

PAGE = "<html><head>{meta}</head><body><p>{text}</p></body></html>"
PUBLISHED = '<meta property="article:published_time" content="{}">'


def ask(path, sql, *params):
    with closing(sqlite3.connect(path)) as database, database:
        return database.execute(sql, params).fetchall()


def ready(bench, folder):
    """The bench may read and write below the folder."""
    with bench.ledger.transaction() as store:
        store.changed("put_setting", key="roots", value=json.dumps([str(folder)]))
        store.changed("settings_changed")
    return bench


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """Computes in this process, which saves each test the start of another."""
    monkeypatch.setattr(BackfillDates, "compute_in", "inline")
    bench = ready(Bench(tmp_path), tmp_path)
    yield bench
    bench.store.close()


@pytest.fixture
def archive(tmp_path):
    """Five small pages: a date in the head, one in the address, one guessed, none, one dated."""
    path = tmp_path / "archive.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE articles(id INTEGER PRIMARY KEY, url TEXT, html TEXT, published_at TEXT)"
        )
        head = PUBLISHED.format("2021-03-04T05:06:07+00:00")
        rows = [
            ("https://a.example/x", PAGE.format(meta=head, text="A"), None),
            ("https://a.example/2020/02/03/y", PAGE.format(meta="", text="B"), None),
            (
                "https://a.example/z",
                PAGE.format(meta="", text="Berlin, May 5, 2019. So it was."),
                None,
            ),
            ("https://a.example/n", PAGE.format(meta="", text="Nothing here."), ""),
            ("https://a.example/d", PAGE.format(meta=head, text="D"), "4 March 21"),
        ]
        database.executemany("INSERT INTO articles(url, html, published_at) VALUES (?,?,?)", rows)
    return path


def run(bench, path, **params):
    task = bench.run("backfill-dates", database=str(path), **params)
    assert task.status == "completed", task.error
    return task


def outcomes(bench, task):
    return json.loads(bench.store.value("result", id=task.id))["outcomes"]


def dates(path):
    return [r[0] for r in ask(path, "SELECT published_at FROM articles ORDER BY id")]


# --- all dev articles ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dev(data, tmp_path_factory):
    """A copy of the articles, backfilled once: (bench, path, task, truth)."""
    folder = tmp_path_factory.mktemp("dev")
    path = folder / "articles.sqlite"
    shutil.copy(data / "articles" / "articles.sqlite", path)
    with (data / "articles" / "truth.csv").open(newline="", encoding="utf-8") as file:
        truth = {int(row["id"]): row for row in csv.DictReader(file)}
    bench = ready(Bench(folder), folder)
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


# --- parameters ----------------------------------------------------------------------------------


def test_each_outcome_on_five_pages(bench, archive):
    task = run(bench, archive)
    assert dates(archive) == ["2021-03-04", "2020-02-03", "2019-05-05", "", "4 March 21"]
    assert outcomes(bench, task) == {"backfilled": 3, "missing": 1}


def test_a_dry_run_leaves_the_file_the_same_to_the_byte_and_reports(bench, archive):
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    task = run(bench, archive, dry_run=True)
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == digest
    assert list(archive.parent.glob("archive.sqlite-*")) == []
    assert outcomes(bench, task) == {"backfilled": 3, "missing": 1}
    assert outcomes(bench, run(bench, archive)) == {"backfilled": 3, "missing": 1}, "nor a memory"


def test_a_limit_is_kept_also_over_several_attempts(bench, archive):
    task = bench.start("backfill-dates", database=str(archive), limit=3, batch_size=1)
    read, reads = BackfillDates.read, []

    def pausing(self, run, cursor, limit):
        reads.append(cursor)
        if len(reads) == 2:
            bench.steering.act("pause", task.id)
        return read(self, run, cursor, limit)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BackfillDates, "read", pausing)
        bench.work_one()
    assert now(bench, task).status == "paused"
    bench.steering.act("resume", task.id)
    bench.work_all()
    task = now(bench, task)
    assert (task.status, task.done, task.total) == ("completed", 3, 3)
    assert len(ask(archive, "SELECT * FROM longhaul_dates")) == 3
    assert run(bench, archive).total == 1, "the rest comes with the next run"


def test_a_look_afterwards_says_which_articles_were_left(bench, archive):
    task = run(bench, archive, verify="warn", limit=2)
    left = json.loads(bench.store.value("result", id=task.id))["left"]
    assert left == {"count": 2, "sample": [3, 4]}
    assert task.message == "2 articles are left to do: 3, 4"
    again = run(bench, archive, verify="fail")
    result = json.loads(bench.store.value("result", id=again.id))
    assert result["left"]["count"] == 0, "what has no date was looked at: nothing is to be done"
    assert [s["state"] for s in again.stage_progress] == ["past", "past"]
    assert again.step_list()[0].stages == ("scanning", "backfilling", "verifying")


def test_with_time_writes_the_full_time_where_the_page_gives_one(bench, archive):
    run(bench, archive, with_time=True)
    assert dates(archive)[:2] == ["2021-03-04T05:06:07+00:00", "2020-02-03"]


def test_guesses_can_be_left_out(bench, archive):
    task = run(bench, archive, guesses=False)
    assert dates(archive)[2] is None
    assert outcomes(bench, task) == {"backfilled": 2, "missing": 2}
    assert ask(archive, "SELECT count(*) FROM longhaul_dates WHERE is_guess = 1") == [(0,)]


def test_a_guess_is_marked_as_one(bench, archive):
    run(bench, archive)
    guessed = ask(archive, "SELECT record_id FROM longhaul_dates WHERE is_guess = 1")
    assert guessed == [("3",)]


def test_list_existing_counts_dated_records_and_leaves_them(bench, archive):
    task = run(bench, archive, list_existing=True)
    assert outcomes(bench, task) == {"backfilled": 3, "missing": 1, "existing": 1}
    assert (task.done, task.skipped, task.total) == (4, 1, 5)
    assert dates(archive)[4] == "4 March 21"


def test_only_url_looks_at_the_address_alone(bench, archive):
    task = run(bench, archive, only_url=True)
    assert dates(archive)[:3] == [None, "2020-02-03", None]
    assert outcomes(bench, task) == {"backfilled": 1, "missing": 3}


def test_implausible_dates_are_refused_within_bounds_that_can_be_set(bench, archive):
    task = run(bench, archive, earliest="2020-06-01", latest="2021-01-01")
    assert outcomes(bench, task) == {"missing": 4}
    task = run(bench, archive, redo=True)
    assert outcomes(bench, task) == {"backfilled": 3, "missing": 1}


def test_redo_corrects_a_date_that_longhaul_wrote_and_counts_it_as_updated(bench, archive):
    run(bench, archive)
    ask(archive, "UPDATE articles SET html = replace(html, '2021-03-04', '2021-03-09')")
    task = run(bench, archive, redo=True)
    assert dates(archive)[0] == "2021-03-09"
    assert outcomes(bench, task) == {"updated": 1, "unchanged": 2, "missing": 1}


def test_redo_leaves_a_date_that_a_person_changed_since(bench, archive):
    run(bench, archive)
    ask(archive, "UPDATE articles SET published_at = '1999-01-01' WHERE id = 1")
    run(bench, archive, redo=True)
    assert dates(archive)[0] == "1999-01-01"


def test_a_row_dated_by_somebody_else_between_read_and_write_stays(bench, archive, monkeypatch):
    apply = BackfillDates.apply

    def raced(self, run, results, connection):
        connection.exec_driver_sql("UPDATE articles SET published_at = 'mine' WHERE id = 2")
        return apply(self, run, results, connection)

    monkeypatch.setattr(BackfillDates, "apply", raced)
    task = run(bench, archive)
    assert dates(archive)[:2] == ["2021-03-04", "mine"]
    assert outcomes(bench, task) == {"backfilled": 2, "existing": 1, "missing": 1}
    assert (task.done, task.skipped) == (3, 1)
    assert ask(archive, "SELECT record_id FROM longhaul_dates WHERE record_id = '2'") == []


def test_a_batch_ends_early_where_pages_are_huge(bench, archive, monkeypatch):
    from core.tasks.backfill_dates import rows

    monkeypatch.setattr(rows, "BATCH_BYTES", 1)
    assert run(bench, archive).done == 4


# --- names ---------------------------------------------------------------------------------------


def make(path, *statements):
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)


def complaint(bench, path, **params):
    """What is said before such a task would be accepted: (pointer, message)."""
    cls = bench.registry.get("backfill-dates")
    with pytest.raises(Invalid) as caught:
        cls.from_params({"database": str(path), **params}).check(Roots([path.parent]))
    (error,) = caught.value.errors
    return error["pointer"], error["message"]


def test_other_names_are_found_where_they_are_unambiguous(bench, tmp_path):
    path = tmp_path / "blog.sqlite"
    head = PAGE.format(meta=PUBLISHED.format("2021-03-04"), text="A")
    make(
        path,
        "CREATE TABLE posts(nr INTEGER PRIMARY KEY, Link TEXT, Body TEXT, pub_date TEXT)",
        "CREATE TABLE authors(id INTEGER PRIMARY KEY, name TEXT)",
    )
    ask(path, "INSERT INTO posts(body) VALUES (?)", head)
    run(bench, path)
    assert ask(path, "SELECT pub_date FROM posts") == [("2021-03-04",)]


@pytest.mark.parametrize(
    ("params", "pointer", "word"),
    [
        ({"table": "artikles"}, "/params/table", "articles"),
        ({"date_column": "publishd_at"}, "/params/date_column", "published_at"),
        ({"html_column": "htm"}, "/params/html_column", "html"),
        ({"id_column": "nr"}, "/params/id_column", "There is no 'nr'"),
        ({"table": 'x"; DROP TABLE articles; --'}, "/params/table", "articles"),
    ],
)
def test_a_name_that_does_not_exist_is_answered_with_a_pointer(
    bench, archive, params, pointer, word
):
    found, message = complaint(bench, archive, **params)
    assert found == pointer
    assert word in message
    assert len(dates(archive)) == 5


def test_two_tables_that_fit_are_asked_about(bench, archive):
    make(archive, "CREATE TABLE posts(id INTEGER PRIMARY KEY, html TEXT, date TEXT)")
    pointer, message = complaint(bench, archive)
    assert pointer == "/params/table"
    assert "articles, posts" in message


def test_a_table_without_a_key_of_one_column_asks_for_one(bench, tmp_path):
    path = tmp_path / "odd.sqlite"
    make(path, "CREATE TABLE pages(a INT, b INT, html TEXT, date TEXT, PRIMARY KEY (a, b))")
    assert complaint(bench, path)[0] == "/params/id_column"


# --- failures ------------------------------------------------------------------------------------

HOSTILE = '''
import os, signal, time
from core.tasks.backfill_dates import BackfillDates

class Hostile(BackfillDates):
    """The task itself, with little patience, and pages that attack it."""
    name = "hostile-dates"
    compute_in = "processes"
    record_timeout_s = 0.5

    def compute(self, record):
        page = record[2].decode()
        if "[hang]" in page:
            time.sleep(60)
        if "[crash]" in page:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "[error]" in page:
            raise ValueError("no page at all")
        return super().compute(record)
'''


@pytest.fixture
def hostile(tmp_path, archive):
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "hostile.py").write_text(HOSTILE)
    bench = ready(bench_with(tmp_path), tmp_path)
    for place, word in enumerate(("[hang]", "[crash]", "[error]"), 1):
        ask(archive, "UPDATE articles SET html = html || ? WHERE id = ?", word, place)
    yield bench
    bench.store.close()


def failed_items(bench, task):
    rows = bench.store.rows("items_of_task", task_id=task.id, after=0, status="failed", limit=99)
    return {r["key"]: r for r in rows if r["status"] == "failed"}


@pytest.mark.slow
def test_hostile_pages_end_in_time_as_failed_records_and_harm_no_other(hostile, archive):
    ask(archive, "UPDATE articles SET published_at = NULL WHERE id = 5")
    began = time.monotonic()
    task = hostile.run("hostile-dates", database=str(archive))
    assert time.monotonic() - began < 30
    assert (task.status, task.done, task.failed, task.total) == ("completed", 2, 3, 5)
    items = failed_items(hostile, task)
    assert set(items) == {"1", "2", "3"}
    assert "ValueError: no page at all" in items["3"]["message"]
    assert "compute" in items["3"]["trace"]
    memory = dict(
        ask(archive, "SELECT record_id, detail FROM longhaul_dates WHERE outcome='failed'")
    )
    assert memory["1"].startswith("timeout:")
    assert memory["2"].startswith("crash:")
    assert memory["3"].startswith("error:")
    assert dates(archive)[4] == "2021-03-04"


@pytest.mark.slow
def test_failed_records_alone_are_retried_and_nothing_else_is_visited(hostile, archive):
    task = hostile.run("hostile-dates", database=str(archive))
    ask(archive, "UPDATE articles SET html = replace(html, '[error]', '') WHERE id = 3")
    ask(archive, "UPDATE articles SET html = replace(html, '[crash]', '') WHERE id = 2")
    hostile.steering.act("retry", task.id, only_failed_items=True)
    hostile.work_all()
    task = now(hostile, task)
    assert (task.status, task.done, task.failed, task.total) == ("completed", 2, 1, 3)
    assert dates(archive)[:3] == [None, "2020-02-03", "2019-05-05"]
    hostile.steering.act("retry", task.id, only_failed_items=True)
    hostile.work_all()
    assert now(hostile, task).total == 1, "of the last run's failures, not of the first's"


@pytest.mark.slow
def test_a_page_of_thirty_megabytes_ends_in_time(bench, archive, monkeypatch):
    monkeypatch.setattr(BackfillDates, "compute_in", "processes")
    rows = "<tr><td>" + "x" * 100 + "</td></tr>"
    page = PAGE.format(meta="", text="<table>" + rows * (30_000_000 // len(rows)) + "</table>")
    ask(archive, "UPDATE articles SET html = ? WHERE id = 4", page)
    began = time.monotonic()
    task = bench.run("backfill-dates", database=str(archive))
    assert task.status == "completed"
    assert time.monotonic() - began < 60
    assert task.done + task.failed == 4
    assert dates(archive)[0] == "2021-03-04"


def test_pages_are_read_right_whatever_the_encoding_of_the_database(tmp_path):
    """SQLite's text is taken as the bytes it is, which is UTF-8 in nearly every file."""
    found = {}
    for encoding in ("UTF-8", "UTF-16le"):
        path = tmp_path / f"{encoding}.sqlite"
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(f"PRAGMA encoding = '{encoding}'")
            database.execute(
                "CREATE TABLE articles(id INTEGER PRIMARY KEY, html TEXT, published_at TEXT)"
            )
            pages = (
                PAGE.format(meta='<meta charset="latin-1">', text="Veröffentlicht: 4. März 2021"),
                PAGE.format(meta=PUBLISHED.format("2020-05-06"), text="日付 \ufeff 🕰"),
                "",
                None,
            )
            database.executemany("INSERT INTO articles(html) VALUES (?)", [(p,) for p in pages])
        bench = ready(bench_with(tmp_path), tmp_path)
        assert bench.run("backfill-dates", database=str(path)).status == "completed"
        found[encoding] = dates(path)
        bench.store.close()
        shutil.rmtree(tmp_path / "tasks", ignore_errors=True)
    assert found["UTF-8"] == ["2021-03-04", "2020-05-06", None, None]
    assert found["UTF-16le"] == found["UTF-8"]
