"""Guarded sites: one for each file of tests, and one of a test's own."""

import pytest

from tests.webui.http_client import running, small_app


@pytest.fixture(scope="module")
def site():
    with running(small_app()) as site:
        yield site


@pytest.fixture
def fresh():
    """A site of its own, for tests that change what the guard remembers."""
    with running(small_app()) as site:
        yield site
