"""Tiny jobs end to end: enqueued one by one, run by two worker processes, settled with history.

Longhaul (durable, with events and attempts) against Celery with Redis (prefork, two workers,
results kept in Redis) and Huey on SQLite (no history), in the same run, by turns. The Celery that
is measured against is the fast one: nothing of it is on the disk when a call returns, and a killed
worker takes its jobs with it. `celery-safe` is the one that promises as much as it can: Redis
flushes each command, jobs are acknowledged when they have ended. Beside the rates stands the
processor time of all processes of a side, which other programs disturb less. Needs the
`bench` extra and a `redis-server`; a part whose server or package is missing is left out, and said.

Run: python -m tests.bench.bench_queue [jobs] [rounds]
"""

import contextlib
import functools
import gc
import importlib
import importlib.util
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

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
app = Celery("{name}", broker="redis://127.0.0.1:{port}/0", backend="redis://127.0.0.1:{port}/1")
app.conf.update(worker_prefetch_multiplier=64, task_acks_late={late})
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
    gc.freeze()  # as the service does

    def run(jobs: int) -> None:
        goal = finished(store) + jobs
        for _ in range(jobs):
            intake.enqueue(tiny)
        while finished(store) < goal:
            time.sleep(0.01)

    try:
        yield run, supervisor.pids
    finally:
        supervisor.stop(5)
        store.close()


def finished(store: Store) -> int:
    return sum(r["n"] for r in store.rows("task_counts") if r["status"] == "completed")


@contextlib.contextmanager
def celery(folder: Path, *, safe: bool = False) -> Iterator:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    to_disk = ["--appendonly", "yes", "--appendfsync", "always"] if safe else []
    redis = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", *to_disk],
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    name = "tiny_celery_safe" if safe else "tiny_celery"
    (folder / f"{name}.py").write_text(CELERY.format(name=name, port=port, late=safe))
    sys.path.insert(0, str(folder))
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", name, "worker", "-c", "2", "-l", "ERROR"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    tiny = importlib.import_module(name).tiny

    def run(jobs: int) -> None:
        for result in [tiny.delay() for _ in range(jobs)]:
            result.get(timeout=120)

    try:
        yield run, [worker.pid, redis.pid]
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
        yield run, [worker.pid]
    finally:
        worker.terminate()
        worker.wait(20)


def cpu_s(pids: list[int]) -> float:
    """Processor time so far: this process, these, and their children."""
    found = [psutil.Process(), *map(psutil.Process, pids)]
    found += [child for one in found[1:] for child in one.children(recursive=True)]
    return sum(one.cpu_times().user + one.cpu_times().system for one in found)


def available() -> dict:
    sides: dict = {"longhaul": longhaul}
    for name, side, package, need in (
        ("celery", celery, "celery", "redis-server"),
        ("celery-safe", functools.partial(celery, safe=True), "celery", "redis-server"),
        ("huey", huey, "huey", None),
    ):
        if importlib.util.find_spec(package) is None:
            print(f"left out: {name} is not installed (extra `bench`)")
        elif need and not shutil.which(need):
            print(f"left out: {name} needs {need}")
        else:
            sides[name] = side
    return sides


def main(jobs: int = 2000, rounds: int = 5) -> None:
    print(f"{jobs} tiny jobs, two workers, {rounds} rounds by turns")
    speeds: dict[str, list[float]] = {}
    costs: dict[str, list[float]] = {}
    with contextlib.ExitStack() as stack:
        runs = {}
        for name, side in available().items():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            runs[name] = stack.enter_context(side(folder))
        for run, _ in runs.values():
            run(20)  # everything is imported and warm
        for _ in range(rounds):
            for name, (run, pids) in runs.items():
                began, spent = time.perf_counter(), cpu_s(pids)
                run(jobs)
                speeds.setdefault(name, []).append(jobs / (time.perf_counter() - began))
                costs.setdefault(name, []).append((cpu_s(pids) - spent) / jobs * 1e3)
    ours, cost = (statistics.median(of["longhaul"]) for of in (speeds, costs))
    for name, found in speeds.items():
        theirs, spent = statistics.median(found), statistics.median(costs[name])
        spread = f"{min(found):,.0f} to {max(found):,.0f}"
        print(
            f"{name:12} {theirs:8,.0f} jobs/s ({spread}), {spent:.2f} ms of processor a job;"
            f" longhaul is {ours / theirs:.2f} times as fast, for {cost / spent:.2f} of the time"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
