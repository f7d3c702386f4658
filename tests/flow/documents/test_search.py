"""The index of words: what is read is found at once, what is deleted is not found any more."""

import pytest

from core.errors import NotFound
from core.scheduler import Scheduler
from tests import texts


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
