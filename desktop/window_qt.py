"""What the window does itself where Qt shows it (Linux), beyond what pywebview offers.

Imported by `desktop.window` after pywebview has chosen Qt. Everything here runs in Qt's thread
unless it says otherwise.
"""

import threading
import webbrowser
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from qtpy.QtCore import Qt, QTimer
from qtpy.QtGui import QColor, QGuiApplication
from qtpy.QtWebEngineCore import QWebEnginePage

from desktop.geometry import Place, Screen
from desktop.notices import APP_ID

#: What a link may name that leaves to the system: no files, no scripts.
OUTWARD = ("http", "https", "mailto")
#: The page's ground, so that nothing flashes before it paints; as in its style sheet.
GROUNDS = {"light": "#f4f1ea", "dark": "#0b1015"}


def introduce() -> None:
    """Say who we are, so that the desktop shows our name and icon; before the window is made."""
    QGuiApplication.setApplicationName("longhaul")
    QGuiApplication.setApplicationDisplayName("Longhaul")
    QGuiApplication.setDesktopFileName(APP_ID)


def screens() -> list[Screen]:
    """The usable parts of all screens, the primary one first."""
    primary = QGuiApplication.primaryScreen()
    found = sorted(QGuiApplication.screens(), key=lambda screen: screen is not primary)
    areas = (screen.availableGeometry() for screen in found)
    return [Screen(a.x(), a.y(), a.width(), a.height()) for a in areas]


def origin() -> tuple[int, int]:
    """Where pywebview counts from: the corner of the primary screen."""
    corner = QGuiApplication.primaryScreen().geometry()
    return corner.x(), corner.y()


def ground(theme: str) -> str:
    """The colour of the page before it paints, for the setting `theme`."""
    if theme not in GROUNDS:
        scheme = QGuiApplication.styleHints().colorScheme()
        theme = "dark" if scheme == Qt.ColorScheme.Dark else "light"
    return GROUNDS[theme]


def dress(native: Any, colour: str, is_ours: Callable[[str], bool]) -> None:
    """Make the window ours before it is shown; `is_ours` says which addresses stay in it."""
    page = native.webview.page()
    page.setBackgroundColor(QColor(colour))
    # pywebview would put its bridge to Python into the page, and the page needs none.
    page.loadFinished.disconnect(native.on_load_finished)
    page.navigationRequested.connect(lambda request: _keep_in(request, is_ours))
    page.nav_handler = _Elsewhere(page.profile(), page)  # pywebview's would wait for the browser
    page.profile().downloadRequested.connect(lambda download: download.accept())
    native.show_trigger.connect(lambda: _come_forward(native))


def place(native: Any) -> Place:
    """Where the window stands when it is neither maximized nor minimized."""
    normal = native.normalGeometry()
    # Moving sets the frame's corner, and the rest is inside of the frame.
    frame = native.frameGeometry().topLeft() - native.geometry().topLeft()
    return Place(
        normal.x() + frame.x(),
        normal.y() + frame.y(),
        normal.width(),
        normal.height(),
        native.isMaximized(),
    )


def end_with(signal_seen: Callable[[], bool], native: Any) -> QTimer:
    """Close the window soon after `signal_seen` is true; keep the timer as long as the window."""
    timer = QTimer(native)
    timer.timeout.connect(lambda: signal_seen() and native.close())
    timer.start(200)
    return timer


def _keep_in(request: Any, is_ours: Callable[[str], bool]) -> None:
    address = request.url().toString()
    if request.isMainFrame() and not is_ours(address):
        request.reject()
        _leave(address)


def _leave(address: str) -> None:
    """Hand an address to the system's browser, which may take its time."""
    if urlsplit(address).scheme in OUTWARD:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


class _Elsewhere(QWebEnginePage):
    """The page that a link to a new window gets: none."""

    def acceptNavigationRequest(self, url, kind, is_main_frame):  # noqa: N802  (Qt's name)
        _leave(url.toString())
        return False


def _come_forward(native: Any) -> None:
    state = native.windowState()
    native.setWindowState((state & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive)
    native.raise_()
    native.activateWindow()
