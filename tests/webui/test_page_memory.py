"""A page that is left open stays small; measured for long by `tests/bench/bench_page_memory.py`."""

import pytest

from tests.bench.bench_page_memory import measured
from tests.webui.browsing import browser  # noqa: F401  (a fixture)

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.slow


def test_thousands_of_events_leave_the_page_small(browser):  # noqa: F811
    first, *_, last = measured(browser, seconds=8, rate=300, looks=4)
    assert last.told > 500, "hardly anything was told"
    # Ten minutes at this rate end below 11 MB.
    assert last.heap - first.heap < 10
    assert last.nodes < 6000 and last.listeners < 1000
