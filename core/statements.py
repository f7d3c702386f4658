"""Texts of SQL → single statements: those of `queries*.sql` by name, those of a migration in order.

Pure; called by `store.py`.
"""

import re
import sqlite3
from collections.abc import Iterator


def named_statements(text: str) -> dict[str, str]:
    """{name: SQL} of a file whose statements each follow a line `-- name: …`."""
    parts = re.split(r"^-- name: *(\w+) *$", text, flags=re.MULTILINE)
    found: dict[str, str] = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        if name in found:
            raise ValueError(f"two statements are named {name}")
        found[name] = body.strip().rstrip(";")
    return found


def whole_statements(script: str) -> Iterator[str]:
    """Split a script at its statements' ends; knows triggers, which hold semicolons."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip():
        yield pending
