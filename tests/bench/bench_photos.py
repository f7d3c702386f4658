"""The rate of derivatives against bare loops of the imaging library, and how soon a commit begins.

Thumbnails and previews of real photos (JPEG, HEIC, TIFF, …; copies with another last byte, so that
each is another content) are made by a `make_derivatives` job as a worker runs it: reading, hashing,
EXIF, limits of each photo, files written, rows, items and events committed, its processes started.
Beside it, by turns in the same run: a bare loop of Pillow with the same recipe in two threads and
one in two processes that are there already, which read the files and encode, and write nothing.
The median of the rounds' ratios to the faster of the two is printed, with its range.

`lanes` measures how long an interactive commit waits until a worker has begun it while maintenance
over so many photos fills the normal lane.

Run: python -m tests.bench.bench_photos rate [photos] [rounds]
     python -m tests.bench.bench_photos lanes [photos] [commits]
"""

import io
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image, ImageOps

from core.desk.photo_requests import KeepMarks, ProjectTaskRequest
from core.desk.photos import Upload
from core.desk.requests import TaskRequest
from core.photos.derivatives import FOLDER
from core.photos.making import QUALITY
from core.photos.records import DERIVATIVES
from tests.photo_factories import Studio, numbered

DATA = Path(os.environ.get("LONGHAUL_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
LEAST_BYTES = 100_000  #: smaller ones are no photos of today
PREVIEW, THUMBNAIL = DERIVATIVES["preview"], DERIVATIVES["thumbnail"]


def bare(path: str) -> int:
    """What the imaging library needs alone."""
    with Image.open(path) as image:
        for size, quality in ((PREVIEW, QUALITY["preview"]), (THUMBNAIL, QUALITY["thumbnail"])):
            image.thumbnail((size, size), Image.Resampling.BICUBIC, reducing_gap=2.0)
            upright = ImageOps.exif_transpose(image).convert("RGB")
            target = io.BytesIO()
            upright.save(target, "JPEG", quality=quality)
    return len(target.getvalue())


def prepare() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()


def copies(folder: Path, wanted: int) -> list[str]:
    """Real photos, so many of them that each round takes some seconds."""
    prepare()
    originals = []
    for path in sorted((DATA / "photos" / "files").iterdir()):
        if path.stat().st_size >= LEAST_BYTES and path.suffix.lower() in (".jpg", ".heic", ".tiff"):
            try:
                bare(str(path))
                originals.append(path)
            except (OSError, SyntaxError):
                continue  # corrupt ones are for the tests
    names = []
    for n in range(wanted):
        path = originals[n % len(originals)]
        name = f"{n:05}{path.suffix.lower()}"
        (folder / name).write_bytes(path.read_bytes() + n.to_bytes(4, "big"))
        names.append(name)
    return names


def ours(studio: Studio, names: list[str]) -> float:
    """Photos a second of one job, with a worker's whole work around it."""
    with studio.service.ledger.transaction() as store:
        store.execute("UPDATE photos SET thumbnail='pending', preview='pending', derived=''", {})
    for shelf in (studio.data / FOLDER).glob("*"):
        for file in shelf.iterdir():
            file.unlink()
    task = studio.start_upload(names)
    began = time.perf_counter()
    assert studio.worker.work_one()
    rate = len(names) / (time.perf_counter() - began)
    job = studio.service.ledger.jobs(studio.task(task))[0]
    assert (job.type, job.done, job.failed) == ("make_derivatives", len(names), 0), job
    studio.work()
    return rate


class Bench(Studio):
    """A studio whose photos are named again and again."""

    def start_upload(self, names: list[str]):
        request = TaskRequest(type="upload_postprocess", params={"project": "trip"})
        return self.photos.start(request, names, None)

    def maintain(self) -> None:
        """Maintenance, unless there is some."""
        if self.store.one("open_task_of_type", project="trip", type="maintenance") is None:
            self.photos.start_task("trip", ProjectTaskRequest(type="maintenance"))

    def until_busy(self) -> None:
        """Until every slot of the normal lane is taken, lent ones too."""
        total = self.service.ledger.settings().pipeline_total_slots
        while sum(r["n"] for r in self.store.rows("busy_lanes")) < total:
            self.maintain()
            time.sleep(0.02)

    def commit_begins(self, name: str) -> float:
        """Seconds from the request until a worker has claimed the commit."""
        self.photos.mark_many("trip", KeepMarks(keep=False, names=[name]))
        began = time.perf_counter()
        number = self.photos.commit_changes("trip")["task"]["id"]
        while self.service.ledger.task(number).started_at is None:
            time.sleep(0.001)
        took = time.perf_counter() - began
        while not self.service.ledger.task(number).is_finished:  # the next would wait for this one
            time.sleep(0.02)
        return took


def rate(wanted: int = 120, rounds: int = 3) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        multiprocessing.get_context("spawn").Pool(2, initializer=prepare) as pool,
        ThreadPoolExecutor(2) as threads,
    ):
        studio = Bench(Path(folder))
        names = copies(studio.folder, wanted)
        studio.start("folder_scan")
        paths = [str(studio.folder / name) for name in names]
        pool.map(bare, paths[:4], 1)
        ratios = []
        for _ in range(rounds):
            began = time.perf_counter()
            list(threads.map(bare, paths))
            in_threads = wanted / (time.perf_counter() - began)
            mine = ours(studio, names)
            began = time.perf_counter()
            list(pool.imap_unordered(bare, paths, 2))
            in_processes = wanted / (time.perf_counter() - began)
            ratios.append(mine / max(in_threads, in_processes))
            print(
                f"threads {in_threads:6.1f}/s   processes {in_processes:6.1f}/s   "
                f"ours {mine:6.1f}/s   ratio {ratios[-1]:.3f}"
            )
        low, high = min(ratios), max(ratios)
        print(f"ratio {statistics.median(ratios):.3f} ({low:.3f} to {high:.3f}), {wanted} photos")
        studio.close()


def lanes(wanted: int = 20_000, commits: int = 10) -> None:
    """Real workers; maintenance of the whole project fills the normal lane all the time."""
    with tempfile.TemporaryDirectory() as folder:
        studio = Bench(Path(folder))
        spool = studio.photos.spool("trip")
        for n in range(wanted):
            (spool / str(n)).write_bytes(numbered(n))
        uploads = [Upload(spool / str(n), f"{n:05}.jpg") for n in range(wanted)]
        for start in range(0, wanted, 1000):
            studio.photos.take("trip", uploads[start : start + 1000])
        print(f"{wanted} photos taken; their derivatives are made by the normal lane meanwhile")
        studio.service.start()
        waited = []
        try:
            for n in range(commits):
                studio.maintain()
                studio.until_busy()
                waited.append(studio.commit_begins(f"{n:05}.jpg"))
        finally:
            studio.service.stop()
        waited.sort()
        print(
            f"a commit begins after {statistics.median(waited) * 1000:.0f} ms "
            f"(at most {waited[-1] * 1000:.0f} ms), {commits} commits"
        )


if __name__ == "__main__":
    verbs = {"rate": rate, "lanes": lanes}
    verbs[sys.argv[1]](*map(int, sys.argv[2:]))
