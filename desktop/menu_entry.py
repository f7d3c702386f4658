"""What a menu entry consists of on each system, as texts and bytes. Pure.

Where these go, and what else makes them appear, is in `desktop.installer`.
"""

import plistlib
import shlex
import struct
from collections.abc import Sequence
from subprocess import list2cmdline

from desktop.notices import APP_ID

COMMENT = "Runs the long jobs on your own machine"
_PNG_SIZE = struct.Struct(">16xII")


def linux_entry(command: Sequence[str]) -> str:
    """A desktop entry (freedesktop.org, version 1.4) that runs `command`, and stops it by an
    action. Raises ValueError for words that no entry can hold."""
    start, stop = exec_line(command), exec_line([*command, "stop"])
    return f"""[Desktop Entry]
Type=Application
Version=1.4
Name=Longhaul
GenericName=Long jobs
Comment={COMMENT}
Exec={start}
TryExec={_escaped(command[0])}
Icon={APP_ID}
Terminal=false
StartupNotify=true
StartupWMClass=longhaul
X-GNOME-SingleWindow=true
Categories=Utility;
Keywords=tasks;jobs;queue;progress;backfill;
Actions=stop;

[Desktop Action stop]
Name=Stop Longhaul
Exec={stop}
"""


def exec_line(words: Sequence[str]) -> str:
    """`words` as the value of Exec: each in double quotes, as a string of the file.

    Quoting comes first ("The Exec key" of the specification), the escapes of strings after it.
    """
    if "%" in words[0]:  # GLib looks for the program before it reads %% as %
        words = ["/bin/sh", "-c", 'exec "$0" "$@"', *words]
    return " ".join(_escaped(_quoted(word)) for word in words)


def _quoted(word: str) -> str:
    if any(ord(character) < 32 for character in word):
        raise ValueError(f"a menu entry cannot hold the control character in {word!r}")
    word = word.replace("%", "%%")
    for special in '\\"`$':
        word = word.replace(special, f"\\{special}")
    return f'"{word}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\")


def macos_info(version: str) -> bytes:
    """The Info.plist of an application bundle."""
    return plistlib.dumps(
        {
            "CFBundleName": "Longhaul",
            "CFBundleDisplayName": "Longhaul",
            "CFBundleIdentifier": APP_ID,
            "CFBundleExecutable": "Longhaul",
            "CFBundleIconFile": "Longhaul.icns",
            "CFBundlePackageType": "APPL",
            "CFBundleShortVersionString": version,
            "LSMinimumSystemVersion": "11.0",
            "NSHighResolutionCapable": True,
        }
    )


def macos_program(command: Sequence[str]) -> str:
    """The executable of an application bundle."""
    return f"#!/bin/sh\nexec {shlex.join(command)}\n"


def windows_shortcut(link: str, command: Sequence[str], icon: str) -> str:
    """PowerShell that writes one shortcut; `link` is a path, or begins with a known folder's name
    in square brackets, as in [Programs] or [Desktop]."""
    place = _powershell(link)
    if link.startswith("["):
        folder, _, rest = link[1:].partition("]")
        known = f"[Environment]::GetFolderPath({_powershell(folder)})"
        place = f"(Join-Path ({known}) {_powershell(rest.lstrip(chr(92)))})"
    return (
        f"$link = (New-Object -ComObject WScript.Shell).CreateShortcut({place})\n"
        f"$link.TargetPath = {_powershell(command[0])}\n"
        f"$link.Arguments = {_powershell(list2cmdline(command[1:]))}\n"
        f"$link.IconLocation = {_powershell(icon + ',0')}\n"
        f"$link.Description = {_powershell(COMMENT)}\n"
        "$link.Save()\n"
    )


def _powershell(text: str) -> str:
    """A literal string; PowerShell takes typographic apostrophes for plain ones."""
    for apostrophe in "'\u2018\u2019\u201a\u201b":
        text = text.replace(apostrophe, apostrophe * 2)
    return f"'{text}'"


def icns(pictures: Sequence[bytes]) -> bytes:
    """An icon for macOS of PNG pictures of 256 and 512 pixels."""
    kinds = {256: b"ic08", 512: b"ic09"}
    parts = [kinds[_width(png)] + struct.pack(">I", len(png) + 8) + png for png in pictures]
    body = b"".join(parts)
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def ico(png: bytes) -> bytes:
    """An icon for Windows of one PNG picture of 256 pixels (written as 0 in its directory)."""
    header = struct.pack("<HHH", 0, 1, 1)
    entry = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(png), 22)
    return header + entry + png


def _width(png: bytes) -> int:
    return _PNG_SIZE.unpack_from(png)[0]
