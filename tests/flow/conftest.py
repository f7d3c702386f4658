"""What several files of flow tests share: a photo project whose pictures are decoded here."""

import pytest

from tests.photo_factories import FILES, Studio, decode_here


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
