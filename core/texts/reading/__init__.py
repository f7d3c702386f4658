"""Reading documents: runs in a process of its own, for files are hostile until they are read.

Here stand the words that cross the border: what is asked of that process (`Ask`), and its answers.
`reader` is what it computes, the other modules are one for each kind; they import their libraries
when the first document of the kind is opened, and nothing of this is imported by the service.
"""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Ask:
    """Questions about a document; number 0 asks for its outline, others for that page."""

    kind: str
    path: str
    #: the folders that files may lie in: it is opened below one of them, by handle
    roots: tuple[str, ...]
    #: what the file was when it was added; another one is refused
    size: int
    modified_ns: int
    numbers: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Outline:
    """How many pages there are, and how those are called that have a name."""

    pages: int
    labels: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of one page; `label` is what it calls itself, where the outline has no name."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a document or one of its pages cannot be read, and what the person can do."""

    code: str
    message: str
    hint: str = ""


class Unreadable(Exception):
    """Raised by the readers of the kinds; becomes a Refusal."""

    def __init__(self, code: str, message: str, hint: str = ""):
        super().__init__(message)
        self.refusal = Refusal(code, message, hint)


class Document(Protocol):
    """An open document of any kind."""

    outline: Outline

    def page(self, number: int) -> PageText:
        """The text of page `number` (from 1). Raises Unreadable for a page that cannot be read."""

    def close(self) -> None:
        """Let go of it."""


def clean(text: str) -> str:
    """The text as it can be kept: line ends are \\n, no NUL, no halves of characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-8", "ignore").decode()
