"""Workers that race for few jobs: a claim is a fetch-and-increment of the job's fence.

Such a history is linearizable exactly if fences are unique for each job and the order of the fences
agrees with real time: no claim returned before one with a smaller fence was even asked for.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.lifecycle import Ending
from core.queue import Outcome
from tests.factories import Desk

WORKERS, ROUNDS, JOBS = 4, 120, 3


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    with desk.ledger.transaction() as store:
        store.changed("put_setting", key="pipeline.total_slots", value="64")
        store.changed("settings_changed")
    yield desk
    desk.store.close()


def test_no_two_workers_ever_hold_the_same_job(desk):
    for _ in range(JOBS):
        desk.enqueue()
    start = threading.Barrier(WORKERS)

    def race(worker: int) -> list[tuple[int, int, int, int]]:
        start.wait()
        history = []
        for _ in range(ROUNDS):
            asked = time.monotonic_ns()
            claim = desk.claim(worker)
            if claim is not None:
                history.append((claim.job.id, claim.fence, asked, time.monotonic_ns()))
                desk.settling.settle(claim.job, Outcome(Ending.RELEASED))  # ClaimLost: two held it
        return history

    with ThreadPoolExecutor(WORKERS) as pool:
        histories = list(pool.map(race, range(1, WORKERS + 1)))
    claims = sorted(claim for history in histories for claim in history)
    assert len(claims) > ROUNDS
    for job in range(1, JOBS + 1):
        of_job = [claim for claim in claims if claim[0] == job]
        assert [fence for _, fence, _, _ in of_job] == list(range(1, len(of_job) + 1))
        latest = 0
        for _, _, asked, answered in of_job:
            assert answered > latest
            latest = max(latest, asked)
