"""Rates and the time to go."""

import pytest

from core.estimate import RateMeter, eta


def meter(*samples):
    found = RateMeter()
    for at, seen in samples:
        found.add(at, seen)
    return found


def steady(seconds, rate, step=1.0, start=0):
    return [(i * step, int(i * step * rate) + start) for i in range(int(seconds / step) + 1)]


def test_a_steady_rate_is_told_as_it_is():
    rate = meter(*steady(20, 50)).rate()
    assert rate.likely == pytest.approx(50)
    assert rate.low == pytest.approx(50)
    assert rate.high == pytest.approx(50)


@pytest.mark.parametrize(
    "samples",
    [
        [],
        [(0, 0), (10, 100)],  # one span
        steady(1, 50, step=0.3),  # too short
        [(0, 0), (1, 1), (2, 2), (3, 3)],  # too few records
    ],
)
def test_with_little_evidence_there_is_no_rate(samples):
    assert meter(*samples).rate() is None


def test_what_was_done_in_earlier_attempts_is_not_part_of_the_rate():
    assert meter(*steady(20, 10, start=1_000_000)).rate().likely == pytest.approx(10)


def test_the_rate_follows_what_happened_lately():
    samples = steady(100, 100)
    samples += [(100 + i, 10_000 + i) for i in range(1, 100)]
    assert meter(*samples).rate().likely == pytest.approx(1, rel=0.2)


def test_an_uneven_rate_has_a_spread():
    samples, seen = [(0.0, 0)], 0
    for i in range(1, 41):
        seen += 100 if i % 8 < 4 else 10
        samples.append((float(i), seen))
    rate = meter(*samples).rate()
    assert rate.low < rate.likely < rate.high


def test_memory_stays_bounded_over_hours():
    found = RateMeter()
    for i in range(200_000):
        found.add(i * 0.05, i)
    assert len(found._samples) < 500


def test_many_short_batches_give_a_rate_too():
    samples = [(i * 0.002, i * 10) for i in range(5000)]
    assert meter(*samples).rate().likely == pytest.approx(5000, rel=0.1)


def test_the_time_to_go_is_a_range():
    assert eta(1000, 10, 20) == {"low": 50.0, "high": 100.0}
    assert eta(0, 10, 20) == {"low": 0.0, "high": 0.0}


@pytest.mark.parametrize("args", [(None, 1, 2), (10, None, None), (10, 0, 5)])
def test_an_unknown_time_to_go_is_not_told(args):
    assert eta(*args) is None
