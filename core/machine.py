"""Measures what the throttles ask about the machine: load of others, battery, free disk space.

Only what somebody asks for is measured, and at most once a second. Called by `core.pace`.
"""

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from core.throttles import Limits, Machine

FRESH_S = 1.0  #: so long a measurement holds
MB = 1_000_000


class Gauge:
    """Measures the machine as one task sees it."""

    def __init__(self, places: Mapping[str, Path], family: Callable[[], list[int]]):
        """`places`: {what lies there: a path on the disk}; `family`: the pids that are ours, whose
        load (with that of their children) is not that of other programs."""
        self._places, self._family = dict(places), family
        self._machine, self._at = Machine(), -FRESH_S
        self._busy: tuple[float, float, dict[int, float]] | None = None
        self._load: float | None = None

    def look(self, limits: Limits) -> Machine:
        """The machine now, or as it was less than a second ago."""
        now = time.monotonic()
        if now - self._at >= FRESH_S:
            self._at = now
            self._machine = Machine(
                load=self._others() if limits.max_load is not None else None,
                battery=_battery() if limits.battery_percent else None,
                free_mb=self._free() if limits.min_free_mb else {},
            )
        return self._machine

    def _free(self) -> dict[str, float]:
        found = {}
        for what, path in self._places.items():
            try:
                found[what] = shutil.disk_usage(path).free / MB
            except OSError:
                continue  # it is gone; whoever opens it says so
        return found

    def _others(self) -> float | None:
        """The share of all cores that processes outside of the family used since the last look."""
        times = psutil.cpu_times()
        total = sum(times[:8])  # guest times are part of the user's
        idle = times.idle + getattr(times, "iowait", 0.0)
        ours = self._ours()
        if self._busy is not None:
            span = total - self._busy[0]
            busy = span - (idle - self._busy[1])
            mine = sum(used - self._busy[2].get(pid, 0.0) for pid, used in ours.items())
            if span > 0:
                self._load = max(0.0, min(1.0, (busy - mine) / span))
        self._busy = (total, idle, ours)
        return self._load

    def _ours(self) -> dict[int, float]:
        """{pid: seconds of processor} of the family and its children."""
        found: dict[int, float] = {}
        for pid in self._family():
            try:
                process = psutil.Process(pid)
                members = [process, *process.children(recursive=True)]
            except psutil.Error:
                continue
            for member in members:
                try:
                    used = member.cpu_times()
                except psutil.Error:
                    continue
                found[member.pid] = used.user + used.system
        return found


def _battery() -> float | None:
    """Percent left while the machine runs on its battery; None on mains or without one."""
    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError, NotImplementedError):
        return None  # this system has no way to ask
    if battery is None or battery.power_plugged is not False:
        return None
    return float(battery.percent)
