"""Rows of a result → CSV that a spreadsheet opens. Pure.

RFC 4180, in UTF-8 with a mark at its beginning, by which spreadsheets know it. What they would take
for a formula is written behind an apostrophe: a result may hold words of strangers, and a cell must
never run.
"""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

#: what a cell begins with that spreadsheets compute (OWASP, "CSV injection"), full width included
_FORMULA = (*"=+-@\t\r\n", *"＝＋－＠")
MARK = "\ufeff"


def rows_in(value: Any, name: str) -> list[dict[str, Any]] | None:
    """The list of objects in a result, under `name` where it is given; None: there is none."""
    found = value.get(name) if name and isinstance(value, dict) else value
    if isinstance(found, list) and found and all(isinstance(row, dict) for row in found):
        return found
    return None


def csv_text(rows: Sequence[dict[str, Any]]) -> str:
    """All columns of all rows, in the order in which they first come."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    out.write(MARK)
    writer = csv.writer(out)
    writer.writerow([_cell(name) for name in names])
    writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)  # a number of ours, not a text: its minus is one
    if isinstance(value, list) and not any(isinstance(part, dict | list) for part in value):
        value = ", ".join(str(part) for part in value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) else text
