"""The streamed `POST /tasks`: a task that starts at once, and whose answer is its progress.

The client may leave at any time; the task goes on, and `GET /events?task=ID` (with the last id it
saw) goes on telling. Called by `tasks.py`.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from core.desk.lists import ListDesk
from core.documents import compact
from core.errors import NotFound
from core.model import TERMINAL, Event, Kind
from webui.calls import Call
from webui.frames import RETRY, Choice, Subscription, frame
from webui.replies import EVENT_STREAM, JSON, REPLAYED, Reply

KINDS = frozenset({Kind.TASK_PROGRESS.value, Kind.TASK_FINISHED.value})


def started(call: Call, created: Callable[[dict], Reply]) -> Reply:
    """Start the task of the call; the stream of its progress, which ends when it has finished.

    `created` makes the answer that is kept under an idempotency key. The same request under the
    same key follows the same task again.
    """
    service = call.service
    # Asked before the task is there: nothing that happens to it can have a lower number.
    after = service.events.last_id()
    if call.key is None:
        return _following(
            call, service.tasks.create(call.body, direct=True, who=call.who)["id"], after
        )
    answer = service.tasks.create_once(
        call.key, call.body, lambda task: created(task).kept(), direct=True, who=call.who
    )
    task_id = json.loads(answer.body)["id"]
    if not answer.is_replay:
        return _following(call, task_id, after)
    task = service.tasks.get(task_id)
    if task["status"] not in TERMINAL:
        return _following(call, task_id, after, REPLAYED)
    last = Event(after, Kind.TASK_FINISHED, task_id, 0.0, compact(task))
    body = RETRY + frame(last, with_result(service.lists))
    return Reply(body, 200, _location(task_id) | REPLAYED, EVENT_STREAM)


def with_result(lists: ListDesk) -> Callable[[Event], tuple[str, str]]:
    """Events as they are sent: the last one has the `result` where that is JSON or text."""

    def renamed(event: Event) -> tuple[str, str]:
        if event.kind != Kind.TASK_FINISHED:
            return event.kind, event.data
        document = json.loads(event.data)
        if document["result_url"] is not None:
            with suppress(NotFound):  # removed or started again in this very moment
                document |= _result(*lists.result(document["id"]))
        return event.kind, compact(document)

    return renamed


def _result(media_type: str, content: bytes) -> dict[str, Any]:
    if media_type == JSON:
        return {"result": json.loads(content)}
    if media_type.startswith("text/"):
        return {"result": content.decode(errors="replace")}
    return {}


def _following(call: Call, task_id: int, after: int, headers: dict | None = None) -> Reply:
    subscription = Subscription(
        after=after,
        choice=Choice(tasks=frozenset({task_id}), kinds=KINDS),
        rename=with_result(call.service.lists),
        until=lambda event: event.kind == Kind.TASK_FINISHED,
    )
    headers = _location(task_id) | (headers or {})
    return Reply(None, 200, headers, EVENT_STREAM, subscription)


def _location(task_id: int) -> dict[str, str]:
    return {"Location": f"/api/v1/tasks/{task_id}"}
