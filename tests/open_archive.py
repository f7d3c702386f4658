"""Fixtures for the tests of the target: `pytest_plugins = ("tests.open_archive",)`."""

import pytest

from core.target import Target
from core.target import sqlite as target_sqlite
from tests.archive import make


@pytest.fixture
def impatient(monkeypatch):
    """Locks are waited for a moment only, where the waiting itself is not what is tested."""
    monkeypatch.setattr(target_sqlite, "BUSY_TIMEOUT", 0.05)


@pytest.fixture
def archive(tmp_path):
    return make(tmp_path / "archive.sqlite")


@pytest.fixture
def target(archive):
    target = Target.open(str(archive))
    yield target
    target.close()
