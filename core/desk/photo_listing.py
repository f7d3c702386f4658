"""A filter and an order of photos → the SQL of one page, read along an index. Pure text."""

import base64
import json
from typing import Any

from core.desk.listing import Conditions, like
from core.desk.photo_requests import PhotoFilter
from core.errors import Invalid
from core.photos.kinds import is_text

#: order → (what is sorted by, direction); the id decides among equals
ORDERS = {
    "name": ("name", ">"),
    "-name": ("name", "<"),
    "taken_at": ("coalesce(taken_at, '')", ">"),
    "-taken_at": ("coalesce(taken_at, '')", "<"),
    "id": ("id", ">"),
    "-id": ("id", "<"),
}


def conditions(project: int, wanted: PhotoFilter) -> Conditions:
    """What the filter says, as terms with values."""
    found = Conditions()
    found.add("project_id = :project", project=project)
    for name in ("keep", "available"):
        if (value := getattr(wanted, name)) is not None:
            found.add(f"{name} = :{name}", **{name: int(value)})
    for name in ("kind", "thumbnail"):
        if values := getattr(wanted, name):
            term = f"{name} IN (SELECT value FROM json_each(:{name}s))"  # noqa: S608
            found.add(term, **{f"{name}s": json.dumps(values)})
    if wanted.q:
        found.add("name LIKE :like ESCAPE '\\'", like=like(wanted.q))
    return found


def page(found: Conditions, sort: str, cursor: str | None) -> tuple[str, dict[str, Any]]:
    """(SQL, values) of up to :limit rows behind the cursor. Raises Invalid."""
    if sort not in ORDERS:
        raise _refused("/sort", f"{sort!r} is none of {', '.join(ORDERS)}")
    key, way = ORDERS[sort]
    values = dict(found.values)
    where = found.sql()
    if cursor is not None:
        values["after_key"], values["after_id"] = _decoded(cursor, sort)
        where += f" AND ({key}, id) {way} (:after_key, :after_id)"
    direction = "DESC" if way == "<" else "ASC"
    sql = (
        f"SELECT *, {key} AS place FROM photos WHERE {where} "  # noqa: S608 - our own words
        f"ORDER BY {key} {direction}, id {direction} LIMIT :limit"
    )
    return sql, values


def cursor_of(sort: str, row: Any) -> str:
    """The opaque place behind a row of a page."""
    return base64.urlsafe_b64encode(json.dumps([sort, row["place"], row["id"]]).encode()).decode()


def _decoded(cursor: str, sort: str) -> tuple[Any, int]:
    try:
        made_for, key, number = json.loads(base64.b64decode(cursor.encode(), b"-_", validate=True))
        sound = made_for == sort and type(number) is int and abs(number) < 2**63
        by_id = sort.endswith("id")
        sound = sound and (key == number if by_id else type(key) is str and is_text(key))
    except (ValueError, TypeError):
        sound, key, number = False, "", 0
    if not sound:
        raise _refused("/cursor", "is not a cursor of this list; begin again without one")
    return key, number


def _refused(pointer: str, message: str) -> Invalid:
    return Invalid(f"{pointer}: {message}", [{"pointer": pointer, "message": message}])
