"""How long a pause, and a cancel, take to be shown while all cores are busy.

A backfill computes records of about 4 ms each in processes on all cores; a service with its workers
runs it, and the verb is given at random moments. Twice the target batch time is 0.6 s.

Run: python -m tests.bench.bench_pause [times] [target milliseconds]
"""

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from core.desk.requests import TaskRequest
from core.service import Service

PLUGIN = '''
from pydantic import BaseModel
from core import Backfill

class Busy(Backfill):
    """Computes on all cores, for ever."""
    name = "busy"
    compute_in = "processes"

    class Params(BaseModel):
        batch_size: int = 5000

    def key(self, record):
        return record

    def read(self, run, cursor, limit):
        first = (cursor or 0) + 1
        return list(range(first, first + limit))

    def compute(self, record):
        return sum(n * n for n in range(60_000))

    def apply(self, run, results, connection):
        return None
'''


def until(service: Service, task_id: int, condition) -> float:
    """Seconds until the task's document fulfils the condition."""
    began = time.perf_counter()
    while not condition(service.tasks.get(task_id)):
        if time.perf_counter() - began > 60:
            raise SystemExit("not within 60 s")
        time.sleep(0.002)
    return time.perf_counter() - began


def main(times: int = 20, target_ms: int = 300) -> None:
    took: dict[str, list[float]] = {"pause": [], "cancel": []}
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Path(folder))
        service.start()
        (Path(folder) / "tasks" / "busy.py").write_text(PLUGIN)
        try:
            for _ in range(times):
                task = service.tasks.create(TaskRequest(type="busy", params={}))["id"]
                until(service, task, lambda t: t["progress"]["done"] > 500)
                for verb, status in (("pause", "paused"), ("cancel", "cancelled")):
                    if verb == "cancel":
                        service.tasks.act("resume", task)
                        before = service.tasks.get(task)["progress"]["done"]
                        until(service, task, lambda t, b=before: t["progress"]["done"] > b)
                    time.sleep(random.random())
                    began = time.perf_counter()
                    service.tasks.act(verb, task)
                    until(service, task, lambda t, s=status: t["status"] == s)
                    took[verb].append(time.perf_counter() - began)
        finally:
            service.stop()
    for verb, seconds in took.items():
        usual, most = statistics.median(seconds) * 1000, max(seconds) * 1000
        print(f"{verb}: {usual:.0f} ms, at most {most:.0f} ({times} times; limit {2 * target_ms})")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
