"""How the page looks in the real window: what axe finds in every state, and the layout of the main
ones at every zoom.

The same functions as in tests/webui/test_page_zoom.py and tests/webui/test_page_accessibility.py;
only the browser is another one. It paints without a graphics card, so it goes where the most is.
"""

import pytest

from tests.desktop.real_window import browser  # noqa: F401  (a fixture)
from tests.webui.states import STATES
from tests.webui.test_page_accessibility import (  # noqa: F401
    test_axe_finds_nothing,
    test_axe_finds_nothing_in_the_empty_page_nor_without_a_service,
)
from tests.webui.test_page_zoom import look_at, pytestmark, shown  # noqa: F401


@pytest.mark.parametrize("state", [state for state in STATES if state.is_main], ids=str)
def test_everything_can_be_read_and_reached_at_every_zoom(shown, state):  # noqa: F811
    look_at(shown, state, [(1440, 900)])
