"""Live knobs of a task: what may be changed while it runs, within which limits, and by whom."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.errors import Invalid
from core.identity import Who


class Knobs(BaseModel):
    """What is absent stays. A knob of null is automatic again."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    batch_size: int | None = Field(
        default=None, ge=1, le=1_000_000, description="Records a batch; null: as long as target_ms"
    )
    rate: float | None = Field(default=None, gt=0, le=1e9, description="Records a second at most")
    workers: int | None = Field(default=None, ge=1, le=256, description="Processes that compute")
    nice: float | None = Field(
        default=None, ge=0, le=0.95, description="Share of the time that it leaves free"
    )
    target_ms: int | None = Field(
        default=None, ge=20, le=60_000, description="How long a batch should take"
    )
    max_load: float | None = Field(
        default=None, ge=0, le=1, description="Wait while other programs use more of the processor"
    )
    battery_percent: float | None = Field(
        default=None, ge=0, le=101, description="Wait on battery with less than so many percent"
    )
    min_free_mb: float | None = Field(
        default=None, ge=0, le=1e9, description="Wait while fewer megabytes are free on its disks"
    )
    quiet_hours: bool | None = Field(default=None, description="Wait in quiet hours")
    activity: bool | None = Field(
        default=None, description="Wait while the person records or waits for a transcription"
    )


NAMES = tuple(Knobs.model_fields)


def turned(
    old: dict[str, Any], given: dict[str, Any], has: frozenset[str], name: str
) -> dict[str, Any]:
    """The knobs with those given; null gives one back to the task type.

    `has`: those of the task type `name`. Raises Invalid for others.
    """
    knobs, errors = dict(old), []
    for knob in NAMES:
        if knob not in given:
            continue
        if knob not in has:
            others = f"; it has {', '.join(sorted(has))}" if has else ""
            message = f"{name} has no {knob} that can be changed while it runs{others}"
            errors.append({"pointer": f"/{knob}", "message": message})
        knobs[knob] = given[knob]
    if errors:
        raise Invalid("; ".join(e["message"] for e in errors), errors)
    return {knob: value for knob, value in knobs.items() if value is not None}


def steered(
    old: dict[str, Any], new: dict[str, Any], who: Who | None, at: float
) -> dict[str, Any] | None:
    """Who changed which knobs from what to what (None: automatic), and when; None for no change."""
    changes = [
        {"name": name, "from": old.get(name), "to": new.get(name)}
        for name in NAMES
        if old.get(name) != new.get(name)
    ]
    if not changes:
        return None
    by = who.document() if who else {"by": "program", "user": "", "session": ""}
    return {**by, "at": at, "changes": changes}
