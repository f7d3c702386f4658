"""The sessions on disk: digests of their secrets, in a file of the data directory for us alone.

With it a page that is open goes on after a restart or an update of the service. Nothing in the file
lets anybody in: a secret cannot be made from its digest. Which sessions live is decided in
`sessions.py`, the only caller beside `app.py`, which asks for the port.
"""

import json
import logging
import math
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import paths
from core.errors import LonghaulError
from webui.auth import Scope

log = logging.getLogger("longhaul.sessions")

NAME = "sessions.json"
#: More than any file that was written here.
_LARGEST = 256 * 1024
_DIGEST, _MARK = re.compile("[0-9a-f]{64}"), re.compile("[0-9a-f]{16}")


@dataclass
class Kept:
    """A session as it is kept; times are seconds since 1970."""

    digest: bytes
    mark: str  #: of the code that it was exchanged for
    scope: Scope
    made_at: float
    used_at: float
    ends_at: float


class SessionFile:
    """The file of one data directory."""

    def __init__(self, folder: Path):
        self._folder = folder

    def read(self) -> tuple[int, list[Kept]]:
        """(port, sessions) as they were written last, oldest first; (0, []) without a sound file.

        A file that others could have written, or that is no longer as we write it, is not believed
        in any part of it: its sessions have ended.
        """
        try:
            text = self._text()
            if text is None:
                return 0, []
            return _parsed(json.loads(text))
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            log.warning("the kept sessions are not used: %s", error)
            return 0, []

    def write(self, port: int, sessions: list[Kept]) -> None:
        """Replace what was written before, whole or not at all. A full disk is logged."""
        document = {"version": 1, "port": port, "sessions": [_document(kept) for kept in sessions]}
        try:
            paths.write_secret(self._folder, NAME, json.dumps(document))
        except (OSError, LonghaulError) as error:  # they live on in memory
            log.warning("the sessions cannot be kept: %s", error)

    def _text(self) -> bytes | None:
        way = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
        try:
            descriptor = os.open(self._folder / NAME, way | getattr(os, "O_NONBLOCK", 0))
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise ValueError(f"{NAME} is no file")
            if os.name == "posix":
                is_ours = status.st_uid == os.geteuid()
                if not is_ours or stat.S_IMODE(status.st_mode) & 0o077:
                    raise ValueError(f"{NAME} is not for us alone")
            if status.st_size > _LARGEST:
                raise ValueError(f"{NAME} is too large")
            return file.read(_LARGEST)


def _document(kept: Kept) -> dict[str, Any]:
    return {
        "digest": kept.digest.hex(),
        "mark": kept.mark,
        "scope": kept.scope.value,
        "made_at": kept.made_at,
        "used_at": kept.used_at,
        "ends_at": kept.ends_at,
    }


def _parsed(document: dict[str, Any]) -> tuple[int, list[Kept]]:
    if document["version"] != 1:
        raise ValueError("it is of another version")
    port, sessions = document["port"], []
    if type(port) is not int or not 0 < port < 65536:
        raise ValueError("its port is none")
    for entry in document["sessions"]:
        times = [entry[name] for name in ("made_at", "used_at", "ends_at")]
        sound = _DIGEST.fullmatch(entry["digest"]) and _MARK.fullmatch(entry["mark"])
        if not sound or not all(type(t) in (int, float) and math.isfinite(t) for t in times):
            raise ValueError("an entry is not as it was written")
        digest, scope = bytes.fromhex(entry["digest"]), Scope(entry["scope"])
        sessions.append(Kept(digest, entry["mark"], scope, *times))
    return port, sessions
