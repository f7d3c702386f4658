"""The task of the crash tests: record n takes effect as one row in the table `effects`.

Dropped into a data directory by `tests.crash.site`. Nothing but the checkpoint keeps a record from
taking effect twice: the table has no key, so what is doubled or lost is seen.
"""

import os
import signal
import time

from pydantic import BaseModel

from core import Backfill
from core.target import Target
from core.task_type import EXACTLY_ONCE


class Effects(Backfill):
    """Write down every number from 1 to `records`."""

    name = "effects"
    guarantee = EXACTLY_ONCE
    max_attempts = 1000  # a killed worker is not the task's fault, and locks are tried again

    class Params(BaseModel):
        database: str
        records: int
        batch_size: int = 10
        seconds_per_batch: float = 0.0
        kill_at: int = 0  #: the record that ends every process that computes it; 0: none
        kill_in_apply: bool = False  #: it ends those that write it instead, failed or not

    def target(self, run):
        return Target.open(self.params.database)

    def count(self, run):
        return self.params.records

    def key(self, record):
        return record

    def read(self, run, cursor, limit):
        first = (cursor or 0) + 1
        return list(range(first, min(first + limit, self.params.records + 1)))

    def compute(self, record):
        if record == self.params.kill_at and not self.params.kill_in_apply:
            os.kill(os.getpid(), signal.SIGKILL)
        if record % self.params.batch_size == 0 and self.params.seconds_per_batch:
            time.sleep(self.params.seconds_per_batch)
        return record

    def apply(self, run, results, connection):
        if self.params.kill_in_apply and self.params.kill_at in [r.key for r in results]:
            os.kill(os.getpid(), signal.SIGKILL)
        rows = [(run.task.id, r.value, run.claim.fence) for r in results if r.failure is None]
        if rows:
            connection.exec_driver_sql(
                "INSERT INTO effects(task, record, fence) VALUES (?, ?, ?)", rows
            )


class PooledEffects(Effects):
    """The same, computed in processes."""

    name = "effects-pooled"
    compute_in = "processes"
    record_timeout_s = 60.0
