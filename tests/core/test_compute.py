"""The seam of computing, without processes: records that cross it, Inline, and who comes next."""

import mmap
import os
import pickle
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compute import Code, Failure, Outcome, Outcomes, TooManyBatches, window
from core.compute.inline import Inline
from core.compute.work import Batch, Work

CRASH = Failure("crash", "died")


class Doubling:
    def __init__(self):
        self.warmed = 0

    def warm_up(self):
        self.warmed += 1

    def compute(self, record):
        if record is None:
            raise ValueError("nothing to double")
        if record == "stop":
            raise StopIteration
        if record == "big":
            raise MemoryError
        return record * 2


class Mute(Exception):
    def __str__(self):
        raise RuntimeError


# --- Inline ------------------------------------------------------------------------------------


def test_inline_gives_values_in_record_order():
    computer = Inline(Doubling())
    computer.submit([1, 2, 3])
    assert computer.collect(0).values == [2, 4, 6]


def test_a_failing_record_leaves_the_others_their_values():
    computer = Inline(Doubling())
    computer.submit([None, 1, None, 2, None])
    outcomes = computer.collect(0)
    assert outcomes.values == [None, 2, None, 4, None]
    assert sorted(outcomes.failures) == [0, 2, 4]
    assert len(outcomes.seconds) == 5


def test_a_failure_carries_message_and_trace_of_the_tasks_code_only():
    computer = Inline(Doubling())
    computer.submit([None])
    failure = computer.collect(0).failures[0]
    assert (failure.kind, failure.message) == ("error", "ValueError: nothing to double")
    assert 'raise ValueError("nothing to double")' in failure.trace
    assert "inline.py" not in failure.trace


def test_stop_iteration_in_compute_is_a_failure_and_not_the_end_of_the_batch():
    computer = Inline(Doubling())
    computer.submit([1, "stop", 2])
    outcomes = computer.collect(0)
    assert outcomes.values == [2, None, 4]
    assert outcomes.failures[1].kind == "error"


def test_memory_error_inline_is_of_kind_memory():
    computer = Inline(Doubling())
    computer.submit(["big"])
    assert computer.collect(0).failures[0].kind == "memory"


def test_keyboard_interrupt_reaches_the_caller():
    class Interrupted:
        def compute(self, record):
            raise KeyboardInterrupt

    computer = Inline(Interrupted())
    computer.submit([1])
    with pytest.raises(KeyboardInterrupt):
        computer.collect(0)


def test_inline_warms_up_once_before_the_first_record():
    doubling = Doubling()
    computer = Inline(doubling)
    for _ in range(2):
        assert doubling.warmed in (0, 1)
        computer.submit([1])
        computer.collect(0)
    assert doubling.warmed == 1


def test_inline_keeps_one_batch_in_flight_and_refuses_a_second():
    computer = Inline(Doubling())
    computer.submit([])
    assert (computer.pending, computer.in_flight) == (1, 1)
    with pytest.raises(TooManyBatches):
        computer.submit([])
    assert list(computer.collect(0)) == []
    assert computer.collect(0) is None


def test_a_closed_inline_computer_holds_nothing():
    computer = Inline(Doubling())
    computer.submit([1])
    computer.close()
    assert computer.pending == 0


# --- what crosses the seam ---------------------------------------------------------------------


def test_outcomes_read_like_a_list_of_outcome():
    outcomes = Outcomes([1, None], [0.1, 0.2], {1: CRASH})
    assert list(outcomes) == [Outcome(1, None, 0.1), Outcome(None, CRASH, 0.2)]
    assert outcomes[-1] == outcomes[1] == outcomes[:][1]
    with pytest.raises(IndexError):
        outcomes[2]


def test_a_failure_is_bounded_and_survives_an_exception_that_cannot_be_shown():
    assert len(Failure.of(ValueError("x" * 100_000)).message) < 2_500
    assert "cannot be shown" in Failure.of(Mute()).message
    assert pickle.loads(pickle.dumps(CRASH)) == CRASH


def test_code_loads_a_nested_class_by_name():
    assert Code("collections", "OrderedDict").load() == {}
    assert Code("core.compute.work", "Work").load().take(
        empty=True, fresh=True, fresh_coming=False
    ) is (None)


def test_code_loads_a_drop_in_file_once_and_with_its_parameters(tmp_path):
    file = tmp_path / "drop_in.py"
    file.write_text(
        "class Task:\n"
        "    def __init__(self, n): self.n = n\n"
        "    @classmethod\n"
        "    def from_params(cls, params): return cls(params.get('n', 0))\n"
    )
    code = Code("drop_in_of_a_test", "Task", str(file), {"n": 7})
    one, two = code.load(), code.load()
    assert (one.n, type(one)) == (7, type(two))
    assert type(pickle.loads(pickle.dumps(one))) is type(one)


def test_a_drop_in_file_that_fails_leaves_no_half_module_behind(tmp_path):
    file = tmp_path / "bad.py"
    file.write_text("import no_such_module_anywhere")
    code = Code("bad_drop_in_of_a_test", "Task", str(file))
    for _ in range(2):
        with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere"):
            code.load()


# --- which record comes next -------------------------------------------------------------------


def take(work, *, empty=True, fresh=False, fresh_coming=False):
    ticket = work.take(empty=empty, fresh=fresh, fresh_coming=fresh_coming)
    return ticket and ticket.record


def work_with(*records):
    work, batch = Work(), Batch(records)
    work.add(batch)
    return work, batch, [work.take(empty=True, fresh=True, fresh_coming=False) for _ in records]


def test_an_empty_batch_is_done_at_once():
    assert Batch([]).done.is_set()


def test_the_innocent_records_of_a_dead_process_come_first_again_in_order():
    work, _, held = work_with("a", "b", "c")
    work.add(Batch(["d"]))
    work.lost(held, CRASH, 0.0, 1)
    assert [take(work) for _ in range(4)] == ["b", "c", "d", None]


def test_only_the_record_being_computed_is_charged():
    work, batch, held = work_with("a", "b")
    work.lost(held, CRASH, 1.5, 1)
    assert list(batch.outcomes.failures) == [0]
    assert batch.outcomes.seconds[0] == 1.5
    assert not batch.done.is_set()


def test_a_suspect_waits_for_a_fresh_process_while_others_go_on():
    work, _, held = work_with("poison", "b")
    work.lost(held, CRASH, 0.0, 2)
    assert take(work, empty=True, fresh=False, fresh_coming=True) == "b"
    assert take(work, empty=True, fresh=True, fresh_coming=True) == "poison"


def test_a_suspect_is_not_starved_when_no_fresh_process_comes():
    work, _, held = work_with("poison", "b")
    work.lost(held, CRASH, 0.0, 2)
    assert take(work, empty=False) is None
    assert take(work, empty=True) == "poison"


def test_a_second_death_fails_the_record_and_says_how_often_it_was_tried():
    work, batch, held = work_with("poison")
    work.lost(held, CRASH, 0.0, 2)
    again = [work.take(empty=True, fresh=True, fresh_coming=False)]
    work.lost(again, CRASH, 0.0, 2)
    assert batch.done.is_set()
    assert "2 of 2 attempts" in batch.outcomes.failures[0].message


def test_a_filled_record_is_let_go_of():
    _, batch, held = work_with("large")
    held[0].fill("result", 0.1)
    assert (batch.records, batch.done.is_set()) == ([None], True)


# --- the shared memory -------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="this system has no such memory")
@given(st.lists(st.integers(0, window.SIZE + 1), max_size=60), st.data())
@settings(max_examples=60, deadline=None)
def test_a_record_keeps_its_place_until_it_is_released(sizes, data):
    shared, lying = window.Window(), deque()
    try:
        seen = mmap.mmap(shared.fileno(), 0, access=mmap.ACCESS_READ)
        for number, size in enumerate(sizes):
            body = bytes([number % 251]) * size
            at = shared.put(body)
            if at is not None:
                lying.append((at, body))
            elif size >= window.LEAST and not lying:
                assert size > window.SIZE, "an empty one has room for all that fits at all"
            for place, text in lying:
                assert seen[place : place + len(text)] == text
            for _ in range(data.draw(st.integers(0, len(lying)))):
                shared.release()
                lying.popleft()
        seen.close()
    finally:
        shared.close()
