"""Everything the first paint needs."""

from webui import documents as docs
from webui.calls import Call
from webui.replies import Reply
from webui.routes import Routes

routes = Routes("snapshot")


@routes.get("/snapshot", docs.Snapshot)
def get_snapshot(call: Call) -> Reply:
    """Tasks, queue, settings, task types and conditions; the stream goes on after
    `last_event_id`."""
    service = call.service
    facts = {
        "version": call.context.version,
        "conditions": service.conditions(),
        "session": {"read_only": call.caller == "read"},
    }
    return Reply(service.lists.snapshot() | facts)
