"""How the main states of the page look in the real window: what axe finds in them, and their layout
at every zoom.

The same functions as in tests/webui/test_page_zoom.py and tests/webui/test_page_accessibility.py;
only the browser is another one. It paints without a graphics card, so it goes where the most is;
what is in the page, and its colours, are the same in both.
"""

import pytest

from tests.desktop.real_window import browser  # noqa: F401  (a fixture)
from tests.webui.states import STATES
from tests.webui.test_page_accessibility import test_axe_finds_nothing as axe_finds_nothing
from tests.webui.test_page_accessibility import (  # noqa: F401
    test_axe_finds_nothing_in_the_empty_page_nor_without_a_service,
)
from tests.webui.test_page_zoom import look_at, pytestmark, shown  # noqa: F401

MAIN = [state for state in STATES if state.is_main]


@pytest.mark.parametrize("state", MAIN, ids=str)
def test_axe_finds_nothing(shown, state):  # noqa: F811
    axe_finds_nothing(shown, state)


@pytest.mark.parametrize("state", MAIN, ids=str)
def test_everything_can_be_read_and_reached_at_every_zoom(shown, state):  # noqa: F811
    look_at(shown, state, [(1440, 900)])
