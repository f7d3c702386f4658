"""The index of words: complete for every search, and right whatever becomes of a page."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import DatabaseBusy
from core.scheduler import Scheduler
from core.texts import words as words_module
from core.texts.words import Words
from tests.factories import Desk

PAGES = (1, 2, 3)


class Shelf(Desk):
    """A desk with one source of three pages."""

    def __init__(self, folder):
        super().__init__(folder)
        self.words = Words(self.ledger)
        self.write(
            "INSERT INTO sources(id, kind, title, path, size, modified_ns, digest, created_at,"
            " updated_at) VALUES (1, 'pdf', 'Book', '/book.pdf', 1, 1, 'd', 0, 0)"
        )
        for page in PAGES:
            self.put(page)

    def write(self, sql, **values):
        with self.store.transaction() as store:
            store.execute(sql, values)

    def put(self, page):
        self.write(
            "INSERT OR IGNORE INTO pages(id, source_id, number, updated_at)"
            " VALUES (:id, 1, :id, 0)",
            id=page,
        )

    def say(self, page, text):
        self.write(
            "UPDATE pages SET text = :text, characters = length(:text) WHERE id = :id",
            id=page,
            text=text,
        )

    def remove(self, page):
        self.write("DELETE FROM pages WHERE id = :id", id=page)

    def waiting(self):
        return [row["id"] for row in self.store.rows("waiting_pages", limit=-1)]

    def found(self, word):
        sql = "SELECT rowid AS id FROM page_words WHERE page_words MATCH :word ORDER BY rowid"
        return [row["id"] for row in self.store.execute(sql, {"word": word})]

    def check(self):
        self.write("INSERT INTO page_words(page_words, rank) VALUES ('integrity-check', 1)")


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.check()
    shelf.store.close()


def test_words_wait_until_they_are_asked_for(shelf):
    shelf.say(1, "whale")
    shelf.say(2, "")
    assert (shelf.waiting(), shelf.found("whale")) == ([1], [])
    shelf.words.catch_up()
    assert (shelf.waiting(), shelf.found("whale")) == ([], [1])
    before = shelf.store.value("total_changes")
    shelf.words.catch_up()
    assert shelf.store.value("total_changes") == before, "nothing waits: nothing is written"


def test_a_step_is_bounded_and_a_large_page_is_one(shelf, monkeypatch):
    monkeypatch.setattr(words_module, "MOST_CHARACTERS", 10)
    for page, text in zip(PAGES, ("whale " * 5, "whale", "sea"), strict=True):
        shelf.say(page, text)
    assert shelf.words._step()
    assert shelf.waiting() == [2, 3]
    monkeypatch.setattr(words_module, "MOST_PAGES", 1)
    assert shelf.words._step()
    assert shelf.waiting() == [3]
    shelf.words.catch_up()
    assert shelf.found("whale OR sea") == [1, 2, 3]


def test_while_documents_are_read_only_what_is_very_much_is_put_in(shelf, monkeypatch):
    monkeypatch.setattr(words_module, "MOST_WAITING", 2)
    scheduler = Scheduler(shelf.ledger, lambda: 0)
    shelf.say(1, "whale")
    shelf.say(2, "whale")
    shelf.enqueue()  # something happens
    scheduler._maintain()
    assert shelf.waiting() == [1, 2]
    shelf.say(3, "whale")
    shelf.enqueue()
    scheduler._maintain()
    assert (shelf.waiting(), shelf.found("whale")) == ([], [1, 2, 3])


def test_when_nothing_happens_all_of_it_is_put_in(shelf):
    shelf.say(1, "whale")
    shelf.enqueue()
    scheduler = Scheduler(shelf.ledger, lambda: 0)
    scheduler._maintain()
    assert shelf.waiting() == [1]
    scheduler._maintain()
    assert (shelf.waiting(), shelf.found("whale")) == ([], [1])


def test_a_step_that_fails_leaves_the_page_waiting(shelf, monkeypatch):
    def fail(_place):
        raise DatabaseBusy("locked")

    shelf.say(1, "whale")
    with monkeypatch.context() as patch:
        patch.setattr(words_module.seams, "reach", fail)
        with pytest.raises(DatabaseBusy):
            shelf.words.catch_up()
    assert (shelf.waiting(), shelf.found("whale")) == ([1], [])
    shelf.words.catch_up()
    assert shelf.found("whale") == [1]


PAGE, TEXT = st.sampled_from(PAGES), st.sampled_from(["", "whale", "sea", "whale sea"])
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("say"), PAGE, TEXT),
        st.tuples(st.sampled_from(["put", "remove"]), PAGE),
        st.tuples(st.just("index")),
    ),
    max_size=25,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(MOVES)
def test_whatever_becomes_of_pages_the_index_has_what_they_say(shelf, moves):
    for page in PAGES:
        shelf.put(page)
    for move, *values in moves:
        if move == "index":
            shelf.words.catch_up()
        else:
            getattr(shelf, move)(*values)
        shelf.check()
        rows = shelf.store.execute("SELECT id FROM pages WHERE text <> ''", {})
        assert set(shelf.waiting()) <= {row["id"] for row in rows}
    shelf.words.catch_up()
    for word in ("whale", "sea"):
        sql = "SELECT id FROM pages WHERE instr(text, :word) ORDER BY id"
        rows = shelf.store.execute(sql, {"word": word})
        assert shelf.found(word) == [row["id"] for row in rows]
