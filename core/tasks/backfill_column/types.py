"""Whether a value fits the type of a column, and as what it is written. Pure.

SQLite takes nearly everything into nearly every column; here it must be what the declared type
says. PostgreSQL decides by itself: there all values travel as its own text for them.
"""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

_WHOLE = re.compile(r"[+-]?\d{1,19}")
_TRUTH = {"true": 1, "t": 1, "yes": 1, "1": 1, "false": 0, "f": 0, "no": 0, "0": 0}
_LEAST, _MOST = -(2**63), 2**63 - 1


@dataclass(frozen=True)
class Kind:
    """The type of a column, as far as it matters here."""

    name: str  #: integer, real, number, truth, date, moment, text, any, server
    declared: str  #: as the database says it
    length: int | None = None  #: characters, where it is limited


def on_sqlite(declared: str) -> Kind:
    """By the rules of https://www.sqlite.org/datatype3.html, and by the words for dates."""
    word = declared.upper()
    if "INT" in word:
        name = "integer"
    elif any(part in word for part in ("CHAR", "CLOB", "TEXT")):
        name = "text"
    elif not word or "BLOB" in word or word == "ANY":
        name = "any"
    elif any(part in word for part in ("REAL", "FLOA", "DOUB")):
        name = "real"
    elif "BOOL" in word:
        name = "truth"
    elif "DATETIME" in word or "TIMESTAMP" in word:
        name = "moment"
    else:
        name = "date" if word.startswith("DATE") else "number"
    return Kind(name, declared)


def fitted(value: Any, kind: Kind) -> Any:
    """The value as it is written. Raises ValueError with the reason when it does not fit."""
    if kind.name in ("any", "server"):
        return value
    if isinstance(value, bytes):
        raise ValueError(f"bytes do not fit a column of the type {kind.declared}")
    if kind.name == "text":
        return _text(value, kind)
    if isinstance(value, str):
        value = _read(value.strip(), kind)
    if kind.name == "integer" or (kind.name == "truth" and value not in (0, 1)):
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if not whole or not _LEAST <= value <= _MOST or kind.name == "truth":
            raise _no(value, kind)
        return int(value)
    return value


def _text(value: Any, kind: Kind) -> str:
    text = value if isinstance(value, str) else repr(value)
    if "\0" in text:
        raise ValueError("a NUL character does not fit a text")
    if kind.length is not None and len(text) > kind.length:
        raise ValueError(f"{len(text)} characters are more than {kind.length} of the column")
    return text


def _read(text: str, kind: Kind) -> Any:
    """What a text stands for in a column of this kind."""
    if kind.name == "truth":
        if text.lower() in _TRUTH:
            return _TRUTH[text.lower()]
    elif kind.name in ("date", "moment"):
        try:
            (date if kind.name == "date" and len(text) == 10 else datetime).fromisoformat(text)
        except ValueError:
            raise _no(text, kind) from None
        return text
    elif _WHOLE.fullmatch(text):
        return int(text) if kind.name != "real" else float(text)
    elif kind.name != "integer":
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
    raise _no(text, kind)


def _no(value: Any, kind: Kind) -> ValueError:
    return ValueError(f"{value!r:.80} does not fit a column of the type {kind.declared}")
