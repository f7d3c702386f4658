"""Documents end to end, with a real reading process: added, read, searched, deleted meanwhile."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from core import seams
from core.compute import Code, Failure, Outcome
from core.desk.requests import SourceRequest, TaskFilter
from core.desk.texts import TextDesk
from core.desk.types import TypeDesk
from core.errands import Errands
from core.errors import Forbidden, Invalid, NotFound
from core.paths import Roots
from core.scheduler import Scheduler
from core.tasks import extract_text
from core.tasks.extract_text import answers
from tests import texts
from tests.factories import Bench


class Desk(Bench):
    """A bench with the desk of documents; the folder is its only root."""

    def __init__(self, folder):
        super().__init__(folder)
        types = TypeDesk(self.registry, Errands(), self.roots, folder)
        self.texts = TextDesk(
            self.ledger, self.intake, self.steering, types, self.roots, folder / "documents"
        )

    def roots(self):
        return Roots([self.folder])

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def add(self, name, data=None):
        path = self.write(name, data) if data is not None else self.folder / name
        return self.texts.add(SourceRequest(path=str(path)))

    def read(self, name, data):
        """Add a document and see it read; (source, task)."""
        source, _ = self.add(name, data)
        self.work_all()
        source = self.texts.get(source["id"])
        return source, self.ledger.task(source["task_id"])

    def items(self, task):
        sql = "SELECT key, status FROM items WHERE task_id = :id ORDER BY id"
        return [tuple(row) for row in self.store.execute(sql, {"id": task.id})]

    def page_list(self, source):
        return self.texts.pages(source["id"]).items

    def text(self, source, number):
        return self.texts.page(self.page_list(source)[number - 1]["id"])["text"]

    def found(self, words):
        return [source["title"] for source in self.texts.sources(q=words).items]

    def check_index(self):
        with self.store.transaction() as store:
            store.execute(
                "INSERT INTO page_words(page_words, rank) VALUES ('integrity-check', 1)", {}
            )


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.setenv("LONGHAUL_ROOTS", str(tmp_path))
    desk = Desk(tmp_path)
    yield desk
    desk.check_index()
    assert not desk.store.execute("SELECT id FROM tasks WHERE status = 'running'", {})
    desk.store.close()


@pytest.fixture
def when_read(monkeypatch):
    """Do something once, when pages are read and not yet written."""

    def arrange(action):
        left = [action]

        def reach(place):
            if place == "computed" and left:
                left.pop()()

        monkeypatch.setattr(seams, "reach", reach)

    return arrange


LINES = [f"This is page {number} of the book" for number in range(1, 31)]


# --- adding and reading --------------------------------------------------------------------------


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


# --- deleted, changed, cancelled meanwhile --------------------------------------------------------


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


# --- failures ------------------------------------------------------------------------------------


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
        if ask.number == 2 and ask.path.endswith("slow.pdf") or ask.path.endswith("stuck.pdf"):
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


def test_the_pieces_of_the_index_are_put_together_when_nothing_happens(desk):
    def pieces():
        return desk.store.value("pieces_of_words")

    for number in range(6):
        desk.read(f"note-{number}.txt", f"words of note {number}".encode())
        assert len(desk.found("words")) == number + 1
    assert pieces() >= 6, "a search does not wait for it"
    scheduler = Scheduler(desk.ledger, lambda: 0)
    for _ in range(3):
        scheduler._maintain()
    assert pieces() == 1
    assert len(desk.found("words")) == 6
    before = desk.store.value("total_changes")
    scheduler._maintain()
    assert desk.store.value("total_changes") == before, "and then it is left alone"


def test_a_search_is_complete_while_pages_wait_for_the_index(desk):
    source, _ = desk.read("book.pdf", texts.pdf("the white whale", "the sea"))
    sea = desk.page_list(source)[1]
    assert len(desk.store.rows("waiting_pages", limit=-1)) == 2, "a reading does not wait for it"
    (hit,) = desk.texts.pages(source["id"], q="whale").items
    assert [piece["text"] for piece in hit["snippet"] if piece["is_match"]] == ["whale"]
    desk.read("note.txt", b"a sea of notes")
    assert sorted(desk.found("sea")) == ["book.pdf", "note.txt"]
    desk.read("more.txt", b"more of the sea")
    desk.texts.delete_page(sea["id"])
    assert sorted(desk.found("sea")) == ["more.txt", "note.txt"]


def test_failed_and_cancelled_tasks_stay_in_the_list(desk):
    _, failed = desk.read("cut.pdf", b"%PDF-1.4")
    source, _ = desk.add("book.pdf", texts.pdf("words"))
    desk.steering.act("cancel", source["task_id"])
    rows = desk.store.execute("SELECT id, status FROM tasks ORDER BY id", {})
    assert [row["status"] for row in rows] == ["failed", "cancelled"]
    wanted = TaskFilter(related_type="source", related_id=str(source["id"]), status=["all"])
    assert wanted.related_id == str(source["id"])


def test_a_document_whose_task_was_cleared_still_says_how_it_stands(desk):
    bad, task = desk.read("cut.pdf", b"%PDF-1.4")
    desk.steering.act("clear", task.id)
    source = desk.texts.get(bad["id"])
    assert (source["status"], source["task_id"]) == ("failed", None)
    assert source["problem"]["code"] == "document-damaged"


# --- searching and deleting ----------------------------------------------------------------------


def test_a_search_finds_pages_with_the_place_and_marks(desk):
    desk.read("book.pdf", texts.pdf("a ship", "the white whale swims", "a whale"))
    desk.read("notes.txt", "Über den Wal: white WHALE, white <b>whale</b>".encode())
    (book, notes) = sorted(desk.texts.sources(q="whale").items, key=lambda s: s["title"])
    assert (book["matches"], notes["matches"]) == (2, 1)
    marked = [piece["text"] for piece in notes["hits"][0]["snippet"] if piece["is_match"]]
    assert marked == ["WHALE", "whale"]
    assert desk.found('"white whale swims"') == ["book.pdf"]
    assert desk.found("uber wal") == ["notes.txt"]
    assert desk.found("notes") == ["notes.txt"], "by its title"
    pages = desk.texts.pages(book["id"], q="whale").items
    assert sorted(page["number"] for page in pages) == [2, 3]
    assert all(page["snippet"] for page in pages)


def test_lists_go_on_where_they_ended(desk):
    for number in range(3):
        desk.read(f"{number}.pdf", texts.pdf(*[f"whale {number} {n}" for n in range(5)]))
    for words in ("", "whale"):
        first = desk.texts.sources(q=words, limit=2)
        rest = desk.texts.sources(q=words, limit=2, cursor=int(first.next_cursor))
        assert len({s["id"] for s in first.items + rest.items}) == 3
        assert rest.next_cursor is None
        pages = desk.texts.pages(1, q=words, limit=3)
        more = desk.texts.pages(1, q=words, limit=3, after=int(pages.next_cursor))
        assert sorted(p["number"] for p in pages.items + more.items) == [1, 2, 3, 4, 5]


def test_what_is_deleted_is_not_found_any_more(desk):
    source, _ = desk.read("book.pdf", texts.pdf("whale", "tortoise"))
    desk.texts.delete_page(desk.page_list(source)[0]["id"])
    assert (desk.found("whale"), desk.found("tortoise")) == ([], ["book.pdf"])
    desk.texts.delete(source["id"])
    assert desk.found("tortoise") == []
    assert (desk.folder / "book.pdf").exists(), "the person's file stays"
    with pytest.raises(NotFound):
        desk.texts.delete_page(1)
    with pytest.raises(NotFound):
        desk.texts.page(2**70)
