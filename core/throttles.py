"""What holds a backfill back, by name: the machine, the person, the hour, its own predicate. Pure.

A throttle that holds is waited for between two batches; what slows (a rate, a share of free time)
is waited for after each. Limits come from the settings, and a task's own knobs go before them.
`core.machine` measures, `core.pace` waits.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.lanes import Surroundings, is_quiet
from core.settings import QuietHours, Settings

#: the knobs that go before the settings `throttle.*` of the same names
KNOBS = ("target_ms", "max_load", "battery_percent", "min_free_mb", "quiet_hours", "activity")
RELEASE = 0.8  #: of the limit of the load: below this share of it the work goes on, so it is calm


@dataclass(frozen=True)
class Limits:
    """How far a task may go, from settings and knobs."""

    target_s: float = 0.3
    max_load: float | None = None
    battery_percent: float = 0
    min_free_mb: float = 0
    quiet_hours: tuple[QuietHours, ...] = ()
    activity: bool = False

    @classmethod
    def of(cls, settings: Settings, knobs: dict[str, Any]) -> "Limits":
        def limit(name: str) -> Any:
            value = knobs.get(name)
            return getattr(settings, f"throttle_{name}") if value is None else value

        return cls(
            target_s=limit("target_ms") / 1000,
            max_load=limit("max_load"),
            battery_percent=limit("battery_percent"),
            min_free_mb=limit("min_free_mb"),
            quiet_hours=tuple(settings.quiet_hours) if limit("quiet_hours") else (),
            activity=bool(limit("activity")),
        )


@dataclass(frozen=True)
class Machine:
    """What was measured; None or empty where it cannot be or was not asked for."""

    load: float | None = None  #: share of all cores that other programs use, 0 to 1
    battery: float | None = None  #: percent left while it runs on battery; None: on mains, or none
    free_mb: dict[str, float] = field(default_factory=dict)  #: by what lies there


@dataclass(frozen=True)
class Held:
    """A throttle that holds: its name, and its words."""

    name: str
    words: str

    def told(self, since: datetime) -> str:
        """For a person: "Throttled: on battery (18 %) since 14:02"."""
        return f"Throttled: {self.words} since {since:%H:%M}"


def holding(
    limits: Limits, machine: Machine, around: Surroundings, lane: str, before: str = ""
) -> Held | None:
    """The first throttle that holds a task of this lane now; `before`: what held it until now."""
    if machine.battery is not None and machine.battery < limits.battery_percent:
        return Held("battery", f"on battery ({machine.battery:.0f} %)")
    for what, free in machine.free_mb.items():
        if free < limits.min_free_mb:
            return Held("disk", f"only {free:,.0f} MB are free on the disk of {what}")
    if limits.max_load is not None and machine.load is not None:
        limit = limits.max_load * (RELEASE if before == "load" else 1)
        if machine.load > limit:
            return Held("load", f"other programs use {machine.load:.0%} of the processor")
    if limits.activity and around.activity != "idle":
        return Held("activity", f"you are {around.activity}")
    for hours in limits.quiet_hours:
        if lane in hours.lanes and is_quiet(hours, around.now):
            return Held("quiet-hours", f"quiet hours until {hours.end}")
    return None


def slowed(records: int, seconds: float, knobs: dict[str, Any]) -> tuple[float, str]:
    """(seconds to wait after a batch, why): a rate of records a second, or a share left free."""
    waits = [(0.0, "")]
    if rate := knobs.get("rate"):
        waits.append((records / float(rate) - seconds, f"Slowed to {float(rate):g} a second"))
    if nice := knobs.get("nice"):
        share = float(nice)
        waits.append((seconds * share / (1 - share), f"Leaves {share:.0%} of the time free"))
    return max(waits)
