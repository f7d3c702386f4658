"""Documents that are added, once or often, from one place or another, are one, and read once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.desk.requests import SourceRequest
from core.errors import Forbidden, Invalid
from tests import texts
from tests.flow.documents.reading import LINES


def test_adding_a_document_schedules_one_task_with_one_item_for_each_page(desk):
    source, is_new = desk.add("book.pdf", texts.pdf(*LINES[:3]))
    assert is_new
    assert source["status"] == "queued"
    task = desk.ledger.task(source["task_id"])
    assert (task.type, task.source_id, task.related_type) == (
        "extract-text",
        source["id"],
        "source",
    )
    desk.work_all()
    source, task = desk.texts.get(source["id"]), desk.ledger.task(task.id)
    assert (source["status"], task.status, task.done, task.total) == ("completed",) * 2 + (3, 3)
    assert desk.items(task) == [(f"page {n}", "completed") for n in (1, 2, 3)]
    assert [desk.text(source, n) for n in (1, 2, 3)] == LINES[:3]
    assert source["pages"] == {"total": 3, "completed": 3, "failed": 0, "queued": 0}


def test_a_task_that_only_names_a_file_finds_or_makes_its_source(desk):
    path = desk.write("book.pdf", texts.pdf("words"))
    task = desk.run("extract-text", file=str(path))
    assert task.status == "completed"
    assert desk.texts.get(task.source_id)["task_id"] == task.id
    again = desk.run("extract-text", file=str(path), page=1)
    assert (again.status, again.source_id, again.done) == ("completed", task.source_id, 1)
    assert desk.texts.page(again.page_id)["number"] == 1
    assert desk.texts.get(task.source_id)["task_id"] == task.id, "it is no task of all pages"


def test_the_same_file_added_twice_is_recognised(desk):
    first, _ = desk.add("book.pdf", texts.pdf("words"))
    second, is_new = desk.add("book.pdf")
    copy, is_copy_new = desk.add("copy.pdf", texts.pdf("words"))
    assert (second["id"], copy["id"]) == (first["id"], first["id"])
    assert not is_new
    assert not is_copy_new
    assert len(desk.store.execute("SELECT id FROM tasks", {})) == 1


def test_many_at_once_add_one_source_and_one_task(desk):
    desk.write("book.pdf", texts.pdf("words"))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: desk.add("book.pdf"), range(8)))
    assert len({source["id"] for source, _ in found}) == 1
    assert sum(is_new for _, is_new in found) == 1
    assert len(desk.store.execute("SELECT id FROM tasks", {})) == 1


def test_a_file_that_moved_is_known_at_its_new_place(desk):
    source, _ = desk.read("book.pdf", texts.pdf("words"))
    (desk.folder / "book.pdf").rename(desk.folder / "new.pdf")
    moved, is_new = desk.add("new.pdf")
    assert not is_new
    assert (moved["id"], moved["path"]) == (source["id"], str(desk.folder / "new.pdf"))


def test_other_content_at_the_same_place_is_read_anew(desk):
    source, _ = desk.read("book.pdf", texts.pdf("whale", "second"))
    again, task = desk.read("book.pdf", texts.pdf("tortoise"))
    assert again["id"] == source["id"]
    assert (task.done, again["pages"]["total"]) == (1, 1)
    assert (desk.found("whale"), desk.found("tortoise")) == ([], ["book.pdf"])


def test_a_document_that_is_read_is_not_read_again(desk):
    source, task = desk.read("book.pdf", texts.pdf("words"))
    again, _ = desk.add("book.pdf")
    assert again["task_id"] == task.id


def test_what_is_no_document_or_outside_is_refused(desk, tmp_path):
    with pytest.raises(Invalid, match="no document"):
        desk.add("program.exe", b"MZ")
    with pytest.raises(Invalid, match="not there"):
        desk.add("none.pdf")
    with pytest.raises(Forbidden):
        desk.texts.add(SourceRequest(path="/etc/book.pdf"))
