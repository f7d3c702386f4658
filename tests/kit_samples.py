"""Task types that the tests of the author's kit try: sound ones, and one for each fault it finds.

At the top of a module, since `assert_survives_kills` has other processes load them.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from pydantic import BaseModel, Field

from core.backfill import Backfill
from core.errors import Retry
from core.model import Step
from core.run import Split
from core.target import Target
from core.task_type import JobType, TaskType


def numbers(folder: Path, records: int = 40) -> dict:
    """A database with so many numbers; the parameters of `Double`."""
    path = folder / "numbers.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE numbers (id INTEGER PRIMARY KEY, double INTEGER)")
        database.execute("CREATE TABLE written (id INTEGER)")
        rows = [(n,) for n in range(1, records + 1)]
        database.executemany("INSERT INTO numbers (id) VALUES (?)", rows)
    return {"database": str(path), "batch_size": 5}


def written(folder: Path) -> list[int]:
    """What was written, as often as it was."""
    with closing(sqlite3.connect(folder / "numbers.sqlite")) as database:
        return [row[0] for row in database.execute("SELECT id FROM written ORDER BY id")]


class Double(Backfill):
    """Note every number: nothing but the checkpoint keeps one from being noted twice."""

    name = "double"
    guarantee = "exactly once"

    class Params(BaseModel):
        database: str
        batch_size: int = Field(10, ge=1)
        rate: float = 0
        poison: int = 0  #: the number that raises

    def target(self, run):
        self.db = Target.open(self.params.database, roots=run.roots)
        return self.db

    def count(self, run):
        return self.db.rows("SELECT count(*) FROM numbers")[0][0]

    def read(self, run, cursor, limit):
        page = "SELECT id FROM numbers WHERE id > ? ORDER BY id LIMIT ?"
        return self.db.rows(page, (cursor or 0, limit))

    def compute(self, record):
        if record[0] == self.params.poison:
            raise ValueError("this one cannot be doubled")
        return record[0] * 2

    def apply(self, run, results, connection):
        rows = [(r.key,) for r in results if r.failure is None]
        connection.exec_driver_sql("INSERT INTO written VALUES (?)", rows)


class Careless(Double):
    """Writes through a connection of its own, which does not commit with the checkpoint."""

    name = "careless"

    def target(self, run):
        self.db = super().target(run)
        return None

    def apply(self, run, results, connection):
        with closing(sqlite3.connect(self.params.database)) as database, database:
            database.executemany("INSERT INTO written VALUES (?)", [(r.key,) for r in results])


class Forgetful(TaskType):
    """Counts without ever saying how far it is."""

    name = "forgetful"

    def run(self, run):
        for number in range(1, 6):
            run.checkpoint(done=number, total=5)


class Patient(TaskType):
    """Waits an hour, fails once, and says what it saw."""

    name = "patient"

    def run(self, run):
        if not run.cursor:
            run.checkpoint("waited", done=1)
            run.wait(3600, "Waiting for the ferry")
            raise Retry("the ferry was full", 600)
        run.log("on board")
        return {"attempts": run.job.attempts}


class PartParams(BaseModel):
    parts: int = 3


class Part(JobType):
    """Divides the work, then does one part of it."""

    name = "part"
    Params = PartParams

    def run(self, run):
        if run.chunk is None:
            return Split(tuple(range(self.params.parts)))
        run.checkpoint("half", done=1)
        run.checkpoint("whole", done=2)
        return None


class Parts(TaskType):
    """Work in parts."""

    name = "parts"
    Params = PartParams
    steps = (Step("part", "part"),)
