"""What the tests of the form share: a site that knows a type with every kind of parameter, and the
ways a person goes to a form."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.webui.browsing import opened
from tests.webui.site import Live, live_site

EVERYTHING = Path(__file__).with_name("everything.py")


@contextmanager
def site_with_everything(folder: Path) -> Iterator[Live]:
    """A site whose tasks folder has the type `everything`, which it has found."""
    (folder / "tasks").mkdir(mode=0o700)
    copy = Path(shutil.copy(EVERYTHING, folder / "tasks"))
    with live_site(folder) as live:
        for _ in range(5):
            if live.service.types.find("everything"):
                break
            copy.touch()  # a machine so busy that trying it took too long: it is tried again
        yield live


@contextmanager
def page_of(browser, live: Live) -> Iterator:
    """The desk of a site in which one task stands, so that there is a list."""
    with opened(browser, live.started.url, live.started.mint_code(), "/tasks") as page:
        page.locator(".row").first.wait_for()
        yield page


def open_form(page, words: str):
    """The sheet with the form of the type that these words find; by keyboard alone."""
    page.locator(".link", has_text="Live").wait_for()  # it is drawn, and knows the types
    page.keyboard.press("n")
    finder = page.get_by_role("combobox", name="Find a task type")
    finder.and_(page.locator(":focus")).wait_for()
    page.keyboard.type(words)
    page.locator("#type-0", has_text=re.compile(words, re.I)).wait_for()
    page.keyboard.press("Enter")
    sheet = page.locator(".sheet")
    sheet.get_by_role("button", name="Start now").or_(
        sheet.get_by_role("button", name="Running already")
    ).wait_for()
    return sheet


def field(sheet, label: str):
    """The first control that has this label."""
    return sheet.get_by_label(label, exact=True).first


def titled(live: Live, title: str) -> list[dict]:
    """The tasks that have this title, in whatever state."""
    found = live.read("/tasks", status="all", limit=200)["items"]
    return [task for task in found if task["title"] == title]


def expect_refusals(page) -> None:
    """From now on the browser's own lines about refused and lost requests are no complaint: the
    test provokes them, and they are told at any moment after the answer."""
    hear = page.complaints._hear
    page.complaints._hear = lambda line: "Failed to load resource" in line or hear(line)
