"""Pages that attack `backfill-dates`, in real processes: they fail alone and in time."""

import time

import pytest

from core.tasks.backfill_dates import BackfillDates
from tests.archive import ask
from tests.flow.dates.archives import PAGE, dates
from tests.moves import bench_with, now, put_setting

HOSTILE = '''
import os, signal, time
from core.tasks.backfill_dates import BackfillDates

class Hostile(BackfillDates):
    """The task itself, with little patience, and pages that attack it."""
    name = "hostile-dates"
    compute_in = "processes"
    record_timeout_s = 0.5

    def compute(self, record):
        page = record[2].decode()
        if "[hang]" in page:
            time.sleep(60)
        if "[crash]" in page:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "[error]" in page:
            raise ValueError("no page at all")
        return super().compute(record)
'''


@pytest.fixture
def hostile(tmp_path, archive):
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "hostile.py").write_text(HOSTILE)
    bench = bench_with(tmp_path)
    put_setting(bench, roots=[str(tmp_path)])
    for place, word in enumerate(("[hang]", "[crash]", "[error]"), 1):
        ask(archive, "UPDATE articles SET html = html || ? WHERE id = ?", word, place)
    yield bench
    bench.store.close()


def failed_items(bench, task):
    rows = bench.store.rows("items_of_task", task_id=task.id, after=0, status="failed", limit=99)
    return {r["key"]: r for r in rows if r["status"] == "failed"}


@pytest.mark.slow
def test_hostile_pages_end_in_time_as_failed_records_and_harm_no_other(hostile, archive):
    ask(archive, "UPDATE articles SET published_at = NULL WHERE id = 5")
    began = time.monotonic()
    task = hostile.run("hostile-dates", database=str(archive))
    assert time.monotonic() - began < 30
    assert (task.status, task.done, task.failed, task.total) == ("completed", 2, 3, 5)
    items = failed_items(hostile, task)
    assert set(items) == {"1", "2", "3"}
    assert "ValueError: no page at all" in items["3"]["message"]
    assert "compute" in items["3"]["trace"]
    memory = dict(
        ask(archive, "SELECT record_id, detail FROM longhaul_dates WHERE outcome='failed'")
    )
    assert memory["1"].startswith("timeout:")
    assert memory["2"].startswith("crash:")
    assert memory["3"].startswith("error:")
    assert dates(archive)[4] == "2021-03-04"


@pytest.mark.slow
def test_failed_records_alone_are_retried_and_nothing_else_is_visited(hostile, archive):
    task = hostile.run("hostile-dates", database=str(archive))
    ask(archive, "UPDATE articles SET html = replace(html, '[error]', '') WHERE id = 3")
    ask(archive, "UPDATE articles SET html = replace(html, '[crash]', '') WHERE id = 2")
    hostile.steering.act("retry", task.id, only_failed_items=True)
    hostile.work_all()
    task = now(hostile, task)
    assert (task.status, task.done, task.failed, task.total) == ("completed", 2, 1, 3)
    assert dates(archive)[:3] == [None, "2020-02-03", "2019-05-05"]
    hostile.steering.act("retry", task.id, only_failed_items=True)
    hostile.work_all()
    assert now(hostile, task).total == 1, "of the last run's failures, not of the first's"


@pytest.mark.slow
def test_a_page_of_thirty_megabytes_ends_in_time(bench, archive, monkeypatch):
    monkeypatch.setattr(BackfillDates, "compute_in", "processes")
    rows = "<tr><td>" + "x" * 100 + "</td></tr>"
    page = PAGE.format(meta="", text="<table>" + rows * (30_000_000 // len(rows)) + "</table>")
    ask(archive, "UPDATE articles SET html = ? WHERE id = 4", page)
    began = time.monotonic()
    task = bench.run("backfill-dates", database=str(archive))
    assert task.status == "completed"
    assert time.monotonic() - began < 60
    assert task.done + task.failed == 4
    assert dates(archive)[0] == "2021-03-04"
