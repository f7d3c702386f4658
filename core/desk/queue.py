"""The queue as a whole: its pause, everything of a status, the person's activity."""

from typing import Any

from core.desk.bulk import Bulk
from core.desk.figures import Figures
from core.desk.requests import Activity, TaskFilter
from core.desk.waiting import Situation
from core.model import Status
from core.queue import Ledger, Steering


class QueueDesk:
    """Figures and switches of the queue."""

    def __init__(self, ledger: Ledger, steering: Steering):
        self._ledger = ledger
        self._store = ledger.store
        self._figures = Figures(ledger)
        self._bulk = Bulk(ledger, steering)

    def figures(self) -> dict[str, Any]:
        """Everything about the queue in one consistent read; see `core.desk.figures`."""
        return self._figures.read()

    # --- pause and resume ------------------------------------------------------------------------

    def pause(self) -> dict[str, Any]:
        """Start nothing new; what runs goes on. Survives a restart. The figures afterwards."""
        return self._pause(True)

    def resume(self) -> dict[str, Any]:
        """Go on starting what waits."""
        return self._pause(False)

    def _pause(self, paused: bool) -> dict[str, Any]:
        with self._ledger.transaction(durable=True) as store:
            if self._figures.read()["is_paused"] == paused:
                return self.figures()
            store.changed("pause_queue", is_paused=int(paused))
            self._ledger.work_is_ready()
            return self._figures.tell()

    def tell(self, **more: Any) -> None:
        """Append the figures as an event, with `more` beside them."""
        with self._ledger.transaction():
            self._figures.tell(**more)

    # --- everything of a status ------------------------------------------------------------------

    def counts(self, filter: TaskFilter) -> dict[str, Any]:
        """{total, by_status}: how many tasks fit, as bulk actions would find them."""
        return self._bulk.counts(filter)

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
            return self._figures.activity(Situation.now(self._ledger))

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
                self._figures.tell()
            return self.activity()
