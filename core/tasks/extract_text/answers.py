"""What the reading process answered → what is kept of a page, or why there is nothing. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.compute import Outcome
from core.texts import MEMORY, PAGE_TIMEOUT_S
from core.texts.reading import Outline, PageText, Refusal

#: how the process ended → code and words; beside them stands what it said itself
_ENDS = {
    "timeout": ("document-timeout", f"Reading took longer than {PAGE_TIMEOUT_S:g} s and was ended"),
    "memory": ("document-memory", f"Reading needs more memory than {MEMORY >> 30} GB"),
    "crash": ("document-crash", "The library that reads it crashed"),
    "error": ("document-error", "It cannot be read"),
}
_QUIET = frozenset({"timeout", "memory"})  # nothing is to be added to these


@dataclass(frozen=True)
class Read:
    """One page, read or not."""

    number: int
    page: PageText | None
    refusal: Refusal | None
    trace: str = ""

    @property
    def status(self) -> str:
        return "completed" if self.refusal is None else "failed"

    @property
    def message(self) -> str:
        """What its item says."""
        if self.refusal is not None:
            return self.refusal.message
        characters = len(self.page.text) if self.page else 0
        return f"{characters:,} characters" if characters else "No text"


def by_number(
    asks: Iterable[tuple[int, ...]], outcomes: Iterable[Outcome]
) -> list[tuple[int, Outcome]]:
    """What became of each number that was asked for; where an ask failed, of all of its numbers."""
    found = []
    for numbers, outcome in zip(asks, outcomes, strict=True):
        values = outcome.value if outcome.error is None else [None] * len(numbers)
        seconds = outcome.seconds / len(numbers)
        found += [
            (number, Outcome(value, outcome.error, seconds))
            for number, value in zip(numbers, values, strict=True)
        ]
    return found


def read(number: int, outcome: Outcome) -> Read | None:
    """The answer about one page; None for a page that the document does not have."""
    if outcome.error is None and outcome.value is None:
        return None
    if isinstance(outcome.value, PageText):
        return Read(number, outcome.value, None)
    trace = outcome.error.trace if outcome.error else ""
    return Read(number, None, refusal_of(outcome), trace)


def outline(outcome: Outcome) -> Outline | Refusal:
    """The answer about the document as a whole."""
    return outcome.value if isinstance(outcome.value, Outline) else refusal_of(outcome)


def refusal_of(outcome: Outcome) -> Refusal:
    """Why there is no answer."""
    if isinstance(outcome.value, Refusal):
        return outcome.value
    if outcome.error is None:
        return Refusal("document-error", "It was read, but not as it was asked for")
    code, words = _ENDS[outcome.error.kind]
    if outcome.error.kind in _QUIET:
        return Refusal(code, words)
    return Refusal(code, f"{words}: {outcome.error.message}"[:1000])
