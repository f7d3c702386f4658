"""The contract of a source: what it is opened to, and what it hands out.

Implemented by the modules beside this one, used by `core.backfill`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

from core.paths import Roots


class BadRecord(Exception):
    """The source found this record, and it cannot be read; the message says where and why."""


class Drawn(NamedTuple):
    """One record on its way; the key comes first, where `Backfill.keys` looks for it."""

    key: Any  #: JSON-able: the cursor is this after the record
    record: Any
    fault: str = ""  #: why it cannot be read; the record fails alone


class Reader(ABC):
    """An opened source: one for each attempt, used by one thread."""

    def count(self) -> int | None:
        """How many records there are in all; None when that would take too long."""
        return None

    def counting(self, cursor: Any, again: Callable[[], "Reader"]) -> Iterator[int] | None:
        """How many records come after the cursor, part by part; None where only `count` can tell.

        It is drawn from in another thread; `again` opens a reader of its own for that.
        """
        return None

    @abstractmethod
    def read(self, cursor: Any, limit: int) -> list[Drawn]:
        """At most `limit` records after `cursor` (None: from the start), in order; [] at the end.

        Cheap wherever the cursor stands: nothing before it is read again. Raises Fail where what
        stands before the cursor is not what was read then.
        """

    @abstractmethod
    def read_keys(self, keys: Sequence[Any]) -> list[Drawn]:
        """The records with these keys that still exist, for a retry of the failed ones alone."""

    def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Let go of files and connections that `open` took."""


class Source(ABC):
    """What an author names; it keeps no state, so one instance may serve every attempt."""

    #: whether `read_keys` of its reader works
    rereads: ClassVar[bool] = True

    @abstractmethod
    def open(self, roots: Roots) -> Reader:
        """The reader of one attempt; files lie below `roots`.

        Raises Invalid or Forbidden for what is not there or may not be read.
        """


def opened(drawn: Any) -> Any:
    """The record itself. Raises BadRecord for one that could not be read; passes others by."""
    if not isinstance(drawn, Drawn):
        return drawn
    if drawn.fault:
        raise BadRecord(drawn.fault)
    return drawn.record
