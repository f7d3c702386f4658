"""Documents: sources and their pages."""

from core.desk.requests import SourceRequest
from core.errors import Forbidden, Invalid
from webui import documents as docs
from webui.api.paging import listed
from webui.api.queries import PagesQuery, SourcesQuery
from webui.calls import Call
from webui.receiving import Part
from webui.replies import Reply
from webui.routes import API, Content, Routes, Upload

routes = Routes("sources")


@routes.get("/sources", Content(docs.SourceList, headers=("Link",)), query=SourcesQuery)
def list_sources(call: Call) -> Reply:
    """Documents, the newest first. With `q` those that have all of its words in their text or their
    title, the best first, with the places: `"two words"` is a phrase, `wor*` how a word begins (so
    is the last one), `-word` must not be there."""
    query = call.query
    page = call.service.texts.sources(q=query.q, limit=query.limit, cursor=query.cursor)
    return listed(call, page, "cursor")


@routes.post(
    "/sources",
    {
        200: Content(
            docs.SourceDocument, headers=("Location",), description="Known already, by its content"
        ),
        201: Content(docs.SourceDocument, headers=("Location",), description="Added"),
    },
    body=SourceRequest,
    upload=Upload({"file": "the document"}, {"title": "instead of the file's name"}, max_files=2),
    raises=(Forbidden, Invalid),
)
def add_source(call: Call) -> Reply:
    """Add a document, by its path or as an upload, with the task that reads it: `task_id`."""
    desk = call.service.texts
    if call.upload is None:
        source, is_new = desk.add(call.body, who=call.who)
    else:
        file, title = _parts(call.upload)
        name = file.plain_name()
        source, is_new = desk.keep(file.path, name, file.sha256, title, who=call.who)
    location = {"Location": f"{API}/sources/{source['id']}"}
    return Reply(source, 201 if is_new else 200, location)


def _parts(upload: list[Part]) -> tuple[Part, dict[str, str]]:
    """The one file of a form, and what stands beside it. Raises Invalid."""
    files = [part for part in upload if part.name == "file"]
    if len(files) != 1:
        message = "Send one document at a time, in the field `file`"
        raise Invalid(message, [{"pointer": "/file", "message": message}])
    titles = [part.text().strip() for part in upload if part.name == "title"]
    return files[0], {"title": titles[0][:300]} if titles and titles[0] else {}


@routes.get("/sources/{id}", docs.SourceDocument)
def get_source(call: Call) -> Reply:
    """A document and how far it is read."""
    return Reply(call.service.texts.get(call.id))


@routes.delete("/sources/{id}", {204: Content(media_types=(), description="Gone")})
def delete_source(call: Call) -> Reply:
    """Remove a document with its pages, and cancel what reads it; the file itself stays."""
    call.service.texts.delete(call.id)
    return Reply(None, 204)


@routes.get("/sources/{id}/pages", Content(docs.PageList, headers=("Link",)), query=PagesQuery)
def list_pages(call: Call) -> Reply:
    """Its pages without their text; with `q` those that have the words, the best first."""
    query = call.query
    page = call.service.texts.pages(
        call.id, q=query.q, status=query.status or "", limit=query.limit, after=query.after
    )
    return listed(call, page, "after")


@routes.get("/pages/{id}", docs.PageDocument)
def get_page(call: Call) -> Reply:
    """A page with its text."""
    return Reply(call.service.texts.page(call.id))


@routes.delete("/pages/{id}", {204: Content(media_types=(), description="Gone")})
def delete_page(call: Call) -> Reply:
    """Remove a page; a task that reads its document leaves it out from then on."""
    call.service.texts.delete_page(call.id)
    return Reply(None, 204)
