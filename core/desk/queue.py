"""The queue as a whole: its figures from one consistent read, its pause, the person's activity."""

from typing import Any

from core import estimate, lanes
from core.desk.bulk import Bulk
from core.desk.requests import Activity
from core.desk.waiting import Situation, Waiting
from core.documents import rfc3339
from core.model import Kind, Status
from core.queue import Ledger


class QueueDesk:
    """Figures and switches of the queue."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger
        self._store = ledger.store
        self._waiting = Waiting(ledger)
        self._bulk = Bulk(ledger)

    # --- figures ---------------------------------------------------------------------------------

    def figures(self) -> dict[str, Any]:
        """Everything about the queue in one consistent read.

        A lane's `busy` are the jobs on its own slots, `lent` are slots of it that normal jobs
        borrow. `eta` is in seconds, null while anything to be done cannot be counted.
        """
        with self._store.snapshot():
            counts = {r["status"]: r["n"] for r in self._store.rows("task_counts")}
            situation = Situation.now(self._ledger)
            waiting = self._waiting.head(situation)
            return {
                "is_paused": situation.around.is_paused,
                "pending": counts[Status.QUEUED],
                **{s.value: counts[s] for s in Status if s != Status.QUEUED},
                "lanes": _lanes(situation),
                "eta": self._eta(),
                "waiting_because": waiting.document() if waiting else None,
                "activity": self._activity(situation),
            }

    def _eta(self) -> dict[str, float] | None:
        open_ = self._store.one("open_totals")
        if open_ is None or open_["unknown"] or open_["to_go"] is None:
            return None
        return estimate.eta(open_["to_go"], open_["rate_low"], open_["rate_high"])

    # --- pause and resume ------------------------------------------------------------------------

    def pause(self) -> dict[str, Any]:
        """Start nothing new; what runs goes on. Survives a restart. The figures afterwards."""
        return self._pause(True)

    def resume(self) -> dict[str, Any]:
        """Go on starting what waits."""
        return self._pause(False)

    def _pause(self, paused: bool) -> dict[str, Any]:
        with self._ledger.transaction(durable=True) as store:
            if bool(store.one("queue_state")["is_paused"]) == paused:
                return self.figures()
            store.changed("pause_queue", is_paused=int(paused))
            self._ledger.work_is_ready()
            return self.tell()

    def tell(self, **more: Any) -> dict[str, Any]:
        """Append the figures as an event, inside the caller's transaction."""
        figures = self.figures()
        self._ledger.events.append(Kind.QUEUE_UPDATE, None, figures | more)
        return figures

    # --- everything of a status ------------------------------------------------------------------

    def clear_completed(self) -> dict[str, Any]:
        """Remove all completed tasks from the list and the database: {changed}."""
        return {"changed": self._bulk.every("clear", Status.COMPLETED)}

    def retry_failed(self) -> dict[str, Any]:
        """Retry all failed tasks from where they failed: {changed}."""
        return {"changed": self._bulk.every("retry", Status.FAILED)}

    # --- the person ------------------------------------------------------------------------------

    def activity(self) -> dict[str, Any]:
        """{state, until}: what the person does, and when that runs out unless renewed."""
        with self._store.snapshot():
            return self._activity(Situation.now(self._ledger))

    def set_activity(self, activity: Activity) -> dict[str, Any]:
        """The person comes first: some lanes wait until idle, or until nobody renews the lease."""
        clock = self._ledger.clock
        with self._ledger.transaction() as store:
            before = self.activity()["state"]
            store.changed(
                "put_activity",
                activity=activity.state,
                until=None if activity.state == "idle" else clock.mono() + activity.ttl_s,
                boot=clock.boot(),
            )
            if activity.state != before:  # a renewal changes nothing that is shown
                self._ledger.work_is_ready()
                self.tell()
            return self.activity()

    def _activity(self, situation: Situation) -> dict[str, Any]:
        state = situation.around.activity
        if state == "idle":
            return {"state": state, "until": None}
        clock, row = self._ledger.clock, self._store.one("queue_state")
        to_go = row["activity_mono"] - clock.mono()
        return {"state": state, "until": rfc3339(clock.wall() + to_go)}


def _lanes(situation: Situation) -> list[dict[str, Any]]:
    limits, busy = situation.limits, situation.busy
    return [
        {
            "name": lane,
            "slots": limits.slots(lane),
            "busy": getattr(busy, lane),
            "lent": busy.lent if lane == lanes.PRIORITY else 0,
        }
        for lane in lanes.NAMES
    ]
