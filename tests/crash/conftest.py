"""What the crash tests share."""

import pytest

from tests.crash.site import Site


@pytest.fixture
def site(tmp_path):
    """A data directory, a target, and every process on them ended afterwards."""
    made = Site(tmp_path)
    yield made
    made.close()
