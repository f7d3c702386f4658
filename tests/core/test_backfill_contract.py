"""What docs/backfill-contract.md promises of the loop, on real databases, one worker, no waiting.

The backfill of these tests is dropped in as a plug-in is. Its class has hooks that a test sets, so
that a pause, a cancel or an error falls into the middle of a batch. Crashes are in tests/crash.
"""

import json
import sqlite3
from contextlib import closing

import pytest

from core.errors import Retry
from core.model import Kind
from tests.factories import Bench

PLUGIN = '''
import json
from pydantic import BaseModel
from core import Backfill, Target

class Double(Backfill):
    """Write the double of every number beside it."""
    name = "double"
    skipped_as = frozenset({"odd"})
    reads = []  # (cursor, limit) of each read
    in_apply = staticmethod(lambda run, results: None)
    in_compute = staticmethod(lambda record: None)

    class Params(BaseModel):
        database: str
        batch_size: int = 10
        dry_run: bool = False
        own_target: bool = True
        log: str = ""  # without a target: the file that batches are written to

    def changes_nothing(self):
        return self.params.dry_run

    def target(self, run):
        self.db = Target.open(self.params.database, read_only=self.params.dry_run)
        return self.db if self.params.own_target else None

    def count(self, run):
        return self.db.rows("SELECT count(*) FROM numbers")[0][0]

    def read(self, run, cursor, limit):
        type(self).reads.append((cursor, limit))
        page = "SELECT id, n FROM numbers WHERE id > ? ORDER BY id LIMIT ?"
        return self.db.rows(page, (cursor or 0, limit))

    def read_keys(self, run, keys):
        type(self).reads.append((list(keys), len(keys)))
        one = "SELECT id, n FROM numbers WHERE id = ?"
        return [row for key in keys for row in self.db.rows(one, (key,))]

    def compute(self, record):
        type(self).in_compute(record)
        return record[1] * 2

    def outcome(self, result):
        if result.failure is not None:
            return "failed"
        return "odd" if result.key % 2 else "doubled"

    def apply(self, run, results, connection):
        found = [(r.value, r.key) for r in results if r.failure is None]
        if connection is None:
            with open(self.params.log, "a") as file:
                file.writelines(f"{key}\\n" for _, key in found)
        else:
            connection.exec_driver_sql("UPDATE numbers SET double = ? WHERE id = ?", found)
        type(self).in_apply(run, results)
'''
RECORDS = 45


@pytest.fixture
def bench(tmp_path):
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "double.py").write_text(PLUGIN)
    bench = Bench(tmp_path)
    bench.database = tmp_path / "numbers.sqlite"
    with closing(sqlite3.connect(bench.database)) as database, database:
        database.execute("CREATE TABLE numbers (id INTEGER PRIMARY KEY, n INT, double INT)")
        database.executemany(
            "INSERT INTO numbers (id, n) VALUES (?, ?)", [(i, i) for i in range(1, RECORDS + 1)]
        )
    bench.type = bench.registry.get("double")
    yield bench
    bench.store.close()


def start(bench, **params):
    return bench.start("double", database=str(bench.database), **params)


def doubled(bench):
    with closing(sqlite3.connect(bench.database)) as database:
        return [r[0] for r in database.execute("SELECT id FROM numbers WHERE double = n * 2")]


def job_of(bench, task):
    return bench.ledger.jobs(bench.ledger.task(task.id))[0]


def told(bench, task):
    kinds = (Kind.TASK_CREATED, Kind.TASK_UPDATE, Kind.TASK_PROGRESS, Kind.TASK_FINISHED)
    return [json.loads(e.data) for e in bench.events() if e.kind in kinds]


class Once:
    """A hook that acts at its nth call only."""

    def __init__(self, at, action):
        self.at, self.action, self.calls = at, action, 0

    def __call__(self, *arguments):
        self.calls += 1
        if self.calls == self.at:
            self.action(*arguments)


def raise_retry(*_):
    raise Retry("again", seconds=0)


# --- stages, progress, batches --------------------------------------------------------------------


def test_the_stages_are_scanning_then_backfilling(bench):
    task = start(bench)
    bench.work_all()
    stages = [document["stage"] for document in told(bench, task) if document["stage"]]
    assert list(dict.fromkeys(stages)) == ["scanning", "backfilling"]


def test_the_total_is_known_before_the_first_batch_and_counted_once(bench):
    bench.type.in_apply = staticmethod(Once(2, raise_retry))
    task = start(bench)
    with_progress = []
    bench.type.in_compute = staticmethod(lambda _: with_progress.append(job_of(bench, task).total))
    bench.work_one()
    assert set(with_progress) == {RECORDS}
    with closing(sqlite3.connect(bench.database)) as database, database:
        database.execute("DELETE FROM numbers WHERE id = 45")
    bench.work_all()
    assert set(with_progress) == {RECORDS}, "not counted again"
    assert job_of(bench, task).total == RECORDS - 1, "at its end there was what was seen"


def test_records_are_read_in_order_each_page_after_the_last(bench):
    start(bench)
    bench.type.reads.clear()
    bench.work_all()
    cursors = [cursor for cursor, _ in bench.type.reads]
    assert cursors[0] is None
    assert cursors[1:] == sorted(set(cursors[1:])) and cursors[-1] == RECORDS


def test_a_batch_has_at_most_batch_size_records(bench):
    sizes = []
    bench.type.in_apply = staticmethod(lambda run, results: sizes.append(len(results)))
    start(bench, batch_size=7)
    bench.work_all()
    assert sum(sizes) == RECORDS
    assert max(sizes) <= 7


def test_progress_counts_records_by_outcome(bench):
    task = start(bench)
    bench.work_all()
    done = bench.ledger.task(task.id)
    assert (done.done, done.skipped, done.failed, done.total) == (22, 23, 0, RECORDS)
    assert job_of(bench, task).tally == {"doubled": 22, "odd": 23}


def test_what_apply_counts_differently_is_what_counts(bench):
    original, batches = bench.type.apply, []

    def somebody_else_was_first(self, run, results, connection):
        original(self, run, results, connection)
        batches.append(len(results))
        return {"doubled": len(results) - 1, "lost": 1}

    bench.type.apply = somebody_else_was_first
    task = start(bench, batch_size=RECORDS)
    bench.work_all()
    expected = {"doubled": RECORDS - len(batches), "lost": len(batches)}
    assert job_of(bench, task).tally == expected
    with closing(sqlite3.connect(bench.database)) as database:
        (row,) = database.execute("SELECT tally FROM longhaul_checkpoint").fetchall()
    assert json.loads(row[0]) == expected


# --- cursor ---------------------------------------------------------------------------------------


def test_a_batch_that_fails_leaves_neither_effects_nor_cursor(bench):
    bench.type.in_apply = staticmethod(Once(3, raise_retry))
    task = start(bench)
    bench.work_one()
    cursor = int(job_of(bench, task).cursor)
    assert 0 < cursor < RECORDS
    assert doubled(bench) == list(range(1, cursor + 1))


def test_a_resumed_attempt_reads_on_at_the_cursor_and_keeps_its_counters(bench):
    bench.type.in_apply = staticmethod(Once(3, raise_retry))
    task = start(bench)
    bench.work_one()
    before = job_of(bench, task)
    bench.type.reads.clear()
    bench.work_all()
    assert bench.type.reads[0][0] == int(before.cursor)
    done = [d["progress"]["done"] + d["progress"]["skipped"] for d in told(bench, task)]
    assert done == sorted(done), "progress never goes back"
    assert doubled(bench) == list(range(1, RECORDS + 1))


def test_the_target_s_row_is_followed_where_our_own_state_is_behind(bench):
    """As after a crash between the two commits: the target says 20, we still say 10."""
    bench.type.in_apply = staticmethod(Once(3, raise_retry))
    task = start(bench)
    bench.work_one()
    cursor = int(job_of(bench, task).cursor)
    bench.store.execute("UPDATE jobs SET cursor = '1', done = 0, skipped = 1", {})
    bench.type.reads.clear()
    bench.work_all()
    assert bench.type.reads[0][0] == cursor
    done = bench.ledger.task(task.id)
    assert (done.done, done.skipped) == (22, 23)


def test_the_rows_of_jobs_that_ended_well_are_removed_by_the_next_run(bench):
    def later(*_):
        raise Retry("tomorrow", seconds=86_400)

    bench.type.in_apply = staticmethod(Once(2, later))
    start(bench)
    bench.work_one()  # waits for its next try: its row is needed
    for _ in range(3):
        start(bench)
        bench.work_one()
    with closing(sqlite3.connect(bench.database)) as database:
        keys = [r[0] for r in database.execute("SELECT key FROM longhaul_checkpoint")]
    assert [int(key.rpartition("-")[2]) for key in sorted(keys)] == [1, 4]


def test_a_target_that_was_replaced_is_worked_through_from_its_start(bench):
    bench.type.in_apply = staticmethod(Once(3, raise_retry))
    task = start(bench)
    bench.work_one()
    with closing(sqlite3.connect(bench.database)) as database, database:
        database.execute("DROP TABLE longhaul_checkpoint")
        database.execute("UPDATE numbers SET double = NULL")
    bench.work_all()
    assert doubled(bench) == list(range(1, RECORDS + 1))
    done = bench.ledger.task(task.id)
    assert (done.done, done.skipped) == (22, 23)


def test_without_a_target_at_most_one_batch_is_done_again(bench, tmp_path):
    bench.type.in_apply = staticmethod(Once(2, raise_retry))  # written, not checkpointed
    log = tmp_path / "log"
    log.touch()
    task = start(bench, own_target=False, log=str(log))
    bench.work_one()
    safe = int(job_of(bench, task).cursor)
    before = log.read_text().split()
    bench.work_all()
    after = log.read_text().split()
    assert {int(key) for key in after} == set(range(1, RECORDS + 1))
    twice = {int(key) for key in after if after.count(key) == 2}
    assert twice == {int(key) for key in before} - set(range(1, safe + 1))
    assert 0 < len(twice) <= 10 and max(after.count(key) for key in after) == 2


# --- pause and cancel -----------------------------------------------------------------------------


def test_a_pause_takes_effect_at_the_end_of_the_batch_and_holds_until_a_resume(bench):
    task = start(bench)
    pause = Once(2, lambda *_: bench.steering.act("pause", task.id))
    bench.type.in_apply = staticmethod(pause)
    bench.work_all()
    assert bench.ledger.task(task.id).status == "paused"
    assert doubled(bench) == list(range(1, int(job_of(bench, task).cursor) + 1))
    assert pause.calls == 2
    assert bench.work_one() is False
    bench.steering.act("resume", task.id)
    bench.work_all()
    assert bench.ledger.task(task.id).status == "completed"
    assert doubled(bench) == list(range(1, RECORDS + 1))


def test_a_cancel_keeps_what_was_committed_and_adds_nothing(bench):
    task = start(bench)
    cancel = Once(2, lambda *_: bench.steering.act("cancel", task.id))
    bench.type.in_apply = staticmethod(cancel)
    bench.work_all()
    ended = bench.ledger.task(task.id)
    assert ended.status == "cancelled"
    assert cancel.calls == 2
    assert len(doubled(bench)) == ended.done + ended.skipped == int(job_of(bench, task).cursor)


def test_a_cancel_during_the_last_batch_ends_cancelled(bench):
    task = start(bench, batch_size=RECORDS)
    bench.type.in_apply = staticmethod(lambda *_: bench.steering.act("cancel", task.id))
    bench.work_all()
    assert bench.ledger.task(task.id).status == "cancelled"


# --- dry run, failed records, knobs, memory -------------------------------------------------------


def test_a_dry_run_leaves_the_target_the_same_to_the_byte(bench):
    before = bench.database.read_bytes()
    task = start(bench, dry_run=True)
    bench.work_all()
    done = bench.ledger.task(task.id)
    assert (done.status, done.done, done.skipped) == ("completed", 22, 23)
    assert bench.database.read_bytes() == before


def fail_on(*ids):
    def hook(record):
        if record[0] in ids:
            raise ValueError(f"no double for {record[0]}")

    return staticmethod(hook)


def test_a_failed_record_fails_alone_and_is_listed_with_its_trace(bench):
    bench.type.in_compute = fail_on(13, 14)
    task = start(bench)
    bench.work_all()
    done = bench.ledger.task(task.id)
    assert (done.status, done.failed) == ("completed", 2)
    items = bench.store.execute("SELECT key, status, message, trace FROM items ORDER BY id", {})
    assert [(i["key"], i["status"]) for i in items] == [("13", "failed"), ("14", "failed")]
    assert items[0]["message"] == "ValueError: no double for 13"
    assert "in_compute" in items[0]["trace"]
    logged = [r["message"] for r in bench.store.execute("SELECT message FROM logs", {})]
    assert "record 13 failed: ValueError: no double for 13" in logged
    assert doubled(bench) == [n for n in range(1, RECORDS + 1) if n not in (13, 14)]


def test_a_retry_of_the_failed_records_visits_no_other(bench):
    bench.type.in_compute = fail_on(13, 14)
    task = start(bench)
    bench.work_all()
    bench.type.in_compute = fail_on(14)
    bench.type.reads.clear()
    seen = []
    bench.type.in_apply = staticmethod(lambda run, results: seen.extend(r.key for r in results))
    bench.steering.act("retry", task.id, only_failed_items=True)
    bench.work_all()
    assert seen == [13, 14]
    done = bench.ledger.task(task.id)
    assert (done.total, done.done + done.skipped, done.failed) == (2, 1, 1)
    assert 13 in doubled(bench) and 14 not in doubled(bench)


def test_a_batch_size_that_is_changed_while_it_runs_holds_from_the_next_batch(bench):
    task = start(bench)
    sizes = []

    def change(run, results):
        sizes.append(len(results))
        if len(sizes) == 1:
            with bench.ledger.transaction() as store:
                store.execute("UPDATE tasks SET knobs = '{\"batch_size\":3}'", {})

    bench.type.in_apply = staticmethod(change)
    bench.work_all()
    assert sizes[0] > 3
    assert set(sizes[1:-1]) == {3}
    assert bench.ledger.task(task.id).status == "completed"


def test_no_more_is_read_than_is_being_computed(bench):
    ahead = []

    def look(run, results):
        last_read = bench.type.reads[-1][0] or 0
        ahead.append(last_read - (run.cursor or 0))

    bench.type.in_apply = staticmethod(look)
    start(bench, batch_size=5)
    bench.work_all()
    assert len(ahead) >= RECORDS // 5
    assert max(ahead) == 0, "computed in the worker: one batch at a time, read when it is wanted"
