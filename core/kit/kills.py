"""Killing real worker processes, and comparing what is left with a run that nobody disturbed.

`assert_survives_kills` is all an author calls. Each kill is a `kill -9` that the process gives
itself at a named place (`core.seams`), so that a run can be repeated; what a dead worker held is
given back as the service does it, and the next process goes on.
"""

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import seams
from core.clock import SystemClock
from core.kit.difference import difference
from core.kit.trial import Ran, Trial
from core.model import TERMINAL, Status
from core.task_type import JobType, TaskType

#: where a worker dies, one after the other: inside a batch, between the two commits, around ours
PLACES = (
    "target-committed",
    "computed",
    "checkpoint-written",
    "target-effects",
    "checkpointed",
)
ATTEMPT_S = 120.0  #: for one worker process; longer is a hang

Types = type[TaskType] | Sequence[type[JobType]]
COUNTERS = ("status", "done", "failed", "skipped")


@dataclass(frozen=True)
class Survived:
    """What was found: both tasks' results, and the kills as they happened."""

    result: Any
    undisturbed: Any  #: the result of the run without kills
    kills: tuple[str, ...]


def assert_survives_kills(
    task_type: Types,
    prepare: Callable[[Path], dict[str, Any]],
    effects: Callable[[Path], Any],
    folder: Path,
    *,
    kills: int = 5,
    records: int = 1,
) -> Survived:
    """Run a task twice, once with its workers killed: effects and counters must be the same.

    `task_type`: the class, or the class and the job types of its steps; at the top of a module.
    `prepare(folder)` makes what the task works on in an empty folder, and returns the parameters.
    `effects(folder)` reads what the task left there, as a value that can be compared.
    `kills`: workers that are killed, each after it committed `records` more (a batch at least).

    Raises AssertionError with what is missing or doubled and where the workers died; also when the
    task fails, hangs, or is too short for a single kill.
    """
    types: list[type[JobType]] = [task_type] if isinstance(task_type, type) else [*task_type]
    where = [_defined(cls) for cls in types]
    calm, stormy = Path(folder) / "undisturbed", Path(folder) / "killed"
    expected, seen = _through(types, prepare, effects, calm, _undisturbed)
    died: list[str] = []

    def storm(ran: Ran) -> None:
        for number in range(kills):
            orders = {"types": where, "after": records, "place": PLACES[number % len(PLACES)]}
            if ran.status in TERMINAL or not _killed(ran, orders, died):
                break
        assert died, f"{ran} ended before a worker could be killed: give it more batches"
        if ran.status not in TERMINAL:
            _work(ran, {"types": where, "after": None, "place": ""})

    found, after = _through(types, prepare, effects, stormy, storm)
    story = f"{types[0].name} after {len(died)} kills"
    lines = [f"{name}: {after[name]} instead of {seen[name]}" for name in COUNTERS
             if after[name] != seen[name]]  # fmt: skip
    lines += difference(expected, found)
    if lines:
        at = "".join(f"\n  killed: {kill}" for kill in died)
        raise AssertionError(f"{story} left something else than undisturbed:\n  "
                             + "\n  ".join(lines) + at)  # fmt: skip
    return Survived(after["result"], seen["result"], tuple(died))


def _through(
    types: list[type[JobType]],
    prepare: Callable[[Path], dict[str, Any]],
    effects: Callable[[Path], Any],
    folder: Path,
    see: Callable[[Ran], None],
) -> tuple[Any, dict[str, Any]]:
    """(the effects, the counters and result) of one task that `see` saw to its end."""
    folder.mkdir(parents=True)
    first, *parts = types
    assert issubclass(first, TaskType), f"{first.__name__} is no task type"
    params = prepare(folder)
    with Trial(folder, first, *parts, clock=SystemClock()) as trial:
        ran = trial.start(**params)
        see(ran)
        assert ran.status == Status.COMPLETED, f"{ran} did not complete: {_reason(ran)}"
        counters = {name: getattr(ran, name) for name in (*COUNTERS, "result")}
    return effects(folder), counters


def _undisturbed(ran: Ran) -> None:
    ran.finish()


def _reason(ran: Ran) -> str:
    error = ran.error or {}
    said = str(error.get("message", "it says no reason"))
    if ran.cursor is None:
        said += " (it gave no cursor to its checkpoints, so it cannot go on where it was)"
    return f"{said}\n{error['trace']}" if error.get("trace") else said


def _killed(ran: Ran, orders: dict[str, Any], died: list[str]) -> bool:
    """Let one worker die; False when the task was over before that."""
    status = _work(ran, orders)
    if status == 0:
        return False
    buried = ran.trial.service.recovery.sweep()
    where = seams.PLACES[orders["place"]]
    cursors = ", ".join(str(job.cursor) for job in buried)
    died.append(f"after {ran.done} records, at the cursor {cursors}: {where}")
    return True


def _work(ran: Ran, orders: dict[str, Any]) -> int:
    """One worker process from start to end; 0, or the signal that was ordered (negative)."""
    paths = [path or os.getcwd() for path in sys.path]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "core.kit.victim", str(ran.trial.data), json.dumps(orders)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said, _ = process.communicate(timeout=ATTEMPT_S)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"{ran}: a worker did not end within {ATTEMPT_S:g} s") from None
    finally:
        process.kill()
        process.wait()
    assert process.returncode in (0, -9), (
        f"{ran}: a worker ended with {process.returncode}, which nobody ordered:\n{said[-3000:]}"
    )
    return process.returncode


def _defined(cls: type[JobType]) -> dict[str, Any]:
    """Where another process finds the class. Raises AssertionError for one inside a function."""
    assert "<locals>" not in cls.__qualname__, (
        f"{cls.__qualname__} is defined inside a function, where no other process finds it: "
        "define it at the top of a module"
    )
    module = sys.modules.get(cls.__module__)
    file = getattr(cls, "__plugin_file__", None)
    if file is None and getattr(module, "__spec__", None) is None:  # a script: not importable
        file = inspect.getfile(cls)
    name = "longhaul_trial" if cls.__module__ == "__main__" else cls.__module__
    return {"module": name, "qualname": cls.__qualname__, "file": file}
