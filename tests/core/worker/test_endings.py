"""A worker in this process: what becomes of what a task's code returns, raises and says."""

import pytest

from core.errors import DatabaseBusy, Discard, DiskFull, Fail, Invalid, Retry, Snooze
from core.run import Split
from tests.core.worker.doing import does, raising
from tests.moves import assert_last_event_is_the_truth, jobs, now

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
