"""A commit of photos begins while maintenance has every slot of the normal lane, lent ones too.

Real workers. Those that maintain are stopped (SIGSTOP) before the commit is asked for: they cannot
end a job, nor give a slot back, so a commit that waited for one of them would never begin.
"""

import os
import signal
import time
from contextlib import contextmanager

import pytest

from core.desk.photo_requests import KeepMarks, ProjectRequest, ProjectTaskRequest
from tests.moves import put_setting
from tests.photo_factories import Studio, decode_here, numbered

pytestmark = pytest.mark.slow

KEPT_UP = ("north", "south")  #: projects whose maintenance fills the lane
PHOTOS = 150  #: of each: enough that their maintenance is met while it runs
COMMITS = 3
DEADLINE_S = 60.0


def until(condition):
    give_up = time.monotonic() + DEADLINE_S
    while not (found := condition()):
        assert time.monotonic() < give_up, f"not within {DEADLINE_S:g} s"
        time.sleep(0.002)
    return found


class Busy(Studio):
    """A studio with real workers."""

    def maintain(self) -> None:
        """Maintenance of both projects, unless it is there."""
        for project in KEPT_UP:
            if self.store.one("open_task_of_type", project=project, type="maintenance") is None:
                self.photos.start_task(project, ProjectTaskRequest(type="maintenance"))

    def maintaining(self):
        """The running jobs of the normal lane."""
        return [r for r in self.store.rows("running_jobs") if r["claimed_lane"] == "normal"]

    @contextmanager
    def stopped(self):
        """While every slot is taken by maintenance, and its workers stand still: its jobs."""
        pids: list[int] = []

        def stop():
            self.maintain()
            # With the write lock in our hands they are in no transaction that others wait for.
            with self.service.ledger.transaction(quiet=True) as store:
                jobs = self.maintaining()
                if len(jobs) < len(KEPT_UP):
                    return None
                known = {worker["id"]: worker["pid"] for worker in store.rows("workers")}
                pids.extend(known[job["worker_id"]] for job in jobs)
                for pid in pids:
                    os.kill(pid, signal.SIGSTOP)
                return jobs

        try:
            yield until(stop)
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)


@pytest.fixture
def studio(tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        decode_here(patched)
        studio = Busy(tmp_path, {f"{n}.jpg": numbered(n) for n in range(COMMITS + 1)})
        for project in KEPT_UP:
            folder = studio.data / project
            folder.mkdir()
            for n in range(PHOTOS):
                (folder / f"{n}.jpg").write_bytes(numbered(n))
            studio.photos.projects.create(ProjectRequest(name=project, folder=str(folder)))
            studio.work()
    put_setting(studio.service, pipeline__total_slots=2, pipeline__priority_lane_slots=1)
    studio.service.start()
    yield studio
    studio.service.stop(timeout=5.0)


def commit_begins(studio, name):
    with studio.stopped() as jobs:
        before = {job["id"]: job["fence"] for job in jobs}
        studio.photos.mark_many("trip", KeepMarks(keep=False, names=[name]))
        commit = studio.photos.commit_changes("trip")["task"]
        until(lambda: studio.task(commit).started_at is not None)
        after = {job["id"]: job["fence"] for job in studio.maintaining()}
        assert after == before, "no job of the normal lane has ended meanwhile"
    until(lambda: studio.task(commit).status == "completed")


def test_a_commit_begins_without_waiting_for_any_job_of_maintenance(studio):
    names = [f"{n}.jpg" for n in range(COMMITS)]
    for name in names:
        commit_begins(studio, name)
    assert set(studio.in_trash()) == set(names)
