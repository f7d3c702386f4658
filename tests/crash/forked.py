"""Worker processes that start in milliseconds: forked from a server that has imported everything.

Otherwise each is what the supervisor starts: `core.worker.main` in a process of its own, whose
standard input ends when its parent lets go. Called by `tests.crash.site`.
"""

import importlib
import multiprocessing
import os
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_context = multiprocessing.get_context("forkserver")


class ForkedWorker:
    """One worker process; the names are those of `subprocess.Popen`."""

    def __init__(self, data: Path, seam: str, module: str = "core.worker"):
        _ready()
        theirs, self._ours = _context.Pipe(duplex=False)
        self._process = _context.Process(target=_work, args=(theirs, str(data), seam, module))
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float = 60.0) -> int:
        """Its exit status (negative: the signal). Fails when it still runs after `timeout`."""
        self._process.join(timeout)
        assert self._process.exitcode is not None, f"worker {self.pid} still runs"
        return self._process.exitcode

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def close_stdin(self) -> None:
        """Ask it to leave, as its service does."""
        self._ours.close()


class _Stdin:
    """What a worker reads until its parent lets go."""

    def __init__(self, connection: Connection):
        self._connection = connection

    def read(self) -> str:
        try:
            self._connection.recv_bytes()
        except EOFError:
            pass
        return ""


def _work(connection: Connection, data: str, seam: str, module: str) -> None:
    os.environ["LONGHAUL_SEAM"] = seam
    from core import seams

    importlib.reload(seams)
    sys.stdin = _Stdin(connection)
    importlib.import_module(module).main(Path(data))


def _ready() -> None:
    """The server reads its path from the environment; it starts with the first worker."""
    os.environ["PYTHONPATH"] = str(ROOT)
    _context.set_forkserver_preload(
        ["pytest", "core.worker", "core.backfill", "core.tasks.rehearsal"]
    )
