"""Pages that are damaged fail alone; hostile documents and slow ones end, and the queue goes on."""

import pytest

from core.compute import Code, Failure, Outcome
from core.tasks import extract_text
from core.tasks.extract_text import answers
from tests import texts
from tests.flow.documents.reading import LINES


def test_one_bad_page_fails_alone_and_is_retried_alone(desk):
    data = texts.pdf("one", None, "three")
    source, task = desk.read("book.pdf", data)
    assert (task.status, task.done, task.failed) == ("completed", 2, 1)
    assert desk.page_list(source)[1]["problem"]["code"] == "page-damaged"
    before = desk.store.execute("SELECT id, updated_at FROM pages WHERE number <> 2", {})
    desk.steering.act("retry", task.id, only_failed_items=True)
    desk.work_all()
    task = desk.ledger.task(task.id)
    assert (task.status, task.total, task.failed) == ("failed", 1, 1)
    assert desk.items(task)[3:] == [("page 2", "failed")]
    after = desk.store.execute("SELECT id, updated_at FROM pages WHERE number <> 2", {})
    assert [tuple(row) for row in after] == [tuple(row) for row in before]


def test_a_failed_page_counts_once_however_often_it_is_tried(desk):
    source, task = desk.read("book.pdf", texts.pdf(None))
    for _ in range(2):
        desk.steering.act("retry", task.id)
        desk.work_all()
    task = desk.ledger.task(task.id)
    assert (task.status, task.failed, task.total, task.attempts) == ("failed", 1, 1, 3)
    assert task.error["message"] == "This page of the PDF is damaged"


HOSTILE = {
    "empty.pdf": (b"", "document-empty"),
    "page.pdf": (b"<html></html>", "document-wrong-kind"),
    "cut.pdf": (texts.pdf(*LINES)[:2000], "document-damaged"),
    "bomb.docx": (texts.zip_bomb(), "document-bomb"),
    "deep.docx": (texts.nested(), "document-nested"),
    "laughs.docx": (texts.docx("&a9;", texts.LAUGHS), "document-bomb"),
    "forms.pdf": (texts.pdf_bomb(), "document-crash"),
    "binary.txt": (b"\0\1\2\3" * 99, "document-wrong-kind"),
}


@pytest.mark.slow
def test_hostile_files_end_as_failures_with_their_reasons_and_the_queue_goes_on(desk, monkeypatch):
    monkeypatch.setattr(extract_text, "MEMORY", 600 << 20)  # it is full sooner
    for name, (data, _) in HOSTILE.items():
        desk.add(name, data)
    good, _ = desk.add("good.pdf", texts.pdf("still here"))
    desk.work_all()
    for source in desk.texts.sources().items:
        if source["id"] == good["id"]:
            assert source["status"] == "completed"
            continue
        expected = HOSTILE[source["title"]][1]
        assert source["status"] == "failed", source["title"]
        assert source["problem"]["code"] == expected, source
        task = desk.ledger.task(source["task_id"])
        assert (task.status, task.failed) == ("failed", 1)
        assert [status for _, status in desk.items(task)] == ["failed"]
    assert desk.found("still") == ["good.pdf"]


HANGS = """
import time
from core.texts.reading.reader import Reader

class Hanging(Reader):
    def compute(self, ask):
        if 2 in ask.numbers and ask.path.endswith("slow.pdf") or ask.path.endswith("stuck.pdf"):
            time.sleep(600)
        return super().compute(ask)
"""


def test_what_takes_too_long_is_ended_and_the_queue_goes_on(desk, tmp_path, monkeypatch):
    (tmp_path / "hanging_reader.py").write_text(HANGS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(extract_text, "READER", Code("hanging_reader", "Hanging"))
    monkeypatch.setattr(extract_text, "PAGE_TIMEOUT_S", 1.0)
    slow, _ = desk.add("slow.pdf", texts.pdf("one", "two", "three"))
    stuck, _ = desk.add("stuck.pdf", texts.pdf("never"))
    good, _ = desk.add("good.pdf", texts.pdf("still here"))
    desk.work_all()
    tasks = [desk.ledger.task(source["task_id"]) for source in (slow, stuck, good)]
    assert [(task.status, task.done, task.failed) for task in tasks] == [
        ("completed", 2, 1),
        ("failed", 0, 1),
        ("completed", 1, 0),
    ]
    page = desk.page_list(slow)[1]
    said = answers.refusal_of(Outcome(None, Failure("timeout", ""), 1.0)).message
    assert (page["problem"]["code"], page["problem"]["message"]) == ("document-timeout", said)
    assert (tasks[1].error["code"], tasks[1].error["message"]) == ("document-timeout", said)
    assert [status for _, status in desk.items(tasks[0])] == ["completed", "failed", "completed"]


CRASHES = """
import os
from core.texts.reading.reader import Reader

class Crashing(Reader):
    def compute(self, ask):
        if 2 in ask.numbers:
            os.kill(os.getpid(), 11)
        return super().compute(ask)
"""


def test_a_page_that_ends_its_process_fails_alone(desk, tmp_path, monkeypatch):
    """Though it was asked for together with the outline and the pages beside it."""
    (tmp_path / "crashing_reader.py").write_text(CRASHES)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(extract_text, "READER", Code("crashing_reader", "Crashing"))
    source, task = desk.read("book.pdf", texts.pdf("one", "two", "three"))
    assert (task.status, task.done, task.failed) == ("completed", 2, 1)
    assert [p["status"] for p in desk.page_list(source)] == ["completed", "failed", "completed"]
    assert desk.page_list(source)[1]["problem"]["code"] == "document-crash"
    assert desk.text(source, 3) == "three"
