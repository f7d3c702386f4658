"""The ledger of ranges: what each part of a backfill took, kept small however long it runs. Pure.

A range is a run of records that were committed one after the other: from which key to which, how
many, how long they took and how many failed. Finished neighbours are merged, so that the ledger
never has more than MOST ranges and still adds up to everything that was done. The page draws it as
a heat strip.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MOST = 96  #: ranges that are kept: the cells of a strip


@dataclass(frozen=True, slots=True)
class Range:
    """Records that were committed one after the other. `first` and `last` are keys, JSON-able."""

    first: Any
    last: Any
    records: int
    ms: float | None  #: working time; None where nobody measured it (a crash lost it)
    failed: int = 0

    def document(self) -> dict[str, Any]:
        ms = None if self.ms is None else round(self.ms, 1)
        return {
            "from": self.first,
            "to": self.last,
            "records": self.records,
            "ms": ms,
            "failed": self.failed,
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Range":
        d = document
        return cls(d["from"], d["to"], d["records"], d["ms"], d["failed"])


def merged(one: Range, other: Range) -> Range:
    """Two neighbours as one. What was not measured is taken to be as fast as what was."""
    ms: float | None
    if one.ms is None or other.ms is None:
        known = one if one.ms is not None else other
        ms = None
        if known.ms is not None and known.records:
            ms = known.ms / known.records * (one.records + other.records)
    else:
        ms = one.ms + other.ms
    return Range(one.first, other.last, one.records + other.records, ms, one.failed + other.failed)


def added(ranges: Sequence[Range], new: Range, most: int = MOST) -> list[Range]:
    """The ledger with one more batch; at most `most` ranges, in the order of the work.

    When there are too many, the two neighbours with the fewest records become one, so that all
    ranges stay about equally wide.
    """
    ranges = list(ranges)
    if new.records > 0:
        ranges.append(new)
    while len(ranges) > most:
        at = min(range(len(ranges) - 1), key=lambda i: ranges[i].records + ranges[i + 1].records)
        ranges[at : at + 2] = [merged(ranges[at], ranges[at + 1])]
    return ranges


def caught_up(ranges: Sequence[Range], seen: int, cursor: Any) -> list[Range]:
    """The ledger as it must be where `seen` records are done up to `cursor`.

    Between the last time it was stored and a crash there may be records without a range: they get
    one that nobody measured. Where it knows more than was done (another database was put in the
    place), it begins anew.
    """
    known = sum(r.records for r in ranges)
    if known > seen:
        ranges, known = [], 0
    if known == seen:
        return list(ranges)
    first = ranges[-1].last if ranges else None
    return added(ranges, Range(first, cursor, seen - known, None))
