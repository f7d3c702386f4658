"""A request for a task → a task ready to be stored: checked against its type, with defaults."""

from core.desk.requests import TaskRequest
from core.desk.types import TypeDesk
from core.errors import Invalid
from core.identity import Who
from core.model import NewTask


def prepared(
    types: TypeDesk, request: TaskRequest, *, direct: bool = False, who: Who | None = None
) -> NewTask:
    """Raises Invalid with pointers for an unknown type and parameters that do not fit, PlanDrifted
    when the data are not as they were when its plan was made.

    `direct`: starts at once, outside the waiting line.
    """
    if direct and (request.hold or request.after or request.not_before):
        raise Invalid("What starts at once cannot wait: leave out hold, after and not_before")
    cls, params, stored = types.validate(request.type, request.params)
    if request.plan is not None:
        types.hold_to(request.plan, request.type, request.params, stored)
    if request.canary is not None and not cls.has_canary():
        message = f"{cls.name} works through no records one by one: it has no canary"
        raise Invalid(message, [{"pointer": "/canary", "message": message}])
    related = request.related
    return NewTask(
        type=cls.name,
        title=request.title or cls.title_for(params),
        params=stored,
        steps=cls.steps_for(params),
        unit=cls.unit,
        priority=request.priority,
        source=request.source,
        user_relevant=cls.user_relevant,
        project=getattr(params, "project", None) if cls.scope == "project" else request.project,
        session_id=request.session_id,
        related_type=related.type if related else None,
        related_id=related.id if related else None,
        not_before=request.not_before.timestamp() if request.not_before else None,
        after=tuple(dict.fromkeys(request.after)),
        hold=request.hold,
        direct=direct,
        items=tuple(request.items or ()),
        note=request.note,
        canary=request.canary,
        asked_by=who,
    )
