"""The ledger of ranges: it adds up, stays small and stays in order, whatever comes."""

from hypothesis import given
from hypothesis import strategies as st

from core.ranges import MOST, Range, added, caught_up

BATCHES = st.lists(
    st.tuples(st.integers(0, 5000), st.floats(0, 60_000), st.integers(0, 50)), max_size=600
)


def ledger(batches):
    ranges, at = [], 0
    for records, ms, failed in batches:
        if records:
            ranges = added(ranges, Range(at + 1, at + records, records, ms, min(failed, records)))
        at += records
    return ranges, at


@given(BATCHES)
def test_it_adds_up_and_never_has_more_than_its_most(batches):
    ranges, seen = ledger(batches)
    assert len(ranges) <= MOST
    assert sum(r.records for r in ranges) == seen
    counted = [b for b in batches if b[0]]
    assert abs(sum(r.ms for r in ranges) - sum(b[1] for b in counted)) < 1
    assert sum(r.failed for r in ranges) == sum(min(b[2], b[0]) for b in counted)


@given(BATCHES)
def test_each_range_begins_behind_the_one_before_it(batches):
    ranges, seen = ledger(batches)
    edges = [0, *(r.last for r in ranges)]
    assert [r.first for r in ranges] == [edge + 1 for edge in edges[:-1]]
    assert edges[-1] == seen


def test_many_batches_leave_equally_wide_ranges():
    ranges = []
    for at in range(20_000):
        ranges = added(ranges, Range(at, at, 7, 1.0))
    assert len(ranges) == MOST
    widths = [r.records for r in ranges[:-1]]
    assert max(widths) <= 3 * min(widths)


def test_what_a_crash_lost_is_a_range_that_nobody_measured():
    ranges = [Range(1, 100, 100, 50.0)]
    found = caught_up(ranges, 160, 160)
    assert found[-1] == Range(100, 160, 60, None)
    assert caught_up(ranges, 100, 100) == ranges
    assert caught_up(ranges, 0, None) == [], "another database stands there now"
    assert caught_up([], 20, 20) == [Range(None, 20, 20, None)]


def test_what_was_not_measured_is_taken_to_be_as_fast_as_its_neighbour():
    ranges = added([Range(1, 10, 10, 100.0), Range(11, 20, 10, None)], Range(21, 30, 10, 5.0), 2)
    assert ranges[0] == Range(1, 20, 20, 200.0)


def test_a_range_and_its_document_are_the_same():
    one = Range(["a", 1], ["b", 2], 10, 12.5, 3)
    assert Range.of(one.document()) == one
