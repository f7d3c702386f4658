"""What the contract promises of a backfill's cursor after errors, pauses and cancels."""

import sqlite3
from contextlib import closing

from core.errors import Retry
from tests.core.contract.doubling import RECORDS, Once, doubled, job_of, raise_retry, start, told


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
