"""Every way in which a record or its process can fail, with real processes: it fails alone."""

import os
import signal

import pytest

from core.compute import Code
from core.compute.processes import Processes
from core.errors import BrokenTaskType, LonghaulError
from tests.flow.computing import (
    compute,
    computers,
    content,
    is_running,
    linux_only,
    only_failure,
    wait_until,
)

pytestmark = linux_only


@pytest.fixture
def start():
    yield from computers()


# --- dying ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "poison, says",
    [
        (("fault", 0), "SIGSEGV"),
        (("kill_own_process", signal.SIGSEGV), "SIGSEGV"),
        (("kill_own_process", signal.SIGKILL), "SIGKILL"),
        (("leave_hard", 9), "exit status 9"),
    ],
    ids=["null-pointer", "segmentation-fault", "killed", "hard-exit"],
)
def test_a_record_that_crashes_its_process_fails_alone(start, poison, says):
    outcomes = compute(start(processes=2), *range(10), poison, *range(10))
    failure = only_failure(outcomes, 10)
    assert failure.kind == "crash"
    assert says in failure.message
    assert outcomes.values == [*range(0, 20, 2), None, *range(0, 20, 2)]


def test_a_native_crash_shows_where_it_happened(start):
    failure = only_failure(compute(start(), ("fault", 0)), 0)
    assert "in fault" in failure.trace


def test_several_poison_records_fail_and_nothing_else(start):
    poison = ("kill_own_process", signal.SIGSEGV)
    outcomes = compute(start(processes=2), poison, poison, 1, poison, 2, poison)
    assert sorted(outcomes.failures) == [0, 1, 3, 5]
    assert (outcomes.values[2], outcomes.values[4]) == (2, 4)


def test_a_record_whose_process_died_once_is_tried_again(start, tmp_path):
    outcomes = compute(start(), 1, ("die_first_time", str(tmp_path / "mark")), 2)
    assert outcomes.values == [2, "recovered", 4]


def test_processes_killed_in_the_middle_lose_no_record(start):
    computer = start(processes=2)
    values, waiting, killed = [], [range(k, k + 50) for k in range(0, 5000, 50)], 0
    while waiting or computer.pending:
        while waiting and computer.pending < computer.in_flight:
            computer.submit(waiting.pop(0))
        outcomes = computer.collect(30)
        assert not outcomes.failures
        values += outcomes.values
        if len(values) % 500 == 0 and computer.pids:
            os.kill(computer.pids[0], signal.SIGKILL)
            killed += 1
    assert values == [2 * n for n in range(5000)]
    assert killed >= 9


def test_a_process_killed_while_idle_is_replaced_silently(start):
    computer = start()
    first = compute(computer, ("pid", 0)).values[0]
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: first not in computer.pids)
    outcomes = compute(computer, ("pid", 0))
    assert not outcomes.failures
    assert outcomes.values[0] != first


def test_code_that_cannot_be_imported_raises_with_the_childs_traceback(start):
    computer = Processes(Code("no_such_module_of_a_task", "Task"), 2)
    computer.submit([1])
    for _ in range(2):
        with pytest.raises(BrokenTaskType, match="No module named 'no_such_module_of_a_task'"):
            computer.collect(30)
    with pytest.raises(LonghaulError):
        computer.submit([2])
    assert computer.pids == []
    computer.close()


def test_a_failing_warm_up_raises_instead_of_starting_for_ever(start):
    computer = start("BrokenWarmUp", processes=2)
    computer.submit([1])
    with pytest.raises(BrokenTaskType, match="the model file is missing") as raised:
        computer.collect(30)
    assert "in warm_up" in raised.value.extra["trace"]


def test_a_process_that_always_dies_while_starting_is_given_up(start):
    computer = start("DiesWhileStarting", processes=2)
    computer.submit([1])
    with pytest.raises(BrokenTaskType, match="SIGKILL"):
        computer.collect(30)


# --- limits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hanging, seen_in",
    [(("spin", 0), "spin"), (("sleep", 60), "sleep"), (("catastrophic_regex", 40), "match")],
    ids=["python-loop", "system-call", "native-loop"],
)
def test_a_record_over_its_time_limit_fails_alone_and_says_where_it_was(start, hanging, seen_in):
    outcomes = compute(start(processes=2, timeout=0.5), *range(5), hanging, *range(5))
    failure = only_failure(outcomes, 5)
    assert failure.kind == "timeout"
    assert "0.5 s" in failure.message
    assert seen_in in failure.trace
    assert 0.5 <= outcomes.seconds[5] < 5


def test_the_time_limit_is_per_record_and_not_per_batch(start):
    outcomes = compute(start(timeout=0.5), *[("sleep", 0.1)] * 10)
    assert not outcomes.failures


def test_the_time_limit_holds_while_nobody_collects(start, tmp_path):
    computer = start(timeout=0.5)
    mark = tmp_path / "pid"
    computer.submit([("announce_and_hang", str(mark))])
    pid = int(wait_until(lambda: content(mark)))
    wait_until(lambda: not is_running(pid))
    assert computer.collect(10).failures[0].kind == "timeout"


def test_ending_a_record_ends_the_programs_it_started(start, tmp_path):
    mark = tmp_path / "pid"
    outcomes = compute(start(timeout=1.0), ("program_and_hang", str(mark)))
    assert outcomes.failures[0].kind == "timeout"
    wait_until(lambda: not is_running(int(mark.read_text())))


def test_a_memory_bomb_fails_alone(start):
    computer = start(memory=512 << 20)
    outcomes = compute(computer, 1, ("eat", 4 << 30), 2, ("eat", 1 << 20))
    failure = only_failure(outcomes, 1)
    assert failure.kind == "memory"
    assert "in eat" in failure.trace
    assert outcomes.values == [2, None, 4, 1 << 20]


def test_memory_leaked_by_earlier_records_is_not_held_against_a_later_one(start):
    outcomes = compute(start("Leaky", memory=600 << 20), *[100 << 20] * 12)
    assert not outcomes.failures
    assert len(set(outcomes.values)) > 1


@pytest.mark.parametrize("options", [{"timeout": 0}, {"memory": -1}, {"processes": 0}])
def test_senseless_limits_are_refused(start, options):
    with pytest.raises(ValueError, match="must be"):
        start(**options)
