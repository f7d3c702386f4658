"""What several files of flow tests share: a worker stepped by hand, and a photo project whose
pictures are decoded here."""

import pytest

from tests.factories import Bench
from tests.moves import put_setting
from tests.photo_factories import FILES, Studio, decode_here


@pytest.fixture
def bench(tmp_path):
    """A queue and its worker, whose tasks may name files of this test."""
    made = Bench(tmp_path)
    put_setting(made, roots=[str(tmp_path)])
    yield made
    made.store.close()


@pytest.fixture
def decoded_here(monkeypatch):
    """For files of tests whose pictures are tiny (`pytestmark`)."""
    decode_here(monkeypatch)


@pytest.fixture
def studio(tmp_path, decoded_here):
    """A project of six photos that were looked through."""
    made = Studio(tmp_path, FILES)
    yield made
    made.close()
