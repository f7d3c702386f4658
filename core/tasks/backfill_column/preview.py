"""What a run of `backfill-column` would do: a count, some rows before and after, problems.

Called by the task, in a process of its own with limited time.
"""

from typing import Any

from sqlalchemy import inspect

from core.paths import Roots
from core.target import Target
from core.task_type import Preview
from core.tasks.backfill_column.csv_values import SEARCH_S, CsvValues, open_csv, text_of
from core.tasks.backfill_column.rows import Row, Rows
from core.totals import bounded, columns_of, file_mark

SAMPLE = 8
LONGEST = 200  #: characters of a value that are shown


def previewed(task: Any, rows: Rows, values: CsvValues | None, roots: Roots) -> Preview:
    """The preview of a task whose rows are open for reading."""
    problems: list[str] = []
    if values is not None:
        problems += _search(task.params, rows, values, roots)
    if task.params.fill_with == "lookup":
        problems += _unindexed(rows.target, task.params)
    sample = [_shown(task, rows, row) for row in rows.read(None, SAMPLE)]
    known = bounded(rows.counting(None))
    seen = {f"columns of {rows.names.table}": columns_of(rows.target, rows.names.table)}
    if values is not None:
        seen[f"the file {task.params.csv_file}"] = file_mark(roots.check(task.params.csv_file))
    if known == {"count": 0}:
        problems.append("No row fits: there is nothing to fill.")
    elif all(shown["after"] is None for shown in sample):
        problems.append("None of the first rows would get a value.")
    return Preview(unit=task.unit, sample=sample, problems=problems, seen=seen, **known)


def _shown(task: Any, rows: Rows, row: Row) -> dict[str, Any]:
    key = row.key if len(rows.names.keys) > 1 else [row.key]
    shown: dict[str, Any] = dict(zip(rows.names.keys, key, strict=True))
    shown |= {"before": _short(row.old), "after": None}
    try:
        value = task.compute(row)
    except Exception as error:
        return shown | {"outcome": "failed", "detail": str(error)}
    after = row.old if value.outcome == "unchanged" else value.new
    return shown | {"after": _short(after), "outcome": value.outcome, "detail": ""}


def _short(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, str) and len(value) > LONGEST:
        return value[:LONGEST] + "…"
    return value


def _search(params: Any, rows: Rows, values: CsvValues, roots: Roots) -> list[str]:
    """Find the values of the sample in the file."""
    wanted = {text_of(key) for key in rows.matches(SAMPLE) if key is not None}
    reader = open_csv(params, roots)
    try:
        whole = values.search(reader, wanted)
    finally:
        reader.close()
    problems = [f"The CSV file, {fault}" for fault in values.unreadable]
    if values.faults > len(values.unreadable):
        problems.append(f"{values.faults:,} lines of the CSV file cannot be read.")
    if not whole:
        problems.append(f"The CSV file is large: only {SEARCH_S:g} s of it were looked at here.")
    return problems


def _unindexed(target: Target, params: Any) -> list[str]:
    """Said when each row would have to read the whole lookup table."""
    with target.read() as connection:
        inspector = inspect(connection)
        first: list[Any] = [
            i["column_names"][:1] for i in inspector.get_indexes(params.lookup_table)
        ]
        first += [
            c["column_names"][:1] for c in inspector.get_unique_constraints(params.lookup_table)
        ]
        first.append(inspector.get_pk_constraint(params.lookup_table)["constrained_columns"][:1])
    if [params.lookup_key] in first:
        return []
    where = f"{params.lookup_table}.{params.lookup_key}"
    return [f"{where} has no index: each row reads the whole table, which is slow for a large one."]
