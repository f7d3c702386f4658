"""Back-off and batch sizes."""

import pytest

from core.pacing import BatchSize, backoff, noted


@pytest.mark.parametrize(("tries", "seconds"), [(1, 2), (2, 4), (3, 8), (9, 512), (10, 600)])
def test_the_wait_doubles_up_to_ten_minutes(tries, seconds):
    assert backoff(tries, random_unit=0.0) == seconds


def test_even_a_thousand_tries_wait_no_longer():
    assert backoff(1000, random_unit=0.0) == 600


def test_jitter_shortens_by_a_quarter_at_most():
    assert backoff(3, random_unit=1.0) == pytest.approx(6)
    assert all(6 <= backoff(3) <= 8 for _ in range(200))
    assert len({backoff(3) for _ in range(20)}) > 1, "what failed together comes back apart"


def test_a_slow_batch_shrinks_the_next_at_once():
    size = BatchSize(size=200, most=200, target_s=0.3).after(200, 30.0)
    assert size.size == 2


def test_it_grows_by_a_fifth_at_a_time_and_never_past_its_limit():
    size = BatchSize(size=100, most=130).after(100, 0.001)
    assert size.size == 121
    for _ in range(20):
        size = size.after(size.size, 0.001)
    assert size.size == 130


def test_it_never_falls_below_one():
    assert BatchSize(size=10, most=200).after(1, 100.0).size == 1


def test_a_pinned_size_stays():
    assert BatchSize(size=50, most=200, pinned=True).after(50, 100.0).size == 50


def test_a_batch_without_records_or_time_teaches_nothing():
    size = BatchSize(size=50, most=200)
    assert size.after(0, 1.0) is size
    assert size.after(10, 0.0) is size


def test_a_pinned_size_learns_the_time_of_a_record_for_later():
    size = BatchSize(size=50, most=200, pinned=True).after(50, 0.5)
    assert (size.size, size.record_s) == (50, 0.01)
    free = size.within(most=200, target_s=0.3, pinned=None)
    assert not free.pinned
    assert free.after(50, 0.5).size == 30


def test_it_begins_small_or_where_an_earlier_attempt_was():
    assert BatchSize.begin(200).size == 10
    assert BatchSize.begin(5).size == 5
    assert BatchSize.begin(200, record_s=0.002, size=120).size == 120


def test_limits_that_a_person_changes_hold_at_once():
    size = BatchSize(size=100, most=200)
    assert size.within(most=50, target_s=0.3, pinned=None).size == 50
    assert size.within(most=200, target_s=0.3, pinned=500).size == 500, "pinned means pinned"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (BatchSize(size=10, most=200), "begins small"),
        (BatchSize(size=50, most=200, pinned=True), "pinned to 50"),
        (BatchSize(size=200, most=200, record_s=0.0001), "at its limit of 200"),
        (BatchSize(size=20, most=200, record_s=0.001), "growing towards 300 ms a batch"),
        (BatchSize(size=100, most=200, record_s=0.003), "meets 300 ms a batch: a record takes 3"),
        (BatchSize(size=1, most=200, record_s=40.0), "a record takes 40 s, so even one alone"),
    ],
)
def test_every_size_says_why(size, words):
    assert words in size.reason


def settled(records_s, commit_s, steps=60, **limits):
    """The size after many batches of records that take so long, with such commits."""
    size = BatchSize.begin(5000)
    size = size.within(most=5000, target_s=0.3, pinned=None)
    for _ in range(steps):
        size = size.after(size.size, size.size * records_s + commit_s, commit_s)
    return size


@pytest.mark.parametrize(
    ("record_s", "commit_s", "low", "high"),
    [
        (0.003, 0.0, 99, 101),
        (0.003, 0.05, 83, 85),  # the commit is part of the batch
        (0.003, 0.6, 199, 202),  # a slow disk: as long for the records as for the commit
        (0.5, 0.0, 1, 1),
        (0.2, 0.0, 1, 2),
    ],
)
def test_a_batch_with_its_commit_takes_as_long_as_it_should(record_s, commit_s, low, high):
    assert low <= settled(record_s, commit_s).size <= high


def test_a_slow_commit_never_ends_in_batches_of_one():
    size = BatchSize(size=1, most=500)
    for _ in range(40):
        size = size.after(size.size, size.size * 0.001 + 0.4, 0.4)
    assert size.size > 300
    assert "every commit 0.4" in size.reason or "every commit 400 ms" in size.reason


def notes(*sizes):
    changes = []
    for size in sizes:
        if isinstance(size, int):
            size = BatchSize(size=size, most=1000, record_s=0.001)
        changes = noted(changes, size, at=0.0)
    return [(c["from"], c["to"]) for c in changes]


def test_steps_in_one_direction_are_one_change_and_hovering_is_none():
    assert notes(10, 13, 16, 20, 40, 100) == [(None, 10), (10, 100)]
    assert notes(10, 100, 95, 104, 96, 100) == [(None, 10), (10, 104)]
    assert notes(10, 100, 50, 20, 60) == [(None, 10), (10, 100), (100, 20), (20, 60)]


def test_a_pin_and_its_end_are_changes_however_small():
    pin = BatchSize(size=101, most=1000, pinned=True)
    assert notes(10, 100, pin, pin, 100) == [(None, 10), (10, 100), (100, 101), (101, 100)]


def test_of_many_changes_the_last_are_kept():
    many = notes(*[10, 100] * 50)
    assert len(many) == 12 and many[-1] == (10, 100)
