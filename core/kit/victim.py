"""The worker process that is killed: `python -m core.kit.victim DATA_DIR ORDERS`.

ORDERS is JSON: `types` (where the classes are defined), `after` (records to commit first; null: it
is left alone) and `place` (a seam at which it then dies, see `core.seams`). Where the task never
comes by that place it dies after its next commit. Started by `core.kit.kills` alone.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import Any

from core import seams
from core.clock import SystemClock
from core.code import Code
from core.kit.watched import Watch, watching
from core.queue import Ledger
from core.registry import Registry
from core.run import Run
from core.store import Store
from core.task_type import JobType
from core.wake import Waker
from core.worker import Worker


def main(data: Path, orders: dict[str, Any]) -> None:
    """Work until there is nothing left, or until it is killed."""
    ledger = Ledger(Store(data / "longhaul.sqlite"), SystemClock(), Waker(data))
    registry = Registry(data / "tasks", given=[_loaded(where) for where in orders["types"]])
    runs = watching(Watch(records=orders["after"], then=_armed(orders["place"])))
    worker = Worker(ledger, registry, data, runs)
    while worker.work_one():
        pass


def _armed(place: str) -> Callable[[Run], None]:
    """Once enough is committed: die at `place`, or else after the next commit."""

    def arm(run: Run) -> None:
        seams.arm(place)
        checkpoint, before = run.checkpoint, run.progress

        def last(*args: Any, **options: Any) -> None:
            checkpoint(*args, **options)
            if (run.progress.cursor, run.progress.seen) != (before.cursor, before.seen):
                os.kill(os.getpid(), signal.SIGKILL)

        run.checkpoint = last  # type: ignore[method-assign]

    return arm


def _loaded(where: dict[str, Any]) -> type[JobType]:
    code = Code(where["module"], where["qualname"], file=where["file"])
    return attrgetter(code.qualname)(code.import_module())


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
