"""How long a person waits for the window: `longhaul` where nothing runs yet, on an X server.

    python -m tests.bench.bench_window [starts]

Each start has a new data directory. "seen" is the window on the screen, in the page's colour;
"told" is when the command returns, since the page has asked the service for something; "painted" is
when the page had its first words on the screen.
"""

import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.desktop.screen import Desk, until, why_no_window, x_server
from tests.desktop.x11 import x11
from tests.webui.browsing import until_true

#: When the first words stood there, in seconds since 1970.
_PAINTED = """() => {
  const [painted] = performance.getEntriesByName("first-contentful-paint");
  return painted && (performance.timeOrigin + painted.startTime) / 1000;
}"""


def one(playwright, display: str, is_warm: bool) -> tuple[float, float, float]:
    """Seconds to each of the three; `is_warm`: the service runs already."""
    with tempfile.TemporaryDirectory() as folder, x11(display) as screen:
        desk = Desk(Path(folder, "data"), display)
        try:
            if is_warm:
                desk.longhaul("--browser")
            seen = []
            began, began_at = time.monotonic(), time.time()

            def watch() -> None:
                until(lambda: screen.titled("Longhaul"), 60)
                seen.append(time.monotonic() - began)

            watcher = threading.Thread(target=watch)
            watcher.start()
            done = desk.longhaul()
            took = time.monotonic() - began
            watcher.join()
            assert "The window is open" in done.stderr, done.stderr
            address = f"http://127.0.0.1:{desk.port}"
            browser = playwright.chromium.connect_over_cdp(address, no_defaults=True)
            page = browser.contexts[0].pages[0]
            painted = until_true(page, _PAINTED) - began_at
            browser.close()
            return seen[0], took, painted
        finally:
            desk.end()


def main(starts: int) -> None:
    if reason := why_no_window():
        sys.exit(reason)
    with x_server() as display, sync_playwright() as playwright:
        one(playwright, display, False)  # what the disk has to bring is not ours
        for name, is_warm in (("nothing runs", False), ("the service runs", True)):
            measured = [one(playwright, display, is_warm) for _ in range(starts)]
            for what, times in zip(
                ("seen", "told", "painted"), zip(*measured, strict=True), strict=True
            ):
                print(
                    f"{name}: {what} after {statistics.median(times):.2f} s "
                    f"({min(times):.2f} to {max(times):.2f}, {starts} starts)"
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
