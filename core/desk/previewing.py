"""Previews run in a process of their own: a task's code may be slow, hang or crash on what it reads.

`Previews` is the caller's side, in the service; `Previewer` is built inside the process.
"""

import threading
import time
from typing import Any

from core.compute import Code
from core.compute.processes import Processes
from core.errors import LonghaulError, Unavailable
from core.paths import Roots
from core.task_type import Preview, TaskType

LIMIT_S = 20.0  #: a preview that takes longer is ended
START_S = 20.0  #: what starting the process may take on a busy machine, on top
AT_ONCE = 2  #: previews that may run at the same time


class Previews:
    """Runs previews, few at a time."""

    def __init__(self, *, limit_s: float = LIMIT_S):
        self._limit_s = limit_s
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def preview(self, cls: type[TaskType], params: dict[str, Any], roots: Roots) -> dict[str, Any]:
        """The document of a preview; what went wrong stands in its `problems`."""
        if not self._places.acquire(blocking=False):
            raise Unavailable("Other previews are being made; try again in a moment")
        try:
            return self._run(cls, params, roots)
        finally:
            self._places.release()

    def _run(self, cls: type[TaskType], params: dict[str, Any], roots: Roots) -> dict[str, Any]:
        code = Code(Previewer.__module__, Previewer.__qualname__)
        origin = (cls.__module__, cls.__qualname__, getattr(cls, "__plugin_file__", None))
        computer = Processes(code, timeout=self._limit_s)
        try:
            computer.submit([(origin, params, [str(path) for path in roots.paths])])
            deadline, outcomes = time.monotonic() + self._limit_s + START_S, None
            while outcomes is None and time.monotonic() < deadline:
                outcomes = computer.collect(0.25)
        except LonghaulError as error:
            return _problem(f"The preview could not be made: {error}")
        finally:
            computer.close(now=True)
        if outcomes is None:
            return _problem("The preview did not come in time")
        (outcome,) = outcomes
        if outcome.error is not None:
            return _problem(f"The preview failed: {outcome.error.message}")
        return outcome.value


class Previewer:
    """Inside the process: builds the task and asks it."""

    def compute(
        self, record: tuple[tuple[str, str, str | None], dict[str, Any], list[str]]
    ) -> dict[str, Any]:
        """The preview's document. A refusal of Longhaul's is an answer, not a failure."""
        (module, qualname, file), params, roots = record
        try:
            task = Code(module, qualname, file, params).load()
            return task.preview(Roots(roots)).model_dump(mode="json")
        except LonghaulError as error:
            return _problem(str(error))


def _problem(message: str) -> dict[str, Any]:
    return Preview(problems=[message]).model_dump(mode="json")
