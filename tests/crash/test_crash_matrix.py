"""kill -9 at every commit boundary of a worker, of a service, and of both.

The places are those of `core.seams.PLACES`; each is visited at its first, a middle and its last
time. Afterwards nothing tells the run from one that nobody disturbed.
"""

import json
import signal

import pytest

from core.seams import PLACES
from tests.crash.site import Site, until
from tests.crash.verdict import assert_as_if_uninterrupted, assert_events_tell

pytestmark = pytest.mark.crash

RECORDS, BATCH = 60, 10
BATCHES = RECORDS // BATCH
ONCE = ("claim-written", "claimed", "adopted", "settle-written", "settled")
EACH_BATCH = ("read", "computed", "target-begun", "target-effects", "target-committed")
CHECKPOINTS = ("checkpoint-written", "checkpointed")
#: Places of photo projects; tests/crash/test_photos.py visits them.
PHOTOS = (
    *("photo-planned", "photo-linked", "photo-copied", "photo-placed", "photo-moved"),
    *("manifest-written", "manifest-placed", "trash-emptied"),
    *("restore-planned", "photo-restored", "upload-placed", "upload-told"),
)
#: Places that the service passes, or a worker only in an attempt that follows a death.
ELSEWHERE = (
    *("enqueue-written", "enqueue-committed", "steer-written", "steered"),
    *("death-written", "death-settled", "reconciled", "refused"),
    *("scan-written", "import-placed", "sidecar-written"),  # test_recordings_killed.py
    "words-written",  # test_documents.py
)
WORKER_CASES = [
    *((place, 1) for place in ONCE),
    *((place, n) for place in EACH_BATCH for n in (1, 3, BATCHES)),
    # The stages and the total have checkpoints of their own: 3 before the batches, 1 after them.
    *((place, n) for place in CHECKPOINTS for n in (1, 2, 3, 4, 6, BATCHES + 3, BATCHES + 4)),
]


def test_every_place_is_visited_here():
    assert {place for place, _ in WORKER_CASES} | {*ELSEWHERE, *PHOTOS} == set(PLACES)


def start(site: Site):
    return site.start(RECORDS, batch_size=BATCH)


@pytest.mark.parametrize(("place", "n"), WORKER_CASES)
def test_a_worker_killed_here_leaves_no_trace(site, place, n):
    task = start(site)
    assert site.worker(f"{place}:{n}").wait(30) == -signal.SIGKILL
    site.finish_here()
    assert_as_if_uninterrupted(site, task)
    assert_events_tell(site)
    before_claim = place == "claim-written"
    assert site.task(task).attempts == (1 if before_claim or place == "settled" else 2)


def test_workers_killed_one_after_the_other_leave_no_trace(site):
    """The second dies after it has followed the target's checkpoint, the third in its batch."""
    site.put_setting("pipeline.deaths_at_cursor", 100)
    task = start(site)
    for seam in ("target-committed:2", "reconciled:1", "target-effects:1", "adopted:1", "read:2"):
        assert site.worker(seam).wait(30) == -signal.SIGKILL
        site.recovery.sweep()
    site.finish_here()
    assert_as_if_uninterrupted(site, task)
    assert_events_tell(site)
    assert site.task(task).attempts == 6


def say(process, *words):
    process.stdin.write(json.dumps(words) + "\n")
    process.stdin.flush()


@pytest.mark.parametrize(("place", "accepted"), [("enqueue-written", 0), ("enqueue-committed", 1)])
def test_a_service_killed_while_accepting_keeps_all_of_a_task_or_nothing(site, place, accepted):
    service = site.service(seam=f"{place}:1")
    say(service, "enqueue", str(site.target), RECORDS, {"batch_size": BATCH})
    assert service.wait(30) == -signal.SIGKILL
    assert service.stdout.read() == "", "it died before it could answer"
    until(lambda: not site.store.rows("running_jobs"))  # its workers leave by themselves
    site.finish_here()
    tasks = [r["id"] for r in site.store.execute("SELECT id FROM tasks", {})]
    assert len(tasks) == accepted
    for number in tasks:
        assert_as_if_uninterrupted(site, site.ledger.task(number))
    assert_events_tell(site)


@pytest.mark.parametrize("place", ["steer-written", "steered"])
def test_a_service_killed_while_it_pauses_has_paused_or_not(site, place):
    task = site.start(RECORDS, batch_size=BATCH, seconds_per_batch=0.2)
    service = site.service(seam=f"{place}:1")
    until(lambda: site.task(task).done)
    say(service, "pause", task.id)
    assert service.wait(30) == -signal.SIGKILL
    until(lambda: not site.store.rows("running_jobs"))
    if place == "steered":
        assert site.task(task).status == "paused"
        site.finish_here()
        assert site.task(task).status == "paused", "a restart resumes nothing that was paused"
        site.steering.act("resume", task.id)
    site.finish_here()
    assert_as_if_uninterrupted(site, task)
    assert_events_tell(site)


@pytest.mark.parametrize("place", ["death-written", "death-settled"])
def test_a_service_killed_while_it_buries_a_worker_leaves_no_trace(site, place):
    """Worker and service die: one in its batch, the other while it gives the batch back."""
    task = start(site)
    service = site.service(seam=f"{place}:1", worker_seam="target-committed:3")
    assert service.wait(30) == -signal.SIGKILL
    successor = site.service()
    site.until_finished(task)
    assert_as_if_uninterrupted(site, task)
    assert_events_tell(site)
    assert site.leave(successor) == 0


@pytest.mark.parametrize("place", ["target-effects", "target-committed", "checkpoint-written"])
def test_worker_and_service_killed_at_once_leave_no_trace(site, place):
    task = start(site)
    service = site.service(
        worker_seam=f"{place}:4:stop"
    )  # stands still there, so that both are hit
    until(lambda: any(stopped(pid) for pid in pids(site)))
    found = [pid for pid in pids(site) if stopped(pid)]
    service.kill()
    for pid in found:
        signal_process(pid)
    service.wait(10)
    successor = site.service()
    site.until_finished(task)
    assert_as_if_uninterrupted(site, task)
    assert_events_tell(site)
    assert site.leave(successor) == 0


def pids(site: Site) -> list[int]:
    return [r["pid"] for r in site.store.rows("workers")]


def stopped(pid: int) -> bool:
    from pathlib import Path

    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except OSError:
        return False


def signal_process(pid: int) -> None:
    import os

    os.kill(pid, signal.SIGKILL)
