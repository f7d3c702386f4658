"""A photo project that is uploaded to and committed while workers and service die at random.

The numbers are LONGHAUL_PHOTO_KILLS (default: 5) and LONGHAUL_PHOTOS (default: 60). The large one:

    LONGHAUL_PHOTO_KILLS=100 LONGHAUL_PHOTOS=2000 python -m pytest tests/crash/test_photo_kills.py \
        -n 0 -s

LONGHAUL_SEED repeats a sequence of decisions, though not the moments at which they fall.
"""

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from core.desk.photo_requests import KeepMarks, ProjectRequest, ProjectTaskRequest
from core.desk.photos import Upload
from core.identity import ProcessIdentity
from core.model import TERMINAL, Status
from core.photos.manifest import parse
from core.service import Service
from tests.crash.site import Site, until
from tests.photo_factories import numbered

KILLS = int(os.environ.get("LONGHAUL_PHOTO_KILLS", "5"))
pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300 + 20 * KILLS)]
PHOTOS = int(os.environ.get("LONGHAUL_PHOTOS", "60"))
SEED = int(os.environ.get("LONGHAUL_SEED", str(random.randrange(1 << 30))))
ROUNDS = 10  #: uploads, each followed by a commit of some of all
MEAN_S = 0.8  #: between two kills: longer than a worker and its computing processes need to start


class Shop:
    """The person's side of a project, in this process, which nobody kills."""

    def __init__(self, site: Site):
        self.site = site
        self.service = Service(site.data)
        self.photos = self.service.photos
        self.folder = site.data / "trip"
        self.folder.mkdir()
        self.photos.projects.create(ProjectRequest(name="trip", folder=str(self.folder)))
        self.uploaded: dict[str, bytes] = {}
        self.rejected: set[str] = set()

    def upload(self, count: int) -> None:
        spool, uploads = self.photos.spool("trip"), []
        for n in range(len(self.uploaded), len(self.uploaded) + count):
            name, content = f"IMG_{n:05}.jpg", numbered(n)
            (spool / name).write_bytes(content)
            self.uploaded[name] = content
            uploads.append(Upload(spool / name, name))
        assert len(self.photos.take("trip", uploads)["taken"]) == count

    def commit(self) -> None:
        names = random.sample(
            sorted(set(self.uploaded) - self.rejected), PHOTOS // ROUNDS // 4 or 1
        )
        self.rejected |= set(names)
        self.photos.mark_many("trip", KeepMarks(keep=False, names=names))
        self.photos.commit_changes("trip")

    def maintain(self) -> None:
        self.photos.start_task("trip", ProjectTaskRequest(type="maintenance"))

    def tasks(self):
        return self.service.store.execute("SELECT * FROM tasks", {})

    def is_done(self) -> bool:
        return all(task["status"] in TERMINAL for task in self.tasks())


class Killer:
    """Kills a worker or the service, which comes back at once."""

    def __init__(self, site: Site):
        self.site, self.service = site, site.service()
        self.kills: Counter[str] = Counter()

    def strike(self) -> None:
        what = random.choices(("worker", "service"), (5, 1))[0]
        if what == "service":
            self.service.kill()
            self.service.wait()
            self.service = self.site.service()
        else:
            running = {r["worker_id"] for r in self.site.store.rows("running_jobs")}
            rows = [r for r in self.site.store.rows("workers") if r["id"] in running]
            alive = [
                r for r in rows if ProcessIdentity(r["pid"], r["started"], r["boot"]).is_alive()
            ]
            if not alive:
                return
            os.kill(random.choice(alive)["pid"], signal.SIGKILL)
        self.kills[what] += 1


def contents(folder: Path) -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in folder.glob("[!.]*") if f.is_file()}


def test_every_photo_is_accounted_for_whatever_dies_whenever(site):
    random.seed(SEED)
    print(f"seed {SEED}")
    site.put_setting("pipeline.deaths_at_cursor", 1_000_000)
    shop, killer = Shop(site), Killer(site)
    began, rounds = time.monotonic(), 0
    while sum(killer.kills.values()) < KILLS:
        if rounds < ROUNDS and sum(killer.kills.values()) >= rounds * KILLS // ROUNDS:
            shop.upload(PHOTOS // ROUNDS)
            shop.commit()
            rounds += 1
        if shop.is_done():
            shop.maintain()
        until(lambda: site.store.rows("running_jobs") or shop.is_done())
        time.sleep(random.expovariate(1 / MEAN_S))  # the moment is the point
        killer.strike()
    while rounds < ROUNDS:
        shop.upload(PHOTOS // ROUNDS)
        shop.commit()
        rounds += 1
    until(shop.is_done, 600)
    shop.maintain()
    until(shop.is_done, 600)
    assert site.leave(killer.service) == 0
    assert_accounted_for(shop)
    attempts = sum(task["attempts"] for task in shop.tasks())
    print(
        f"{dict(killer.kills)} kills, {len(shop.uploaded)} photos, {len(shop.rejected)} removed, "
        f"{len(shop.tasks())} tasks, {attempts} attempts, {time.monotonic() - began:.0f} s"
    )


def assert_accounted_for(shop: Shop) -> None:
    """Every photo that was uploaded is there once: where it was left, or in the trash."""
    for task in shop.tasks():
        assert task["status"] == Status.COMPLETED, (task["type"], task["error"])
    here = contents(shop.folder)
    listed = parse(here.pop("manifest.csv").decode())
    kept = {n: c for n, c in shop.uploaded.items() if n not in shop.rejected}
    assert here == kept
    # Two commits may have asked for the same photo: the one that came too late found it gone.
    in_trash = sorted(contents(shop.folder / ".trash").values())
    assert in_trash == sorted(shop.uploaded[name] for name in shop.rejected)
    store = shop.service.store
    rows = store.execute("SELECT * FROM photos", {})
    assert {r["name"] for r in rows} == set(kept) == set(listed)
    assert {(r["available"], r["thumbnail"], r["preview"]) for r in rows} == {(1, "ready", "ready")}
    for row in rows:
        for which in ("thumbnail", "preview"):
            assert shop.photos.derivative("trip", row["name"], which).path.stat().st_size
    trash = store.execute("SELECT name, status, moved_at FROM trash", {})
    assert {r["name"] for r in trash} == shop.rejected and len(trash) == len(shop.rejected)
    assert {r["status"] for r in trash} == {"kept"} and all(r["moved_at"] for r in trash)
    open_items = "SELECT count(*) FROM items WHERE status IN ('queued','running')"
    assert store.execute(open_items, {})[0][0] == 0
    store.check()
