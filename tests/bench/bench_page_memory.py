"""What a page that is left open costs: the size of its heap while events come in, hour after hour.

A real service tells facts through its event table: progress of tasks that run, lines of the log
that is shown, ends and beginnings. After each garbage collection Chromium says how much the page
holds; the slope of the later part is what an hour at this rate would add. Events come faster than
in life, so that ten minutes stand for an hour of 50 a second.

Run: python -m tests.bench.bench_page_memory [--seconds 60] [--rate 300] [--looks 30]
"""

import argparse
import os
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import sync_playwright

from core.model import Kind, Task
from core.service import Service
from tests.bench import bench_page
from tests.webui.browsing import CHROMIUM, FLAGS
from webui.app import start_site

TOKEN = "bench-" + "0" * 32
#: Progress of a task is sent ten times a second at most, so the rate needs this many that run.
RUNNING = 40
#: Of a hundred events so many are lines of the log that is shown; so many are ends of a task.
LINES, ENDS = 4, 2
#: Rounds a second in which events are told.
ROUNDS = 20


class Sample(NamedTuple):
    """One look, after a garbage collection."""

    at: float  #: seconds since the first
    told: int  #: events
    heap: float  #: MB of live objects
    nodes: int  #: of the DOM, those not collected included
    listeners: int


class Feed(threading.Thread):
    """Tells `rate` events a second; `told` counts them."""

    def __init__(self, service: Service, rate: float):
        super().__init__(daemon=True)
        self._service, self._rate, self.told, self._line = service, rate, 0, 0
        self._halt = threading.Event()
        self._running = self._ids("running", RUNNING)

    def stop(self) -> None:
        self._halt.set()
        self.join(10)

    def run(self) -> None:
        began = time.perf_counter()
        while not self._halt.wait(1 / ROUNDS):
            due = int((time.perf_counter() - began) * self._rate) - self.told
            if due <= 0:
                continue
            with self._service.ledger.transaction():
                for _ in range(min(due, 200)):
                    self._tell()
                    self.told += 1

    def _tell(self) -> None:
        share, nth = self.told % 100, self.told % len(self._running)
        if share < LINES:
            self._log(self._running[0])
        elif share < LINES + ENDS and nth:
            ended = self._running[nth]
            to = "status = 'completed', finished_at = :at"
            self._change(ended, to, Kind.TASK_FINISHED)
            (following,) = self._ids("queued", 1)
            self._change(following, "status = 'running', started_at = :at", Kind.TASK_UPDATE)
            self._running[nth] = following
        else:
            counts = "done = (done + 7) % 1000, rate = 50, rate_low = 40, rate_high = 60"
            self._change(self._running[nth], counts, Kind.TASK_PROGRESS)

    def _ids(self, status: str, count: int) -> list[int]:
        sql = "SELECT id FROM tasks WHERE status = :status ORDER BY position, id LIMIT :count"
        rows = self._service.store.execute(sql, {"status": status, "count": count})
        return [row["id"] for row in rows]

    def _change(self, task_id: int, to: str, kind: Kind) -> None:
        sql = f"UPDATE tasks SET {to}, updated_at = :at, version = version + 1 WHERE id = :id"
        store = self._service.store
        store.execute(sql + " RETURNING id", {"id": task_id, "at": time.time()})
        (row,) = store.execute("SELECT * FROM tasks WHERE id = :id", {"id": task_id})
        self._service.events.task(kind, Task.of(row))

    def _log(self, task_id: int) -> None:
        self._line += 1
        line = {"id": self._line, "job_id": 1, "task_id": task_id, "attempt": 1, "level": "info"}
        text = f"Page {self._line} has been read, and was stored as it is"
        words = {"stage": "counting", "message": text, "at": time.time()}
        self._service.events.append(Kind.LOG, task_id, line | words)


def watched(page, cdp, feed: Feed, seconds: float, looks: int) -> list[Sample]:
    """Look at the page's memory so many times in so many seconds."""
    began, samples = time.monotonic(), []
    for number in range(looks + 1):
        page.wait_for_timeout(max(0, 1000 * (began + number * seconds / looks - time.monotonic())))
        for _ in range(2):
            cdp.send("HeapProfiler.collectGarbage")
        found = {m["name"]: m["value"] for m in cdp.send("Performance.getMetrics")["metrics"]}
        counts = int(found["Nodes"]), int(found["JSEventListeners"])
        heap = found["JSHeapUsedSize"] / 1e6
        samples.append(Sample(time.monotonic() - began, feed.told, heap, *counts))
    return samples


def slope(samples: list[Sample]) -> float:
    """MB that 180,000 events (an hour of 50 a second) add, by the later half of `samples`."""
    later = samples[len(samples) // 2 :]
    line = statistics.linear_regression([s.told for s in later], [s.heap for s in later])
    return line.slope * 180_000


def measured(chromium, seconds: float, rate: float, looks: int) -> list[Sample]:
    """Open the page on a service of its own, tell it events, and watch it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o700)
        service = Service(Path(folder))
        site = start_site(service, "127.0.0.1", 0, TOKEN)
        bench_page.RUNNING = RUNNING
        ends = int(seconds * rate * ENDS / 100) + 200
        bench_page.fill(service, ends + RUNNING, 50)
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        feed = Feed(service, rate)
        try:
            page.goto(f"{site.url}/enter?code={site.mint_code()}&next=/")
            page.locator(".link", has_text="Live").wait_for()
            page.locator("[role=grid] [id^=row-]").first.click()
            cdp = context.new_cdp_session(page)
            cdp.send("Performance.enable")
            cdp.send("HeapProfiler.enable")
            feed.start()
            return watched(page, cdp, feed, seconds, looks)
        finally:
            feed.stop()
            context.close()
            site.stop()
            service.stop(5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=300)
    parser.add_argument("--looks", type=int, default=30)
    args = parser.parse_args()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        samples = measured(chromium, args.seconds, args.rate, args.looks)
        chromium.close()
    for each in samples:
        print(
            f"{each.at:6.0f} s {each.told:8,} events  heap {each.heap:6.2f} MB"
            f"  nodes {each.nodes:6}  listeners {each.listeners:5}"
        )
    print(f"later half: {slope(samples):+.2f} MB for 180,000 events (1 h of 50 a second)")


if __name__ == "__main__":
    main()
