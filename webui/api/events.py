"""The stream of events. How it is fed is in `webui.stream`; the streamed POST in `task_stream`."""

from core.errors import Invalid
from webui.api.queries import EventsQuery
from webui.calls import Call
from webui.frames import Choice, Subscription
from webui.replies import EVENT_STREAM, Reply
from webui.routes import Content, Routes

routes = Routes("events")

LAST_EVENT_ID = "Last-Event-ID"


@routes.get(
    "/events",
    Content(
        media_types=(EVENT_STREAM,),
        description="Events without end: `id:` is the number, `event:` the kind, `data:` the full"
        " record. `reset` says that something was missed for good: read /snapshot again.",
    ),
    query=EventsQuery,
    headers=(LAST_EVENT_ID,),
)
def follow_events(call: Call) -> Reply:
    """Events from now on, or from after the last one the client has."""
    query = call.query
    choice = Choice(
        tasks=frozenset(query.task) if query.task is not None else None,
        kinds=frozenset(k.value for k in query.kinds) if query.kinds is not None else None,
        details=frozenset(query.details) if query.details is not None else None,
    )
    # A window or a browser of the person; a second screen may hang where nobody looks.
    is_page = call.caller == "session"
    subscription = Subscription(_after(call), choice, is_page=is_page, owner=call.session)
    return Reply(None, 200, {}, EVENT_STREAM, subscription)


def _after(call: Call) -> int | None:
    """The last event the client has; what a browser says when it comes back wins."""
    said = call.header(LAST_EVENT_ID).strip()
    if not said:
        return call.query.after
    if not (said.isascii() and said.isdigit() and len(said) < 19):
        message = "is not the number of an event"
        raise Invalid(f"{LAST_EVENT_ID} {message}", [{"pointer": "", "message": message}])
    return int(said)
