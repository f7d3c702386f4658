"""A person's words → a question to the index, and the places that were found → marked pieces. Pure.

Every word is quoted, so nothing that is typed is taken for the index's own language: `NEAR`, a lone
quote or a bracket are words like others, or none.
"""

import re
from typing import Any

MOST_TERMS = 32  #: words and phrases of one question
#: what the index puts around a found word: no characters (Unicode says so), so no text has them
OPEN, CLOSE = "\ufdd0", "\ufdd1"

_TERM = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
_SPACES = re.compile(r"\s+")


def match_of(words: str) -> str | None:
    """The question: all words, in any order. None when there is nothing to look for.

    `"two words"` is a phrase, `-word` must not be there, `wor*` is how a word begins; so is the
    last word while it is typed (no space behind it).
    """
    words = words.encode("utf-8", "ignore").decode()  # halves of characters are none
    wanted: list[str] = []
    unwanted: list[str] = []
    terms = [term for term in _TERM.finditer(words) if _has_letters(term[0])][:MOST_TERMS]
    for term in terms:
        text = term[2] if term[3] is None else term[3]
        is_last = term[3] is not None and term.end() == len(words)
        quoted = '"' + text.replace('"', " ").replace("\0", " ") + '"'
        begins = text.endswith("*") or is_last and not term[1]
        (unwanted if term[1] else wanted).append(quoted + " *" if begins else quoted)
    if not wanted:
        return None
    asked = " AND ".join(wanted)
    return f"({asked}) NOT ({' OR '.join(unwanted)})" if unwanted else asked


def _has_letters(text: str) -> bool:
    return any(character.isalnum() for character in text)


def pieces(snippet: str) -> list[dict[str, Any]]:
    """A place that was found, as pieces {text, is_match}: what is marked is data, not markup."""
    found: list[dict[str, Any]] = []
    for number, part in enumerate(snippet.replace(CLOSE, OPEN).split(OPEN)):
        if text := _SPACES.sub(" ", part):
            found.append({"text": text, "is_match": number % 2 == 1})
    return found
