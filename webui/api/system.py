"""The service about itself: health, version, description, metrics, its end."""

import os

from core.documents import rfc3339
from core.errors import NotPossible
from webui import documents as docs
from webui.api import figures
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
