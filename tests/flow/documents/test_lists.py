"""The lists of documents, pages and tasks: what stays in them, also when its task was cleared."""

from tests import texts


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


FAILED = ("failed", "Text of cut.pdf")


def test_failed_and_cancelled_tasks_stay_in_the_list(desk):
    desk.read("cut.pdf", b"%PDF-1.4")
    source, _ = desk.add("book.pdf", texts.pdf("words"))
    desk.steering.act("cancel", source["task_id"])
    assert desk.listed(status=["all"]) == [("cancelled", "Text of book.pdf"), FAILED]
    assert desk.listed(status=["failed"]) == [FAILED]
    of_source = {"related_type": "source", "related_id": str(source["id"])}
    assert desk.listed(status=["all"], **of_source) == [("cancelled", "Text of book.pdf")]


def test_a_document_whose_task_was_cleared_still_says_how_it_stands(desk):
    bad, task = desk.read("cut.pdf", b"%PDF-1.4")
    desk.steering.act("clear", task.id)
    source = desk.texts.get(bad["id"])
    assert (source["status"], source["task_id"]) == ("failed", None)
    assert source["problem"]["code"] == "document-damaged"
