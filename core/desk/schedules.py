"""Tasks that start by the calendar. A missed time is made up for once, however many were missed.

`core.scheduler` calls `fire_due`; several may do so at the same time: the task is created and the
next time written in one transaction that first looks whether the time is still due.
"""

import json
from datetime import tzinfo
from typing import Any

from core.desk.cron import next_time
from core.desk.preparing import prepared
from core.desk.requests import MOST_ID, SchedulePatch, ScheduleRequest, TaskRequest
from core.desk.showing import Showing
from core.desk.types import TypeDesk
from core.documents import compact, rfc3339
from core.errors import LonghaulError, NotFound
from core.identity import Who, user_name
from core.model import ACTIVE
from core.queue import Intake, Ledger
from core.sealed import kept, masked, unsealed

SOURCE = "schedule"


class ScheduleDesk:
    """Schedules."""

    def __init__(self, ledger: Ledger, intake: Intake, types: TypeDesk, zone: tzinfo | None = None):
        """`zone`: the one that expressions are meant in; default: the machine's own."""
        self._ledger = ledger
        self._store = ledger.store
        self._intake = intake
        self._types = types
        self._zone = zone
        self._showing = Showing(ledger)

    # --- read and change -------------------------------------------------------------------------

    def all(self) -> list[dict[str, Any]]:
        """Every schedule, in the order of their making."""
        return [_document(row) for row in self._store.rows("schedules")]

    def get(self, schedule_id: int) -> dict[str, Any]:
        """Raises NotFound."""
        return _document(self._find(schedule_id))

    def times(self, cron: str, count: int) -> list[str | None]:
        """The next times of an expression. Raises Invalid for one that is none."""
        found = [self._ledger.clock.wall()]
        for _ in range(count):
            found.append(next_time(cron, found[-1], self._zone))
        return [rfc3339(at) for at in found[1:]]

    def create(self, request: ScheduleRequest) -> dict[str, Any]:
        """Raises Invalid for an expression, a task type or parameters that do not fit."""
        cls, _, stored = self._types.validate(request.type, request.params)
        with self._ledger.transaction(durable=True) as store:
            values = {
                "name": request.name,
                "cron": request.cron,
                "type": cls.name,
                "params": compact(stored),
                "priority": request.priority,
                "enabled": int(request.enabled),
                "next_at": self._next(request.cron, request.enabled),
                "now": self._ledger.clock.wall(),
            }
            (row,) = store.execute(store.statement("insert_schedule"), values)
        return _document(row)

    def patch(self, schedule_id: int, patch: SchedulePatch) -> dict[str, Any]:
        """What is given changes, the rest stays; masked secrets that come back stay as well."""
        given = patch.model_dump(exclude_unset=True, exclude_none=True)
        old = self._find(schedule_id)
        params = json.loads(old["params"])
        if "params" in given:
            _, _, params = self._types.validate(old["type"], kept(given["params"], params))
        with self._ledger.transaction(durable=True) as store:
            old = self._find(schedule_id)
            cron, enabled = given.get("cron", old["cron"]), given.get("enabled", old["enabled"])
            moved = cron != old["cron"] or bool(enabled) != bool(old["enabled"])
            values = {
                "id": schedule_id,
                "name": given.get("name", old["name"]),
                "cron": cron,
                "params": compact(params),
                "priority": given.get("priority", old["priority"]),
                "enabled": int(enabled),
                "next_at": self._next(cron, bool(enabled)) if moved else old["next_at"],
            }
            (row,) = store.execute(store.statement("update_schedule"), values)
        return _document(row)

    def delete(self, schedule_id: int) -> None:
        """Its tasks stay. Raises NotFound."""
        self._find(schedule_id)
        with self._ledger.transaction(durable=True) as store:
            store.one("delete_schedule", id=schedule_id)

    # --- run -------------------------------------------------------------------------------------

    def run_now(self, schedule_id: int) -> dict[str, Any]:
        """Start its task once, whatever the calendar says; the task's document."""
        new = prepared(self._types, _request(self._find(schedule_id)))
        return self._showing.task(self._intake.enqueue(new))

    def next_due(self) -> float | None:
        """When `fire_due` has something to do (wall seconds), or None."""
        return self._store.value("next_schedule")

    def fire_due(self) -> int:
        """Start what is due; how many tasks were created. Idempotent and safe to run twice."""
        due = self._store.rows("due_schedules", now=self._ledger.clock.wall())
        return sum(self._fire(row) for row in due)

    def _fire(self, due: Any) -> bool:
        """One schedule that was seen due; whether a task was created."""
        try:
            new, problem = prepared(self._types, _request(due), who=Who(SOURCE, user_name())), ""
        except LonghaulError as error:  # its type is gone, or its parameters do not fit any more
            new, problem = None, str(error)
        with self._ledger.transaction(durable=True) as store:
            row = store.one("schedule", id=due["id"])
            if row is None or not row["enabled"] or row["next_at"] != due["next_at"]:
                return False  # another scheduler was first, or somebody changed it
            if new is not None and (busy := self._unfinished(row["last_task_id"])):
                new, problem = None, f"Left out: task {busy} of the time before is not finished"
            task = self._intake.enqueue_within(new) if new is not None else None
            store.one(
                "schedule_ran",
                id=row["id"],
                expected=row["next_at"],
                next_at=self._next(row["cron"], True),
                now=self._ledger.clock.wall(),
                task_id=task.id if task is not None else row["last_task_id"],
                problem=problem,
            )
        return task is not None

    def _unfinished(self, task_id: int | None) -> int | None:
        """The number of a task that has still to end, so that a stopped queue does not pile up."""
        try:
            task = self._showing.find(task_id or 0)
        except NotFound:
            return None
        return task.id if task.status in ACTIVE else None

    def _next(self, cron: str, enabled: bool) -> float | None:
        at = next_time(cron, self._ledger.clock.wall(), self._zone)
        return at if enabled else None

    def _find(self, schedule_id: int) -> Any:
        row = None
        if 0 < schedule_id <= MOST_ID:
            row = self._store.one("schedule", id=schedule_id)
        if row is None:
            raise NotFound(f"There is no schedule {schedule_id}")
        return row


def _request(row: Any) -> TaskRequest:
    return TaskRequest(
        type=row["type"],
        params=unsealed(json.loads(row["params"])),
        priority=row["priority"],
        source=SOURCE,
    )


def _document(row: Any) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["name"],
        "cron": row["cron"],
        "type": row["type"],
        "params": masked(json.loads(row["params"])),
        "priority": row["priority"],
        "enabled": bool(row["enabled"]),
        "next_at": rfc3339(row["next_at"]),
        "last_at": rfc3339(row["last_at"]),
        "last_task_id": row["last_task_id"],
        "problem": row["problem"],
        "created_at": rfc3339(row["created_at"]),
    }
