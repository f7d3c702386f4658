"""Backfills of several stages, and the stage that looks for what is left, on real databases."""

import json
import sqlite3
import threading
from contextlib import closing

import pytest

from core.backfill import Backfill, Stage
from core.errors import Retry
from core.loop import counting
from core.loop.standing import Standings
from core.policy import VerifyParams
from core.target import Target
from core.task_type import EXACTLY_ONCE
from tests.moves import bench_with, jobs, now, told

PAGES, PER_PAGE = 4, 7


class Hook:
    """Called in each batch that is written; a test makes it raise."""

    def __init__(self):
        self.at, self.seen = {}, []

    def __call__(self, name, results):
        self.seen.append((name, [r.key for r in results]))
        count = sum(1 for n, _ in self.seen if n == name)
        if self.at.get(name) == count:
            raise Retry("in the middle", seconds=0)


class Paged(Stage):
    def apply(self, run, results, connection):
        self.write([r for r in results if r.failure is None], connection)
        self.task.hook(self.name, results)


class ListPages(Paged):
    """Writes down which entries there are, page by page."""

    name = "list"
    counts = False

    def count(self, run):
        return PAGES

    def key(self, record):
        return record

    def read(self, run, cursor, limit):
        return list(range(1, PAGES + 1))[cursor or 0 :][:1]

    def write(self, results, connection):
        for result in results:
            rows = [(result.key * 100 + n,) for n in range(PER_PAGE)]
            connection.exec_driver_sql("INSERT INTO entries(id) VALUES (?)", rows)


class Scan(Paged):
    """Reads each entry."""

    name = "scan"

    def count(self, run):
        return self.task.db.rows("SELECT count(*) FROM entries")[0][0]

    def read(self, run, cursor, limit):
        page = "SELECT id FROM entries WHERE id > ? ORDER BY id LIMIT ?"
        return self.task.db.rows(page, (cursor or 0, limit))

    def read_keys(self, run, keys):
        return [(key,) for key in keys]

    def compute(self, record):
        if record[0] in self.task.fails:
            raise ValueError(f"no {record[0]}")
        return record[0] * 2

    def write(self, results, connection):
        rows = [(r.value, r.key) for r in results]
        if rows:
            connection.exec_driver_sql("UPDATE entries SET value = ?, n = n + 1 WHERE id = ?", rows)


class Crawl(Backfill):
    """Two stages, and a look for what is left."""

    name = "crawl"
    guarantee = EXACTLY_ONCE
    parts = (ListPages, Scan)
    hook = Hook()
    fails = frozenset()

    class Params(VerifyParams):
        database: str
        batch_size: int = 5

    def target(self, run):
        self.db = Target.open(self.params.database)
        return self.db

    def left(self, run, cursor, limit):
        page = "SELECT id FROM entries WHERE id > ? AND value IS NULL ORDER BY id LIMIT ?"
        return [row[0] for row in self.db.rows(page, (cursor or 0, limit))]


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.setattr(Crawl, "hook", Hook())
    monkeypatch.setattr(Crawl, "fails", frozenset())
    bench = bench_with(tmp_path, Crawl)
    bench.database = tmp_path / "entries.sqlite"
    with closing(sqlite3.connect(bench.database)) as db, db:
        db.execute("CREATE TABLE entries(id INTEGER, value INTEGER, n INTEGER DEFAULT 0)")
    yield bench
    bench.store.close()


def start(bench, **params):
    return bench.start("crawl", database=str(bench.database), **params)


def entries(bench):
    with closing(sqlite3.connect(bench.database)) as db:
        return db.execute("SELECT id, value, n FROM entries ORDER BY id").fetchall()


ALL = [page * 100 + n for page in range(1, PAGES + 1) for n in range(PER_PAGE)]
DONE = [(n, n * 2, 1) for n in ALL]


def standings(bench, task):
    return {s["name"]: s for s in json.loads(jobs(bench, task)[0].cursor)["stages"]}


def test_stages_run_one_after_the_other_and_are_told_in_this_order(bench):
    task = start(bench, verify="warn")
    assert task.step_list()[0].stages == ("list", "scan", "verifying")
    bench.work_all()
    assert now(bench, task).status == "completed"
    assert entries(bench) == DONE
    stages = [d["stage"] for k, d in told(bench, task) if k.startswith("task") and d["stage"]]
    assert list(dict.fromkeys(stages)) == ["list", "scan", "verifying"]


def test_each_stage_has_a_cursor_counts_and_a_total_of_its_own(bench):
    task = start(bench)
    bench.work_all()
    found = {
        name: (s["state"], s["cursor"], s["done"], s["total"])
        for name, s in standings(bench, task).items()
    }
    assert found == {"list": ("past", 4, 4, 4), "scan": ("past", 406, len(ALL), len(ALL))}
    done = now(bench, task)
    assert (done.done, done.total) == (len(ALL), len(ALL)), "listed pages are no entries"


@pytest.mark.parametrize(("stage", "batch"), [("list", 2), ("scan", 1), ("scan", 3)])
def test_a_stage_goes_on_at_its_cursor_and_finished_ones_are_not_repeated(bench, stage, batch):
    Crawl.hook.at = {stage: batch}
    start(bench)
    bench.work_one()
    Crawl.hook.at, Crawl.hook.seen = {}, []
    bench.work_all()
    assert entries(bench) == DONE
    again = {name for name, _ in Crawl.hook.seen}
    assert again == ({"list", "scan"} if stage == "list" else {"scan"})
    first = next(keys for name, keys in Crawl.hook.seen if name == stage)
    assert first[0] == (batch if stage == "list" else [r for r in ALL][5 * (batch - 1)])


def test_the_row_in_the_target_is_the_truth_of_every_stage(bench):
    """As after a crash between the two commits: our own state is a stage behind."""
    task = start(bench)
    Crawl.hook.at = {"scan": 3}
    bench.work_one()
    bench.store.execute("UPDATE jobs SET cursor = NULL, done = 0", {})
    Crawl.hook.at, Crawl.hook.seen = {}, []
    bench.work_all()
    assert entries(bench) == DONE
    assert {name for name, _ in Crawl.hook.seen} == {"scan"}
    assert now(bench, task).done == len(ALL)


def test_failed_records_are_listed_with_their_stage_and_tried_again_in_it(bench):
    Crawl.fails = frozenset({102, 301})
    task = start(bench)
    bench.work_all()
    keys = [r["key"] for r in bench.store.execute("SELECT key FROM items ORDER BY id", {})]
    assert keys == ['["scan",102]', '["scan",301]']
    Crawl.fails = frozenset()
    assert not Crawl.retries_items(), "one of its stages cannot read single records"
    bench.steering.act("retry", task.id, only_failed_items=True)
    Crawl.hook.seen = []
    bench.work_all()
    assert Crawl.hook.seen == [("scan", [102, 301])]
    assert entries(bench) == DONE


# --- totals ---------------------------------------------------------------------------------------


def test_a_stage_whose_count_takes_long_is_counted_beside_its_work(bench, monkeypatch):
    monkeypatch.setattr(counting, "WAIT_S", 0.0)
    worked, counted = threading.Event(), threading.Event()

    def slowly(self, run, cursor):
        yield 20
        assert worked.wait(20), "the work begins without it"
        yield 8
        counted.set()

    def compute(self, record):
        worked.set()
        # Later records wait for the count, so that it is known before the stage ends.
        assert record[0] < 300 or counted.wait(20)
        return record[0] * 2

    monkeypatch.setattr(Scan, "counting", slowly)
    monkeypatch.setattr(Scan, "compute", compute)
    task = start(bench, batch_size=1)
    bench.work_all()
    assert now(bench, task).status == "completed" and entries(bench) == DONE
    scans = [
        (stage["done"], stage["total"], document["progress"]["total"])
        for _, document in told(bench, task, "task_progress")
        for stage in document["stage_progress"] or ()
        if stage["name"] == "scan" and stage["state"] == "now"
    ]
    assert scans[0][1:] == (None, None), "it began without"
    known = next(scan for scan in scans if scan[2] is not None)
    assert known[1:] == (len(ALL), len(ALL)) and known[0] < len(ALL), "and knew before its end"


def test_a_stage_that_was_not_counted_yet_is_counted_by_the_next_attempt(bench, monkeypatch):
    monkeypatch.setattr(counting, "WAIT_S", 0.0)
    asked = []

    def parts(self, run, cursor):
        asked.append(cursor)
        if len(asked) == 1:
            raise OSError("not now")
        yield len([n for n in ALL if n > (cursor or 0)])

    monkeypatch.setattr(Scan, "counting", parts)
    Crawl.hook.at = {"scan": 2}
    task = start(bench)
    bench.work_one()
    Crawl.hook.at = {}
    totals = []
    write = Scan.write

    def watched(self, results, connection):
        totals.append(now(bench, task).total)
        write(self, results, connection)

    monkeypatch.setattr(Scan, "write", watched)
    bench.work_all()
    assert asked == [None, 104], "from where the stage stood"
    assert totals[-1] == len(ALL)
    lines = bench.store.rows("logs_of_task", task_id=task.id, after=0, levels='["warning"]',
                             like="", limit=10)  # fmt: skip
    assert "could not be counted: not now" in lines[0]["message"]


def test_a_stage_whose_source_grows_is_counted_again(bench, monkeypatch):
    def parts(self, run, cursor):
        rows = self.task.db.rows("SELECT count(*) FROM entries WHERE id > ?", (cursor or 0,))
        yield rows[0][0]

    monkeypatch.setattr(Scan, "counting", parts)
    read = Scan.read

    def watched(self, run, cursor, limit):
        if cursor == 104:
            with closing(sqlite3.connect(bench.database)) as db, db:
                rows = [(n,) for n in range(900, 950)]
                db.executemany("INSERT INTO entries(id) VALUES (?)", rows)
        return read(self, run, cursor, limit)

    monkeypatch.setattr(Scan, "read", watched)
    task = start(bench)
    bench.work_all()
    done = now(bench, task)
    assert (done.status, done.done, done.total) == ("completed", len(ALL) + 50, len(ALL) + 50)
    totals = [d["progress"]["total"] for _, d in told(bench, task, "task_progress")]
    assert len(ALL) in totals and len(ALL) + 50 in totals[:-1], "before its end"


# --- what is left ---------------------------------------------------------------------------------


def result(bench, task):
    return json.loads(bench.store.one("result", id=task.id)["result"])


def test_nothing_left_is_said_in_the_result(bench):
    task = start(bench, verify="fail")
    bench.work_all()
    assert result(bench, task)["left"] == {"count": 0, "sample": []}


def test_what_is_left_is_counted_with_a_sample_of_its_keys_and_warned_of(bench):
    Crawl.fails = frozenset(ALL[3:15])
    task = start(bench, verify="warn")
    bench.work_all()
    done = now(bench, task)
    assert done.status == "completed"
    assert result(bench, task)["left"] == {"count": 12, "sample": ALL[3:13]}
    assert (
        done.message
        == "12 records are left to do: 103, 104, 105, 106, 200, 201, 202, 203, 204, 205, …"
    )
    logged = bench.store.execute("SELECT level, message FROM logs ORDER BY id DESC LIMIT 1", {})
    assert tuple(logged[0]) == ("warning", done.message)
    assert done.done + done.failed == done.total == len(ALL), "who looks counts nothing"


def test_what_is_left_fails_the_run_where_that_is_declared_and_a_retry_looks_again(bench):
    Crawl.fails = frozenset({102})
    task = start(bench, verify="fail")
    bench.work_all()
    failed = now(bench, task)
    assert (failed.status, failed.error["code"]) == ("failed", "left-over")
    assert failed.error["message"] == "1 records are left to do: 102"
    with closing(sqlite3.connect(bench.database)) as db, db:
        db.execute("UPDATE entries SET value = 204, n = 1 WHERE id = 102")
    Crawl.hook.seen = []
    bench.steering.act("retry", task.id)
    bench.work_all()
    assert now(bench, task).status == "completed"
    assert Crawl.hook.seen == [], "no stage before it was repeated"


def test_the_look_goes_on_where_it_was(bench, monkeypatch):
    monkeypatch.setattr("core.stage.Leftover.batch_size", lambda self: 3)
    Crawl.fails = frozenset(ALL[:10])
    task = start(bench, verify="warn")
    reads = []
    left = Crawl.left

    def watched(self, run, cursor, limit):
        reads.append(cursor)
        if len(reads) == 3:
            raise Retry("in the middle", seconds=0)
        return left(self, run, cursor, limit)

    monkeypatch.setattr(Crawl, "left", watched)
    bench.work_all()
    assert reads == [None, 102, 105, 105, 201, 202]
    assert result(bench, task)["left"]["count"] == 10


# --- standings, pure -----------------------------------------------------------------------------


def test_one_stage_alone_has_its_plain_cursor_as_the_job_s():
    standings = Standings.of(["backfilling"], None)
    assert standings.text() is None
    assert standings.moved(0, [1, 2, 3], (3, 0, 0)).text() == "3"
    assert Standings.of(["backfilling"], "[1,2]").stages[0].cursor == [1, 2]


def test_standings_go_into_a_cursor_and_back():
    standings = Standings.of(["a", "b"], None)
    assert standings.text() is None
    moved = standings.changed(0, state="now", total=9).moved(0, ["x", "y"], (1, 1, 0)).noted(1, [4])
    assert Standings.of(["a", "b"], moved.text()) == moved
    assert Standings.of(["a", "c"], moved.text()).stages[1].state == "ahead"
