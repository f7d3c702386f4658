"""Searching: what is typed becomes a question that never errs, and marks are data."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.texts.search import CLOSE, MOST_TERMS, OPEN, match_of, pieces

PAGES = {
    1: "Call me Ishmael. Some years ago, never mind how long",
    2: "the white whale and the café of whaling",
    3: "a whale that is white",
    4: "NEAR and AND or OR, not NOT",
}


@pytest.fixture(scope="module")
def index():
    with closing(sqlite3.connect(":memory:")) as database:
        options = "tokenize = 'unicode61 remove_diacritics 2'"
        database.execute(f"CREATE VIRTUAL TABLE words USING fts5(text, {options})")
        for rowid, text in PAGES.items():
            database.execute("INSERT INTO words(rowid, text) VALUES (?, ?)", (rowid, text))
        yield database


def found(index, words):
    match = match_of(words)
    if match is None:
        return []
    sql = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid"
    return [row[0] for row in index.execute(sql, (match,))]


@pytest.mark.parametrize(
    ("words", "pages"),
    [
        ("whale", [2, 3]),
        ("WHALE white ", [2, 3]),
        ('"white whale"', [2]),
        ('"white whale', [2]),
        ("whal", [2, 3]),
        ("whal ", []),
        ("wha* white", [2, 3]),
        ("whale -cafe", [3]),
        ("-whale", []),
        ("cafe", [2]),
        ("NEAR", [4]),
        ("OR NOT", [4]),
        ("never-mind", [1]),
        ("text:whale", []),
        ("", []),
        ('" "', []),
        ("*", []),
        ("^(){}+:", []),
    ],
)
def test_words_find_what_a_person_means(index, words, pages):
    assert found(index, words) == pages


HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from("\"*()^-+:{}, \0\t'%_ANDORNEAR")), max_size=60
)


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_nothing_that_is_typed_is_an_error(index, words):
    found(index, words)


def test_very_many_words_are_cut(index):
    assert match_of("whale " * 5000).count("whale") == MOST_TERMS


def test_marks_are_data_and_never_markup():
    snippet = f"<b>a</b>\n  {OPEN}whale{CLOSE} & {OPEN}<script>{CLOSE}"
    assert pieces(snippet) == [
        {"text": "<b>a</b> ", "is_match": False},
        {"text": "whale", "is_match": True},
        {"text": " & ", "is_match": False},
        {"text": "<script>", "is_match": True},
    ]
