"""The backfill of the tests of docs/backfill-contract.md, on real databases, without waiting.

Its class has hooks that a test sets, so that a pause, a cancel or an error falls into the middle of
a batch. Crashes are in tests/crash.
"""

import json
import sqlite3
from contextlib import closing

from core.errors import Retry
from core.model import Kind

PLUGIN = '''
import json
from pydantic import BaseModel
from core import Backfill, Target

class Double(Backfill):
    """Write the double of every number beside it."""
    name = "double"
    skipped_as = frozenset({"odd"})
    reads = []  # (cursor, limit) of each read
    in_apply = staticmethod(lambda run, results: None)
    in_compute = staticmethod(lambda record: None)

    class Params(BaseModel):
        database: str
        batch_size: int = 10
        dry_run: bool = False
        own_target: bool = True
        log: str = ""  # without a target: the file that batches are written to

    def changes_nothing(self):
        return self.params.dry_run

    def target(self, run):
        self.db = Target.open(self.params.database, read_only=self.params.dry_run)
        return self.db if self.params.own_target else None

    def count(self, run):
        return self.db.rows("SELECT count(*) FROM numbers")[0][0]

    def read(self, run, cursor, limit):
        type(self).reads.append((cursor, limit))
        page = "SELECT id, n FROM numbers WHERE id > ? ORDER BY id LIMIT ?"
        return self.db.rows(page, (cursor or 0, limit))

    def read_keys(self, run, keys):
        type(self).reads.append((list(keys), len(keys)))
        one = "SELECT id, n FROM numbers WHERE id = ?"
        return [row for key in keys for row in self.db.rows(one, (key,))]

    def compute(self, record):
        type(self).in_compute(record)
        return record[1] * 2

    def outcome(self, result):
        if result.failure is not None:
            return "failed"
        return "odd" if result.key % 2 else "doubled"

    def apply(self, run, results, connection):
        found = [(r.value, r.key) for r in results if r.failure is None]
        if connection is None:
            with open(self.params.log, "a") as file:
                file.writelines(f"{key}\\n" for _, key in found)
        else:
            connection.exec_driver_sql("UPDATE numbers SET double = ? WHERE id = ?", found)
        type(self).in_apply(run, results)
'''
RECORDS = 45


def start(bench, **params):
    return bench.start("double", database=str(bench.database), **params)


def doubled(bench):
    with closing(sqlite3.connect(bench.database)) as database:
        return [r[0] for r in database.execute("SELECT id FROM numbers WHERE double = n * 2")]


def job_of(bench, task):
    return bench.ledger.jobs(bench.ledger.task(task.id))[0]


def told(bench, task):
    kinds = (Kind.TASK_CREATED, Kind.TASK_UPDATE, Kind.TASK_PROGRESS, Kind.TASK_FINISHED)
    return [json.loads(e.data) for e in bench.events() if e.kind in kinds]


class Once:
    """A hook that acts at its nth call only."""

    def __init__(self, at, action):
        self.at, self.action, self.calls = at, action, 0

    def __call__(self, *arguments):
        self.calls += 1
        if self.calls == self.at:
            self.action(*arguments)


def raise_retry(*_):
    raise Retry("again", seconds=0)
