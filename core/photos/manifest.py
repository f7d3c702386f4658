"""The manifest of a project: a CSV file in its folder that lists its photos with size and SHA-256.

`compare` says what differs between a manifest and what is there; `read` and `write` do it on the
disk, the latter whole or not at all. Pure but for these two.
"""

import csv
import io
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from core import seams
from core.beneath import replace_at
from core.errors import Forbidden
from core.photos.folder import ProjectFolder
from core.photos.kinds import MANIFEST

HEADER = ("file", "sha256", "size")
MOST_BYTES = 256 << 20
#: A cell that begins so would be run as a formula by a spreadsheet; an apostrophe keeps it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")

#: name → (SHA-256 in hexadecimal, bytes)
Listed = Mapping[str, tuple[str, int]]


@dataclass(frozen=True)
class Report:
    """What differs, as names in order."""

    missing: list[str] = field(default_factory=list)  #: listed, and not there
    changed: list[str] = field(default_factory=list)  #: there with another content
    unlisted: list[str] = field(default_factory=list)  #: there, and not listed
    duplicate: list[list[str]] = field(default_factory=list)  #: there more than once, by content

    def document(self) -> dict[str, list[Any]]:
        return asdict(self)


def compare(claims: Listed, facts: Listed) -> Report:
    """What a manifest says against what is there."""
    by_content: dict[str, list[str]] = {}
    for name in sorted(facts):
        if facts[name][0] and facts[name][1]:
            by_content.setdefault(facts[name][0], []).append(name)
    return Report(
        missing=sorted(claims.keys() - facts.keys()),
        changed=sorted(n for n in claims.keys() & facts.keys() if claims[n] != facts[n]),
        unlisted=sorted(facts.keys() - claims.keys()),
        duplicate=[names for names in by_content.values() if len(names) > 1],
    )


def parse(text: str) -> dict[str, tuple[str, int]]:
    """What a manifest lists. Raises ValueError for what is none."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if tuple(next(rows, ())) != HEADER:
            raise ValueError("it does not begin with the line file,sha256,size")
        listed = {}
        for row in rows:
            name, sha256, size = row
            shielded = name.startswith("'") and name[1:].startswith(_FORMULA)
            listed[name[1:] if shielded else name] = (sha256, int(size))
    except csv.Error as error:
        raise ValueError(str(error)) from None
    return listed


def render(facts: Listed) -> str:
    """A manifest that lists these, by name."""
    target = io.StringIO(newline="")
    rows = csv.writer(target, lineterminator="\n")
    rows.writerow(HEADER)
    for name in sorted(facts):
        shielded = f"'{name}" if name.startswith(_FORMULA) else name
        rows.writerow((shielded, *facts[name]))
    return target.getvalue()


def read(folder: ProjectFolder) -> dict[str, tuple[str, int]] | None:
    """What the manifest of a folder lists; None where there is none, or none that can be read."""
    try:
        with os.fdopen(folder.open(MANIFEST), "rb") as file:
            return parse(file.read(MOST_BYTES).decode())
    except (OSError, Forbidden, ValueError):
        return None


def write(folder: ProjectFolder, text: str) -> None:
    """Put a manifest in its place, whole or not at all. Raises OSError."""
    written = partial(seams.reach, "manifest-written")
    replace_at(folder.handle, MANIFEST, text.encode(), drafted=written)
    seams.reach("manifest-placed")
