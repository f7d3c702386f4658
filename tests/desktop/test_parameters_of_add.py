"""`longhaul add`: words become parameters as the schema says, or are refused before sending."""

import io
import json
import os

import pytest

from desktop.failures import WrongUse
from desktop.params import from_words
from tests.desktop.fake_service import TYPE


def params(*words, **given):
    return from_words(words, {"database": "/a.sqlite"} | given, TYPE)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("batch_size=500", 500),
        ("share=0.5", 0.5),
        ("share=3", 3.0),
        ("dry_run=yes", True),
        ("dry_run=0", False),
        ("columns=a, b", ["a", "b"]),
        ("columns=", []),
        ("limit=7", 7),
        ("limit=null", None),
        ("table=7", "7"),
        ("table=", None),
        ("order=down", "down"),
        ('mapping={"a": 1}', {"a": 1}),
        ('columns:=["a,b"]', ["a,b"]),
        ("database=postgresql://host/db", "postgresql://host/db"),
        ("table=a=b", "a=b"),
    ],
)
def test_a_value_is_converted_as_the_schema_says(word, value):
    got = params(word)[word.partition("=")[0].rstrip(":")]
    assert got == value and type(got) is type(value)


def test_a_repeated_key_makes_a_list():
    assert params("columns=a", "columns=b,c")["columns"] == ["a", "b", "c"]


def test_a_file_is_named_from_where_the_person_stands(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert params("database=some.sqlite")["database"] == os.path.join(tmp_path, "some.sqlite")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("batch_size=many", "batch_size: 'many' is not a whole number"),
        ("share=nan", "share: 'nan' is not a number"),
        ("dry_run=maybe", "dry_run: 'maybe' is neither yes nor no"),
        ("order=upp", "Did you mean 'up'?"),
        ("limit=x", "limit: 'x' is not a whole number"),
        ("batchsize=5", "batchsize: backfill-dates has no such parameter. Did you mean"),
        ("mapping=x", "mapping: is an object"),
        ("limit:={", "limit: "),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(word, message):
    with pytest.raises(WrongUse) as refused:
        params(word)
    assert message in refused.value.remedy


def test_all_errors_are_told_at_once():
    with pytest.raises(WrongUse) as refused:
        from_words(["batch_size=x", "nonsense=1"], {"dry": 1}, TYPE)
    remedy = refused.value.remedy
    assert "batch_size: " in remedy and "nonsense: " in remedy and "dry: " in remedy
    assert "database: is required" in remedy


def test_a_key_that_takes_one_value_is_refused_when_given_twice():
    with pytest.raises(WrongUse):
        params("share=1", "share=2")


def test_a_word_without_an_equals_sign_is_refused():
    with pytest.raises(WrongUse):
        params("database")


def test_add_sends_the_request_and_gives_the_number_on_stdout(longhaul, service):
    status, out, err = longhaul(
        "add", "backfill-dates", "database=/x", "batch_size=5", "--title", "Mine", "--priority",
        "7", "--after", "3", "--after", "4", "--at", "2026-01-01T00:00:00Z", "--hold",
    )  # fmt: skip
    assert (status, out) == (0, "1\n")
    assert "longhaul wait 1" in err
    assert service.asked("POST", "/tasks") == [
        {
            "type": "backfill-dates",
            "params": {"database": "/x", "batch_size": 5},
            "title": "Mine",
            "priority": 7,
            "source": "cli",
            "not_before": "2026-01-01T00:00:00Z",
            "after": [3, 4],
            "hold": True,
        }
    ]


def test_wrong_parameters_are_refused_before_anything_is_sent(longhaul, service):
    status, _, err = longhaul("add", "backfill-dates", "databse=/x")
    assert status == 2
    assert "Did you mean 'database'" in err
    assert service.asked("POST", "/tasks") == []


def test_an_unknown_type_is_refused_with_a_near_one(longhaul, service):
    status, _, err = longhaul("add", "backfil-dates", "database=/x")
    assert status == 2
    assert "Did you mean 'backfill-dates'?" in err


def test_parameters_come_from_a_file_or_stdin_and_words_win(
    longhaul, service, tmp_path, monkeypatch
):
    (tmp_path / "p.json").write_text('{"database": "/x", "batch_size": 1}')
    longhaul("add", "backfill-dates", "--params", tmp_path / "p.json", "batch_size=2")
    monkeypatch.setattr("sys.stdin", io.StringIO('{"database": "/y"}'))
    longhaul("add", "backfill-dates", "--params", "-")
    sent = [request["params"] for request in service.asked("POST", "/tasks")]
    assert sent == [{"database": "/x", "batch_size": 2}, {"database": "/y"}]


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_a_file_of_parameters_that_is_no_object_is_refused(longhaul, service, tmp_path, text):
    (tmp_path / "p.json").write_text(text)
    assert longhaul("add", "backfill-dates", "--params", tmp_path / "p.json")[0] == 2
    assert longhaul("add", "backfill-dates", "--params", tmp_path / "none.json")[0] == 2


def test_add_with_json_gives_the_document(longhaul, service):
    _, out, _ = longhaul("add", "backfill-dates", "database=/x", "--json")
    assert json.loads(out)["id"] == 1
