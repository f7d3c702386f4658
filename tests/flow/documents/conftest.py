"""Documents with a real reading process, and something that happens to them meanwhile."""

import pytest

from core import seams
from tests.flow.documents.reading import Desk


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.setenv("LONGHAUL_ROOTS", str(tmp_path))
    desk = Desk(tmp_path)
    yield desk
    desk.check_index()
    assert not desk.store.execute("SELECT id FROM tasks WHERE status = 'running'", {})
    desk.store.close()


@pytest.fixture
def when_read(monkeypatch):
    """Do something once, when pages are read and not yet written."""

    def arrange(action):
        left = [action]

        def reach(place):
            if place == "computed" and left:
                left.pop()()

        monkeypatch.setattr(seams, "reach", reach)

    return arrange
