"""One data directory with a target database, and the real processes that work on it.

Called by every test of this folder. What must be true afterwards is `tests.crash.verdict`, what a
live client sees is `tests.crash.reader`.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from core.clock import SystemClock
from core.model import TERMINAL, NewTask, Task
from core.queue import Intake, Ledger, Settling, Steering
from core.recovery import Recovery
from core.registry import Registry
from core.store import Store
from core.wake import Waker
from core.worker import Worker
from tests.crash.forked import ForkedWorker

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DEADLINE_S = 60.0


class Site:
    """The queue of one data directory as a service sees it, with a target of its own."""

    def __init__(self, folder: Path, *, target: Path | None = None, data: Path | None = None):
        self.data = data or folder / "data"
        self.data.mkdir(mode=0o700)
        (self.data / "tasks").mkdir(mode=0o700)
        shutil.copy(HERE / "drop_in" / "effects.py", self.data / "tasks")
        self.target = target or folder / "target.sqlite"
        with closing(sqlite3.connect(self.target)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("CREATE TABLE effects(task INT, record INT, fence INT)")
            connection.commit()
        self.store = Store(self.data / "longhaul.sqlite")
        self.ledger = Ledger(self.store, SystemClock(), Waker(self.data))
        self.intake, self.settling = Intake(self.ledger), Settling(self.ledger)
        self.steering = Steering(self.ledger, self.settling)
        self.recovery = Recovery(self.ledger, self.settling)
        self.processes: list[subprocess.Popen | ForkedWorker] = []
        self.put_setting("pipeline.total_slots", 2)

    def close(self) -> None:
        """End the processes of this site and let go of the database."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait(DEADLINE_S)
            for pipe in (getattr(process, "stdin", None), getattr(process, "stdout", None)):
                if pipe:
                    pipe.close()
        self.store.close()

    def put_setting(self, key: str, value: object) -> None:
        with self.ledger.transaction() as store:
            store.changed("put_setting", key=key, value=json.dumps(value))
            store.changed("settings_changed")

    # --- tasks ---------------------------------------------------------------------------------

    def start(self, records: int = 60, **params) -> Task:
        """Accept a task of the type `effects`."""
        return self.intake.enqueue(new_task(self.target, records, **params))

    def task(self, task: Task) -> Task:
        return self.ledger.task(task.id)

    def effects(self, task: Task | None = None) -> list[tuple[int, int]]:
        """(task, record) of everything that took effect, in order."""
        return self.in_target("SELECT task, record FROM effects ORDER BY task, record", task)

    def in_target(self, sql: str, task: Task | None = None) -> list[tuple]:
        with closing(sqlite3.connect(self.target, timeout=30)) as connection:
            rows = connection.execute(sql).fetchall()
        return [r for r in rows if task is None or r[0] == task.id]

    # --- processes -----------------------------------------------------------------------------

    def worker(self, seam: str = "", module: str = "core.worker") -> ForkedWorker:
        """A worker process, its stdin held open; it ends or stops itself at `seam`."""
        process = ForkedWorker(self.data, seam, module)
        self.processes.append(process)
        return process

    def fresh_worker(self, seam: str = "", lease_s: float | None = None) -> subprocess.Popen:
        """The same, started as the supervisor does it."""
        return self._spawn(["-m", "core.worker", str(self.data)], _environment(seam, lease_s))

    def service(
        self, seam: str = "", worker_seam: str = "", lease_s: float | None = None
    ) -> subprocess.Popen:
        """A service without HTTP, which starts its own workers and obeys lines on its stdin."""
        environment = _environment(seam, lease_s) | {"WORKER_SEAM": worker_seam}
        script = str(HERE / "bare_service.py")
        process = self._spawn([script, str(self.data)], environment, stdout=subprocess.PIPE)
        return process

    def serve(self, seam: str = "") -> subprocess.Popen:
        """`longhaul serve` for this data directory, with HTTP; its workers have no seam."""
        script = str(HERE / "http_service.py")
        return self._spawn([script, str(self.data)], _environment(seam, None))

    def _spawn(self, arguments: list[str], environment: dict, **pipes) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
            text=True,
            **pipes,
        )
        self.processes.append(process)
        return process

    def finish_here(self) -> None:
        """Give back what the dead held and see everything through, in this process."""
        self.recovery.sweep()
        worker = Worker(self.ledger, Registry(self.data / "tasks"), self.data)
        while worker.work_one():
            pass

    def leave(self, process: subprocess.Popen | ForkedWorker) -> int:
        """Ask a process to leave, as its service does; its exit status."""
        if isinstance(process, ForkedWorker):
            process.close_stdin()
        else:
            process.stdin.close()
        return process.wait(DEADLINE_S)

    # --- waiting -------------------------------------------------------------------------------

    def until_finished(self, *tasks: Task, within_s: float = DEADLINE_S) -> list[Task]:
        until(lambda: all(self.task(t).status in TERMINAL for t in tasks), within_s)
        return [self.task(t) for t in tasks]


def until(condition: Callable[[], object], within_s: float = DEADLINE_S) -> None:
    """Wait until `condition` holds; fails after `within_s` seconds."""
    give_up = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < give_up, f"not within {within_s:g} s"
        time.sleep(0.005)


def new_task(
    target: Path, records: int, errors: dict | None = None, pooled: bool = False, **params
) -> NewTask:
    """`pooled`: its records are computed in processes of their own."""
    from core.model import Step

    kind = "effects-pooled" if pooled else "effects"
    return NewTask(
        type=kind,
        title="Effects",
        params={"database": str(target), "records": records, **params},
        steps=(Step("effects", kind, max_attempts=1000, errors=errors),),
        unit="records",
    )


def _environment(seam: str, lease_s: float | None) -> dict[str, str]:
    environment = {k: v for k, v in os.environ.items() if k != "LONGHAUL_SEAM"}
    environment["PYTHONPATH"] = str(ROOT)
    if seam:
        environment["LONGHAUL_SEAM"] = seam
    if lease_s is not None:
        environment["LONGHAUL_LEASE_S"] = str(lease_s)
    return environment
