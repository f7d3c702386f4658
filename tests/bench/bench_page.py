"""The page at 10,000 tasks and 50 events a second: what a person waits for, and what it costs.

Fills a real store in one go, serves it, opens the page in Chromium and tells it facts through the
real event table. Prints the time from the navigation to the first rows, script and task time a
second (Chromium's own `Performance.getMetrics`) at rest and under events, long frames while the
list scrolls, and what the service needs for the answers that the page asks for.

Run: python -m tests.bench.bench_page [tasks] [finished] [events a second] [seconds]
"""

import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from core.desk.requests import TaskFilter
from core.model import Kind, Task
from core.service import Service
from tests.webui.browsing import CHROMIUM, FLAGS
from webui.app import start_site

TOKEN = "bench-" + "0" * 32
RUNNING = 5
SPREAD = "CASE WHEN i <= :running THEN 'running' WHEN i % 200 = 0 THEN 'paused' ELSE 'queued' END"
DONE = "CASE WHEN i % 50 = 0 THEN 'failed' WHEN i % 51 = 0 THEN 'cancelled' ELSE 'completed' END"
FILL = """
INSERT INTO tasks(type, title, source, project, params, steps, status, total, done, unit, stage,
  created_at, started_at, finished_at, updated_at, position, user_relevant)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
SELECT 'rehearsal', 'Backfill orders ' || (2015 + i % 10) || '-' || (1 + i % 12) || ', part ' || i,
  'bench', 'Orders ' || (2015 + i % 10),
  '{{"records":1000,"batch_size":10,"seconds_per_batch":0.1,"trouble":"none"}}',
  '[{{"name":"count","type":"rehearse","priority":null,"lane":"","stages":["preparing","counting"],'
    || '"max_attempts":3}},{{"name":"count again","type":"rehearse","priority":null,"lane":"",'
    || '"stages":["preparing","counting"],"max_attempts":3}}]',
  {status}, 1000, CASE WHEN :ended THEN 1000 WHEN i <= :running THEN i * 50 ELSE 0 END, 'records',
  CASE WHEN i <= :running THEN 'counting' ELSE '' END,
  :at + i, CASE WHEN :ended OR i <= :running THEN :at + i END, CASE WHEN :ended THEN :at + i END,
  :at + i, i, i % 40 <> 7
FROM n
"""
FILL_JOBS = """
INSERT INTO jobs(task_id, type, status, claimed_lane, created_at, started_at, finished_at,
  updated_at, position, stages)
SELECT id, 'rehearse', status, 'normal', created_at, started_at, finished_at, updated_at, position,
  '["preparing","counting"]' FROM tasks
"""
#: Counts frames that took longer than two of the screen's, while the list scrolls by itself.
SCROLL = """
async (seconds) => {
  const list = document.querySelector("[role=grid]");
  const took = [];
  let last = performance.now();
  const until = last + seconds * 1000;
  await new Promise((resolve) => {
    const frame = (now) => {
      took.push(now - last);
      last = now;
      list.scrollTop += 60;
      if (now < until) requestAnimationFrame(frame); else resolve();
    };
    requestAnimationFrame(frame);
  });
  took.sort((a, b) => a - b);
  return {frames: took.length, long: took.filter((ms) => ms > 34).length,
    median: took[took.length >> 1], most: took.at(-1)};
}
"""
FIRST_ROWS = """
globalThis.firstRows = new Promise((resolve) => {
  const look = () => {
    if (document.querySelector("[role=grid] [id^=row-]")) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
});
"""


def fill(service: Service, tasks: int, finished: int) -> None:
    """Active tasks, and finished ones of the weeks before, with a job each."""
    store, now = service.store, time.time()
    with store.transaction():
        for count, ended, status, at in (
            (finished, 1, DONE, now - finished - tasks),
            (tasks, 0, SPREAD, now - tasks),
        ):
            values = {"count": count, "ended": ended, "at": at, "running": 0 if ended else RUNNING}
            if count:
                store.execute(FILL.format(status=status), values)
        store.execute(FILL_JOBS, {})
    store.maintain()


class Feed(threading.Thread):
    """Tells progress of the running tasks, and now and then that one ends and the next begins."""

    def __init__(self, service: Service, rate: float):
        super().__init__(daemon=True)
        self._service, self._rate, self.told = service, rate, 0
        self._halt = threading.Event()

    def stop(self) -> None:
        self._halt.set()
        self.join(5)

    def run(self) -> None:
        began = time.perf_counter()
        while not self._halt.wait(max(0, began + self.told / self._rate - time.perf_counter())):
            self._tell(self.told)
            self.told += 1

    def _tell(self, n: int) -> None:
        store = self._service.store
        running = "SELECT id FROM tasks WHERE status = 'running' ORDER BY id LIMIT 1 OFFSET :nth"
        with self._service.ledger.transaction():
            nth = store.execute(running, {"nth": n % RUNNING})[0]["id"]
            if n % 25 == 24:  # twice a second at 50 events: its end, and the next one's beginning
                self._change(nth, "status = 'completed', finished_at = :at", Kind.TASK_FINISHED)
                line = "SELECT id FROM tasks WHERE status = 'queued' ORDER BY position, id LIMIT 1"
                following = store.execute(line, {})[0]["id"]
                begun = "status = 'running', started_at = :at, rate = 50, rate_low = 40"
                self._change(following, f"{begun}, rate_high = 60", Kind.TASK_UPDATE)
            else:
                counts = "done = min(999, done + 10), rate = 50, rate_low = 40, rate_high = 60"
                self._change(nth, counts, Kind.TASK_PROGRESS)

    def _change(self, task_id: int, to: str, kind: Kind) -> None:
        sql = f"UPDATE tasks SET {to}, updated_at = :at, version = version + 1 WHERE id = :id"
        store = self._service.store
        store.execute(sql + " RETURNING id", {"id": task_id, "at": time.time()})
        (row,) = store.execute("SELECT * FROM tasks WHERE id = :id", {"id": task_id})
        self._service.events.task(kind, Task.of(row))


def metrics(cdp) -> dict[str, float]:
    found = cdp.send("Performance.getMetrics")["metrics"]
    return {m["name"]: m["value"] for m in found}


def spent(cdp, seconds: float, what: str) -> None:
    """Print script and task time a second over the next `seconds`."""
    before, began = metrics(cdp), time.perf_counter()
    time.sleep(seconds)
    after, took = metrics(cdp), time.perf_counter() - began
    per = {n: 1000 * (after[n] - before[n]) / took for n in ("ScriptDuration", "TaskDuration")}
    heap = after["JSHeapUsedSize"] / 1e6
    script, task = per["ScriptDuration"], per["TaskDuration"]
    print(f"{what:28} script {script:5.1f} ms/s, all {task:5.1f} ms/s, heap {heap:.0f} MB")


def answers(service: Service) -> None:
    """Print what the service needs for a snapshot and for pages of lists."""
    wanted = TaskFilter(status=["completed", "cancelled"])
    for name, action in (
        ("snapshot", service.lists.snapshot),
        ("500 waiting", lambda: service.lists.tasks(TaskFilter(status=["queued"]), limit=500)),
        ("100 finished", lambda: service.lists.tasks(wanted, sort="-finished_at", limit=100)),
        ("search", lambda: service.lists.tasks(TaskFilter(status=["all"], q="2019-7, part 5"))),
    ):
        took = []
        for _ in range(9):
            began = time.perf_counter()
            action()
            took.append((time.perf_counter() - began) * 1000)
        print(f"{name:28} {statistics.median(took):6.1f} ms ({min(took):.1f} to {max(took):.1f})")


def main(tasks: int = 10_000, finished: int = 2000, rate: int = 50, seconds: int = 10) -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.chmod(folder, 0o700)
        service = Service(Path(folder))
        site = start_site(service, "127.0.0.1", 0, TOKEN)
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            fill(service, tasks, finished)
            print(f"{tasks:,} tasks, {finished:,} finished, {rate} events a second")
            answers(service)
            measure(chromium, service, site, rate, seconds)
        finally:
            chromium.close()
            site.stop()
            service.stop(5)


def measure(chromium, service: Service, site, rate: int, seconds: int) -> None:
    """Open the page some times, then watch it."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{site.url}/enter?code={site.mint_code()}&next=/")
    page.wait_for_selector("[role=grid] [id^=row-]")
    page.add_init_script(FIRST_ROWS)
    took = []
    for _ in range(7):
        page.goto(site.url + "/")
        took.append(page.evaluate("globalThis.firstRows"))
    print(f"first rows                   {statistics.median(took):.0f} ms", end=" ")
    print(f"({min(took):.0f} to {max(took):.0f})")
    time.sleep(6)  # the rest of the list comes when the page is idle
    cdp = context.new_cdp_session(page)
    # in time of the thread: what other programs do meanwhile is not counted
    cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
    spent(cdp, seconds, "at rest")
    print("scrolling                   ", page.evaluate(SCROLL, 4))
    feed = Feed(service, rate)
    feed.start()
    time.sleep(1)
    spent(cdp, seconds, f"{rate} events a second")
    print("scrolling under events      ", page.evaluate(SCROLL, 4))
    feed.stop()
    print(f"told {feed.told} events; heading: {page.locator('h1').inner_text()!r}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
