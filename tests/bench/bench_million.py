"""A queue with 1,000,000 finished tasks against an empty one, in the same run, by turns.

Prints the ratio of claim + settle, and the 99th percentile of the list page and of the queue's
figures as the API reads them (without HTTP).

Run: python -m tests.bench.bench_million [finished] [jobs]
"""

import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from core.clock import SystemClock
from core.desk.requests import TaskFilter
from core.lifecycle import Ending
from core.queue import Outcome
from tests.desk_factories import Office

FILL_TASKS = """
INSERT INTO tasks(type, title, source, steps, status, created_at, started_at, finished_at,
  updated_at, position)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
SELECT 'test', 'Task ' || i, 'api',
  '[{"name":"work","type":"work","priority":null,"lane":"","stages":[],"max_attempts":3}]',
  CASE WHEN i % 50 = 0 THEN 'failed' ELSE 'completed' END, 1e9 + i, 1e9 + i, 1e9 + i, 1e9 + i, i
FROM n
"""
FILL_JOBS = """
INSERT INTO jobs(task_id, type, status, created_at, started_at, finished_at, updated_at, position)
SELECT id, 'work', status, created_at, started_at, finished_at, updated_at, position FROM tasks
"""


def office(folder: Path, finished: int) -> Office:
    made = Office(folder, SystemClock())
    if finished:
        with made.store.transaction():
            made.store.execute(FILL_TASKS, {"count": finished})
            made.store.execute(FILL_JOBS, {})
        made.store.maintain()
    return made


def claim_and_settle(made: Office, jobs: int) -> float:
    """Seconds a job."""
    for _ in range(jobs):
        made.enqueue()
    began = perf_counter()
    for _ in range(jobs):
        claim = made.claim()
        made.settling.settle(claim.job, Outcome(Ending.COMPLETED))
    return (perf_counter() - began) / jobs


def percentile(action, times: int = 300) -> float:
    """The 99th percentile, in milliseconds."""
    found = []
    for _ in range(times):
        began = perf_counter()
        action()
        found.append((perf_counter() - began) * 1000)
    return statistics.quantiles(found, n=100)[98]


def main(finished: int = 1_000_000, jobs: int = 300, rounds: int = 7) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        empty, full = office(Path(one), 0), office(Path(two), finished)
        claim_and_settle(empty, 50), claim_and_settle(full, 50)
        ratios = []
        for _ in range(rounds):
            least = claim_and_settle(empty, jobs)
            ratios.append(claim_and_settle(full, jobs) / least)
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(f"claim + settle, {finished:,} finished: {statistics.median(ratios):.2f} times the")
        print(f"  time of an empty queue ({spread})")
        for name, action in (
            ("default list page", lambda: full.lists.tasks(TaskFilter())),
            ("completed page", lambda: full.lists.tasks(TaskFilter(status=["completed"]))),
            ("queue figures", full.queue.figures),
        ):
            print(f"{name:20} 99th percentile {percentile(action):6.1f} ms")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
