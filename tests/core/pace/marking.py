"""What the tests of a backfill's pace run: a task type whose hooks are theirs, and its target."""

import json
import sqlite3
from contextlib import closing

from pydantic import BaseModel

from core.backfill import Backfill
from core.desk.paces import PaceDesk
from core.target import Target
from tests.moves import now

RECORDS = 120


class Died(BaseException):
    """A worker's death at a place."""


class Mark(Backfill):
    """Marks every number of a table; hooks of the class are the test's."""

    name = "mark"
    unit = "numbers"
    in_compute = staticmethod(lambda record: None)
    reason = None
    skipped_as = frozenset({"even"})
    counts = staticmethod(lambda task, run, cursor: None)

    class Params(BaseModel):
        database: str
        batch_size: int = 50

    def target(self, run):
        self.db = Target.open(self.params.database)
        return self.db

    def count(self, run):
        return self.db.rows("SELECT count(*) FROM numbers")[0][0]

    def counting(self, run, cursor):
        return type(self).counts(self, run, cursor)

    def read(self, run, cursor, limit):
        page = "SELECT id FROM numbers WHERE id > ? ORDER BY id LIMIT ?"
        return self.db.rows(page, (cursor or 0, limit))

    def compute(self, record):
        type(self).in_compute(record[0])

    def outcome(self, result):
        if result.failure is not None:
            return "failed"
        return "even" if result.key % 2 == 0 else "marked"

    def throttle(self, run):
        return type(self).reason() if type(self).reason else None

    def apply(self, run, results, connection):
        rows = [(r.key,) for r in results if r.failure is None]
        connection.exec_driver_sql("INSERT INTO marks VALUES (?)", rows) if rows else None


def change(bench, sql, rows=None):
    with closing(sqlite3.connect(bench.database)) as database, database:
        database.executemany(sql, rows) if rows is not None else database.execute(sql)


def grow(bench, by):
    change(bench, "INSERT INTO numbers VALUES (NULL)", [()] * by)


def marks(bench):
    with closing(sqlite3.connect(bench.database)) as database:
        return [row[0] for row in database.execute("SELECT id FROM marks ORDER BY id")]


def start(bench, knobs=None, canary=None, **params):
    task = bench.start("mark", database=str(bench.database), **params)
    with bench.ledger.transaction() as store:
        change = {"id": task.id, "knobs": json.dumps(knobs or {}), "canary": canary}
        store.execute("UPDATE tasks SET knobs = :knobs, canary = :canary WHERE id = :id", change)
    return now(bench, task)


def paced(bench, task):
    """The pace of its one job, as the API would read it."""
    return PaceDesk(bench.ledger).read(task.id)["jobs"][0]
