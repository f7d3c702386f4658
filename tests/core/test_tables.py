"""CSV of results: what a spreadsheet would run stands there as text."""

import csv
import io

import pytest

from core.tables import MARK, csv_text, rows_in


def read(text):
    assert text.startswith(MARK)
    return list(csv.reader(io.StringIO(text.removeprefix(MARK))))


def test_all_columns_of_all_rows_stand_in_the_order_in_which_they_come():
    assert read(csv_text([{"a": 1, "b": "x"}, {"a": 2, "c": None}])) == [
        ["a", "b", "c"],
        ["1", "x", ""],
        ["2", "", ""],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＋1",
        "－1+1",
        "＠SUM(A1)",
    ],
)
def test_a_cell_that_a_spreadsheet_would_compute_is_text(text):
    assert read(csv_text([{text: text}])) == [[f"'{text}"], [f"'{text}"]]


def test_numbers_keep_their_sign_and_lists_and_objects_are_written():
    row = {"n": -3.5, "is": True, "list": ["@ann", "=x"], "ids": [], "deep": {"a": [1]}}
    assert read(csv_text([row]))[1] == ["-3.5", "yes", "'@ann, =x", "", '{"a": [1]}']


def test_quotes_line_ends_and_commas_come_back_as_they_were():
    text = 'He said "no",\nand left; “ä”'
    assert read(csv_text([{"said": text}]))[1] == [text]


@pytest.mark.parametrize("value", [None, 3, "text", {}, [], [1, 2], {"rows": []}, {"rows": [1]}])
def test_what_has_no_list_of_objects_is_no_table(value):
    assert rows_in(value, "rows") is None
