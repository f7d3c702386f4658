"""Pages, files and tasks that are deleted, changed or cancelled while they are read."""

import os

import pytest

from core.errors import NotFound
from tests import texts
from tests.flow.documents.reading import LINES


def delete_pages(desk, *numbers):
    for number in numbers:
        sql = "SELECT id FROM pages WHERE number = :n"
        desk.texts.delete_page(desk.store.execute(sql, {"n": number})[0]["id"])


def test_a_page_deleted_while_it_is_read_is_skipped(desk, when_read):
    desk.read("book.pdf", texts.pdf(*LINES))
    source = desk.texts.sources().items[0]
    desk.steering.act("retry", source["task_id"], from_="start")
    when_read(lambda: delete_pages(desk, 2, 30))
    desk.work_all()
    task = desk.ledger.task(source["task_id"])
    assert (task.status, task.done, task.skipped, task.total) == ("completed", 28, 2, 30)
    run = desk.items(task)[30:]
    assert [key for key, status in run if status == "skipped"] == ["page 2", "page 30"]
    numbers = [page["number"] for page in desk.page_list(source)]
    assert (len(numbers), 2 in numbers, 30 in numbers) == (28, False, False)


def test_a_deleted_page_does_not_come_back(desk):
    source, task = desk.read("book.pdf", texts.pdf(*LINES[:3]))
    delete_pages(desk, 2)
    desk.steering.act("retry", task.id, from_="start")
    desk.work_all()
    assert [page["number"] for page in desk.page_list(source)] == [1, 3]
    assert desk.ledger.task(task.id).total == 2


def test_a_document_deleted_while_it_is_read_leaves_nothing_behind(desk, when_read):
    source, _ = desk.read("book.pdf", texts.pdf(*LINES))
    desk.steering.act("retry", source["task_id"], from_="start")
    when_read(lambda: desk.texts.delete(source["id"]))
    desk.work_all()
    assert desk.ledger.task(source["task_id"]).status == "cancelled"
    with pytest.raises(NotFound):
        desk.texts.get(source["id"])
    assert not desk.store.execute("SELECT id FROM pages", {})
    assert desk.found("page") == []


def test_a_task_of_a_deleted_document_ends(desk):
    source, _ = desk.add("book.pdf", texts.pdf("words"))
    with desk.store.transaction() as store:
        store.execute("DELETE FROM sources", {})
    desk.work_all()
    task = desk.ledger.task(source["task_id"])
    assert (task.status, task.message) == ("completed", "The document was deleted")


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda path: path.write_bytes(texts.pdf("other")), "document-changed"),
        (lambda path: path.rename(path.with_name("away.pdf")), "document-gone"),
    ],
    ids=["changed", "gone"],
)
def test_a_file_that_changes_or_goes_between_two_pages_is_told(desk, when_read, harm, code):
    data = texts.pdf(*LINES)
    path = desk.write("book.pdf", data)
    status = path.stat()
    when_read(lambda: harm(path))
    source, _ = desk.add("book.pdf")
    desk.work_all()
    source = desk.texts.get(source["id"])
    task = desk.ledger.task(source["task_id"])
    assert (task.status, task.error["code"]) == ("failed", code)
    assert (source["status"], source["problem"]["code"]) == ("failed", code)
    done = task.done
    assert 0 < done < 30
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    desk.steering.act("retry", task.id)
    desk.work_all()
    task = desk.ledger.task(task.id)
    assert (task.status, task.done, task.attempts) == ("completed", 30, 2)
    assert desk.texts.get(source["id"])["status"] == "completed"


def test_a_cancel_during_the_slow_call_stops_it_and_keeps_the_row(desk, when_read):
    desk.write("book.pdf", texts.pdf(*LINES))
    source, _ = desk.add("book.pdf")
    when_read(lambda: desk.steering.act("cancel", source["task_id"]))
    desk.work_all()
    task = desk.ledger.task(source["task_id"])
    assert task.status == "cancelled"
    assert 0 < task.done < 30, "what was read is kept, and no page was read after it"
    assert desk.texts.get(source["id"])["status"] == "cancelled"
    desk.steering.act("retry", task.id)
    desk.work_all()
    assert desk.ledger.task(task.id).done == 30
    assert len(desk.items(task)) == 30
