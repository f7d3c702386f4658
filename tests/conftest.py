"""What every test folder shares: the real data, playwright (a process has one), and its browser.

Fixtures of one part live in that part's folder.

Markers and their meaning are in pyproject.toml.
"""

import os
from pathlib import Path

import pytest

from tests.webui.browsing import CHROMIUM, FLAGS

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    if config.getoption("dist") != "loadfile":
        return None
    from tests.scheduling import FileScheduling

    return FileScheduling(config, log)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real files with their right answers: articles, documents, audio, photos.

    LONGHAUL_TEST_DATA names it; otherwise it is `shared/data` beside the repository. Read only:
    copy what a test changes.
    """
    named = os.environ.get("LONGHAUL_TEST_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"needs the real data: {folder} is missing (LONGHAUL_TEST_DATA names another)")
    return folder.resolve()


@pytest.fixture(scope="session")
def playwright():
    """What drives browsers and the real window; a second one in the same process does not start."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright):
    """Debian's Chromium, without a window; one for all tests."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()
