"""Text without pages of its own, cut into pages that can be shown and found. Pure.

A cut falls behind the last empty line of its window, else behind a line, a space, or where it must;
nothing is left out: the pages put together are the text.
"""

from core.texts.reading import Outline, PageText

PAGE = 12_000  #: characters of a page at most: about five of a book


class Flow:
    """A text of which nobody said where its pages end; always one page, if an empty one."""

    def __init__(self, text: str, most: int = PAGE):
        self._text = text
        self._cuts = cuts(text, most)
        self.outline = Outline(len(self._cuts) - 1)

    def page(self, number: int) -> PageText:
        return PageText(self._text[self._cuts[number - 1] : self._cuts[number]])

    def close(self) -> None:
        """Nothing is held."""


def cuts(text: str, most: int) -> list[int]:
    """Where the pages begin, and the end."""
    found = [0]
    while len(text) - found[-1] > most:
        start, end = found[-1], found[-1] + most
        for mark in ("\n\n", "\n", " "):
            at = text.rfind(mark, start + most // 2, end)
            if at >= 0:
                end = at + len(mark)
                break
        found.append(end)
    return [*found, len(text)]
