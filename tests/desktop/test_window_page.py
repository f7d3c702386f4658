"""What a person does in the page, done in the real window: journeys of tests/webui/test_page.py.

They are the same functions; only the browser is another one. What is left out needs a browser of
its own: a second page, or a session that nobody mends (the window signs in again by itself).
"""

from tests.desktop.real_window import browser  # noqa: F401  (a fixture)
from tests.webui.conftest import live  # noqa: F401
from tests.webui.test_page import (  # noqa: F401
    page,
    pytestmark,
    test_a_failure_says_what_failed_and_what_can_be_done,
    test_a_held_task_starts_by_its_button,
    test_a_paused_queue_is_shown_and_can_go_on,
    test_a_refusal_is_said_in_the_page,
    test_an_event_changes_a_row_without_a_reload,
    test_arrows_select_and_the_chosen_row_stays_in_view,
    test_colours_follow_the_system,
    test_each_address_of_the_page_paints_the_tasks,
    test_keys_pause_resume_cancel_and_retry,
    test_log_parameters_and_result_are_shown,
    test_the_help_lists_the_keys_and_gives_the_focus_back,
    test_zoom_is_kept_by_the_service,
)
