"""Spawned processes that compute: order, what crosses the pipes, coming, going, and no leftovers.

Crashes and limits are in test_compute_failures.py.
"""

import os
import signal
import subprocess
import sys
import textwrap
import time
import zlib
from pathlib import Path

import pytest

from core.compute import TooManyBatches
from core.errors import LonghaulError
from tests.flow.computing import (
    SAMPLES,
    compute,
    computers,
    content,
    is_running,
    linux_only,
    only_failure,
    wait_until,
)

ROOT = Path(__file__).resolve().parents[2]

pytestmark = linux_only


@pytest.fixture
def start():
    yield from computers()


# --- results -------------------------------------------------------------------------------------


def test_batches_and_records_come_back_in_order_whatever_process_had_them(start):
    computer = start(processes=2)
    batches = [range(100 * k, 100 * k + 100) for k in range(12)]
    waiting, values = list(batches), []
    while waiting or computer.pending:
        while waiting and computer.pending < computer.in_flight:
            computer.submit(waiting.pop(0))
        values += computer.collect(30).values
    assert values == [2 * n for n in range(1200)]


def test_more_batches_than_in_flight_are_refused(start):
    computer = start(in_flight=2)
    computer.submit([1])
    computer.submit([2])
    with pytest.raises(TooManyBatches):
        computer.submit([3])
    assert computer.collect(30).values == [2]
    computer.submit([3])
    assert computer.pending == 2


def test_collect_gives_none_while_the_batch_is_not_ready(start):
    computer = start()
    assert computer.collect(0) is None
    computer.submit([("sleep", 0.3)])
    assert computer.collect(0.01) is None
    assert computer.pending == 1
    assert computer.collect(30).values == ["slept"]


def test_seconds_are_those_of_the_record(start):
    outcomes = compute(start(), 1, ("sleep", 0.2), 2)
    assert 0.2 <= outcomes.seconds[1] < 1.0
    assert max(outcomes.seconds[0], outcomes.seconds[2]) < 0.1


def test_an_exception_is_that_records_failure_with_its_trace(start):
    outcomes = compute(start(), 1, ("raise_it", "no date here"), 3)
    failure = only_failure(outcomes, 1)
    assert (failure.kind, failure.message) == ("error", "ValueError: no date here")
    assert "raise_it" in failure.trace
    assert "compute_samples.py" in failure.trace
    assert outcomes.values == [2, None, 6]


def test_sys_exit_in_compute_fails_only_its_record(start):
    computer = start()
    failure = only_failure(compute(computer, 1, ("leave", 3), 3), 1)
    assert (failure.kind, failure.message) == ("error", "SystemExit: 3")


def test_a_result_or_record_that_cannot_be_pickled_is_an_error(start):
    outcomes = compute(start(), ("unpicklable", 0), 1, lambda: None, 2)
    assert outcomes.values == [None, 2, None, 4]
    assert "cannot be sent back" in outcomes.failures[0].message
    assert "cannot be sent to another process" in outcomes.failures[2].message


def test_a_result_of_a_class_the_parent_does_not_know_is_an_error(start, monkeypatch):
    monkeypatch.delitem(sys.modules, "compute_samples", raising=False)
    outcomes = compute(start(), ("own", 1), 2)
    assert "cannot be read back" in only_failure(outcomes, 0).message


def test_records_and_results_of_30_mb_pass_in_both_directions(start):
    large = 30 << 20
    records = [("size", "x" * large), ("text_of", large), 7, ("size", "y" * large)]
    outcomes = compute(start(processes=2), *records)
    assert not outcomes.failures
    assert outcomes.values[0] == outcomes.values[3] == large
    assert len(outcomes.values[1]) == large


def test_records_of_every_size_arrive_as_they_were_sent(start):
    """Small ones go by the socket, larger ones lie in the shared memory, some fit nowhere."""
    sizes = (10, 15_000, 17_000, 90_000, 700_000, 1_500_000, 3_000_000, 5_000_000)
    texts = [chr(97 + n % 26) * (sizes[n * 5 % 8] + n) for n in range(160)]
    outcomes = compute(start(processes=2), *(("checksum", text) for text in texts))
    assert outcomes.values == [zlib.crc32(text.encode()) for text in texts]


def test_a_system_without_such_memory_sends_large_records_too(start, monkeypatch):
    monkeypatch.delattr(os, "memfd_create", raising=False)
    texts = ["x" * 90_000, "y" * 3_000_000, "z"] * 10
    outcomes = compute(start(processes=2), *(("checksum", text) for text in texts))
    assert outcomes.values == [zlib.crc32(text.encode()) for text in texts]


def test_large_records_against_large_results_do_not_block_each_other(start):
    computer = start(processes=2)
    record = ("text_of", 400_000), ("size", "x" * 400_000)
    outcomes = compute(computer, *(record * 60))
    assert not outcomes.failures


def test_what_a_task_prints_does_not_disturb_the_results(start, capfd):
    outcomes = compute(start(), ("print_it", "hello "), 1, ("print_it", "x"), ("read_stdin", 0))
    assert outcomes.values == ["printed", 2, "printed", ""]
    assert "hello hello" in capfd.readouterr().out


def test_a_drop_in_file_gets_its_parameters(start):
    assert compute(start("Parameters", params={"factor": 5}), 1, 2).values == [5, 10]


def test_warming_up_happens_once_and_outside_the_time_limit(start):
    outcomes = compute(start("Warm", timeout=0.3), *range(5))
    assert outcomes.values == [1] * 5


# --- processes come and go -----------------------------------------------------------------------


def test_resizing_takes_effect_while_records_are_computed(start):
    computer = start(processes=1, in_flight=4)
    assert len(set(compute(computer, *[("pid_slowly", 0.02)] * 10).values)) == 1
    for _ in range(3):
        computer.submit([("pid_slowly", 0.05)] * 20)
    computer.resize(3)
    wait_until(lambda: len(computer.pids) == 3)
    used = {pid for _ in range(3) for pid in computer.collect(30).values}
    assert len(used) == 3
    computer.submit([("pid_slowly", 0.05)] * 20)
    computer.resize(1)
    wait_until(lambda: len(computer.pids) == 1)
    assert not computer.collect(30).failures
    assert set(compute(computer, ("pid", 0)).values) == set(computer.pids)
    wait_until(lambda: not any(is_running(pid) for pid in used - set(computer.pids)))


def test_no_more_processes_start_than_there_are_records(start):
    computer = start(processes=8)
    assert computer.pids == []
    compute(computer, 1)
    assert len(computer.pids) == 1


@pytest.mark.parametrize("now", [True, False])
def test_closing_in_the_middle_of_a_record_leaves_no_process(start, tmp_path, now):
    computer = start(processes=2)
    marks = [tmp_path / "one", tmp_path / "two"]
    computer.submit([("announce_and_hang", str(mark)) for mark in marks])
    pids = [int(wait_until(lambda mark=mark: content(mark))) for mark in marks]
    began = time.monotonic()
    computer.close(now)
    assert time.monotonic() - began < 4
    assert not any(is_running(pid) for pid in pids)
    computer.close()
    with pytest.raises(LonghaulError, match="closed"):
        computer.submit([1])


def test_many_starts_and_ends_leave_no_descriptor_and_no_thread_behind(start):
    import threading

    def once():
        computer = start()
        assert compute(computer, 1, ("leave_hard", 1), 2).failures
        computer.close()

    once()
    before = sorted(os.listdir("/proc/self/fd")), threading.active_count()
    for _ in range(10):
        once()
    assert (sorted(os.listdir("/proc/self/fd")), threading.active_count()) == before


def test_a_process_inherits_nothing_but_its_channel_its_notes_and_its_window(start):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        os.set_inheritable(server.fileno(), True)
        held = compute(start(), ("descriptors", 0)).values[0]
    numbers = [entry.split(":")[0] for entry in held if "/proc/" not in entry]
    extra = [entry for entry in held if entry.split(":")[0] not in ("0", "1", "2")]
    assert len([entry for entry in extra if "socket:" in entry]) == 1, held
    assert len([entry for entry in extra if "memfd:" in entry]) <= 1, held
    assert len(numbers) <= 7, held


def test_no_process_outlives_a_parent_that_was_killed(tmp_path):
    marks = [tmp_path / "one", tmp_path / "idle"]
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PARENT), SAMPLES, *map(str, marks)], cwd=ROOT
    )
    try:
        pids = [int(wait_until(lambda mark=mark: content(mark))) for mark in marks]
    finally:
        parent.kill()
        parent.wait()
    wait_until(lambda: not any(is_running(pid) for pid in pids), seconds=5)


PARENT = """
    import sys, time
    from core.compute import Code
    from core.compute.processes import Processes
    samples, busy, idle = sys.argv[1:]
    computers = [Processes(Code("compute_samples", "Plain", samples)) for _ in range(2)]
    computers[1].submit([("pid", 0)])
    pid = computers[1].collect(30).values[0]
    computers[0].submit([("announce_and_hang", busy)])
    open(idle, "w").write(str(pid))
    time.sleep(60)
"""


def test_an_interrupt_from_the_terminal_does_not_reach_the_processes(start):
    computer = start()
    pid = compute(computer, ("pid", 0)).values[0]
    assert os.getpgid(pid) != os.getpgid(0)
    os.kill(pid, signal.SIGINT)
    assert compute(computer, ("pid", 0)).values == [pid]


@pytest.mark.slow
def test_the_time_for_which_everything_was_stopped_is_nobodys_fault(tmp_path):
    mark = tmp_path / "pid"
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(STOPPED_PARENT), SAMPLES, str(mark)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        both = parent.pid, int(wait_until(lambda: content(mark)))
        for number, pause in ((signal.SIGSTOP, 5.0), (signal.SIGCONT, 0.0)):
            for pid in both:
                os.kill(pid, number)
            time.sleep(pause)  # being stopped is what is tested, not waited for
        assert parent.communicate(timeout=30)[0].strip() == "['worked'] {}"
    finally:
        parent.kill()
        parent.wait()


STOPPED_PARENT = """
    import sys
    from core.compute import Code
    from core.compute.processes import Processes
    samples, mark = sys.argv[1:]
    computer = Processes(Code("compute_samples", "Plain", samples), timeout=3.0)
    computer.submit([("announce_and_work", mark)])
    outcomes = computer.collect(60)
    print(outcomes.values, outcomes.failures)
    computer.close()
"""
