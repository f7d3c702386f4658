"""A source of the author's own: a generator of (record, cursor). Opened by a backfill."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.documents import compact
from core.errors import Fail
from core.paths import Roots
from core.sources.drawn import Drawn, Reader, Source

#: called with a cursor (None at the start): the (record, cursor) after it, in a fixed order
Generate = Callable[[Any], Iterable[tuple[Any, Any]]]


@dataclass(frozen=True)
class Enumerator(Source):
    """What `generate(cursor)` yields: (record, cursor after it), anything JSON can hold but None.

    The generator is kept while the run goes on, and begun again at the cursor by each attempt.
    `count()` says how many there are in all, `again(cursor)` gives one record anew for a retry of
    the failed ones (None: it is gone); without it such a retry is not possible.
    """

    generate: Generate
    count: Callable[[], int | None] | None = None
    again: Callable[[Any], Any] | None = None

    @property
    def rereads(self) -> bool:  # type: ignore[override]
        return self.again is not None

    def open(self, roots: Roots) -> "EnumeratorReader":
        return EnumeratorReader(self)


class EnumeratorReader(Reader):
    """Draws from one generator for as long as it is asked to go on where it stands."""

    def __init__(self, source: Enumerator):
        self._source = source
        self._drawing: Iterator[tuple[Any, Any]] | None = None
        self._at: Any = None

    def count(self) -> int | None:
        return self._source.count() if self._source.count is not None else None

    def read(self, cursor: Any, limit: int) -> list[Drawn]:
        if self._drawing is None or cursor != self._at:
            self.close()
            self._drawing = iter(self._source.generate(cursor))
        drawn: list[Drawn] = []
        while len(drawn) < limit:
            try:
                record, key = next(self._drawing)
            except StopIteration:
                break
            if key is None:
                raise Fail("The enumerator gave None as a cursor, which means the start")
            compact(key)  # what is no JSON is told here, before anything is computed
            drawn.append(Drawn(key, record))
        self._at = drawn[-1].key if drawn else cursor
        return drawn

    def read_keys(self, keys: Sequence[Any]) -> list[Drawn]:
        again = self._source.again
        if again is None:
            raise Fail("This enumerator cannot give single records again")
        found = [(key, again(key)) for key in keys]
        return [Drawn(key, record) for key, record in found if record is not None]

    def close(self) -> None:
        close = getattr(self._drawing, "close", None)
        if close is not None:
            close()
        self._drawing = None
