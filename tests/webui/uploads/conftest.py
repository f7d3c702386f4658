"""A server that takes uploads, one for each file of tests, and its folder that is empty again."""

import pytest

from tests.webui.http_client import eventually, running, small_app
from tests.webui.uploads.sending import LIMIT, left
from webui.waiting import Patience


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    spool = tmp_path_factory.mktemp("data") / "uploads"
    patience = Patience(head=1.0, body=1.5, answer=2.0, linger=0.5, upload=1.0)
    with running(small_app(), patience=patience, spool=spool, limit=LIMIT) as site:
        site.spool = spool
        yield site


@pytest.fixture(autouse=True)
def nothing_is_left(site):
    yield
    eventually(lambda: left(site) == [])
