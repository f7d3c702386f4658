"""Where each stage of a backfill stands, written as the one cursor of its job. Pure.

A backfill of one stage has that stage's cursor as it is. One of several has a document with all of
them, so that the target's checkpoint row, which commits with the effects, holds the whole truth.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from core.documents import compact

SAMPLE = 10  #: keys that a stage which looks for what is left remembers
AHEAD, NOW, PAST = "ahead", "now", "past"


@dataclass(frozen=True, slots=True)
class Standing:
    """One stage: its cursor (None: at its start), its counts in records, and its total."""

    name: str
    state: str = AHEAD
    cursor: Any = None
    done: int = 0
    failed: int = 0
    skipped: int = 0
    total: int | None = None
    sample: tuple[Any, ...] = ()

    @property
    def seen(self) -> int:
        return self.done + self.failed + self.skipped


@dataclass(frozen=True, slots=True)
class Standings:
    """The stages of a job in their order. Every change gives a new one."""

    stages: tuple[Standing, ...]

    @classmethod
    def of(cls, names: Sequence[str], cursor: str | None) -> Self:
        """What a cursor tells; stages it does not know are ahead."""
        known = json.loads(cursor) if cursor is not None else None
        if len(names) == 1:
            return cls((Standing(names[0], NOW, known),))
        rows = {row["name"]: row for row in (known or {}).get("stages", ())}
        return cls(
            tuple(
                Standing(**{**rows[name], "sample": tuple(rows[name]["sample"])})
                if name in rows
                else Standing(name)
                for name in names
            )
        )

    @property
    def is_plain(self) -> bool:
        """One stage alone: its cursor is the job's, and its counts are the job's."""
        return len(self.stages) == 1

    def text(self) -> str | None:
        """The cursor of the job; None while nothing has begun."""
        if self.is_plain:
            cursor = self.stages[0].cursor
            return compact(cursor) if cursor is not None else None
        if all(stage == Standing(stage.name) for stage in self.stages):
            return None
        return compact({"stages": [asdict(stage) for stage in self.stages]})

    def changed(self, place: int, **facts: Any) -> Self:
        """With other facts about one stage."""
        stages = list(self.stages)
        stages[place] = replace(stages[place], **facts)
        return type(self)(tuple(stages))

    def moved(self, place: int, keys: Sequence[Any], counts: tuple[int, int, int]) -> Self:
        """After a batch with these keys: (done, failed, skipped) more."""
        old = self.stages[place]
        if self.is_plain:
            return self.changed(place, cursor=keys[-1])
        done, failed, skipped = counts
        return self.changed(
            place,
            cursor=keys[-1],
            done=old.done + done,
            failed=old.failed + failed,
            skipped=old.skipped + skipped,
        )

    def noted(self, place: int, keys: Sequence[Any]) -> Self:
        """With the first of these keys remembered."""
        sample = (*self.stages[place].sample, *keys)[:SAMPLE]
        return self.changed(place, sample=sample)

    def total(self, places: Sequence[int]) -> int | None:
        """The records of these stages together; None while one of them is not known."""
        totals = [self.stages[place].total for place in places]
        return None if None in totals else sum(t for t in totals if t is not None)
