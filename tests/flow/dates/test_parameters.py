"""The parameters of `backfill-dates`, each on five pages; names and encodings that it finds."""

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from core.errors import Invalid
from core.paths import Roots
from core.tasks.backfill_dates import BackfillDates
from tests.archive import ask
from tests.flow.dates.archives import PAGE, PUBLISHED, dates, run
from tests.moves import bench_with, now, outcomes, put_setting

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


# --- encodings -----------------------------------------------------------------------------------


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
        bench = bench_with(tmp_path)
        put_setting(bench, roots=[str(tmp_path)])
        assert bench.run("backfill-dates", database=str(path)).status == "completed"
        found[encoding] = dates(path)
        bench.store.close()
        shutil.rmtree(tmp_path / "tasks", ignore_errors=True)
    assert found["UTF-8"] == ["2021-03-04", "2020-05-06", None, None]
    assert found["UTF-16le"] == found["UTF-8"]


def test_text_that_is_no_utf_8_is_read_as_the_page_declares(bench, archive):
    page = PAGE.format(
        meta='<meta charset="windows-1252">', text='<p class="date">4. März 2021</p>'
    )
    ask(archive, "UPDATE articles SET html = CAST(? AS TEXT) WHERE id = 4", page.encode("cp1252"))
    task = bench.run("backfill-dates", database=str(archive))
    assert (task.status, task.failed) == ("completed", 0)
    assert dates(archive)[3] == "2021-03-04"
