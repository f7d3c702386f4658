"""Which table and columns a run works on: given by the person, or found where unambiguous. Pure.

A name that was given must exist; a name that was left out is taken from the table when exactly one
column can be meant. What is wrong is said with the pointer of the parameter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import Invalid
from core.target import Column, Target

#: What columns are usually called, the most telling first.
HTML = ("html", "raw_html", "page_html", "html_content", "content_html", "content", "body", "page")
URL = ("url", "link", "address", "uri", "permalink", "href")
DATE = (
    "published_at", "date_published", "published", "publication_date", "publish_date",
    "pub_date", "published_on", "date", "datetime",
)  # fmt: skip


@dataclass(frozen=True)
class Names:
    """Plain names (not quoted), each of which exists."""

    table: str
    id: str
    html: str | None  #: None: only the address is looked at
    url: str | None
    date: str
    date_type: str  #: "text", "date" or "datetime": how a date is written


def resolve(target: Target, params) -> Names:
    """Find the names for these parameters. Raises Invalid with a pointer for each missing one."""
    table = _table(target, params)
    columns = target.columns(table)
    by_name = {c.name: c for c in columns}

    def pick(field: str, usual: Sequence[str], *, needed: bool = True) -> str | None:
        given = getattr(params, field)
        if given:
            target.identifier(given, by_name, f"/params/{field}")
            return given
        found = [n for n in by_name if n.lower() in usual]
        if len(found) > 1:
            found = [min(found, key=lambda n: usual.index(n.lower()))]
        if found or not needed:
            return found[0] if found else None
        raise missing(field, f"Which column of {table!r} is meant?", by_name)

    date = pick("date_column", DATE)
    assert date is not None, "a needed name is found or refused"
    return Names(
        table=table,
        id=_key(target, params, table, columns),
        html=pick("html_column", HTML, needed=not params.only_url),
        url=pick("url_column", URL, needed=params.only_url),
        date=date,
        date_type=_date_type(by_name[date].type),
    )


def _table(target: Target, params) -> str:
    tables = [t for t in target.tables() if not t.startswith("longhaul_")]
    if params.table:
        target.identifier(params.table, tables, "/params/table")
        return params.table
    fitting = []
    for table in tables:
        names = {c.name.lower() for c in target.columns(table)}
        if names & set(DATE) and names & set(URL if params.only_url else HTML):
            fitting.append(table)
    if len(fitting) == 1:
        return fitting[0]
    raise missing("table", "Which table holds the articles?", fitting or tables)


def _key(target: Target, params, table: str, columns: Sequence[Column]) -> str:
    known = [c.name for c in columns]
    if params.id_column:
        target.identifier(params.id_column, known, "/params/id_column")
        return params.id_column
    keys = [c.name for c in columns if c.primary_key]
    if len(keys) == 1:
        return keys[0]
    raise missing("id_column", f"{table!r} has no primary key of one column.", known)


def _date_type(declared: str) -> str:
    word = declared.upper()
    if "TIMESTAMP" in word or "DATETIME" in word:
        return "datetime"
    return "date" if word.startswith("DATE") else "text"


def missing(field: str, question: str, choices) -> Invalid:
    """What to raise for a name that was not given and cannot be found."""
    message = f"{question} Give `{field}`, one of: {', '.join(sorted(choices)) or '(none)'}."
    return Invalid(message, [{"pointer": f"/params/{field}", "message": message}])
