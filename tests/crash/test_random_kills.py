"""kill -9 of workers, of processes that compute, of the service and of worker and service together,
at random moments, under the eyes of a client.

The number of kills is LONGHAUL_KILLS (default: 40). A thousand of them:

    LONGHAUL_KILLS=1000 python -m pytest tests/crash/test_random_kills.py -n 0 -s

LONGHAUL_SEED repeats a sequence of decisions, though not the moments at which they fall.
"""

import contextlib
import os
import random
import signal
import time
from pathlib import Path

import pytest

from core.identity import ProcessIdentity
from tests.crash.reader import Reader
from tests.crash.site import Site, until
from tests.crash.verdict import assert_as_if_uninterrupted, assert_events_tell

KILLS = int(os.environ.get("LONGHAUL_KILLS", "40"))
pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300 + 6 * KILLS)]
SEED = int(os.environ.get("LONGHAUL_SEED", str(random.randrange(1 << 30))))
POOLED = "effects-pooled"
AT_WORK = 3  #: tasks that are always there


class Killer:
    """Kills what it is told to, and starts the service again."""

    def __init__(self, site: Site):
        self.site = site
        self.kills: dict[str, int] = {"worker": 0, "pool": 0, "service": 0, "both": 0}
        self.service = site.service()

    def strike(self, what: str) -> None:
        """Hit something that runs, when there is something; the service comes back at once."""
        if what == "pool":
            # They are there long after their worker has begun, and often no longer than a blink.
            until(lambda: self.pool() or not self.busy())
            a_while()
        victims = self.pool() if what == "pool" else self.busy()
        if what != "service":
            if not victims:
                return
            kill(random.choice(victims))
        if what in ("service", "both"):
            self.service.kill()
            self.service.wait()
            self.service = self.site.service()
        self.kills[what] += 1

    def busy(self) -> list[int]:
        """The workers that have a job and live."""
        running = {r["worker_id"] for r in self.site.store.rows("running_jobs")}
        return [
            r["pid"]
            for r in self.site.store.rows("workers")
            if r["id"] in running and ProcessIdentity(r["pid"], r["started"], r["boot"]).is_alive()
        ]

    def pool(self) -> list[int]:
        """The processes in which these compute."""
        return [child for pid in self.busy() for child in children(pid)]

    @property
    def total(self) -> int:
        return sum(self.kills.values())


def children(pid: int) -> list[int]:
    """The processes that a worker computes in."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def a_while() -> None:
    """The moment is the point, not a synchronisation."""
    time.sleep(random.expovariate(1 / 0.15))


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # it had just left


def test_nothing_is_lost_or_doubled_whatever_dies_whenever(site):
    random.seed(SEED)
    print(f"seed {SEED}")
    site.put_setting("pipeline.deaths_at_cursor", 1_000_000)
    reader, killer = Reader(site), Killer(site)
    tasks, open_tasks = [], []
    while killer.total < KILLS:
        open_tasks = [t for t in open_tasks if not site.task(t).is_finished]
        while len(open_tasks) < AT_WORK:
            pooled = random.random() < 0.3 or not any(t.type == POOLED for t in open_tasks)
            records = random.choice((600, 3000) if pooled else (30, 600, 3000))
            pause = random.choice((0.01, 0.05) if pooled else (0, 0.01))
            task = site.start(records, batch_size=20, seconds_per_batch=pause, pooled=pooled)
            tasks.append(task)
            open_tasks.append(task)
        # Mostly somebody works; now and then it hits what has only begun to start.
        until(killer.busy if random.random() < 0.8 else lambda: site.store.rows("running_jobs"))
        a_while()
        killer.strike(random.choices(tuple(killer.kills), (6, 3, 1, 1))[0])
    site.until_finished(*tasks, within_s=120)
    assert site.leave(killer.service) == 0
    events = reader.stop()
    for task in tasks:
        assert_as_if_uninterrupted(site, task)
    assert_events_tell(site, events)
    assert not site.store.rows("workers"), "nobody is remembered who is gone"
    site.store.check()
    print(
        f"{killer.kills} kills, {len(tasks)} tasks, {len(site.effects())} records, "
        f"{sum(site.task(t).attempts for t in tasks)} attempts, {len(events)} events"
    )
