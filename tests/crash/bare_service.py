"""A whole service without HTTP, as a process of its own: `python bare_service.py DATA_DIR`.

Each line of its standard input is a JSON list, `["enqueue", target, records, params]` or
`["pause" | "resume" | "cancel", task id]`; each is answered by one line. Its own seam is in
LONGHAUL_SEAM, that of its workers in WORKER_SEAM. It ends with its standard input.
"""

import json
import os
import sys
from pathlib import Path

from core import seams  # noqa: F401 - reads LONGHAUL_SEAM before the workers get theirs
from core.queue import Intake, Settling, Steering
from core.service import Service
from tests.crash.site import new_task


def main(data: Path) -> None:
    os.environ["LONGHAUL_SEAM"] = os.environ.pop("WORKER_SEAM", "")
    service = Service(data)
    intake = Intake(service.ledger)
    steering = Steering(service.ledger, Settling(service.ledger))
    service.start()
    for line in sys.stdin:
        verb, *rest = json.loads(line)
        if verb == "enqueue":
            target, records, params = rest
            task = intake.enqueue(new_task(Path(target), records, **params))
        else:
            task = steering.act(verb, rest[0])
        print(json.dumps([task.id, task.status]), flush=True)
    service.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
