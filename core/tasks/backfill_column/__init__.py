"""`backfill-column`: fills a column of any table, without any code of one's own.

Here stand the task and its parameters; what a person may name is `names`, which expressions are
taken `expression` and `judge`, the statements are `rows`, a CSV file is `csv_values`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ConfigDict, Field
from sqlalchemy import Connection

from core.backfill import FAILED, Backfill, Result
from core.errors import DatabaseBusy, DatabaseError, Invalid
from core.face import Column
from core.paths import Roots
from core.policy import ErrorParams, VerifyParams
from core.run import Run
from core.sources import BadRecord
from core.target import Target
from core.task_type import EXACTLY_ONCE, DatabaseUrl, LongText, Preview
from core.tasks.backfill_column.csv_values import CsvValues, open_csv
from core.tasks.backfill_column.names import resolve
from core.tasks.backfill_column.preview import previewed
from core.tasks.backfill_column.rows import Row, Rows
from core.tasks.backfill_column.types import fitted


def _name(description: str, placeholder: str = "") -> Any:
    extra: Any = {"placeholder": placeholder} if placeholder else {}
    return Field("", max_length=128, description=description, json_schema_extra=extra)


_WAYS: Any = {
    "labels": {
        "expression": "An SQL expression over the row",
        "constant": "The same value for all",
        "lookup": "A table of the same database",
        "csv": "A CSV file",
    }
}


class Params(ErrorParams, VerifyParams):
    """What a person may set."""

    model_config = ConfigDict(extra="forbid")

    database: DatabaseUrl
    table: str = Field(max_length=128, description="Table whose rows are filled")
    column: str = Field(max_length=128, description="Column that is written")
    fill_with: Literal["expression", "constant", "lookup", "csv"] = Field(
        "expression", description="Where the value comes from", json_schema_extra=_WAYS
    )
    expression: LongText = Field(
        "",
        max_length=10_000,
        description="SQL over the columns of the row; NULL or empty: no value",
        json_schema_extra={"placeholder": "lower(trim(title))"},
    )
    constant: str = Field("", max_length=100_000, description="The value, for a constant")
    match_column: str = _name("Column whose value is looked up in the other table or the file")
    lookup_table: str = _name("Table that has the values, for a lookup")
    lookup_key: str = _name("Its column that is compared with the looked up one")
    lookup_value: str = _name("Its column with the value")
    csv_file: str = Field("", description="CSV file", json_schema_extra={"format": "file"})
    csv_key: str = _name("Column of the file that is compared with the looked up one")
    csv_value: str = _name("Column of the file with the value")
    key_columns: list[str] = Field(
        [], max_length=16, description="Columns that identify a row; none: the primary key"
    )
    only_missing: bool = Field(True, description="Only rows where it is NULL or empty")
    where: LongText = Field(
        "", max_length=10_000, description="Only rows for which this SQL condition is true"
    )
    batch_size: int = Field(500, ge=1, le=5000, description="Rows in one transaction")
    dry_run: bool = Field(False, description="Change nothing, only report what would be filled")


@dataclass(frozen=True, slots=True)
class Value:
    """What becomes of one row."""

    outcome: str  #: filled, unchanged or missing
    new: Any = None


class BackfillColumn(Backfill):
    """Fill a column of a table from an expression, a constant, another table or a CSV file.

    Each row is written once, in batches by key. By default only where the column is NULL or
    empty, and a value that somebody else writes meanwhile stays.
    """

    name = "backfill-column"
    title = "Fill a column"
    icon = "database"
    columns = (Column("filled", "Filled"), Column("missing", "Without a value"))
    unit = "rows"
    guarantee = EXACTLY_ONCE
    skipped_as = frozenset({"unchanged"})
    Params = Params

    def __init__(self, params: Any):
        super().__init__(params)
        self._rows: Rows | None = None
        #: closes what an attempt holds open
        self._open = ExitStack()

    @classmethod
    def title_for(cls, params: Any) -> str:
        name = params.database.rstrip("/").rpartition("/")[2].partition("?")[0]
        return f"Fill {params.column} of {params.table} in {name}"

    def check(self, roots: Roots) -> None:
        """Before a task is accepted: names exist, expressions are taken, the constant fits."""
        with ExitStack() as stack:
            self._ready(roots, stack, read_only=True)
            if self.params.fill_with == "csv":
                open_csv(self.params, roots).close()

    def _ready(
        self, roots: Roots, stack: ExitStack, *, read_only: bool, values: CsvValues | None = None
    ) -> Rows:
        target = Target.open(self.params.database, read_only=read_only, roots=roots)
        stack.callback(target.close)
        names = resolve(target, self.params)
        try:
            return Rows(target, names, self.params, values)
        except (ValueError, DatabaseError) as error:
            if isinstance(error, DatabaseBusy) or self.params.fill_with != "constant":
                raise
            message = f"The constant does not fit: {error}"
            raise Invalid(message, [{"pointer": "/params/constant", "message": message}]) from None

    # --- the backfill ----------------------------------------------------------------------------

    def changes_nothing(self) -> bool:
        return self.params.dry_run

    def run(self, run: Run) -> dict[str, Any]:
        with self._open:
            return super().run(run)

    def target(self, run: Run) -> Target:
        with ExitStack() as stack:
            values = None
            if self.params.fill_with == "csv":
                values = self._load(run, stack)
            self._rows = self._ready(run.roots, stack, read_only=self.params.dry_run, values=values)
            self._open.push(stack.pop_all())
        return self._rows.target

    def _load(self, run: Run, stack: ExitStack) -> CsvValues:
        values = CsvValues(self.params)
        stack.callback(values.close)
        run.message("Reading the CSV file")
        reader = open_csv(self.params, run.roots)
        try:
            values.load(reader, run.check)
        finally:
            reader.close()
        run.message("")
        for fault in values.unreadable:
            run.log(f"The CSV file, {fault}", "warning")
        return values

    @property
    def rows(self) -> Rows:
        assert self._rows is not None, "the target is opened first"
        return self._rows

    def count(self, run: Run) -> int:
        return self.rows.count()

    def counting(self, run: Run, cursor: Any) -> Iterable[int]:
        return self.rows.counting(cursor)

    def read(self, run: Run, cursor: Any, limit: int) -> list[Row]:
        return self.rows.read(cursor, limit)

    def read_keys(self, run: Run, keys: Sequence[Any]) -> list[Row]:
        return self.rows.at(keys)

    def compute(self, record: Row) -> Value:
        if record.fault:
            raise BadRecord(record.fault)
        if record.new is None or record.new == "":
            return Value("missing")
        new = fitted(record.new, self.rows.names.kind)
        same = new == record.old and isinstance(new, str) == isinstance(record.old, str)
        return Value("unchanged") if same else Value("filled", new)

    def outcome(self, result: Result) -> str:
        return FAILED if result.failure is not None else result.value.outcome

    def apply(
        self, run: Run, results: Sequence[Result], connection: Connection | None
    ) -> dict[str, int] | None:
        assert connection is not None, "a dry run applies nothing"
        lost = self.rows.write(connection, results)
        if not lost:
            return None
        names = ("unchanged" if p in lost else self.outcome(r) for p, r in enumerate(results))
        return dict(Counter(names))

    def left(self, run: Run, cursor: Any, limit: int) -> list[Any]:
        return self.rows.keys_left(cursor, limit) if self.params.only_missing else []

    def summary(self, run: Run) -> dict[str, Any]:
        names = self.rows.names
        result = {"outcomes": run.progress.tally, "dry_run": self.params.dry_run}
        result |= {"database": self.rows.target.name}
        return result | {"table": names.table, "column": names.column}

    # --- preview ---------------------------------------------------------------------------------

    def preview(self, roots: Roots) -> Preview:
        with ExitStack() as stack:
            values = None
            if self.params.fill_with == "csv":
                values = CsvValues(self.params)
                stack.callback(values.close)
            self._rows = self._ready(roots, stack, read_only=True, values=values)
            return previewed(self, self._rows, values, roots)
