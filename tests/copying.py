"""A backfill that copies numbers into a table which refuses some, on any database."""

from sqlalchemy import text

from core.backfill import Backfill
from core.target import Target
from core.task_type import EXACTLY_ONCE

_PAGE = text("SELECT id FROM numbers WHERE id > :after ORDER BY id LIMIT :n")
_INSERT = text("INSERT INTO copies(id, value) VALUES (:id, :value)")


class Copying(Backfill):
    """What a test makes of it says what is computed, and its `Params`, with a `database`."""

    guarantee = EXACTLY_ONCE
    batches = []  #: the keys of each batch that was tried

    def target(self, run):
        self.db = Target.open(self.params.database)
        return self.db

    def read(self, run, cursor, limit):
        return self.db.rows(_PAGE, {"after": cursor or 0, "n": limit})

    def apply(self, run, results, connection):
        type(self).batches.append([r.key for r in results])
        rows = [{"id": r.key, "value": r.value} for r in results if r.failure is None]
        if rows:
            connection.execute(_INSERT, rows)
