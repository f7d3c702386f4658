"""Puts Longhaul into the menu of this person's desktop, and takes it out again.

Idempotent, for this person only, without rights of an administrator; removes nothing that it does
not write. The texts are in `desktop.menu_entry`. Called by `longhaul install-launcher`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from desktop import menu_entry
from desktop.failures import Failure
from desktop.notices import APP_ID

ENTRY = f"{APP_ID}.desktop"
ICON = f"{APP_ID}.svg"
_HERE = Path(__file__).resolve().parent
PATIENCE_S = 30.0


def program() -> list[str]:
    """What the entry runs: this installation, by the path of its Python, which an upgrade keeps.

    Raises Failure when Longhaul runs from sources that are not installed.
    """
    if not _version():
        raise Failure(
            "Longhaul runs from sources that are not installed, so its entry would lead nowhere.",
            f"Install it first: {sys.executable} -m pip install '.[window]'",
        )
    python = Path(sys.executable)
    if sys.platform == "win32":
        python = python.with_name("pythonw.exe")  # without a console window
    # Not by the script that pip made: on Unix that takes no path with a dollar or a quote in it.
    return [str(python), "-P", "-m", "desktop"]


def install(command: Sequence[str], on_desktop: bool) -> list[Path | str]:
    """Write the entry; what was written, as paths or, where Windows knows them, in words."""
    if sys.platform == "win32":
        return _install_windows(command, on_desktop)
    if sys.platform == "darwin":
        return write_bundle(bundle(), command)
    try:
        return _install_linux(command, on_desktop)
    except ValueError as error:
        raise Failure(str(error), "Install Longhaul at a path without it.") from None


def uninstall() -> list[Path | str]:
    """Remove what `install` wrote; what was there and is gone."""
    if sys.platform == "win32":
        places = _windows_places()
    elif sys.platform == "darwin":
        places = [bundle()]
    else:
        places = [entry_path(), icon_path(), *_on_desktop()]
    removed: list[Path | str] = []
    for place in places:
        if place.is_dir():
            shutil.rmtree(place)
        elif os.path.lexists(place):
            place.unlink()
        else:
            continue
        removed.append(place)
    if sys.platform.startswith("linux"):
        _refresh()
    return removed


# --- Linux ---------------------------------------------------------------------------------------


def data_home() -> Path:
    """Where this person's desktop looks for entries and icons."""
    named = os.environ.get("XDG_DATA_HOME", "")
    return Path(named) if os.path.isabs(named) else Path.home() / ".local" / "share"


def entry_path() -> Path:
    """The menu entry."""
    return data_home() / "applications" / ENTRY


def icon_path() -> Path:
    """The icon, in the theme that all others inherit from."""
    return data_home() / "icons" / "hicolor" / "scalable" / "apps" / ICON


def _install_linux(command: Sequence[str], on_desktop: bool) -> list[Path | str]:
    text = menu_entry.linux_entry(command)
    entry, icon = entry_path(), icon_path()
    for place in (entry, icon):
        place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_HERE.parent / "webui" / "static" / "icon.svg", icon)
    entry.write_text(text, encoding="utf-8")
    written: list[Path | str] = [entry, icon]
    for copy in _on_desktop() if on_desktop else []:
        copy.write_text(text, encoding="utf-8")
        copy.chmod(0o755)
        # GNOME starts what is executable and trusted; elsewhere this is unknown and fails.
        _run("gio", "set", str(copy), "metadata::trusted", "true")
        written.append(copy)
    _refresh()
    return written


def _on_desktop() -> list[Path]:
    """The entry on the desktop itself; none where there is no such folder."""
    said = _run("xdg-user-dir", "DESKTOP").strip()
    folder = Path(said) if said else Path.home() / "Desktop"
    return [folder / ENTRY] if folder.is_dir() and folder != Path.home() else []


def _refresh() -> None:
    """Caches that some desktops read instead of the folders."""
    _run("update-desktop-database", "-q", str(entry_path().parent))
    _run("gtk-update-icon-cache", "-q", "-t", "-f", str(data_home() / "icons" / "hicolor"))


# --- macOS ---------------------------------------------------------------------------------------


def bundle() -> Path:
    """The application, where Finder and Launchpad look for this person's own."""
    return Path.home() / "Applications" / "Longhaul.app"


def write_bundle(app: Path, command: Sequence[str]) -> list[Path | str]:
    """Write the application bundle `app`, replacing an older one."""
    if app.exists():
        shutil.rmtree(app)
    contents = app / "Contents"
    (contents / "MacOS").mkdir(parents=True)
    (contents / "Resources").mkdir()
    (contents / "Info.plist").write_bytes(menu_entry.macos_info(_version() or "0"))
    starter = contents / "MacOS" / "Longhaul"
    starter.write_text(menu_entry.macos_program(command), encoding="utf-8")
    starter.chmod(0o755)
    icon = menu_entry.icns([_picture(256), _picture(512)])
    (contents / "Resources" / "Longhaul.icns").write_bytes(icon)
    return [app]


# --- Windows -------------------------------------------------------------------------------------


def windows_script(command: Sequence[str], icon: Path, on_desktop: bool) -> str:
    """PowerShell that writes the shortcuts."""
    stop = [*command, "stop"]
    links = [("[Programs]\\Longhaul.lnk", command), ("[Programs]\\Stop Longhaul.lnk", stop)]
    if on_desktop:
        links.append(("[Desktop]\\Longhaul.lnk", command))
    return "".join(menu_entry.windows_shortcut(link, words, str(icon)) for link, words in links)


def _install_windows(command: Sequence[str], on_desktop: bool) -> list[Path | str]:
    icon = Path(os.environ["LOCALAPPDATA"]) / "longhaul" / "longhaul.ico"
    icon.parent.mkdir(parents=True, exist_ok=True)
    icon.write_bytes(menu_entry.ico(_picture(256)))
    script = windows_script(command, icon, on_desktop)
    done = subprocess.run(  # noqa: S603
        ["powershell", "-NoProfile", "-NonInteractive", "-Command", "-"],  # noqa: S607
        input=script, capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE_S,
    )  # fmt: skip
    if done.returncode:
        raise Failure(f"Windows did not take the shortcuts: {done.stderr.strip()}")
    return ["the shortcuts “Longhaul” and “Stop Longhaul” in the start menu", icon]


def _windows_places() -> list[Path]:
    programs = Path(os.environ["APPDATA"]) / "Microsoft" / "Windows" / "Start Menu" / "Programs"
    desktop = Path.home() / "Desktop" / "Longhaul.lnk"
    return [programs / "Longhaul.lnk", programs / "Stop Longhaul.lnk", desktop]


# --- all of them ---------------------------------------------------------------------------------


def _picture(pixels: int) -> bytes:
    return (_HERE / "icons" / f"longhaul-{pixels}.png").read_bytes()


def _version() -> str:
    """Of the installed package; "" when there is none."""
    try:
        return version("longhaul")
    except PackageNotFoundError:
        return ""


def _run(name: str, *words: str) -> str:
    """What an optional program of the system answers; "" without it, or when it fails."""
    path = shutil.which(name)
    if path is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603  (found by its name)
            [path, *words], capture_output=True, text=True, errors="replace", timeout=PATIENCE_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
