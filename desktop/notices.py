"""Notices of the desktop: a few words that appear although no window of ours is open.

Shown by a program that the system brings: notify-send or gdbus on Linux, osascript on macOS,
PowerShell on Windows. Where there is none, or no session of a desktop, nothing is shown and
`show` says so. The words are arguments, never part of a script. What deserves a notice is decided
in `desktop.messenger` and `desktop.window`.
"""

import base64
import os
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path
from xml.sax.saxutils import escape as escape_xml

from desktop.output import plain

#: The name of the menu entry, by which desktops know whose notice it is.
APP_ID = "io.longhaul.Longhaul"
#: Seconds for the program that shows it.
PATIENCE_S = 3.0
LONGEST_LINE = 200
_TOASTS = "Windows.UI.Notifications.ToastNotificationManager"
_XML = "Windows.Data.Xml.Dom.XmlDocument"
#: Windows drops the toasts of programs that are not registered; PowerShell itself is.
_TOASTER = r"{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\WindowsPowerShell\v1.0\powershell.exe"


def show(title: str, text: str) -> bool:
    """Show a notice; False when it could not be shown."""
    words = command(sys.platform, _line(title), _line(text))
    if words is None:
        return False
    try:
        done = subprocess.run(  # noqa: S603  (a program of the system, found by its name)
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def command(platform: str, title: str, text: str) -> list[str] | None:
    """The program and its arguments that show a notice on this platform; None when there is none
    of them, or nobody to show it to."""
    if platform == "darwin":
        script = "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)"
        return _found("osascript", "-e", f"{script}\nend run", title, text)
    if platform == "win32":
        encoded = base64.b64encode(toast_script(title, text).encode("utf-16-le")).decode()
        return _found("powershell", "-NoProfile", "-NonInteractive", "-EncodedCommand", encoded)
    if not _has_session_bus():
        return None
    markup = escape(text, quote=False)  # bodies may hold markup there; titles may not
    return _found(
        "notify-send", "--app-name=Longhaul", f"--icon={APP_ID}",
        f"--hint=string:desktop-entry:{APP_ID}", "--", title, markup,
    ) or _found(
        "gdbus", "call", "--session", "--timeout", "2",
        "--dest", "org.freedesktop.Notifications",
        "--object-path", "/org/freedesktop/Notifications",
        "--method", "org.freedesktop.Notifications.Notify",
        *map(variant, ("Longhaul",)), "uint32 0", *map(variant, (APP_ID, title, markup)),
        "@as []", f"{{'desktop-entry': <{variant(APP_ID)}>}}", "int32 -1",
    )  # fmt: skip


def variant(text: str) -> str:
    """`text` as a string of GVariant's text format."""
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{quoted}'"


def toast_script(title: str, text: str) -> str:
    """A PowerShell script that shows a toast; the words are data of an XML document in it."""
    lines = "".join(f"<text>{escape_xml(line)}</text>" for line in (title, text))
    xml = f'<toast><visual><binding template="ToastGeneric">{lines}</binding></visual></toast>'
    quoted = xml.replace("'", "''")
    return (
        f"[void][{_TOASTS}, Windows.UI.Notifications, ContentType = WindowsRuntime]\n"
        f"[void][{_XML}, {_XML}, ContentType = WindowsRuntime]\n"
        f"$xml = New-Object {_XML}\n"
        f"$xml.LoadXml('{quoted}')\n"
        f"$toast = New-Object Windows.UI.Notifications.ToastNotification $xml\n"
        f"[{_TOASTS}]::CreateToastNotifier('{_TOASTER}').Show($toast)\n"
    )


def _found(program: str, *words: str) -> list[str] | None:
    path = shutil.which(program)
    return [path, *words] if path else None


def _has_session_bus() -> bool:
    """Whether a desktop session can be reached; asked first, as programs may wait long for one."""
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    folder = os.environ.get("XDG_RUNTIME_DIR")
    return bool(folder) and (Path(folder) / "bus").exists()


def _line(text: str) -> str:
    text = plain(text)
    return text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1] + "…"
