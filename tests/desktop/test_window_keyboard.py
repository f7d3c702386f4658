"""The journeys without a mouse, and the ways from page to page, in the real window.

What is left out needs another session than the window's own.
"""

from tests.desktop.real_window import browser  # noqa: F401  (a fixture)
from tests.webui.conftest import live  # noqa: F401
from tests.webui.test_page_keyboard import (  # noqa: F401
    keys,
    pytestmark,
    test_a_result_is_opened_the_wall_is_visited_and_keys_and_commands_are_found,
    test_a_task_is_started_by_the_form_paused_looked_at_and_cancelled,
    test_tab_goes_through_everything_that_can_be_pressed_and_comes_round,
    test_the_line_is_put_in_order_and_several_are_cancelled,
)
from tests.webui.test_page_pages import (  # noqa: F401
    page,
    shared,
    test_a_page_is_left_as_it_was_and_found_again_so,
    test_a_page_is_reached_by_its_name_by_its_key_and_by_its_address,
    test_back_and_forth_in_the_history_shows_the_pages_again,
)
