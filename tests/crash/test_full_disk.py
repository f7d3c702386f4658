"""A full disk (a small tmpfs) under the target or under our own state."""

import subprocess

import pytest

from tests.crash.site import Site, until
from tests.crash.verdict import assert_as_if_uninterrupted, assert_events_tell
from tests.disks import small_disk

pytestmark = [pytest.mark.crash, pytest.mark.slow]


@pytest.fixture
def small(tmp_path):
    """A folder on a disk of one megabyte; `grow` makes room."""
    with small_disk(tmp_path / "small", "1m") as folder:
        yield folder


def fill(folder, spare=0):
    """Take the room that is left, but for `spare` bytes."""
    written = 0
    with (folder / "ballast").open("wb", buffering=0) as file:
        try:
            while True:
                written += file.write(b"\0" * 4096)
        except OSError:
            file.truncate(max(0, written - spare))


def make_room(folder):
    subprocess.run(["mount", "-o", "remount,size=64m", str(folder)], check=True)


def test_a_full_disk_under_the_target_pauses_with_that_reason_and_resumes(tmp_path, small):
    site = Site(tmp_path, target=small / "target.sqlite")
    try:
        fill(small, spare=200_000)
        task = site.start(40_000, batch_size=200)
        worker = site.worker()
        until(lambda: site.task(task).status == "paused")
        shown = site.task(task)
        assert "No space is left" in shown.message
        assert "Make room, then resume" in shown.message
        assert shown.attempts == 1, "it does not spin"
        assert 0 < shown.done < 40_000
        assert len(site.effects(task)) == shown.done
        make_room(small)
        site.steering.act("resume", task.id)
        site.until_finished(task)
        assert site.leave(worker) == 0
        assert_as_if_uninterrupted(site, task)
        assert_events_tell(site)
    finally:
        site.close()


def test_a_full_disk_under_our_state_stops_everything_and_loses_nothing(tmp_path, small):
    site = Site(tmp_path, data=small / "data")
    try:
        task = site.start(20_000, batch_size=10)
        worker = site.worker()
        until(lambda: site.task(task).done)
        fill(small)
        until(lambda: is_still(site, task))
        assert site.task(task).status in ("running", "paused")
        make_room(small)
        until(lambda: site.task(task).status in ("paused", "completed"))
        if site.task(task).status == "paused":
            assert "disk" in site.task(task).message
            site.steering.act("resume", task.id)
        site.until_finished(task)
        assert site.task(task).attempts <= 2, "it does not spin"
        assert site.leave(worker) == 0
        assert_as_if_uninterrupted(site, task)
        assert_events_tell(site)
    finally:
        site.close()


def is_still(site, task):
    """Whether nothing takes effect any more."""
    import time

    before = len(site.effects(task))
    time.sleep(0.5)  # a look at a standstill needs two moments
    return 0 < len(site.effects(task)) == before
