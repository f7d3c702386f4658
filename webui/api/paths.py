"""Completion of paths, for the form that starts tasks."""

from core.errors import Forbidden
from webui import documents as docs
from webui.api.queries import PathsQuery
from webui.calls import Call
from webui.replies import Reply
from webui.routes import Routes

routes = Routes("paths")


@routes.get("/paths", docs.PathList, query=PathsQuery, raises=(Forbidden,))
def list_paths(call: Call) -> Reply:
    """What a path that begins so may go on with: folders and files that parameters may name, none
    that is hidden; the folders above all of them while nothing is typed."""
    return Reply(call.service.paths.under(call.query.under))
