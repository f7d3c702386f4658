"""What the person does: recording and processing come before the queue."""

from core.desk.requests import Activity
from webui import documents as docs
from webui.calls import Call
from webui.replies import Reply
from webui.routes import Routes

routes = Routes("activity")


@routes.get("/activity", docs.ActivityDocument)
def get_activity(call: Call) -> Reply:
    """The person's activity, and until when it holds."""
    return Reply(call.service.queue.activity())


@routes.put("/activity", docs.ActivityDocument, body=Activity)
def set_activity(call: Call) -> Reply:
    """Say or renew what the person does; it falls back to idle when nobody renews it."""
    return Reply(call.service.queue.set_activity(call.body))
