"""Task types: what can be started, with which parameters, and what that would do."""

from core.desk.requests import PreviewRequest
from core.errors import BrokenTaskType, NotFound
from webui import documents as docs
from webui.api.tasks import WORLD
from webui.calls import Call
from webui.replies import Reply
from webui.routes import Routes

routes = Routes("task types")


@routes.get("/task-types", docs.TaskTypeList)
def list_task_types(call: Call) -> Reply:
    """Every task type, and the plug-ins that were refused."""
    types = call.service.types
    return Reply({"items": types.all(), "problems": types.problems()})


@routes.get("/task-types/{type}", docs.TaskTypeDocument)
def get_task_type(call: Call) -> Reply:
    """One task type with the schema of its parameters."""
    return Reply(call.service.types.get(call.places["type"]))


@routes.post(
    "/task-types/{type}/preview",
    docs.PreviewDocument,
    body=PreviewRequest,
    raises=(*WORLD, NotFound, BrokenTaskType),
)
def preview(call: Call) -> Reply:
    """What a task with these parameters would do; changes nothing."""
    return Reply(call.service.types.preview(call.places["type"], call.body.params))
