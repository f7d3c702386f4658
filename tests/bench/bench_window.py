"""How long a person waits for the window: `longhaul` where nothing runs yet, on an X server.

    python -m tests.bench.bench_window [starts]

Each start has a new data directory and no service. "seen" is the window on the screen, in the
page's colour; "page" is the page with what the service told it, which is when the command returns.
"""

import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from desktop.client import Client
from tests.desktop.screen import Desk, until, why_no_window, x_server
from tests.desktop.x11 import x11


def one(display: str, is_warm: bool) -> tuple[float, float]:
    """Seconds to the window and to its page; `is_warm`: the service runs already."""
    with tempfile.TemporaryDirectory() as folder, x11(display) as screen:
        desk = Desk(Path(folder, "data"), display)
        try:
            if is_warm:
                desk.longhaul("--browser")
            seen = []
            began = time.monotonic()

            def watch() -> None:
                until(lambda: screen.titled("Longhaul"), 60)
                seen.append(time.monotonic() - began)

            watcher = threading.Thread(target=watch)
            watcher.start()
            done = desk.longhaul()
            took = time.monotonic() - began
            watcher.join()
            assert "The window is open" in done.stderr, done.stderr
            assert Client.of(desk.folder).get("/version")
            return seen[0], took
        finally:
            desk.end()


def main(starts: int) -> None:
    if reason := why_no_window():
        sys.exit(reason)
    with x_server() as display:
        one(display, False)  # what the disk has to bring is not ours
        for name, is_warm in (("nothing runs", False), ("the service runs", True)):
            measured = [one(display, is_warm) for _ in range(starts)]
            for what, times in zip(("seen", "page"), zip(*measured, strict=True), strict=True):
                print(
                    f"{name}: {what} after {statistics.median(times):.2f} s "
                    f"({min(times):.2f} to {max(times):.2f}, {starts} starts)"
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
