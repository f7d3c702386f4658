"""The real window in place of a browser, for the tests of the page: `browser`, but another one.

A test module that imports `browser` from here, and tests from tests/webui, runs these in the window
that a person has: one process of `desktop.window` for the module, on an X server of its own, driven
through the debugging port of Qt's web engine. It has one page, which every test enters anew.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.desktop.conftest import ROOT, environment
from tests.desktop.screen import free_port, until, why_no_window, x_server
from tests.desktop.x11 import x11
from tests.webui.http_client import TOKEN

#: Room for the largest picture.
SCREEN = (3840, 2160)


class RealWindow:
    """Stands in for playwright's browser and its contexts, as far as `browsing.opened` needs."""

    def __init__(self, folder: Path, display: str, screen, playwright):
        self._folder, self._screen, self._playwright = folder, screen, playwright
        self._port = free_port()
        self._environment = environment(
            folder, DISPLAY=display, QTWEBENGINE_REMOTE_DEBUGGING=f"127.0.0.1:{self._port}"
        )
        self._process: subprocess.Popen | None = None
        self._connection = self._page = None
        self._media: list[dict[str, str]] = []

    def attend(self, url: str) -> None:
        """Look at the service at `url`: as after a restart, the window finds it by its file."""
        document = {"pid": os.getpid(), "started_at": "", "url": url, "token": TOKEN, "version": ""}
        fresh = self._folder / "server.new"
        fresh.write_text(json.dumps(document))
        fresh.replace(self._folder / "server.json")
        if self._page is None:
            self._open()
        self._page.wait_for_url(f"{url}/**", wait_until="commit")

    def new_context(self, viewport=None, **media):
        """The window as it is, in another size; of the options those that `emulate_media` has."""
        self.resize(viewport["width"], viewport["height"])
        self._media.append({"reduced_motion": "null", "color_scheme": "null"} | media)
        self._page.emulate_media(**self._media[-1])
        return self

    def new_page(self):
        """The page of the window."""
        return self._page

    def close(self) -> None:
        """Leave the page as it was when it was entered last."""
        self._page.unroute_all()
        self._media.pop()
        if self._media:
            self._page.emulate_media(**self._media[-1])

    def resize(self, width: int, height: int) -> None:
        """As by the frame of the window."""
        (window,) = self._screen.titled("Longhaul")
        self._screen.put(window, 0, 0, width, height)

    def end(self) -> None:
        if self._connection:
            self._connection.close()
        if self._process:
            self._process.kill()
            self._process.wait()

    def _open(self) -> None:
        arguments = [sys.executable, "-P", "-m", "desktop.window", str(self._folder)]
        with (self._folder / "window.log").open("w") as log:
            self._process = subprocess.Popen(
                arguments, env=self._environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=log
            )
        said = self._process.stdout.readline()
        assert said == b"READY\n", (said, (self._folder / "window.log").read_text())
        (window,) = until(lambda: self._screen.titled("Longhaul"))
        self._screen.focus(window)
        address = f"http://127.0.0.1:{self._port}"
        connect = self._playwright.chromium.connect_over_cdp
        self._connection = connect(address, no_defaults=True)
        (self._page,) = self._connection.contexts[0].pages
        self._page.real_window = self


@pytest.fixture(scope="module")
def browser(playwright, tmp_path_factory):
    """The real window; skipped, with the reason, where there can be none."""
    if reason := why_no_window():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("window")
    with x_server(SCREEN) as display, x11(display) as screen:
        window = RealWindow(folder, display, screen, playwright)
        try:
            yield window
        finally:
            window.end()
