"""A queue whose worker is stepped by hand."""

import pytest

from tests.core.worker.doing import Does
from tests.moves import bench_with


@pytest.fixture
def bench(tmp_path):
    bench = bench_with(tmp_path, Does)
    yield bench
    bench.store.close()
