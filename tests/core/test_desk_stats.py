"""Statistics by day and by type, and the figures for metrics."""

from datetime import date

import pytest

from core.lifecycle import Ending
from core.model import Progress
from core.queue import Outcome
from tests.desk_factories import Office
from tests.factories import FakeClock

NOON = 1_777_896_000.0  # 2026-05-04 12:00 UTC


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path, FakeClock(NOON))
    yield made
    made.store.close()


def finish(office, type="scan", records=0, seconds=10.0, ending=Ending.COMPLETED):
    office.create(type=type)
    claim = office.claim()
    office.claims.checkpoint(claim, None, Progress(cursor="9", done=records))
    office.clock.advance(seconds)
    office.settling.settle(claim.job, Outcome(ending, error={"code": "x", "message": "x"}))


def test_finished_tasks_are_counted_by_day_and_type(office):
    finish(office, records=100)
    finish(office, ending=Ending.HOPELESS, seconds=30)
    finish(office, type="sweep")
    office.clock.advance(86_400)
    finish(office, records=50)
    rows = office.stats.stats()["rows"]
    assert [(r["day"], r["type"], r["completed"], r["failed"]) for r in rows] == [
        ("2026-05-04", "scan", 1, 1),
        ("2026-05-04", "sweep", 1, 0),
        ("2026-05-05", "scan", 1, 0),
    ]
    assert (rows[0]["mean_s"], rows[0]["records_per_s"]) == (20.0, 2.5)


def test_statistics_by_type_add_the_days_since_a_date(office):
    finish(office, records=100)
    office.clock.advance(86_400)
    finish(office, records=50)
    (row,) = office.stats.stats(date(2026, 5, 1), "type")["rows"]
    assert (row["type"], row["completed"], row["records"]) == ("scan", 2, 150)
    (row,) = office.stats.stats(date(2026, 5, 5), "type")["rows"]
    assert row["records"] == 50
    assert office.stats.stats(date(2026, 6, 1))["rows"] == []


def test_a_retry_counts_its_own_records_alone(office):
    finish(office, records=100, ending=Ending.HOPELESS)
    office.steering.act("retry", 1)
    claim = office.claim()
    office.claims.checkpoint(claim, "9", Progress(cursor="12", done=130))
    office.settling.settle(claim.job, Outcome(Ending.COMPLETED))
    assert office.stats.stats()["rows"][0]["records"] == 130
    office.steering.act("retry", 1, from_="start")
    claim = office.claim()
    office.claims.checkpoint(claim, None, Progress(cursor="9", done=100))
    office.settling.settle(claim.job, Outcome(Ending.COMPLETED))
    assert office.stats.stats()["rows"][0]["records"] == 230


def test_statistics_outlive_the_tasks(office):
    finish(office)
    office.queue.clear_completed()
    assert office.stats.stats()["rows"][0]["completed"] == 1


def test_the_figures_for_metrics_agree_with_the_queue_and_the_events(office):
    finish(office)
    office.create()
    figures = office.stats.figures()
    assert figures["queue"] == office.queue.figures()
    assert figures["finished"][0]["completed"] == 1
    assert figures["last_event_id"] == office.events()[-1].id
    assert figures["first_event_id"] == 1
