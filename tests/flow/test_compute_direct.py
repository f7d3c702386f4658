"""The pump without a thread: the caller moves the bytes, and every promise holds as with one."""

import os
import signal
import threading
import time

import pytest

from tests.flow.computing import compute, computers, linux_only, only_failure, wait_until

pytestmark = linux_only


@pytest.fixture
def start():
    make = computers()
    begin = next(make)
    yield lambda **options: begin(threaded=False, **options)
    yield from make


def test_batches_come_back_in_order_and_no_thread_is_started(start):
    computer, threads = start(), threading.active_count()
    for first in (0, 100, 200):
        computer.submit(range(first, first + 100))
    batches = [computer.collect(30).values for _ in range(3)]
    assert threading.active_count() == threads
    assert batches == [[2 * n for n in range(k, k + 100)] for k in (0, 100, 200)]


def test_a_record_that_crashes_its_process_fails_alone(start):
    outcomes = compute(start(), 1, ("kill_own_process", signal.SIGSEGV), 2)
    failure = only_failure(outcomes, 1)
    assert failure.kind == "crash"
    assert outcomes.values == [2, None, 4]


def test_a_record_over_its_time_is_ended_while_the_caller_looks_now_and_then(start):
    computer = start(timeout=0.5)
    computer.submit([1, ("sleep", 600), 2])
    found = wait_until(lambda: computer.collect(0.02))
    assert only_failure(found, 1).kind == "timeout"
    assert found.values == [2, None, 4]


def test_the_process_computes_while_its_caller_does_something_else(start, tmp_path):
    computer, mark = start(), tmp_path / "mark"
    compute(computer, 1)
    computer.submit([("announce_and_work", str(mark))])
    wait_until(mark.exists)
    assert computer.collect(30) is not None


def test_time_in_which_nobody_looked_is_not_held_against_a_record(start):
    computer = start(timeout=1.5)
    compute(computer, 1)
    computer.submit([("sleep", 1.0), ("sleep", 1.0)])
    time.sleep(1.7)  # what the caller does meanwhile: no synchronisation
    assert not computer.collect(30).failures


def test_a_process_killed_between_two_batches_is_replaced(start):
    computer = start()
    compute(computer, 1)
    os.kill(computer.pids[0], signal.SIGKILL)
    assert compute(computer, 1, 2).values == [2, 4]
    assert not compute(computer, 3).failures
