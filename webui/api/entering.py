"""Coming in: one-time codes for windows and second screens, what became of them, and which second
screens there are. How a code is used (`GET /enter`) is the guard's business."""

from core.documents import rfc3339
from core.errors import Forbidden, NotFound
from webui import documents as docs
from webui.api.queries import CodeRequest
from webui.auth import Scope, lifetime_of, mark_of
from webui.calls import Call
from webui.replies import Reply
from webui.routes import Content, Keys, Routes

routes = Routes("codes")


@routes.post(
    "/codes",
    {201: docs.CodeDocument},
    body=CodeRequest,
    is_body_optional=True,
    raises=(Forbidden,),
    keys=Keys.NOBODY,
)
def create_code(call: Call) -> Reply:
    """A code that opens a page once. For a window (`full`) it takes the token, and the code holds
    for a minute; for a second screen (`read`), which may only look, a window may ask, too. Takes no
    Idempotency-Key, because a code is a secret and not kept."""
    scope = Scope(call.body.scope)
    if scope is Scope.FULL and call.caller != "token":
        raise Forbidden("A window cannot open other windows; that takes the token")
    doors = call.context.doors
    code = doors.mint_code(scope)
    made = {"code": code, "mark": mark_of(code), "expires_in_s": lifetime_of(scope)}
    facts = {"scope": scope.value, "address": f"{doors.url()}/enter?code={code}"}
    return Reply(made | facts | {"reach": doors.reach()}, 201)


@routes.get("/codes/{mark}", docs.ArrivalDocument, raises=(Forbidden,), needs_service=False)
def get_arrival(call: Call) -> Reply:
    """What became of a code: whether the page that it opened is there. For those who have the
    token."""
    if call.caller != "token":
        raise Forbidden("A window cannot ask for other windows; that takes the token")
    mark = call.places["mark"]
    state = call.context.doors.arrival(mark)
    if state is None:
        raise NotFound("There is no such code, or none any more")
    return Reply({"mark": mark, "state": state})


@routes.get("/screens", docs.ScreenList, needs_service=False)
def list_screens(call: Call) -> Reply:
    """The second screens that may look now, the one that asked last first."""
    doors = call.context.doors
    screens = [
        {
            "mark": each.mark,
            "made_at": rfc3339(each.made_at),
            "used_at": rfc3339(each.used_at),
            "ends_at": rfc3339(each.ends_at),
        }
        for each in reversed(doors.screens())
    ]
    return Reply({"items": screens, "reach": doors.reach()})


@routes.delete(
    "/screens/{mark}", {204: Content(media_types=(), description="Gone")}, needs_service=False
)
def end_screen(call: Call) -> Reply:
    """A second screen may no longer look: its session and its streams end now."""
    mark = call.places["mark"]
    if not call.context.doors.end_screen(mark):
        raise NotFound("There is no such screen, or none any more")
    return Reply(None, 204)
