"""What photo projects get by the clock: a `maintenance` and a `trash_maintenance` each.

When, says the setting `photos.maintenance`. As with schedules, a time that was missed is made up
for once, and a project whose maintenance of before is not finished is left out.
"""

from collections.abc import Callable
from datetime import tzinfo
from typing import Any

from core.desk.cron import next_time
from core.desk.requests import TaskRequest
from core.errors import LonghaulError
from core.identity import Who, user_name
from core.queue import Ledger

TYPES = ("maintenance", "trash_maintenance")
SOURCE = "schedule"


class PhotoUpkeep:
    """Starts the upkeep of all projects when it is due."""

    def __init__(
        self, ledger: Ledger, start: Callable[..., dict[str, Any]], zone: tzinfo | None = None
    ):
        """`zone`: the one that the expression is meant in; default: the machine's own."""
        self._ledger, self._store, self._start, self._zone = ledger, ledger.store, start, zone

    def fire_due(self) -> int:
        """Start what is due; how many tasks were created. Idempotent and safe to run twice."""
        cron, now = self._ledger.settings().photos_maintenance, self._ledger.clock.wall()
        row = self._store.one("upkeep")
        if row is None or row["cron"] != cron:
            self._plan(cron, now)
            return 0
        if row["next_at"] is None or row["next_at"] > now:
            return 0
        started = 0
        with self._ledger.transaction(durable=True) as store:
            values = {"expected": row["next_at"], "next_at": self._next(cron, now), "now": now}
            if store.changed("upkeep_ran", **values) == 0:
                return 0  # another scheduler was first
            for project in store.rows("projects", id=None):
                started += sum(self._begin(project["name"], type_) for type_ in TYPES)
        return started

    def _begin(self, project: str, type_: str) -> bool:
        if self._store.one("open_task_of_type", project=project, type=type_) is not None:
            return False
        request = TaskRequest(type=type_, params={"project": project}, source=SOURCE)
        try:
            self._start(request, (), Who(SOURCE, user_name()))
        except LonghaulError:  # a definition that does not fit any more: the others go on
            return False
        return True

    def _plan(self, cron: str, now: float) -> None:
        """A setting that is new, or has changed: from now on."""
        with self._ledger.transaction(durable=True) as store:
            store.changed("plan_upkeep", cron=cron, next_at=self._next(cron, now))

    def _next(self, cron: str, now: float) -> float | None:
        try:
            return next_time(cron, now, self._zone) if cron else None
        except LonghaulError:  # a setting of an older version
            return None
