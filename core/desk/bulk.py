"""One verb for many tasks: chosen in one consistent read, changed some at a time."""

from collections.abc import Iterable
from typing import Any

from core.desk.listing import conditions
from core.desk.requests import MOST_IN_BULK, TaskFilter
from core.errors import Drifted, Invalid
from core.identity import Who
from core.model import ACTIVE, TERMINAL, Status
from core.queue import Ledger, Steering
from core.queue.steering import Result

#: What a verb means when the filter names no status; the others mean all active tasks.
MEANT: dict[str, Iterable[Status]] = {"retry": (Status.FAILED,), "clear": TERMINAL}


class Bulk:
    """Acts on many tasks."""

    def __init__(self, ledger: Ledger, steering: Steering):
        self._store = ledger.store
        self._steering = steering

    def act(
        self,
        verb: str,
        *,
        ids: list[int] | None = None,
        filter: TaskFilter | None = None,
        expected: int | None = None,
        who: Who | None = None,
    ) -> dict[str, Any]:
        """{results: [{id, status, ok, error?}], changed}.

        When `expected` is not the number of tasks that fit, raises Drifted and nothing is changed.
        Otherwise exactly those counted are acted on, a transaction for some of them at a time;
        each answers for itself, so one that has moved on meanwhile refuses and harms no other.
        """
        if ids is not None:
            chosen = list(dict.fromkeys(ids))
        else:
            chosen = self.matching(filter or TaskFilter(), MEANT.get(verb, ACTIVE))
        if expected is not None and expected != len(chosen):
            raise Drifted(f"{len(chosen)} tasks fit now, not {expected}; nothing was changed")
        options = {"who": who} if verb == "start" else {}
        results = [_result(r) for r in self._steering.act_many(verb, chosen, **options)]
        return {"results": results, "changed": sum(r["ok"] for r in results)}

    def matching(self, filter: TaskFilter, default: Iterable[Status] = ACTIVE) -> list[int]:
        """The numbers of all tasks that fit, oldest first. Raises Invalid for too many."""
        found = conditions(filter, filter.statuses(default))
        rows = self._store.execute(
            f"SELECT t.id FROM tasks t WHERE {found.sql()} ORDER BY t.id LIMIT :most",  # noqa: S608
            found.values | {"most": MOST_IN_BULK + 1},
        )
        if len(rows) > MOST_IN_BULK:
            raise Invalid(f"More than {MOST_IN_BULK} tasks fit; narrow the filter")
        return [row["id"] for row in rows]

    def counts(self, filter: TaskFilter) -> dict[str, Any]:
        """How many tasks fit, of each status that the filter means."""
        statuses = filter.statuses(ACTIVE)
        found = conditions(filter, statuses)
        rows = self._store.execute(
            f"SELECT t.status, count(*) AS n FROM tasks t WHERE {found.sql()} GROUP BY t.status",  # noqa: S608
            found.values,
        )
        by_status = {row["status"]: row["n"] for row in rows}
        return {
            "total": sum(by_status.values()),
            "by_status": {status.value: by_status.get(status, 0) for status in statuses},
        }

    def every(self, verb: str, status: Status) -> int:
        """`verb` for all tasks of a status, maintenance too; how many it changed."""
        changed, seen = 0, 0
        while rows := self._store.rows("ids_of_status", status=status, after=seen, limit=1000):
            ids = [row["id"] for row in rows]
            changed += sum(r.error is None for r in self._steering.act_many(verb, ids))
            seen = ids[-1]
        return changed


def _result(result: Result) -> dict[str, Any]:
    error, task = result.error, result.task
    document: dict[str, Any] = {
        "id": result.id,
        "status": task.status if task else None,
        "ok": error is None,
    }
    if error is not None:
        document["error"] = {"code": error.code, "message": str(error), **error.extra}
    return document
