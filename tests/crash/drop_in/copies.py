"""A backfill of two stages and a look for what is left; its table refuses some rows.

Dropped into a data directory by tests/crash/test_stages_and_refusals.py. Nothing keeps a row from
being written twice, so what is doubled or lost is seen.
"""

from pydantic import BaseModel

from core import Backfill, Stage, Target
from core.task_type import EXACTLY_ONCE

RECORDS, REFUSED = 60, (3, 17, 18, 44, 60)


class Listing(Stage):
    """Writes down the numbers there are."""

    name = "list"
    counts = False

    def key(self, record):
        return record

    def read(self, run, cursor, limit):
        return list(range((cursor or 0) + 1, RECORDS + 1))[: min(limit, 13)]

    def apply(self, run, results, connection):
        rows = [(r.key,) for r in results]
        connection.exec_driver_sql("INSERT INTO listed(id) VALUES (?)", rows)


class Copying(Stage):
    """Copies them into a table that refuses some."""

    name = "copy"

    def count(self, run):
        return self.task.db.rows("SELECT count(*) FROM listed")[0][0]

    def read(self, run, cursor, limit):
        page = "SELECT id FROM listed WHERE id > ? ORDER BY id LIMIT ?"
        return self.task.db.rows(page, (cursor or 0, limit))

    def apply(self, run, results, connection):
        rows = [(r.key,) for r in results if r.failure is None]
        if rows:
            connection.exec_driver_sql("INSERT INTO copies(id) VALUES (?)", rows)


class Copies(Backfill):
    """Two stages, and a look for what is left."""

    name = "copies"
    guarantee = EXACTLY_ONCE
    parts = (Listing, Copying)
    verify = "warn"
    max_attempts = 1000

    class Params(BaseModel):
        database: str
        batch_size: int = 12

    def target(self, run):
        self.db = Target.open(self.params.database)
        return self.db

    def left(self, run, cursor, limit):
        page = """SELECT id FROM listed WHERE id > ? AND id NOT IN (SELECT id FROM copies)
                  ORDER BY id LIMIT ?"""
        return [row[0] for row in self.db.rows(page, (cursor or 0, min(limit, 2)))]
