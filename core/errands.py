"""The service's side of `core.errand`: asks a child process, within a time limit.

The child is kept for the next errand, since starting one takes half a second, and ended when it
was idle for a minute, answers too late, or dies.
"""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from core import errors
from core.errors import BrokenTaskType, LonghaulError, Unavailable

IDLE_S = 60.0
LIMIT_S = 20.0


class Errands:
    """Runs errands one after the other. Safe to share between threads."""

    def __init__(self, *, limit_s: float = LIMIT_S):
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._child: subprocess.Popen | None = None
        self._used = 0.0

    def probe(self, file: Path) -> None:
        """Import a plug-in in the child. Raises BrokenTaskType."""
        try:
            self._ask({"errand": "probe", "file": str(file)})
        except Unavailable as error:
            raise BrokenTaskType(error.detail, file=str(file), line=None) from None

    def preview(self, name: str, params: dict, folder: Path, roots: list[Path]) -> dict[str, Any]:
        """The preview of a task type. Raises what the type raises, or Unavailable."""
        request = {"errand": "preview", "type": name, "params": params, "folder": str(folder)}
        return self._ask({**request, "roots": [str(p) for p in roots]})

    def end_idle(self) -> None:
        """End the child when nobody needed it for a while (called now and then)."""
        if self._lock.acquire(blocking=False):
            try:
                if self._child is not None and time.monotonic() - self._used > IDLE_S:
                    self._end()
            finally:
                self._lock.release()

    def close(self) -> None:
        with self._lock:
            self._end()

    # --- inside --------------------------------------------------------------------------------

    def _ask(self, request: dict[str, Any]) -> Any:
        with self._lock:
            child = self._running()
            assert child.stdin is not None and child.stdout is not None
            self._used = time.monotonic()
            timer = threading.Timer(self._limit_s, child.kill)
            timer.start()
            try:
                child.stdin.write(json.dumps(request) + "\n")
                child.stdin.flush()
                line = child.stdout.readline()
            except OSError:
                line = ""
            finally:
                timer.cancel()
            if not line.endswith("\n"):  # nothing, or cut off in the middle
                raise Unavailable(self._obituary(child))
        return _understood(json.loads(line))

    def _running(self) -> subprocess.Popen:
        if self._child is None or self._child.poll() is not None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "core.errand"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                cwd=str(Path(__file__).resolve().parents[1]),
            )
        return self._child

    def _obituary(self, child: subprocess.Popen) -> str:
        late = time.monotonic() - self._used >= self._limit_s
        self._end()
        if late:
            return f"It took longer than {self._limit_s:g} s and was ended"
        return f"Its process ended unexpectedly (exit status {child.returncode})"

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in filter(None, (child.stdin, child.stdout)):
                pipe.close()


def _understood(answer: dict[str, Any]) -> Any:
    if broken := answer.get("broken"):
        raise BrokenTaskType(broken["reason"], file=broken["file"], line=broken["line"])
    if error := answer.get("error"):
        raise _same_error(error)
    if "failed" in answer:
        raise Unavailable(f"The task type's own code failed: {answer['failed']}")
    return answer["ok"]


def _same_error(error: dict[str, Any]) -> LonghaulError:
    for cls in vars(errors).values():
        if isinstance(cls, type) and issubclass(cls, LonghaulError) and cls.code == error["code"]:
            return cls(error["detail"], **error["extra"])
    return LonghaulError(error["detail"])
