"""A service with its site for each file of tests of the API."""

import pytest

from tests.webui.site import live_site


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A whole site; its queue is shared by the tests of a file, so they look at their own tasks."""
    with live_site(tmp_path_factory.mktemp("data")) as site:
        yield site
