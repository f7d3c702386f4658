"""Tiny jobs end to end: enqueued one by one, run by two worker processes, settled with history.

Longhaul (durable, with events and attempts) against Celery with Redis (prefork, two workers,
results kept in Redis) and Huey on SQLite (no history), in the same run, by turns. Needs the
`bench` extra and a `redis-server`; a part whose server or package is missing is left out, and said.

Run: python -m tests.bench.bench_queue [jobs] [rounds]
"""

import contextlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

from core.clock import SystemClock
from core.model import NewTask, Step
from core.queue import Intake, Ledger, Settling
from core.recovery import Recovery
from core.store import Store
from core.supervisor import Supervisor
from core.wake import Waker

TINY = """
from core import TaskType
class Tiny(TaskType):
    "Does nothing."
    name = "tiny"
    def run(self, run):
        return None
"""
CELERY = """
from celery import Celery
app = Celery("tiny", broker="redis://127.0.0.1:{port}/0", backend="redis://127.0.0.1:{port}/1")
app.conf.update(worker_prefetch_multiplier=64, task_acks_late=False)
@app.task
def tiny():
    return None
"""
HUEY = """
from huey import SqliteHuey
app = SqliteHuey(filename={path!r})
@app.task()
def tiny():
    return 1
"""


@contextlib.contextmanager
def longhaul(folder: Path) -> Iterator:
    (folder / "tasks").mkdir()
    (folder / "tasks" / "tiny.py").write_text(TINY)
    store = Store(folder / "longhaul.sqlite")
    ledger = Ledger(store, SystemClock(), Waker(folder))
    with ledger.transaction():
        for key, value in (("pipeline.total_slots", "2"), ("pipeline.priority_lane_slots", "0")):
            store.changed("put_setting", key=key, value=value)
        store.changed("settings_changed")
    settling = Settling(ledger)
    supervisor = Supervisor(ledger, settling, Recovery(ledger, settling), folder)
    supervisor.wanted = lambda: 2  # as many processes as the other sides have
    supervisor.start()
    intake = Intake(ledger)
    tiny = NewTask("tiny", "tiny", {}, (Step("tiny", "tiny"),))

    def run(jobs: int) -> None:
        goal = finished(store) + jobs
        for _ in range(jobs):
            intake.enqueue(tiny)
        while finished(store) < goal:
            time.sleep(0.01)

    try:
        yield run
    finally:
        supervisor.stop(5)
        store.close()


def finished(store: Store) -> int:
    return sum(r["n"] for r in store.rows("task_counts") if r["status"] == "completed")


@contextlib.contextmanager
def celery(folder: Path) -> Iterator:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    redis = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    (folder / "tiny_celery.py").write_text(CELERY.format(port=port))
    sys.path.insert(0, str(folder))
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "tiny_celery", "worker", "-c", "2", "-l", "ERROR"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    from tiny_celery import tiny

    def run(jobs: int) -> None:
        for result in [tiny.delay() for _ in range(jobs)]:
            result.get(timeout=120)

    try:
        yield run
    finally:
        worker.terminate()
        worker.wait(20)
        redis.terminate()
        redis.wait(10)


@contextlib.contextmanager
def huey(folder: Path) -> Iterator:
    (folder / "tiny_huey.py").write_text(HUEY.format(path=str(folder / "huey.db")))
    sys.path.insert(0, str(folder))
    options = ["-w", "2", "-k", "process", "-d", "0.01", "-m", "0.02"]
    worker = subprocess.Popen(
        [sys.executable, "-m", "huey.bin.huey_consumer", "tiny_huey.app", *options],
        cwd=folder,
        stderr=subprocess.DEVNULL,
    )
    from tiny_huey import tiny

    def run(jobs: int) -> None:
        for result in [tiny() for _ in range(jobs)]:
            result(blocking=True, timeout=120, backoff=1, max_delay=0.01)

    try:
        yield run
    finally:
        worker.terminate()
        worker.wait(20)


def available() -> list:
    sides = [longhaul]
    for name, side, need in (
        ("celery", celery, "redis-server"),
        ("huey", huey, None),
    ):
        try:
            __import__(name)
        except ImportError:
            print(f"left out: {name} is not installed (extra `bench`)")
            continue
        if need and not shutil.which(need):
            print(f"left out: {name} needs {need}")
            continue
        sides.append(side)
    return sides


def main(jobs: int = 2000, rounds: int = 5) -> None:
    print(textwrap.dedent(f"{jobs} tiny jobs, two workers, {rounds} rounds by turns"))
    speeds: dict[str, list[float]] = {}
    with contextlib.ExitStack() as stack:
        runs = {}
        for side in available():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            runs[side.__name__] = stack.enter_context(side(folder))
        for run in runs.values():
            run(20)  # everything is imported and warm
        for _ in range(rounds):
            for name, run in runs.items():
                began = time.perf_counter()
                run(jobs)
                speeds.setdefault(name, []).append(jobs / (time.perf_counter() - began))
    ours = statistics.median(speeds["longhaul"])
    for name, found in speeds.items():
        theirs = statistics.median(found)
        spread = f"{min(found):,.0f} to {max(found):,.0f}"
        print(f"{name:10} {theirs:8,.0f} jobs/s ({spread})   longhaul is {ours / theirs:.2f} times")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
