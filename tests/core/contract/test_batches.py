"""What the contract promises of a backfill's stages, counts and batches, and of a dry run."""

import json
import sqlite3
from contextlib import closing

from tests.core.contract.doubling import RECORDS, Once, job_of, raise_retry, start, told


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


def test_a_dry_run_leaves_the_target_the_same_to_the_byte(bench):
    before = bench.database.read_bytes()
    task = start(bench, dry_run=True)
    bench.work_all()
    done = bench.ledger.task(task.id)
    assert (done.status, done.done, done.skipped) == ("completed", 22, 23)
    assert bench.database.read_bytes() == before


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
