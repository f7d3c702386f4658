"""A worker that writes pages as soon as they are read: more places to be killed at."""

from pathlib import Path

from core import worker
from core.tasks.extract_text import extraction


def main(data: Path) -> None:
    extraction.WRITE_S = 0.0
    worker.main(data)
