"""Tasks that start by the calendar."""

from core.desk.requests import SchedulePatch, ScheduleRequest
from webui import documents as docs
from webui.api.queries import TimesQuery
from webui.api.tasks import WORLD, created
from webui.calls import Call
from webui.replies import Reply
from webui.routes import API, Content, Routes

routes = Routes("schedules")


@routes.get("/schedules", docs.ScheduleList)
def list_schedules(call: Call) -> Reply:
    """Every schedule, in the order of their making."""
    return Reply({"items": call.service.schedules.all()})


@routes.post(
    "/schedules",
    {201: Content(docs.ScheduleDocument, headers=("Location",))},
    body=ScheduleRequest,
    raises=WORLD,
)
def create_schedule(call: Call) -> Reply:
    """A new schedule; its type and parameters are checked now."""
    schedule = call.service.schedules.create(call.body)
    return Reply(schedule, 201, {"Location": f"{API}/schedules/{schedule['id']}"})


@routes.get("/schedules/times", docs.ScheduleTimes, query=TimesQuery)
def list_times(call: Call) -> Reply:
    """When an expression comes true next, before a schedule is made of it."""
    cron, count = call.query.cron, call.query.count
    return Reply({"cron": cron, "times": call.service.schedules.times(cron, count)})


@routes.patch("/schedules/{id}", docs.ScheduleDocument, body=SchedulePatch, raises=WORLD)
def change_schedule(call: Call) -> Reply:
    """What is given changes, the rest stays."""
    return Reply(call.service.schedules.patch(call.id, call.body))


@routes.delete("/schedules/{id}", {204: Content(media_types=(), description="Gone")})
def delete_schedule(call: Call) -> Reply:
    """Remove a schedule; the tasks it started stay."""
    call.service.schedules.delete(call.id)
    return Reply(None, 204)


@routes.post(
    "/schedules/{id}/run",
    {201: Content(docs.TaskDocument, headers=("Location", "ETag"))},
    raises=WORLD,
)
def run_schedule(call: Call) -> Reply:
    """Start its task now, whatever the calendar says."""
    return created(call.service.schedules.run_now(call.id))
