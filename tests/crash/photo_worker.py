"""A worker that decodes photos in its own process, so that a test starts it in milliseconds.

LONGHAUL_TEST_MOVES=links takes `renameat2` away, as on systems that have none; with `across` two
folders lie on two file systems.
"""

import errno
import os
from pathlib import Path

from core.compute.inline import Inline
from core.photos import moving
from core.tasks.photos import derive
from core.worker import main as work


def across(rename=moving.rename):
    """A rename that knows one file system only."""

    def renamed(source_dir: int, source: str, target_dir: int, target: str) -> None:
        if source_dir != target_dir:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), source)
        rename(source_dir, source, target_dir, target)

    return renamed


def as_asked() -> None:
    """Moves as the environment says."""
    match os.environ.get("LONGHAUL_TEST_MOVES"):
        case "links":
            moving._renameat2 = lambda: None
        case "across":
            moving.rename = across()


def main(data: Path) -> None:
    derive.Processes = lambda code, processes, **limits: Inline(code)
    as_asked()
    work(data)
