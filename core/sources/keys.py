"""Key values of a database as JSON and back, without loss: a cursor is kept as JSON. Pure.

Called by `core.sources.paging`. Numbers, text and truth values stand for themselves; everything
else is {its kind: its text}.
"""

import math
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.errors import Fail

_KINDS: dict[str, tuple[type, Any, Any]] = {
    # a datetime is a date, too: it comes first
    "datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "date": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
    "decimal": (Decimal, str, Decimal),
    "uuid": (UUID, str, UUID),
    "bytes": (bytes, bytes.hex, bytes.fromhex),
    "float": (float, repr, float),  # infinities; the others are JSON
}


def to_json(value: Any) -> Any:
    """The value as JSON can hold it. Fail for NULL, which has no place in an order, and others."""
    if isinstance(value, str | bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, memoryview | bytearray):
        value = bytes(value)
    for kind, (python, write, _) in _KINDS.items():
        if isinstance(value, python):
            return {kind: write(value)}
    if value is None:
        raise Fail("A row has NULL in its key, so it has no place in the order", code="no-key")
    raise Fail(f"A key of the type {type(value).__name__} is not supported", code="no-key")


def from_json(value: Any) -> Any:
    """What `to_json` was given."""
    if isinstance(value, dict):
        ((kind, text),) = value.items()
        return _KINDS[kind][2](text)
    return value
