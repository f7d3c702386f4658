"""Completion of paths while somebody types one: what the folders that requests may name hold.

Nothing outside the roots and nothing hidden is listed, and nothing is told about what is there: the
refusal of a path that exists and of one that does not have the same words.
"""

import os
from collections.abc import Callable
from typing import Any

from core.errors import Forbidden
from core.paths import Roots

SHOWN = 200  #: entries in an answer
LOOKED_AT = 20_000  #: entries of a folder that are looked at


class PathDesk:
    """Folders and files that parameters may name."""

    def __init__(self, roots: Callable[[], Roots]):
        """`roots`: the folders that parameters may name files in, asked anew each time."""
        self._roots = roots

    def under(self, typed: str) -> dict[str, Any]:
        """What may follow what was typed so far: the entries of its last folder that begin like it,
        and the roots that do; all roots while nothing is typed.

        A folder that is not there, or may not be read, has no entries. Raises Forbidden for what is
        outside the roots or hidden.
        """
        typed, roots = typed.strip(), self._roots()
        tops = [str(path) for path in roots.paths]
        above = [_entry(path, path, True) for path in tops if path.startswith(typed)]
        folder: str | None = None
        found: list[tuple[str, bool]] = []
        if typed:
            try:
                resolved, found = roots.entries(typed.rpartition("/")[0] or typed, LOOKED_AT)
                folder = str(resolved)
            except Forbidden:
                if not above:
                    raise
            except OSError:
                pass  # not there, no folder, or not ours to read: no entries
        wanted = typed.rpartition("/")[2].casefold()
        fitting = [entry for entry in found if entry[0].casefold().startswith(wanted)]
        fitting.sort(key=lambda entry: (not entry[1], entry[0].casefold(), entry[0]))
        below = [
            _entry(os.path.join(folder or "", name), name, is_folder)
            for name, is_folder in fitting[:SHOWN]
        ]
        return {
            "roots": tops,
            "folder": folder,
            "items": above + below,
            "is_cut": len(fitting) > SHOWN or len(found) >= LOOKED_AT,
        }


def _entry(path: str, name: str, is_folder: bool) -> dict[str, Any]:
    return {"path": path, "name": name, "is_folder": is_folder}
