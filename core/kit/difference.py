"""What differs between two values that a test read, in a few lines. Pure; called by `kills`."""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

MOST = 5  #: examples of each kind
WIDTH = 300  #: characters of a value that is shown whole


def difference(expected: Any, found: Any) -> list[str]:
    """Lines that say how `found` differs from `expected`; none when they are equal."""
    if expected == found:
        return []
    if isinstance(expected, dict) and isinstance(found, dict):
        return _of_keys(expected, found)
    if isinstance(expected, set | frozenset) and isinstance(found, set | frozenset):
        return _counted(Counter(expected), Counter(found))
    if _is_list(expected) and _is_list(found) and _all_hashable([*expected, *found]):
        before, after = Counter(expected), Counter(found)
        return _counted(before, after) if before != after else ["the same, in another order"]
    return [f"expected {_short(expected)}", f"found {_short(found)}"]


def _of_keys(expected: dict, found: dict) -> list[str]:
    missing = [key for key in expected if key not in found]
    extra = [key for key in found if key not in expected]
    changed = [
        f"{key!r}: {_short(found[key])} instead of {_short(expected[key])}"
        for key in expected
        if key in found and found[key] != expected[key]
    ]
    lines = _examples("missing", map(repr, missing)) + _examples("too much", map(repr, extra))
    return lines + _examples("different", changed)


def _counted(expected: Counter, found: Counter) -> list[str]:
    missing = [_times(value, n) for value, n in (expected - found).items()]
    extra = found - expected
    doubled = [_times(value, n) for value, n in extra.items() if value in expected]
    strange = [_times(value, n) for value, n in extra.items() if value not in expected]
    return (
        _examples("missing", missing)
        + _examples("more than once", doubled)
        + _examples("too much", strange)
    )


def _times(value: Any, n: int) -> str:
    return _short(value) if n == 1 else f"{_short(value)} ({n} times)"


def _examples(what: str, found: Any) -> list[str]:
    shown = list(found)
    if not shown:
        return []
    more = f" and {len(shown) - MOST} more" if len(shown) > MOST else ""
    return [f"{what}: {', '.join(shown[:MOST])}{more}"]


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}…"


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _all_hashable(values: list[Any]) -> bool:
    return all(isinstance(value, Hashable) and not _holds_lists(value) for value in values)


def _holds_lists(value: Any) -> bool:
    """A tuple is hashable by its type, and is not when it holds a list."""
    if not isinstance(value, tuple):
        return False
    return any(not isinstance(part, Hashable) or _holds_lists(part) for part in value)
