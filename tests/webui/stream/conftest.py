"""Servers with an event stream; what the tests tell them comes from memory (telling.py)."""

import selectors

import pytest

from tests.webui.http_client import running, small_app


@pytest.fixture(params=["DefaultSelector", "SelectSelector"])
def site(request):
    with running(small_app(), selector=getattr(selectors, request.param)) as site:
        yield site


@pytest.fixture
def one():
    """A site on the platform's own selector."""
    with running(small_app()) as site:
        yield site
