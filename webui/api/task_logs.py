"""What a task wrote: its log, and its result. Both may hold anything a task's data contained."""

import json
import re

from core.desk.lists import MOST
from webui.api.paging import following
from webui.api.queries import LogsQuery, LogText, ResultQuery
from webui.calls import Call
from webui.replies import Reply
from webui.routes import Content, Routes

routes = Routes("tasks")

JSON_LINES, PLAIN = "application/x-ndjson", "text/plain"
#: Another name of JSON lines, for clients that ask by it.
JSONL = "application/jsonl"
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}(; ?charset=[\w-]{1,40})?", re.ASCII)
_SUFFIXES = {
    "application/json": "json",
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/webp": "webp",
    "text/csv": "csv",
    "text/html": "html",
    "text/markdown": "md",
    "text/plain": "txt",
}


@routes.get(
    "/tasks/{id}/logs",
    Content(media_types=(JSON_LINES, JSONL, PLAIN), headers=("Link",)),
    query=LogsQuery,
)
def read_logs(call: Call) -> Reply:
    """Lines of a task's log, oldest first: a JSON object on each, or plain text by `Accept`."""
    query = call.query
    page = call.service.lists.logs(
        call.id,
        after=query.after,
        before=query.before,
        levels=query.levels(),
        q=query.q,
        limit=query.limit,
    )
    media_type = call.preferred(JSON_LINES, JSONL, PLAIN)
    line = text_line if media_type == PLAIN else json.dumps  # ASCII: one line to every reader
    body = "".join(f"{line(entry)}\n" for entry in page.items)
    if media_type == PLAIN:
        media_type += "; charset=utf-8"
    headers = following(call, page.next_cursor, "after" if query.before is None else "before")
    return Reply(body.encode(), 200, headers, media_type)


@routes.get(
    "/tasks/{id}/logs/text",
    Content(media_types=(PLAIN,), headers=("Content-Disposition",)),
    query=LogText,
)
def read_log_text(call: Call) -> Reply:
    """The whole log as plain text, a line for each entry; to be saved."""
    query, after = call.query, 0
    body = bytearray()
    while True:
        page = call.service.lists.logs(
            call.id, after=after, levels=query.levels(), q=query.q, limit=MOST
        )
        body += "".join(f"{text_line(entry)}\n" for entry in page.items).encode()
        if page.next_cursor is None:
            break
        after = int(page.next_cursor)
    headers = {"Content-Disposition": f'attachment; filename="task-{call.id}-log.txt"'}
    return Reply(bytes(body), 200, headers, f"{PLAIN}; charset=utf-8")


def text_line(entry: dict) -> str:
    """One log entry as exactly one line, whatever its message holds."""
    stage = f" [{escaped(entry['stage'])}]" if entry["stage"] else ""
    return f"{entry['at']} {entry['level']:<7}{stage} {escaped(entry['message'])}"


def escaped(text: str) -> str:
    """`text` with everything that is not printable written as its escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


@routes.get(
    "/tasks/{id}/result",
    Content(media_types=("*/*",), headers=("Content-Disposition",)),
    query=ResultQuery,
)
def read_result(call: Call) -> Reply:
    """The result as the task left it, with its media type; to be saved, never to be shown as a
    page of ours. As CSV, cells that a spreadsheet would compute stand behind an apostrophe."""
    if call.query.format == "csv":
        text = call.service.lists.result_rows(call.id)
        headers = {"Content-Disposition": f'attachment; filename="task-{call.id}-result.csv"'}
        return Reply(text.encode(), 200, headers, "text/csv; charset=utf-8")
    stored, content = call.service.lists.result(call.id)
    media_type = stored if _MEDIA_TYPE.fullmatch(stored) else "application/octet-stream"
    suffix = _SUFFIXES.get(media_type.partition(";")[0], "bin")
    headers = {
        "Content-Disposition": f'attachment; filename="task-{call.id}-result.{suffix}"',
        "Content-Security-Policy": "sandbox",
    }
    return Reply(content, 200, headers, media_type)
