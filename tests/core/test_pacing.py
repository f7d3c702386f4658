"""Back-off and batch sizes."""

import pytest

from core.pacing import BatchSize, backoff


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
    size = BatchSize(size=50, most=200, pinned=True)
    assert size.after(50, 100.0) is size


def test_a_batch_without_records_or_time_teaches_nothing():
    size = BatchSize(size=50, most=200)
    assert size.after(0, 1.0) is size
    assert size.after(10, 0.0) is size
