"""Pages of lists: the document, and the address of the next page as a Link header."""

from urllib.parse import urlencode

from core.desk.lists import Page
from webui.calls import Call
from webui.replies import Reply


def listed(call: Call, page: Page, name: str) -> Reply:
    """A page; `name` is the query parameter that its cursor goes into."""
    document = {"items": page.items, "next_cursor": page.next_cursor}
    return Reply(document, headers=following(call, page.next_cursor, name))


def following(call: Call, cursor: str | None, name: str) -> dict[str, str]:
    """The Link header to the next page, with the same filter; none after the last page."""
    if cursor is None:
        return {}
    given = call.query.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    pairs = [(key, value) for key, value in (given | {name: cursor}).items()]
    target = urlencode([(k, _text(v)) for k, v in pairs], doseq=True)
    return {"Link": f'<{call.path}?{target}>; rel="next"'}


def _text(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
