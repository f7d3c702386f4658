"""`backfill-dates`: finds the publication dates of stored articles and writes them.

Here stands the task; the search in a page is `extraction` (imported where it is used, since it
loads much), names and columns are `names`, the statements are `rows`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ConfigDict, Field, model_validator
from sqlalchemy import Connection

from core.backfill import Backfill, Result
from core.face import Column
from core.paths import Roots
from core.policy import ErrorParams, VerifyParams
from core.run import Run
from core.target import Target
from core.task_type import EXACTLY_ONCE, DatabaseUrl, Preview
from core.tasks.backfill_dates.names import resolve
from core.tasks.backfill_dates.rows import Rows
from core.totals import bounded, capped, columns_of

SAMPLE = 8
FORGET_EVERY = 5_000  #: pages between two emptyings of the search's caches


def _name(description: str) -> Any:
    extra: Any = {"placeholder": "found by itself"}
    return Field("", max_length=128, description=description, json_schema_extra=extra)


class Params(ErrorParams, VerifyParams):
    """What a person may set."""

    model_config = ConfigDict(extra="forbid")

    database: DatabaseUrl
    table: str = _name("Table of the articles")
    id_column: str = _name("Column that orders and identifies them")
    html_column: str = _name("Column with the stored page")
    url_column: str = _name("Column with the page's address")
    date_column: str = _name("Column that the date is written to")
    limit: int = Field(0, ge=0, description="Visit at most so many records; 0: all of them")
    batch_size: int = Field(200, ge=1, le=5000, description="Records in one transaction")
    redo: bool = Field(False, description="Visit again what earlier runs dated or missed")
    only_url: bool = Field(False, description="Look at the address only, not at the page")
    with_time: bool = Field(False, description="Write the time of day too, where a page gives it")
    guesses: bool = Field(True, description="Accept dates that a wide search of the text guessed")
    dry_run: bool = Field(False, description="Change nothing, only report what would be found")
    list_existing: bool = Field(False, description="Count records that have a date already, too")
    earliest: date = Field(date(1990, 1, 1), description="Dates before this are refused")
    latest: date | None = Field(None, description="Dates after this are refused; empty: today")

    @model_validator(mode="after")
    def _in_order(self) -> "Params":
        if self.latest is not None and self.latest < self.earliest:
            raise ValueError("latest is before earliest")
        return self


@dataclass(frozen=True, slots=True)
class Value:
    """What became of one record."""

    outcome: str  #: existing, backfilled, updated, unchanged or missing
    date: str | None = None
    source: str | None = None
    is_guess: bool = False
    detail: str = ""
    old: str | None = None

    @property
    def writes(self) -> bool:
        return self.outcome in ("backfilled", "updated")


class BackfillDates(Backfill):
    """Fill in missing publication dates of stored articles.

    Looks into each stored page (and its address) for the day it was published, writes it as
    ISO 8601 and remembers where it stood. Articles that have a date are never touched.
    """

    name = "backfill-dates"
    title = "Backfill publication dates"
    icon = "calendar"
    columns = (Column("backfilled", "Dated"), Column("missing", "Without a date"))
    unit = "articles"
    guarantee = EXACTLY_ONCE
    compute_in = "processes"
    skipped_as = frozenset({"existing"})
    Params = Params

    def __init__(self, params: Any):
        super().__init__(params)
        self._rows: Rows | None = None
        self._taken: int | None = None
        self._pages = 0

    @classmethod
    def title_for(cls, params: Any) -> str:
        name = params.database.rstrip("/").rpartition("/")[2].partition("?")[0]
        return f"Dates for {params.table + ' in ' if params.table else ''}{name}"

    def check(self, roots: Roots) -> None:
        """Before a task is accepted: the database can be opened and has the names."""
        target = self._open(roots, read_only=True)
        try:
            resolve(target, self.params)
        finally:
            target.close()

    def _open(self, roots: Roots, *, read_only: bool) -> Target:
        return Target.open(self.params.database, read_only=read_only, roots=roots)

    # --- the backfill ----------------------------------------------------------------------------

    def changes_nothing(self) -> bool:
        return self.params.dry_run

    def target(self, run: Run) -> Target:
        target = self._open(run.roots, read_only=self.params.dry_run)
        try:
            self._rows = self._rows_of(target, writes=not self.params.dry_run)
        except BaseException:
            target.close()
            raise
        self._taken = None
        return target

    def _rows_of(self, target: Target, *, writes: bool) -> Rows:
        options = {"redo": self.params.redo, "list_existing": self.params.list_existing}
        names = resolve(target, self.params)
        rows = Rows(target, names, **options)
        if writes and not rows.has_memory():
            rows.create_memory()
            rows = Rows(target, names, **options)
        return rows

    @property
    def rows(self) -> Rows:
        assert self._rows is not None, "the target is opened first"
        return self._rows

    def count(self, run: Run) -> int:
        found = self.rows.count()
        return min(found, self.params.limit) if self.params.limit else found

    def counting(self, run: Run, cursor: Any) -> Iterable[int]:
        parts = self.rows.counting(cursor)
        left = self.params.limit - run.progress.seen
        return capped(parts, left) if self.params.limit else parts

    def read(self, run: Run, cursor: Any, limit: int) -> list[tuple]:
        if self._taken is None:
            self._taken = run.progress.seen
        if self.params.limit:
            limit = min(limit, self.params.limit - self._taken)
        rows = self.rows.read(cursor, limit) if limit > 0 else []
        self._taken += len(rows)
        return rows

    def read_keys(self, run: Run, keys: Sequence[Any]) -> list[tuple]:
        return self.rows.one_by_one(keys)

    def compute(self, record: tuple) -> Value:
        from core.tasks.backfill_dates import extraction

        _, url, html, existing, ours = record
        if existing is not None and not ours:
            return Value("existing", old=existing)
        self._pages += 1
        if self._pages % FORGET_EVERY == 0:
            extraction.forget()
        found = extraction.find_date(html, url, self._rules())
        if isinstance(found, extraction.NotFound):
            return Value("missing" if existing is None else "existing", detail=found.reason)
        outcome = "backfilled"
        if existing is not None:
            outcome = "unchanged" if existing == found.iso else "updated"
        return Value(outcome, found.iso, found.source, found.is_guess, found.detail, existing)

    def warm_up(self) -> None:
        """Load the search before the first record's time is counted."""
        from core.tasks.backfill_dates import extraction

        extraction.warm_up()

    def _rules(self) -> Any:
        from core.tasks.backfill_dates.rules import Rules

        p = self.params
        return Rules(p.with_time, p.guesses, p.only_url, p.earliest, p.latest)

    def outcome(self, result: Result) -> str:
        return "failed" if result.failure is not None else result.value.outcome

    def apply(
        self, run: Run, results: Sequence[Result], connection: Connection | None
    ) -> dict[str, int] | None:
        assert connection is not None, "a dry run applies nothing"
        lost = self.rows.write(connection, results, run.task.id)
        if not lost:
            return None
        return dict(Counter("existing" if r.key in lost else self.outcome(r) for r in results))

    def left(self, run: Run, cursor: Any, limit: int) -> list[Any]:
        return self.rows.keys_left(cursor, limit)

    def summary(self, run: Run) -> dict[str, Any]:
        result = {"outcomes": run.progress.tally, "dry_run": self.params.dry_run}
        result |= {"database": self.rows.target.name, "table": self.rows.names.table}
        if not self.params.dry_run:
            result["sources"] = self.rows.sources(run.task.id)
        return result

    # --- preview ---------------------------------------------------------------------------------

    def preview(self, roots: Roots) -> Preview:
        target = self._open(roots, read_only=True)
        try:
            rows = self._rows_of(target, writes=False)
            sample = [self._shown(row) for row in rows.read(None, SAMPLE)]
            parts = rows.counting(None)
            known: dict[str, Any] = bounded(
                capped(parts, self.params.limit) if self.params.limit else parts
            )
            seen = {f"columns of {rows.names.table}": columns_of(target, rows.names.table)}
        finally:
            target.close()
        return Preview(unit=self.unit, sample=sample, seen=seen, **known)

    def _shown(self, row: tuple) -> dict[str, Any]:
        value = self.compute(row)
        shown = {"id": row[0], "url": row[1], "before": row[3], "after": value.date}
        return shown | {
            "outcome": value.outcome,
            "source": value.source,
            "is_guess": value.is_guess,
            "detail": value.detail,
        }
