"""backfill-dates on a real PostgreSQL server: same outcomes, exactly once, also after kills."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.recovery import Recovery
from tests.factories import Bench

pytest_plugins = ("tests.postgres",)
pytestmark = pytest.mark.slow

PAGE = '<html><head><meta property="article:published_time" content="{}"></head><body>x</body>'
TABLE = """CREATE TABLE articles (id integer PRIMARY KEY, url text, html text, published_at {})"""


@pytest.fixture
def archive(postgres, database, request):
    """A URL of a database with 60 articles; every third has no date to be found."""
    kind = getattr(request, "param", "text")
    postgres.execute(TABLE.format(kind), database)
    for i in range(1, 61):
        html = "<html><body>nothing</body></html>"
        if i % 3:
            html = PAGE.format(f"2021-03-{i % 28 + 1:02d}T10:00:00+00:00")
        postgres.execute(f"INSERT INTO articles VALUES ({i}, '', '{html}', NULL)", database)
    return postgres.url(database)


def fetch(postgres, url, sql):
    return postgres.execute(sql, url.rpartition("/")[2])


@pytest.mark.parametrize("archive", ["text", "date", "timestamp"], indirect=True)
def test_dates_are_written_in_the_column_s_own_type(tmp_path, postgres, archive):
    task = Bench(tmp_path).run("backfill-dates", database=archive, batch_size=7)
    assert task.status == "completed", task.error
    assert (task.done, task.total) == (60, 60)
    rows = fetch(postgres, archive, "SELECT id, published_at::text FROM articles ORDER BY id")
    assert all((date or "").startswith("2021-03-") == bool(i % 3) for i, date in rows)


def test_a_second_run_visits_nothing(tmp_path, archive):
    bench = Bench(tmp_path)
    bench.run("backfill-dates", database=archive)
    assert bench.run("backfill-dates", database=archive).total == 0


def test_the_password_is_shown_nowhere(tmp_path, postgres, archive):
    bench = Bench(tmp_path)
    task = bench.run("backfill-dates", database=archive)
    shown = "".join(e.data for e in bench.events())
    assert postgres.password not in shown
    assert (
        postgres.password not in (bench.store.one("result", id=task.id)["result"] or b"").decode()
    )


@pytest.mark.parametrize("place", ["target-effects", "target-committed", "checkpointed"])
def test_a_worker_killed_in_mid_run_doubles_and_loses_nothing(tmp_path, postgres, archive, place):
    bench = Bench(tmp_path)
    task = bench.start("backfill-dates", database=archive, batch_size=7)
    seam = os.environ | {"LONGHAUL_SEAM": f"{place}:3", "LONGHAUL_ROOTS": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-m", "core.worker", str(tmp_path)],
        env=seam,
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
    ) as worker:
        assert worker.wait(60) == -signal.SIGKILL
    Recovery(bench.ledger, bench.settling).sweep()
    bench.work_all()
    task = bench.ledger.task(task.id)
    assert (task.status, task.done, task.total, task.attempts) == ("completed", 60, 60, 2)
    told = "SELECT count(*), count(DISTINCT record_id) FROM longhaul_dates"
    assert fetch(postgres, archive, told) == [(60, 60)]
