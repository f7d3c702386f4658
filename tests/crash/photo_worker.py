"""A worker that decodes photos in its own process, so that a test starts it in milliseconds.

LONGHAUL_TEST_MOVES=links takes `renameat2` away, as on systems that have none.
"""

import os
from pathlib import Path

from core.compute.inline import Inline
from core.photos import moving
from core.tasks.photos import derive
from core.worker import main as work


def main(data: Path) -> None:
    derive.Processes = lambda code, processes, **limits: Inline(code)
    if os.environ.get("LONGHAUL_TEST_MOVES") == "links":
        moving._renameat2 = lambda: None
    work(data)
