"""Where the window stood: kept in the data directory, restored only where a person could reach it.

Pure but for `Remembered`, the file. Lengths are the window system's own units (logical pixels).
What a window says while it is moved comes from `desktop.window`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from core.paths import write_secret
from desktop.places import WINDOW_STATE_FILE

LEAST_WIDTH, LEAST_HEIGHT = 480, 320
#: So much of the strip at the window's top must be on one screen: enough to grab it.
GRIP_WIDTH, GRIP_HEIGHT = 120, 32


@dataclass(frozen=True)
class Screen:
    """One screen of the desktop; the first of a list is the primary one."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Place:
    """A window that is not maximized stands here; x and y None: in the middle."""

    x: int | None = None
    y: int | None = None
    width: int = 1280
    height: int = 820
    is_maximized: bool = False


def restored(place: Place, screens: Sequence[Screen]) -> Place:
    """The place as it can be had now: no larger than its screen, and in the middle when its grip
    would be on none (a screen was taken away, or has become smaller)."""
    if not screens:
        return place
    screen = next((one for one in screens if _has_grip(place, one)), None)
    if screen is None:
        place, screen = replace(place, x=None, y=None), screens[0]
    return replace(
        place,
        width=max(LEAST_WIDTH, min(place.width, screen.width)),
        height=max(LEAST_HEIGHT, min(place.height, screen.height)),
    )


def _has_grip(place: Place, screen: Screen) -> bool:
    if place.x is None or place.y is None:
        return False
    left, right = max(place.x, screen.x), min(place.x + place.width, screen.x + screen.width)
    is_wide_enough = right - left >= min(GRIP_WIDTH, place.width)
    return is_wide_enough and screen.y <= place.y <= screen.y + screen.height - GRIP_HEIGHT


class Remembered:
    """What a window keeps for the next one: its place, what was told once, and the theme, which a
    window needs that begins before its service."""

    def __init__(self, folder: Path):
        self._folder = folder
        try:
            document = json.loads((folder / WINDOW_STATE_FILE).read_text(encoding="utf-8"))
            self.place = _checked(document["place"])
            self.is_told = document["is_told"] is True
            self.theme = str(document.get("theme", "system"))
        except (OSError, ValueError, KeyError, TypeError):
            # none yet, or none that can be used
            self.place, self.is_told, self.theme = Place(), False, "system"

    def keep(self) -> None:
        """Write it down, whole or not at all."""
        document = {"place": asdict(self.place), "is_told": self.is_told, "theme": self.theme}
        write_secret(self._folder, WINDOW_STATE_FILE, json.dumps(document))


def _checked(document: dict) -> Place:
    """Raises TypeError for what is no place."""
    place = Place(**document)
    numbers = [place.width, place.height, *(n for n in (place.x, place.y) if n is not None)]
    if not all(type(number) is int and abs(number) < 100_000 for number in numbers):
        raise TypeError("a place is made of whole numbers")
    return replace(place, is_maximized=place.is_maximized is True)
