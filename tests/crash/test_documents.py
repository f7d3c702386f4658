"""Reading a document under kill -9: at every boundary of a commit it goes on at the page it was at.

A trigger writes down each page that is written, so what is written twice is seen.
"""

import signal

import pytest

from core.desk.requests import SourceRequest
from core.desk.texts import TextDesk
from core.desk.types import TypeDesk
from core.errands import Errands
from core.paths import Roots
from core.registry import Registry
from core.texts.words import Words
from tests import texts
from tests.crash.verdict import assert_attempts_tell, assert_events_tell

pytestmark = pytest.mark.crash

PAGES = 60


@pytest.fixture
def task(site, tmp_path):
    """The task of a document whose pages leave a row each time they are written."""
    site.put_setting("roots", [str(tmp_path)])
    with site.store.transaction() as store:
        store.execute("CREATE TABLE writes (number INT, text TEXT)", {})
        store.execute(
            "CREATE TRIGGER noted AFTER UPDATE OF status ON pages WHEN NEW.status = 'completed'"
            " BEGIN INSERT INTO writes VALUES (NEW.number, NEW.text); END",
            {},
        )
    path = tmp_path / "book.pdf"
    path.write_bytes(texts.pdf(*[f"Page {n} of the book" for n in range(1, PAGES + 1)]))
    roots = Roots([tmp_path])
    types = TypeDesk(Registry(site.data / "tasks"), Errands(), lambda: roots, site.data)
    desk = TextDesk(
        site.ledger, site.intake, site.steering, types, lambda: roots, site.data / "documents"
    )
    source, _ = desk.add(SourceRequest(path=str(path)))
    return site.ledger.task(source["task_id"])


def assert_read_once(site, task):
    task = site.task(task)
    assert task.status == "completed", task.error
    assert (task.done, task.total, task.failed, task.skipped) == (PAGES, PAGES, 0, 0)
    rows = site.store.execute("SELECT number, text FROM writes ORDER BY number", {})
    expected = [(n, f"Page {n} of the book") for n in range(1, PAGES + 1)]
    assert [tuple(row) for row in rows] == expected, "each page was written once"
    items = site.store.execute("SELECT key, status FROM items ORDER BY id", {})
    assert [tuple(row) for row in items] == [(f"page {n}", "completed") for n, _ in expected]
    assert_all_is_found(site)
    (job,) = site.ledger.jobs(task)
    assert_attempts_tell(site, job)
    assert_events_tell(site)


def assert_all_is_found(site):
    Words(site.ledger).catch_up()
    with site.store.transaction() as store:
        store.execute("INSERT INTO page_words(page_words, rank) VALUES ('integrity-check', 1)", {})
    assert found(site) == PAGES


def found(site):
    sql = "SELECT count(*) FROM page_words WHERE page_words MATCH 'book'"
    return site.store.execute(sql, {})[0][0]


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("place", ["computed", "checkpoint-written", "checkpointed"])
def test_a_worker_killed_here_goes_on_at_the_page(site, task, place, n):
    worker = site.worker(f"{place}:{n}", module="tests.crash.page_worker")
    assert worker.wait(60) == -signal.SIGKILL
    written = site.store.execute("SELECT count(*) FROM writes", {})[0][0]
    site.finish_here()
    assert_read_once(site, task)
    assert site.task(task).attempts == 2
    assert written < PAGES
    assert written > 0 or n == 1, "what was committed before is kept"


def test_a_worker_killed_between_accepting_and_settling_leaves_no_task_in_progress(site, task):
    assert site.worker("settle-written:1").wait(60) == -signal.SIGKILL
    site.finish_here()
    assert_read_once(site, task)
    assert not site.store.execute("SELECT id FROM jobs WHERE status = 'running'", {})


def test_killed_while_words_go_into_the_index_all_of_them_still_wait(site, task):
    site.finish_here()
    killed = site.worker("words-written:1", module="tests.crash.indexer")
    assert killed.wait(60) == -signal.SIGKILL
    assert found(site) == 0
    assert len(site.store.rows("waiting_pages", limit=-1)) == PAGES
    assert_all_is_found(site)
