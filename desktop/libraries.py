"""The libraries of the system that the window needs, and the Debian packages that bring them.

Qt comes from pip with all of its own libraries, and relies on the system for those of X11, fonts,
sound and encryption. Without one of them Qt ends the process with a word about a plug-in at best.
Read by `longhaul doctor` and by `desktop.opening`. Linux only.
"""

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

#: Whose needs are looked at, below the folder of PySide6: between them they need all the rest.
NEEDY = (
    "Qt/plugins/platforms/libqxcb.so",
    "Qt/lib/libQt6WebEngineCore.so.6",
    "Qt/lib/libQt6WebEngineWidgets.so.6",
    "Qt/libexec/QtWebEngineProcess",
)
#: Packages that are not named after their library, by the beginning of the library's name.
_ELSEWHERE = {
    "libGLdispatch.so": "libglvnd0",
    "libbrotli": "libbrotli1",
    "libgthread-2.0.so": "libglib2.0-0",
    "libglib-2.0.so": "libglib2.0-0",
    "libgobject-2.0.so": "libglib2.0-0",
    "libgio-2.0.so": "libglib2.0-0",
    "libnssutil3.so": "libnss3",
    "libsmime3.so": "libnss3",
    "libssl3.so": "libnss3",
    "libplc4.so": "libnspr4",
    "libplds4.so": "libnspr4",
    "libz.so": "zlib1g",
}
_NAME = re.compile(r"(?P<stem>.+)\.so(?:\.(?P<version>[\d.]+))?")
_MISSING = re.compile(r"^\s*(\S+) => not found", re.MULTILINE)


def missing_packages() -> list[str]:
    """The packages to install, sorted; empty when nothing is missing or nothing can be told."""
    return sorted({package_of(library) for library in missing()})


def missing() -> set[str]:
    """Names of libraries that Qt needs and the system's loader does not find."""
    found = find_spec("PySide6") if sys.platform.startswith("linux") else None
    ldd = shutil.which("ldd")
    if not (found and found.submodule_search_locations and ldd):
        return set()
    folder = Path(found.submodule_search_locations[0])
    names: set[str] = set()
    for part in NEEDY:
        done = subprocess.run(  # noqa: S603  (of the system, on files of the installed package)
            [ldd, str(folder / part)], capture_output=True, text=True, errors="replace"
        )
        names |= set(_MISSING.findall(done.stdout))
    return names


def package_of(library: str) -> str:
    """The Debian package of a library: its name and version in lower case, a hyphen between two
    digits (Debian Policy 8.1), with the exceptions above."""
    for beginning, package in _ELSEWHERE.items():
        if library.startswith(beginning):
            return package
    match = _NAME.fullmatch(library)
    if match is None:
        return library
    stem = match["stem"].lower().replace("_", "-")
    version = match["version"] or ""
    return f"{stem}{'-' if version and stem[-1].isdigit() else ''}{version}"
