"""Importing `dataset` without the migration tools that it imports and Longhaul never uses.

`dataset` changes schemas through alembic; our schema is in `core/migrations`. Importing alembic
(with its template engine) took a fifth of the time from `longhaul serve` to its first answer, and
each worker's start pays the same. Called by `store.py` alone.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

_NEEDED: dict[str, tuple[str, ...]] = {
    "alembic": (),
    "alembic.migration": ("MigrationContext",),
    "alembic.operations": ("Operations",),
}


class _NotHere:
    """In the place of a class of alembic: says so when somebody uses it after all."""

    def __init__(self, *_: object, **__: object):
        raise NotImplementedError("dataset was opened without alembic; see core/migrations")

    configure = __init__


@contextmanager
def without_alembic() -> Iterator[None]:
    """What is imported in here finds stand-ins for alembic; later imports get the real one."""
    names = [] if any(name in sys.modules for name in _NEEDED) else list(_NEEDED)
    for name in names:
        stand_in = ModuleType(name)
        vars(stand_in).update(dict.fromkeys(_NEEDED[name], _NotHere))
        sys.modules[name] = stand_in
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
