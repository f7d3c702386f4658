"""Tasks: create, list, show, change, act on one or many. Their logs and results: `task_logs.py`."""

import hashlib
import json
import re

from core.desk.requests import (
    BulkAction,
    Cancellation,
    Move,
    Retry,
    TaskPatch,
    TaskRequest,
)
from core.documents import compact
from core.errors import (
    BrokenTaskType,
    DatabaseBusy,
    DatabaseError,
    DiskFull,
    Drifted,
    Forbidden,
    Invalid,
    NotPossible,
    PlanDrifted,
    Stale,
    Unavailable,
)
from webui import documents as docs
from webui.api import task_stream
from webui.api.paging import listed
from webui.api.queries import ItemsQuery, PaceQuery, TasksQuery, TimelineQuery
from webui.calls import Call
from webui.problems import NoCondition
from webui.replies import EVENT_STREAM, JSON, Reply
from webui.routes import API, Content, Keys, Routes

routes = Routes("tasks")

#: Parameters may name a database or a folder, which is looked at before a task is accepted.
WORLD = (Forbidden, Invalid, DatabaseBusy, DatabaseError, DiskFull)
#: and may have changed since its preview, which is looked at again.
PLANNED = (*WORLD, PlanDrifted, BrokenTaskType, Unavailable)
TASK = Content(docs.TaskDocument, headers=("ETag",))
ASKED = Content(docs.TaskDocument, headers=("ETag",), description="Asked for; it is on its way")
_ETAG = re.compile(r'(W/)?"([^"]*)"')
_VERSION = re.compile(r"(\d{1,18})(?:-[0-9a-f]+)?")


@routes.get("/tasks", Content(docs.TaskList, headers=("Link",)), query=TasksQuery)
def list_tasks(call: Call) -> Reply:
    """Tasks by filter, a page at a time; by default everything active, newest first."""
    query = call.query
    page = call.service.lists.tasks(
        query.filter(), sort=query.sort, limit=query.limit, cursor=query.cursor
    )
    return listed(call, page, "cursor")


@routes.post(
    "/tasks",
    {
        200: Content(
            media_types=(EVENT_STREAM,),
            headers=("Location",),
            description="Started at once, outside the waiting line: task_progress … task_finished,"
            " whose data has the `result` too. Leaving does not stop the task.",
        ),
        201: Content(docs.TaskDocument, headers=("Location", "ETag"), description="Accepted"),
    },
    body=TaskRequest,
    raises=PLANNED,
    keys=Keys.HANDLER,
)
def create_task(call: Call) -> Reply:
    """Accept a task, which from then on survives everything; or start it and follow it."""
    if call.preferred(JSON, EVENT_STREAM) == EVENT_STREAM:
        return task_stream.started(call, created)
    desk = call.service.tasks
    if call.key is None:
        return created(desk.create(call.body, who=call.who))
    return Reply.of(
        desk.create_once(call.key, call.body, lambda task: created(task).kept(), who=call.who)
    )


def created(task: dict) -> Reply:
    """The answer that a task was accepted."""
    location = {"Location": f"{API}/tasks/{task['id']}"}
    return Reply(task, 201, location | {"ETag": etag(task)})


@routes.get(
    "/tasks/{id}",
    {200: TASK, 304: Content(headers=("ETag",), description="Still as the client has it")},
    headers=("If-None-Match",),
)
def get_task(call: Call) -> Reply:
    """A task with the jobs of its current run and their attempts."""
    task = call.service.tasks.get(call.id)
    tag = etag(task)
    known = call.header("If-None-Match")
    if known.strip() == "*" or any(match[2] == tag[1:-1] for match in _ETAG.finditer(known)):
        return Reply(None, 304, {"ETag": tag})
    return Reply(task, headers={"ETag": tag})


@routes.patch(
    "/tasks/{id}",
    TASK,
    body=TaskPatch,
    headers=("If-Match",),
    raises=(Stale, NoCondition, NotPossible),
)
def change_task(call: Call) -> Reply:
    """Change title, note, priority or live knobs (with the next batch). `If-Match` may name the tag
    or the version it was made for: 412 when there is a newer one, 428 when it cannot be read."""
    version = _condition(call.header("If-Match"))
    return shown(call.service.tasks.patch(call.id, call.body, version, who=call.who))


@routes.delete("/tasks/{id}", {202: ASKED}, raises=(NotPossible,))
def delete_task(call: Call) -> Reply:
    """Cancel: `cancelled` at once when nothing runs, else at the next checkpoint."""
    return shown(call.service.tasks.act("cancel", call.id)[0], 202)


@routes.delete("/tasks", docs.BulkResults, body=Cancellation, raises=(Drifted,))
def cancel_tasks(call: Call) -> Reply:
    """Cancel many; nothing when `expected` is not their number."""
    return Reply(call.service.tasks.bulk("cancel", **call.body.which()))


@routes.post("/tasks/actions", docs.BulkResults, body=BulkAction, raises=(Drifted,))
def act_on_tasks(call: Call) -> Reply:
    """One verb for many tasks; nothing when `expected` is not their number."""
    body = call.body
    found = call.service.tasks.bulk(
        body.action, ids=body.ids, filter=body.filter, expected=body.expected, who=call.who
    )
    return Reply(found)


def _verb(verb: str, sentence: str) -> None:
    @routes.post(
        f"/tasks/{{id}}/{verb}", {200: TASK, 202: ASKED}, raises=(NotPossible,), name=f"{verb}_task"
    )
    def act(call: Call) -> Reply:
        options = {"who": call.who} if verb == "start" else {}
        return asked(*call.service.tasks.act(verb, call.id, **options))

    act.__doc__ = sentence


_verb(
    "start",
    "Start what is held or waits for something; what is ready goes to the top. Who starts what was"
    " held has approved it: `approved` of the task and of its `task_update` event.",
)
_verb("pause", "Pause: nothing moves after `paused` is shown.")
_verb("resume", "Go on from the cursor.")
_verb("cancel", "Cancel, for good.")
_verb("hold", "Hold: wait for a start.")


@routes.post(
    "/tasks/{id}/retry",
    {200: TASK, 202: ASKED},
    body=Retry,
    is_body_optional=True,
    raises=(NotPossible,),
)
def retry_task(call: Call) -> Reply:
    """Go on where it failed, or begin anew, or with the failed items alone."""
    body = call.body
    return asked(
        *call.service.tasks.act(
            "retry", call.id, from_=body.from_, only_failed_items=body.only_failed_items
        )
    )


@routes.post("/tasks/{id}/move", TASK, body=Move, raises=(NotPossible,))
def move_task(call: Call) -> Reply:
    """Another place in the waiting line."""
    return shown(call.service.tasks.move(call.id, call.body))


@routes.get("/tasks/{id}/jobs", docs.JobList)
def list_jobs(call: Call) -> Reply:
    """The jobs of all its runs, oldest first, each with its attempts."""
    return Reply({"items": call.service.tasks.jobs(call.id)})


@routes.get("/tasks/{id}/items", Content(docs.ItemList, headers=("Link",)), query=ItemsQuery)
def list_items(call: Call) -> Reply:
    """The units of its work, in the order they were added."""
    query = call.query
    page = call.service.lists.items(
        call.id, status=query.status, after=query.after, limit=query.limit
    )
    return listed(call, page, "after")


@routes.get("/tasks/{id}/events", Content(docs.EventList, headers=("Link",)), query=TimelineQuery)
def list_events_of_task(call: Call) -> Reply:
    """Its timeline: what happened to it, oldest first, as far as it is kept."""
    query = call.query
    page = call.service.lists.events(
        call.id,
        after=query.after,
        before=query.before,
        kinds=query.kinds or (),
        limit=query.limit,
    )
    return listed(call, page, "after" if query.before is None else "before")


@routes.get("/tasks/{id}/pace", docs.Pace, query=PaceQuery)
def read_pace(call: Call) -> Reply:
    """How many records it had seen when, what each part of a backfill took, what held it back,
    and the run before with the same type and parameters."""
    return Reply(call.service.paces.read(call.id, call.query.points))


# --- tags ---------------------------------------------------------------------------------------


def etag(task: dict) -> str:
    """The version, and a digest of what changes without it: why the task waits, and its jobs."""
    beside = compact([task["waiting_because"], task["jobs"]])
    return f'"{task["version"]}-{hashlib.sha256(beside.encode()).hexdigest()[:12]}"'


def shown(task: dict, status: int = 200) -> Reply:
    """A task as it now is."""
    return Reply(task, status, {"ETag": etag(task)})


def asked(task: dict, done: bool) -> Reply:
    """A task after a verb: done, or asked for and on its way."""
    return shown(task, 200 if done else 202)


def _condition(if_match: str) -> int | None:
    """The version that `If-Match` demands; None for any.

    Raises NoCondition for a value that is no list of tags, Stale for weak tags, which never match.
    """
    value = if_match.strip()
    if value in ("", "*"):
        return None
    tag = _ETAG.fullmatch(value)
    if tag is None:
        raise NoCondition('If-Match takes one tag as it was given, such as "7", or *')
    version = _VERSION.fullmatch(tag[2])
    if tag[1] or version is None:
        raise Stale(f"{json.dumps(tag[2])} is no version of a task")
    return int(version[1])
