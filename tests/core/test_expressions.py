"""What a person may write as an expression of `backfill-column`: one, over the row, that reads."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.paths import Roots
from core.target import Target
from core.tasks.backfill_column.expression import Wrong, tokens_of
from core.tasks.backfill_column.judge import judged
from core.tasks.backfill_column.types import fitted, on_sqlite


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("db") / "some.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute('CREATE TABLE "t" (id INTEGER PRIMARY KEY, a TEXT, "b c" INT)')
        db.execute("INSERT INTO t VALUES (1, 'x', 2)")
        db.execute("CREATE TABLE other (x INT)")
    return path


@pytest.fixture(scope="module")
def target(path):
    target = Target.open(str(path), roots=Roots([path.parent]))
    yield target
    target.close()


def judge(target, text):
    return judged(target, "t", text, "/params/expression")


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "lower(a) || ' -- no comment; /* nor this */ ? :x it''s'",
        "CASE WHEN a LIKE '%x%' THEN 1 ELSE 0 END",
        "(SELECT max(x) FROM other)",
        "SELECT x FROM other WHERE x = t.id LIMIT 1",
        "a IN (SELECT x FROM other)",
        "coalesce(a, 'it''s', (1 + 2) * id)",
        'id + "b c"',
        "json_extract('{\"a\": 1}', '$.a')",
        "(SELECT value FROM json_each('[1]'))",
        "x'00ff'",
        "1.5e3",
        "a\n  ||\n'%s %(x)s'",
    ],
)
def test_an_expression_over_the_row_is_taken(target, text):
    assert judge(target, text) == text


REFUSED = {
    "": "it is empty",
    "  \n": "it is empty",
    "a\0": "a NUL character (at character 2)",
    "1; DELETE FROM t": "no statement (at character 2)",
    "1) FROM t": "')' closes what is not open (at character 2)",
    "1) IS NULL OR (1": "')' closes what is not open (at character 2)",
    "(1": "'(' is not closed (at character 1)",
    "(1]": "is not supported (at character 3)",
    "a, id": "only one expression is allowed (at character 2)",
    "a -- rest": "comments are not allowed (at character 3)",
    "a /* rest": "comments are not allowed (at character 3)",
    "'abc": "a quote is opened and not closed (at character 1)",
    'a || "abc': "a quote is opened and not closed (at character 6)",
    "a = ?": "'?' is not supported (at character 5)",
    "a = :new": "':' is not supported (at character 5)",
    "a = $1": "'$' is not supported (at character 5)",
    "[a]": "'[' is not supported (at character 1)",
    "`a`": "'`' is not supported (at character 1)",
    "a::text": "write CAST",
    'lower("titel")': 'there is no column "titel"; text stands in single quotes (at character 7)',
    "lower(titel)": "no such column: titel (at character 7)",
    "lowr(a)": "no such function: lowr (at character 1)",
    "a || || a": 'near "||": syntax error (at character 6)',
    "a || a a": "syntax error (at character 8)",
    "CASE WHEN a THEN 1 ": "it is not finished (at character 19)",
    "(SELECT x FROM nowhere)": "no such table: nowhere (at character 16)",
    "max(id)": "misuse of aggregate",
    "row_number() OVER ()": "misuse of window function",
    "DELETE FROM t": "syntax error (at character 1)",
    "(DELETE FROM t RETURNING id)": "syntax error (at character 2)",
    "load_extension('/tmp/x')": "not authorized to use function: load_extension",
    "(SELECT name FROM pragma_database_list)": "prohibited",
    "a" * 10_001: "more than 10,000 characters",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:30].replace("\0", "NUL"))
def test_everything_else_is_refused_with_the_place(target, path, text):
    before = path.read_bytes()
    with pytest.raises(Invalid) as refused:
        judge(target, text)
    assert REFUSED[text] in refused.value.detail
    assert refused.value.errors[0]["pointer"] == "/params/expression"
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("E'x'", "strings with a prefix"),
        ("U&'x'", "strings with a prefix"),
        ("$$x$$", "'$' is not supported"),
        ("pg_read_file('/etc/passwd')", "the function pg_read_file is not allowed"),
        ('"pg_sleep" (1)', "the function pg_sleep is not allowed"),
        ("LO_EXPORT(1, '/tmp/x')", "the function LO_EXPORT is not allowed"),
        ("query_to_xml('DELETE FROM t', true, true, '')", "query_to_xml is not allowed"),
        ("a = :x", "':' is not supported"),
    ],
)
def test_on_a_server_what_reaches_beyond_the_row_is_refused(text, said):
    with pytest.raises(Wrong, match=".*" + said.replace("$", r"\$")):
        tokens_of(text, "postgresql")


def test_on_a_server_its_own_casts_and_arrays_are_taken():
    assert tokens_of("(a::text || tags[1]) ~ '\\d+'", "postgresql")


@given(st.text(alphabet="a1'\"()[],;-/* \n", max_size=30))
def test_what_is_taken_can_never_end_the_parentheses_around_it(text):
    """Whatever the tokens are: SQLite sees one column, and nothing of what follows is hidden."""
    try:
        tokens_of(text, "sqlite")
    except Wrong:
        return
    with closing(sqlite3.connect(":memory:")) as db:
        try:
            row = db.execute(f"SELECT (\n{text}\n), 'end' FROM (SELECT 1 AS a)").fetchone()
        except sqlite3.Error:
            return
    assert len(row) == 2 and row[1] == "end"


# --- types ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "value", "written"),
    [
        ("INTEGER", "7", 7),
        ("INT", " -7 ", -7),
        ("BIGINT", 3.0, 3),
        ("REAL", "7", 7.0),
        ("DOUBLE PRECISION", "1e3", 1000.0),
        ("NUMERIC(10,2)", "7.50", 7.5),
        ("DECIMAL", "7", 7),
        ("BOOLEAN", "yes", 1),
        ("BOOLEAN", 0, 0),
        ("DATE", "2020-01-02", "2020-01-02"),
        ("DATETIME", "2020-01-02 03:04:05", "2020-01-02 03:04:05"),
        ("TIMESTAMP", 1_600_000_000, 1_600_000_000),
        ("VARCHAR(3)", 7, "7"),
        ("TEXT", "ä", "ä"),
        ("", b"\x00", b"\x00"),
        ("BLOB", "text", "text"),
    ],
)
def test_a_value_is_written_as_the_declared_type_has_it(declared, value, written):
    found = fitted(value, on_sqlite(declared))
    assert (found, type(found)) == (written, type(written))


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("INTEGER", "7.5"),
        ("INTEGER", "seven"),
        ("INTEGER", 2**63),
        ("INTEGER", str(2**63)),
        ("INTEGER", b"7"),
        ("REAL", "nan"),
        ("REAL", "much"),
        ("BOOLEAN", "perhaps"),
        ("BOOLEAN", 2),
        ("DATE", "yesterday"),
        ("DATETIME", "2020-13-01"),
        ("TEXT", b"bytes"),
        ("TEXT", "a\0b"),
    ],
)
def test_what_does_not_fit_the_declared_type_is_refused(declared, value):
    with pytest.raises(ValueError, match="fit"):
        fitted(value, on_sqlite(declared))
