"""Coming back: the tasks of a client's session, and what ended while it was away."""

from webui import documents as docs
from webui.api.queries import CompletionsQuery, SessionQuery
from webui.calls import Call
from webui.replies import Reply
from webui.routes import Routes

routes = Routes("sessions")


@routes.get("/sessions/{session_id}/tasks", docs.TaskItems, query=SessionQuery)
def list_session_tasks(call: Call) -> Reply:
    """The tasks that were created with this session_id, newest first, with their jobs; none for
    one that nobody used."""
    lists = call.service.lists
    return Reply({"items": lists.session(call.places["session_id"], call.query.limit)})


@routes.get("/completions", docs.TaskItems, query=CompletionsQuery)
def list_completions(call: Call) -> Reply:
    """What completed or failed after `since`, latest first."""
    return Reply({"items": call.service.lists.completions(call.query.since, call.query.limit)})
