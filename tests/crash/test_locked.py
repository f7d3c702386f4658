"""`database is locked` for ten seconds, of the target and of our own state: the reason is shown,
and nothing is lost, doubled, failed or stuck."""

import sqlite3
import time
from contextlib import closing, contextmanager

import pytest

from core.queue import Settling
from core.recovery import Recovery
from core.supervisor import Supervisor
from tests.crash.site import until
from tests.crash.verdict import assert_as_if_uninterrupted, assert_events_tell

pytestmark = [pytest.mark.crash, pytest.mark.slow]

#: longer than all tries of an attempt would last if they were counted
LOCKED_S = 10.0
#: where only the batch's transaction is kept waiting, always in the same place
SHORT_S = 4.0


@contextmanager
def locked(path, how="IMMEDIATE"):
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
        connection.execute(f"BEGIN {how}")
        yield time.monotonic()
        connection.execute("ROLLBACK")


def hold(since, seconds=LOCKED_S):
    until(lambda: time.monotonic() >= since + seconds)


@pytest.mark.parametrize(("journal", "seconds"), [("WAL", SHORT_S), ("DELETE", LOCKED_S)])
def test_a_locked_target_is_waited_for(site, journal, seconds):
    """In DELETE mode nobody can even read it, so that the attempt cannot open it."""
    with closing(sqlite3.connect(site.target)) as connection:
        connection.execute(f"PRAGMA journal_mode={journal}")
    early = site.start(3000, batch_size=10, seconds_per_batch=0.01)
    workers = [site.worker(), site.worker()]
    until(lambda: site.task(early).done)
    with locked(site.target, "EXCLUSIVE") as since:
        late = site.start(20)
        for task in (early, late):
            until(lambda t=task: "locked by another program" in site.task(t).message, LOCKED_S)
        hold(since, seconds)
    site.until_finished(early, late)
    for worker in workers:
        assert site.leave(worker) == 0
    for task in (early, late):
        assert_as_if_uninterrupted(site, task)
        assert site.task(task).attempts == 1, "waiting is no failure"
    assert_events_tell(site)


def test_our_state_locked_for_ten_seconds_is_shown_and_waited_for(site):
    settling = Settling(site.ledger)
    supervisor = Supervisor(site.ledger, settling, Recovery(site.ledger, settling), site.data)
    supervisor.start()
    try:
        task = site.start(2000, batch_size=10, seconds_per_batch=0.01)
        until(lambda: site.task(task).done)
        with locked(site.data / "longhaul.sqlite") as since:
            found = supervisor.conditions.found
            until(lambda: "database-busy" in found, within_s=4)
            assert "locked by another program" in found["database-busy"][0]
            hold(since)
        site.until_finished(task)
        until(lambda: "database-busy" not in supervisor.conditions.found)
    finally:
        supervisor.stop(10)
    assert_as_if_uninterrupted(site, task)
    assert site.task(task).attempts == 1, "nobody was taken for dead"
    assert_events_tell(site)
