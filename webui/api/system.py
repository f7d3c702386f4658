"""The service about itself: health, version, description, metrics, codes for windows, its end."""

import os

from core.documents import rfc3339
from core.errors import Forbidden, NotFound, NotPossible
from webui import documents as docs
from webui.api import figures
from webui.auth import CODE_LIFETIME, mark_of
from webui.calls import Call
from webui.replies import Reply
from webui.routes import Content, Keys, Routes

routes = Routes("service")

METRICS = "text/plain; version=0.0.4; charset=utf-8"


@routes.get("/health", docs.Health, needs_service=False)
def get_health(call: Call) -> Reply:
    """Whether it answers. For anybody, so with nothing else in it."""
    return Reply({"status": "ok"})


@routes.get("/version", docs.VersionDocument)
def get_version(call: Call) -> Reply:
    """Which service this is."""
    service = call.service
    return Reply(
        {
            "version": call.context.version,
            "api": "v1",
            "started_at": rfc3339(service.started_at),
            "pid": os.getpid(),
            "data_dir": str(service.data_dir),
        }
    )


@routes.get("/openapi.json", Content(dict), needs_service=False)
def get_openapi(call: Call) -> Reply:
    """This description, in OpenAPI 3.1."""
    return Reply(call.context.description())


@routes.get("/metrics", Content(media_types=(METRICS,)))
def get_metrics(call: Call) -> Reply:
    """Figures in Prometheus' text format."""
    text = figures.text(call.service, call.context.stream, call.context.meter)
    return Reply(text.encode(), 200, {}, METRICS)


@routes.post("/codes", {201: docs.CodeDocument}, raises=(Forbidden,), keys=Keys.NOBODY)
def create_code(call: Call) -> Reply:
    """A code that opens a window once, within a minute. For those who have the token; takes no
    Idempotency-Key, because a code is a secret and not kept."""
    # The guard let the call in, so a token that is there is the right one.
    if not call.header("Authorization"):
        raise Forbidden("A window cannot open other windows; that takes the token")
    code = call.context.doors.mint_code()
    return Reply({"code": code, "mark": mark_of(code), "expires_in_s": CODE_LIFETIME}, 201)


@routes.get("/codes/{mark}", docs.ArrivalDocument, raises=(Forbidden,), needs_service=False)
def get_arrival(call: Call) -> Reply:
    """What became of a code: whether the page that it opened is there. For those who have the
    token."""
    if not call.header("Authorization"):
        raise Forbidden("A window cannot ask for other windows; that takes the token")
    mark = call.places["mark"]
    state = call.context.doors.arrival(mark)
    if state is None:
        raise NotFound("There is no such code, or none any more")
    return Reply({"mark": mark, "state": state})


@routes.post(
    "/service/stop",
    {202: docs.StoppingDocument},
    raises=(NotPossible,),
    keys=Keys.NOBODY,
    needs_service=False,
)
def stop_service(call: Call) -> Reply:
    """End the service as `longhaul stop` does: running batches are finished and checkpointed, and
    their tasks go on at the next start. May be asked again; there is nothing to ask afterwards."""
    call.context.doors.stop()
    return Reply({"status": "stopping"}, 202)
