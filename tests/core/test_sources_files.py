"""CSV and JSON Lines as sources: cursors by byte offset, hostile files, files that change."""

import json
import os
import time
import tracemalloc

import pytest

from core.errors import Fail, Forbidden, Invalid
from core.paths import Roots
from core.sources import BadRecord, CsvFile, JsonLines, opened


@pytest.fixture
def reading(tmp_path):
    """Opens sources below tmp_path, and closes them."""
    readers = []

    def read(source):
        readers.append(source.open(Roots([tmp_path])))
        return readers[-1]

    yield read
    for reader in readers:
        reader.close()


@pytest.fixture
def file(tmp_path):
    def write(content, name="file"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def everything(reader, limit=3, cursor=None):
    """All records to the end, page after page, each cursor through JSON as a run keeps it."""
    drawn = []
    while page := reader.read(cursor, limit):
        assert len(page) <= limit
        drawn += page
        cursor = json.loads(json.dumps(page[-1].key))
    return drawn


def records(drawn):
    return [d.record for d in drawn if not d.fault]


def faults(drawn):
    return [d.fault for d in drawn if d.fault]


# --- CSV -----------------------------------------------------------------------------------------

TRICKY = 'name,text\r\n"a","one\nline ""two"""\r\n\r\nb,5" of rain\r\n"c, d",\xe9\r\ne,last'


def test_quoted_line_ends_quotes_and_empty_lines_are_read_as_the_csv_module_does(reading, file):
    drawn = everything(reading(CsvFile(str(file(TRICKY)))))
    assert records(drawn) == [
        {"name": "a", "text": 'one\nline "two"'},
        {"name": "b", "text": '5" of rain'},
        {"name": "c, d", "text": "\xe9"},
        {"name": "e", "text": "last"},
    ]
    assert [d.key["line"] for d in drawn] == [2, 5, 6, 7]


@pytest.mark.parametrize("at", range(4))
def test_a_new_reader_goes_on_behind_any_row(reading, file, at):
    path = str(file(TRICKY))
    drawn = everything(reading(CsvFile(path)))
    rest = everything(reading(CsvFile(path)), cursor=json.loads(json.dumps(drawn[at].key)))
    assert rest == drawn[at + 1 :]


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (b"\xef\xbb\xbfname\n\xc3\xa9\n", {}),
        (b"name\n\xc3\xa9\n", {}),
        (b"name\n\xe9\n", {}),
        (b"name\n\xe9\n", {"encoding": "latin-1"}),
        (b"name\n\xc3\xa9\n", {"encoding": "utf-8"}),
        (b"\xc3\xa9\n", {"names": ("name",)}),
    ],
)
def test_encodings_and_marks_are_found_or_given(reading, file, content, options):
    reader = reading(CsvFile(str(file(content)), **options))
    assert records(everything(reader)) == [{"name": "é"}]


def test_a_byte_that_does_not_fit_fails_its_row_alone(reading, file):
    drawn = everything(reading(CsvFile(str(file(b"n\na\n\xe9x\nb\n")), encoding="utf-8")), 2)
    assert [r["n"] for r in records(drawn)] == ["a", "b"]
    assert faults(drawn) == ["line 3: byte 1 (0xE9) is not utf-8"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_the_first_row_has_most_of(reading, file, delimiter):
    head = delimiter.join(["a", '"b,;,;,;"', "c", "d"])
    reader = reading(CsvFile(str(file(f"{head}\n{delimiter.join('1234')}\n"))))
    assert list(records(everything(reader))[0].values()) == ["1", "2", "3", "4"]


def test_a_wrong_number_of_fields_and_a_nul_byte_fail_alone_with_their_line(reading, file):
    drawn = everything(reading(CsvFile(str(file(b"a,b\n1,2\n3\n4,5,6\n7,\x00\n8,9\n")))))
    assert [r["a"] for r in records(drawn)] == ["1", "8"]
    assert faults(drawn) == [
        "line 3: 1 fields in place of 2",
        "line 4: 3 fields in place of 2",
        "line 5: a NUL byte (character 3)",
    ]


def test_a_quote_that_is_never_closed_fails_its_line_and_swallows_no_other(reading, file):
    path = file('a,b\n1,2\n3,"x\n5,6\n7,8\n')
    drawn = everything(reading(CsvFile(str(path))))
    assert [r["a"] for r in records(drawn)] == ["1", "5", "7"]
    assert faults(drawn) == ["line 3: a quote is opened and not closed"]
    key = json.loads(json.dumps(drawn[1].key))
    assert everything(reading(CsvFile(str(path))), cursor=key) == drawn[2:]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no row of names"),
        (b"a,a\n1,2\n", "'a' twice"),
        (b"a,,c\n1,2,3\n", "a column without a name"),
        (b'a,"b\n', "a quote is opened"),
        ("a,b\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_a_file_without_usable_names_is_refused_with_the_reason(reading, file, content, said):
    with pytest.raises(Invalid, match=said):
        reading(CsvFile(str(file(content))))


def test_an_unknown_encoding_is_refused(reading, file):
    with pytest.raises(Invalid, match="utf-8 or latin-1"):
        reading(CsvFile(str(file("a\n")), encoding="utf-7"))


# --- JSON Lines ----------------------------------------------------------------------------------


def test_lines_that_are_no_json_fail_alone_with_their_number(reading, file):
    lines = b'{"a": 1}\n{"a": }\n\n[2]\nNaN\n"\x00"\n"caf\xe9"\n' + b"[" * 100_000 + b"\nnull\n7"
    drawn = everything(reading(JsonLines(str(file(lines)), encoding="utf-8")))
    assert records(drawn) == [{"a": 1}, [2], None, 7]
    assert faults(drawn) == [
        "line 2: Expecting value (character 7)",
        "line 5: NaN is no JSON",
        "line 6: Invalid control character at (character 2)",
        "line 7: byte 5 (0xE9) is not utf-8",
        "line 8: nested too deeply",
    ]


def test_a_half_written_last_line_fails_or_is_left_for_later(reading, file):
    path = file('{"a": 1}\n{"a": 2, "b')
    drawn = everything(reading(JsonLines(str(path))))
    assert records(drawn) == [{"a": 1}]
    assert faults(drawn)[0].startswith("line 2: the last line is half written: Unterminated string")
    growing = JsonLines(str(path), growing=True)
    drawn = everything(reading(growing))
    assert (records(drawn), faults(drawn)) == ([{"a": 1}], [])
    with path.open("a") as more:
        more.write('": 3}\n{"a": 4}\n')
    assert records(everything(reading(growing), cursor=drawn[-1].key)) == [
        {"a": 2, "b": 3},
        {"a": 4},
    ]


@pytest.mark.parametrize("kind", [JsonLines, CsvFile])
def test_a_line_of_50_mb_fails_alone_and_is_never_held_in_memory(reading, tmp_path, kind):
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.write(b'"first"\n1\n')
        file.seek(50_000_000)  # a hole: NUL bytes that take no space
        file.write(b"\n2\n")
    reader = reading(kind(str(path)))
    tracemalloc.start()
    drawn = everything(reader)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert faults(drawn) == ["line 3: longer than 16 MiB"]
    assert [d.key["line"] for d in drawn if not d.fault][-2:] == [2, 4]
    assert most < 48 << 20
    assert everything(reading(kind(str(path))), cursor=drawn[-2].key) == drawn[-1:]


def test_a_page_ends_early_when_its_records_are_large_and_empty_lines_end_none(reading, tmp_path):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.writelines([b" " * (1 << 20) + b"\n"] * 9)
        file.writelines(b'"' + b"x" * (3 << 20) + b'"\n' for _ in range(6))
    reader = reading(JsonLines(str(path)))
    first = reader.read(None, 100)
    assert first[0].key["line"] == 10
    assert 1 <= len(first) < 6
    assert len(everything(reader, 100)) == 6


# --- records again, counting, paths --------------------------------------------------------------


def test_single_records_are_read_again_by_their_keys(reading, file):
    path = str(file(TRICKY))
    drawn = everything(reading(CsvFile(path)))
    keys = json.loads(json.dumps([drawn[2].key, drawn[0].key]))
    assert reading(CsvFile(path)).read_keys(keys) == [drawn[2], drawn[0]]


def test_the_records_are_counted_as_they_are_read(reading, file):
    assert reading(CsvFile(str(file(TRICKY)))).count() == 4
    assert reading(JsonLines(str(file('1\n\n2\n{"\n')))).count() == 3


def test_files_outside_of_the_roots_missing_ones_and_folders_are_refused(reading, tmp_path, file):
    path = file("a\n")
    (tmp_path / "inside").mkdir()
    with pytest.raises(Forbidden):
        CsvFile(str(path)).open(Roots([tmp_path / "inside"]))
    with pytest.raises(Forbidden):
        reading(JsonLines("/etc/passwd"))
    with pytest.raises(Forbidden):
        reading(JsonLines(str(tmp_path / "inside")))
    with pytest.raises(Invalid, match="No such file"):
        reading(JsonLines(str(tmp_path / "none")))


# --- files that change ---------------------------------------------------------------------------

LINES = "".join(f'{{"n": {n}}}\n' for n in range(200))


def truncate(path):
    os.truncate(path, 100)


def replace(path):
    other = path.with_name("other")
    other.write_text(LINES)
    os.replace(other, path)


def write_in_place(path):
    with path.open("r+b") as file:
        file.seek(7)
        file.write(b"9")
    os.utime(path, ns=(0, 0))


def append(path):
    with path.open("a") as file:
        file.write("1\n")


CHANGES = {
    truncate: "was truncated: 100 bytes are left of 2,090",
    replace: "was replaced by another file",
    write_in_place: "was written to since this run began",
    append: "has grown from 2,090 to 2,092 bytes",
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_file_that_changed_between_two_attempts_is_refused_with_the_reason(reading, file, change):
    path = file(LINES)
    cursor = reading(JsonLines(str(path))).read(None, 50)[-1].key
    change(path)
    with pytest.raises(Fail, match=CHANGES[change]) as refused:
        reading(JsonLines(str(path))).read(cursor, 50)
    assert "Start a new task" in refused.value.hint


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_file_that_changes_while_it_is_read_is_refused(reading, file, change):
    path = file(LINES)
    reader = reading(JsonLines(str(path)))
    cursor = reader.read(None, 50)[-1].key
    change(path)
    with pytest.raises(Fail, match=CHANGES[change]):
        reader.read(cursor, 50)


def test_a_file_that_is_gone_is_refused(reading, file):
    path = file(LINES)
    reader = reading(JsonLines(str(path)))
    cursor = reader.read(None, 50)[-1].key
    path.unlink()
    with pytest.raises(Fail, match="is not there any more"):
        reader.read(cursor, 50)


def test_other_bytes_before_the_cursor_are_refused_even_in_a_growing_file(reading, file):
    path = file(LINES)
    growing = JsonLines(str(path), growing=True)
    cursor = reading(growing).read(None, 50)[-1].key
    append(path)
    assert len(everything(reading(growing), 50, cursor)) == 151
    with path.open("r+b") as other:
        other.seek(cursor["to"] - 3)
        other.write(b"0")
    with pytest.raises(Fail, match="has other bytes before line 51"):
        reading(growing).read(cursor, 50)


# --- a large file --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_resuming_in_a_csv_file_of_100_mb_takes_no_longer_than_reading_one_page(reading, tmp_path):
    """The middle is found by its offset: measured against reading what lies before it."""
    path = tmp_path / "large.csv"
    row = b'%d,"some text\nin two lines",' + b"x" * 470 + b"\n"
    with path.open("wb") as file:
        file.write(b"id,text,rest\n")
        for start in range(0, 200_000, 1000):
            file.write(b"".join(row % n for n in range(start, start + 1000)))
    assert path.stat().st_size > 100_000_000
    reader = reading(CsvFile(str(path)))
    cursor, began = None, time.process_time()
    for _ in range(40):
        page = reader.read(cursor, 1000)
        cursor = page[-1].key
    before, took = time.process_time() - began, []
    for _ in range(3):
        began = time.process_time()
        page = reading(CsvFile(str(path))).read(json.loads(json.dumps(cursor)), 10)
        took.append(time.process_time() - began)
    assert [d.record["id"] for d in page] == [str(n) for n in range(40_000, 40_010)]
    assert page[0].key["line"] == 2 + 2 * 40_000
    assert min(took) < before / 10, "of the processor's time, so that a busy machine fails nothing"


def test_a_record_that_cannot_be_read_raises_where_it_is_computed(reading, file):
    (drawn,) = everything(reading(JsonLines(str(file("{\n")))))
    with pytest.raises(BadRecord, match="^line 1: "):
        opened(drawn)
    assert opened({"plain": 1}) == {"plain": 1}
