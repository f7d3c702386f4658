"""A worker in this process: what becomes of what a task's code returns, raises and does."""

import json
import threading

import pytest

from core import worker as worker_module
from core.endings import finished
from core.errors import ClaimLost, DatabaseBusy, Discard, DiskFull, Fail, Invalid, Retry, Snooze
from core.lifecycle import Ending
from core.queue import Outcome
from core.run import Split
from core.task_type import TaskType
from core.worker import Heartbeat
from tests.moves import assert_last_event_is_the_truth, bench_with, jobs, now, told


class Does(TaskType):
    """Does what a test says."""

    name = "does"
    action = staticmethod(lambda run: None)

    def run(self, run):
        return type(self).action(run)


@pytest.fixture
def bench(tmp_path):
    bench = bench_with(tmp_path, Does)
    yield bench
    bench.store.close()


def does(bench, monkeypatch, action):
    """Start a task that does `action(run)` and see one attempt through."""
    monkeypatch.setattr(Does, "action", staticmethod(action))
    task = bench.start("does")
    bench.work_one()
    return now(bench, task)


def raising(error):
    def action(run):
        raise error

    return action


# --- results -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "stored", "kind"),
    [
        (None, None, None),
        ({"a": 1, "ü": [None]}, '{"a": 1, "ü": [null]}'.encode(), "application/json"),
        ("text", b"text", "text/plain"),
        (b"\x00\xff", b"\x00\xff", "application/octet-stream"),
        ("caf\udce9", rb"caf\udce9", "text/plain"),
    ],
)
def test_what_it_returns_is_the_result(bench, monkeypatch, value, stored, kind):
    task = does(bench, monkeypatch, lambda run: value)
    assert (task.status, task.result_type) == ("completed", kind)
    assert bench.store.value("result", id=task.id) == stored


def test_a_result_that_cannot_be_told_fails_the_attempt_not_the_worker(bench, monkeypatch):
    loop: list = []
    loop.append(loop)
    task = does(bench, monkeypatch, lambda run: loop)
    assert task.status == "queued"
    assert "ValueError" in jobs(bench, task)[0].error["message"]


def test_a_split_with_chunks_that_cannot_be_told_fails_the_attempt(bench, monkeypatch):
    task = does(bench, monkeypatch, lambda run: Split((object(),)))
    assert "TypeError" in jobs(bench, task)[0].error["message"]


def test_names_of_files_that_are_no_utf8_can_be_chunks(bench, monkeypatch):
    task = does(bench, monkeypatch, lambda run: Split((["caf\udce9"],)))
    assert jobs(bench, task)[1].chunk == ["caf\udce9"]


# --- signals and errors --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signal", "status", "blocked", "tries"),
    [
        (Discard("gone"), "completed", "", 0),
        (Snooze(60, "still being written"), "queued", "backoff", 0),
        (Retry("try again", 5), "queued", "backoff", 1),
        (Fail("for good", hint="Choose another file."), "failed", "", 1),
        (DiskFull("The disk is full"), "paused", "", 0),
        (RuntimeError("bug"), "queued", "backoff", 1),
        (SystemExit(3), "queued", "backoff", 1),
        (DatabaseBusy("locked"), "queued", "backoff", 1),
        (Invalid("no such column"), "failed", "", 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_what_it_raises_decides_the_end(bench, monkeypatch, signal, status, blocked, tries):
    task = does(bench, monkeypatch, raising(signal))
    job = jobs(bench, task)[0]
    assert (task.status, job.blocked, job.tries) == (status, blocked, tries)


def test_a_failure_says_what_failed_and_where_the_trace_is(bench, monkeypatch):
    task = does(bench, monkeypatch, raising(RuntimeError("the file has no header")))
    error = jobs(bench, task)[0].error
    assert error["message"] == "RuntimeError: the file has no header"
    log = bench.store.execute("SELECT * FROM logs", {})[0]
    assert log["level"] == "error"
    assert error["trace_id"] in log["message"]
    assert "raise error" in log["message"]


def test_what_can_be_done_is_kept(bench, monkeypatch):
    task = does(bench, monkeypatch, raising(Fail("no", hint="Connect the disk.", code="no-disk")))
    assert (task.error["code"], task.error["hint"]) == ("no-disk", "Connect the disk.")


@pytest.mark.parametrize("word", ["caf\udce9", "\0", "x" * 100_000])
def test_whatever_an_error_says_it_is_the_attempts_end_not_the_workers(bench, monkeypatch, word):
    task = does(bench, monkeypatch, raising(OSError(word)))
    assert task.status == "queued"
    assert len(jobs(bench, task)[0].error["message"]) <= 4000


def test_an_error_that_cannot_even_be_shown_is_one_too(bench, monkeypatch):
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError("not even this")

    task = does(bench, monkeypatch, raising(Mute()))
    assert "Mute" in jobs(bench, task)[0].error["message"]


def test_a_type_that_is_gone_fails_the_task_with_that_reason(bench):
    task = bench.enqueue("no-such-type")
    bench.work_one()
    task = now(bench, task)
    assert task.status == "failed"
    assert "was its plug-in removed?" in task.error["message"]


def test_parameters_that_no_longer_fit_fail_the_task_with_pointers(bench):
    task = bench.enqueue("rehearse", params={"records": -1})
    bench.work_one()
    assert now(bench, task).status == "failed"
    assert "/params/records" in now(bench, task).error["message"]


# --- the line beside the bar ---------------------------------------------------------------------


def test_the_last_message_is_told_though_no_checkpoint_followed(bench, monkeypatch):
    task = does(bench, monkeypatch, lambda run: run.message("wrote 5 files"))
    assert task.message == "wrote 5 files"
    assert_last_event_is_the_truth(bench, task)


def test_a_new_attempt_begins_without_the_last_ones_message(bench, monkeypatch):
    def action(run):
        if run.job.attempts == 1:
            run.message("half way")
            raise Retry("again", 0)

    task = does(bench, monkeypatch, action)
    assert now(bench, task).message == "half way"
    bench.work_one()
    assert now(bench, task).message == ""


# --- races injected into the code itself ---------------------------------------------------------


@pytest.mark.parametrize(("verb", "status"), [("pause", "paused"), ("cancel", "cancelled")])
def test_a_verb_in_mid_work_is_obeyed_at_the_next_checkpoint(bench, monkeypatch, verb, status):
    went_on = []

    def action(run):
        run.checkpoint(1, done=1)
        bench.steering.act(verb, run.task.id)
        run.checkpoint(2, done=2)
        went_on.append(1)

    task = does(bench, monkeypatch, action)
    assert (task.status, task.done, went_on) == (status, 2, [])


def test_a_cancel_after_the_last_checkpoint_still_wins(bench, monkeypatch):
    task = does(
        bench, monkeypatch, lambda run: bench.steering.act("cancel", run.task.id) and {"a": 1}
    )
    assert task.status == "cancelled"
    assert task.result_type is None


def test_a_pause_after_the_last_checkpoint_lets_finished_work_be_finished(bench, monkeypatch):
    task = does(bench, monkeypatch, lambda run: bench.steering.act("pause", run.task.id) and None)
    assert task.status == "completed"


def test_who_was_taken_over_changes_nothing_and_the_worker_goes_on(bench, monkeypatch):
    def action(run):
        bench.settling.settle_dead(run.job, "its lease ran out")
        bench.settling.settle(bench.claim(9).job, Outcome(Ending.COMPLETED, result="theirs"))
        return "ours"

    task = does(bench, monkeypatch, action)
    assert bench.store.value("result", id=task.id) == b"theirs"
    assert bench.run("rehearsal", records=1, seconds_per_batch=0).status == "completed"


def test_a_claim_that_only_seemed_lost_ends_as_a_failed_attempt(bench, monkeypatch):
    """The target's checkpoint row moved by itself; nobody else has the job. Left running, it would
    be nobody's until its lease ends, and then cost a worker that has other work by then."""
    task = does(bench, monkeypatch, raising(ClaimLost("The checkpoint has moved on")))
    job = jobs(bench, task)[0]
    assert (job.status, job.blocked) == ("queued", "backoff")
    assert job.error == {"code": "claim-lost", "message": "The checkpoint has moved on"}


# --- settling under trouble ----------------------------------------------------------------------


def test_a_locked_database_delays_the_end_and_loses_nothing(bench, monkeypatch):
    settle, answers = bench.worker._settling.settle, iter([DatabaseBusy(), DiskFull()])

    def troubled(*args):
        if error := next(answers, None):
            raise error
        return settle(*args)

    monkeypatch.setattr(bench.worker._settling, "settle", troubled)
    assert does(bench, monkeypatch, lambda run: "x").status == "completed"


def test_an_end_that_was_rolled_back_has_claimed_nothing(bench, monkeypatch):
    """The disk is full when the end and the next claim are committed; both happen once."""
    first, second = bench.start("does"), bench.start("does")
    settle, failures = bench.worker._settling.settle, iter([DiskFull()])

    def full_once(job, outcome, then, task):
        def then_full():
            is_free = then()
            if error := next(failures, None):
                raise error
            return is_free

        return settle(job, outcome, then and then_full, task)

    monkeypatch.setattr(bench.worker._settling, "settle", full_once)
    following = bench.worker._see_through(bench.claim(), ahead=True)
    assert now(bench, first).status == "completed"
    assert (following.task.id, following.job.attempts) == (second.id, 1)
    bench.worker._see_through(following)
    assert now(bench, second).status == "completed"


# --- leaving -------------------------------------------------------------------------------------


def test_asked_to_leave_it_gives_its_job_back_at_the_cursor(bench, monkeypatch):
    def action(run):
        for n in range(run.cursor or 0, 10):
            if n == 4 and run.job.attempts == 1:
                bench.worker.leave()
            run.checkpoint(n + 1, done=n + 1)

    task = does(bench, monkeypatch, action)
    assert (task.status, jobs(bench, task)[0].cursor) == ("queued", "5")
    rows = bench.store.rows("attempts_of_task", task_id=task.id)
    assert [r["outcome"] for r in rows] == ["released"]


class Once:
    """A sleeper that nobody needs."""

    def listen(self):
        pass

    rise = listen

    def sleep(self, seconds, last=False):
        raise AssertionError("there was work, and then it was to leave")


def test_who_leaves_holding_the_next_claim_gives_it_back(bench, monkeypatch):
    """Asked to leave at the very moment at which it settled one job and claimed the next."""

    def action(run):
        run.checkpoint(1, done=1)

    monkeypatch.setattr(Does, "action", staticmethod(action))
    first, second = bench.start("does"), bench.start("does")
    settle = bench.worker._settling.settle

    def settle_and_leave(job, outcome, then=None, task=None):
        task = settle(job, outcome, then)
        bench.worker.leave()
        return task

    monkeypatch.setattr(bench.worker._settling, "settle", settle_and_leave)
    bench.worker.work(Once())
    assert now(bench, first).status == "completed"
    task = now(bench, second)
    assert (task.status, jobs(bench, task)[0].deaths) == ("queued", 0)
    assert bench.store.rows("running_jobs") == []


# --- waiting -------------------------------------------------------------------------------------


def test_who_has_not_worked_lately_lets_others_go_first(bench, monkeypatch):
    seen = []

    class Step(Once):
        def sleep(self, seconds, last=False):
            seen.append(last)
            if len(seen) == 1:
                bench.start("does")
            elif len(seen) == 2:
                monkeypatch.setattr(worker_module, "WARM_S", -1.0)  # as if it were long ago
            else:
                bench.worker.leave()

    monkeypatch.setattr(Does, "action", staticmethod(lambda run: None))
    bench.worker.work(Step())
    assert seen == [True, False, True], "new, warm from its job, and cold again"


# --- the heart -----------------------------------------------------------------------------------


class Beating:
    """What a heartbeat sees of a run."""

    def __init__(self, news=None):
        self.claim, self.has_news, self.lost = "claim", news is not None, threading.Event()
        self.flushed, self._news = threading.Event(), news

    def flush(self):
        if isinstance(self._news, list) and self._news:
            raise self._news.pop()
        self.has_news = False
        self.flushed.set()

    def lose(self):
        self.lost.set()


class Leases:
    lease_s = 0.2

    def __init__(self, *answers):
        self.renewed, self._answers = threading.Semaphore(0), list(answers)

    def renew(self, claim):
        self.renewed.release()
        if self._answers:
            raise self._answers.pop(0)


def test_the_heart_renews_the_lease_while_the_code_is_busy():
    leases = Leases()
    Heartbeat(leases).attend(Beating())
    assert all(leases.renewed.acquire(timeout=5) for _ in range(3))


def test_the_heart_tells_a_lost_claim():
    run = Beating()
    Heartbeat(Leases(ClaimLost())).attend(run)
    assert run.lost.wait(5)


@pytest.mark.parametrize("error", [DatabaseBusy(), DiskFull(), UnicodeError("half a character")])
def test_the_heart_beats_on_after_any_error(error, capfd):
    run, leases = Beating([error]), Leases(DatabaseBusy())
    Heartbeat(leases).attend(run)
    assert run.flushed.wait(5), "what it could not tell it tells later"
    assert leases.renewed.acquire(timeout=5)
    assert leases.renewed.acquire(timeout=5)
    assert not run.lost.is_set()


def test_the_heart_sleeps_while_nothing_runs_and_misses_no_beginning():
    """The run begins at the worst moment: when the heart has seen none and is going to sleep."""
    leases, heart = Leases(), None

    class Eyelids(threading.Event):
        def clear(self):
            heart.attend(Beating())
            super().clear()

    heart = Heartbeat(leases)
    waited_for, heart._awake = heart._awake, Eyelids()
    assert not waited_for.is_set()
    heart._awake.set()
    waited_for.set()
    assert leases.renewed.acquire(timeout=5)
    heart._awake = threading.Event()
    heart.attend(None)
    assert not heart._awake.is_set(), "nobody is woken for nothing"


def test_the_heart_tells_progress_that_no_checkpoint_follows(bench, monkeypatch):
    done = threading.Event()

    def action(run):
        run.checkpoint(1, done=1)
        run.checkpoint(2, done=2)  # held back: too soon after the first
        while not [d for _, d in told(bench, run.task) if d.get("progress", {}).get("done") == 2]:
            run.check()
        done.set()

    does(bench, monkeypatch, action)
    assert done.is_set()


# --- built-in multi-step types -------------------------------------------------------------------


def test_the_rehearsal_runs_both_steps(bench):
    task = bench.run("rehearsal", records=20, batch_size=10, seconds_per_batch=0)
    assert (task.status, task.done, task.total) == ("completed", 40, 40)
    assert json.loads(bench.store.value("result", id=task.id)) == {"counted": 20}


def test_the_rehearsal_goes_on_after_an_error_where_it_was(bench):
    task = bench.start(
        "rehearsal",
        records=20,
        batch_size=5,
        seconds_per_batch=0,
        trouble="hopeless",
        trouble_at=10,
    )
    bench.work_all()
    task = now(bench, task)
    assert (task.status, task.done, task.error["code"]) == ("failed", 10, "failed")
    bench.steering.act("retry", task.id)
    bench.work_one()
    rows = bench.store.rows("attempts_of_task", task_id=task.id)
    assert [(r["cursor_from"], r["cursor_to"]) for r in rows][:2] == [(None, "10"), ("10", "20")]


def test_checksums_fan_in_to_a_manifest(bench, tmp_path):
    import hashlib

    folder = tmp_path / "files"
    folder.mkdir()
    names = [f"f{n:02}.txt" for n in range(25)]
    for name in names:
        (folder / name).write_text(name)
    with bench.ledger.transaction() as store:
        store.changed("put_setting", key="roots", value=json.dumps([str(folder)]))
        store.changed("settings_changed")
    task = bench.run("checksum-folder", folder=str(folder), files_per_chunk=10)
    assert task.status == "completed", task.error
    expected = "".join(f"{hashlib.sha256(n.encode()).hexdigest()}  {n}\n" for n in names)
    assert bench.store.value("result", id=task.id).decode() == expected
    assert (task.done, task.total) == (25, 25)
    assert len([j for j in jobs(bench, task) if j.step == 0]) == 1 + 3


def test_a_file_whose_name_is_no_utf8_is_summed_like_any_other(bench, tmp_path):
    import os

    folder = tmp_path / "files"
    folder.mkdir()
    try:
        with open(os.path.join(os.fsencode(folder), b"caf\xe9"), "wb") as file:
            file.write(b"x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names alone")
    with bench.ledger.transaction() as store:
        store.changed("put_setting", key="roots", value=json.dumps([str(folder)]))
        store.changed("settings_changed")
    assert bench.run("checksum-folder", folder=str(folder)).status == "completed"


def test_a_result_that_json_cannot_hold_becomes_null_and_loses_nothing_else(tmp_path):
    outcome = finished({"mean": float("nan"), "most": float("inf"), "rows": 3})
    assert json.loads(outcome.result) == {"mean": None, "most": None, "rows": 3}
