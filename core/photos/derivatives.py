"""Where derivatives lie, and what goes to a computing process and comes back. Pure but for `sweep`.

They lie in the data directory, under the number of the photo and a version that names content and
recipe: a file is never changed once it has its name, so whoever has its address may keep it.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MEDIA_TYPE = "image/jpeg"
RECIPE = "1"  #: raised when derivatives are made in another way: all are then made again
FOLDER = "photos"  #: below the data directory
YOUNG_S = 3600.0
SHELVES = 256  #: folders that the files are spread over


def derivative_path(data_dir: Path, photo_id: int, version: str, which: str) -> Path:
    """The file of a derivative of this version."""
    shelf = f"{photo_id % SHELVES:02x}"
    return data_dir / FOLDER / shelf / f"{photo_id}-{version}-{which}.jpg"


def version_of(sha256: str) -> str:
    """The version of what is made from this content."""
    return f"{sha256[:16]}{RECIPE}"


@dataclass(frozen=True, slots=True)
class Order:
    """One photo to be made derivatives of."""

    folder: str  #: of the project
    device: int  #: of that folder, with its inode: another one is not read
    inode: int
    name: str
    photo_id: int
    out: str  #: the data directory
    has: str = ""  #: the version that is made already, if any


@dataclass(frozen=True, slots=True)
class Facts:
    """What a photo's own data say about it; None where they say nothing."""

    format: str | None = None
    width: int | None = None  #: upright, in pixels
    height: int | None = None
    orientation: int | None = None
    make: str | None = None
    model: str | None = None
    taken_at: str | None = None  #: ISO 8601, without a zone


@dataclass(frozen=True, slots=True)
class Made:
    """What became of an order. `problem`: why there are no derivatives, a code and words."""

    size: int = 0
    mtime_ns: int = 0
    sha256: str = ""
    unchanged: bool = False  #: the derivatives of this content were there
    facts: Facts = Facts()
    problem: str = ""
    gone: bool = False  #: there is no such file


class Problem(Exception):
    """Why a photo has no derivatives."""

    def __init__(self, code: str, words: str):
        super().__init__(f"{code}: {words}")


def sweep(data_dir: Path, wanted: Iterable[tuple[int, str]], now: float) -> int:
    """Delete derivatives that no photo has; `wanted`: (photo id, version). How many were deleted.

    `now`: wall seconds. What is younger than YOUNG_S is left: its row may be about to name it.
    """
    keep = {f"{photo_id}-{version}" for photo_id, version in wanted}
    removed = 0
    for shelf in (data_dir / FOLDER).glob("??"):
        for entry in os.scandir(shelf):
            if entry.name.rpartition("-")[0] in keep:
                continue
            with suppress(FileNotFoundError):
                if now - entry.stat().st_mtime > YOUNG_S:
                    os.unlink(entry.path)
                    removed += 1
    return removed
