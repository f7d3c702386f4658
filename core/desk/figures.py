"""The queue's figures from one consistent read, and the event that tells them."""

from typing import Any

from core import estimate, lanes
from core.desk.waiting import Situation, Waiting
from core.documents import reason_document, rfc3339
from core.model import Kind, Status
from core.queue import Ledger


class Figures:
    """Counts, lanes, estimate and what everything waits for."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger
        self._store = ledger.store
        self._waiting = Waiting(ledger)

    def read(self) -> dict[str, Any]:
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
                "waiting_because": reason_document(waiting),
                "activity": self.activity(situation),
            }

    def _eta(self) -> dict[str, float] | None:
        open_ = self._store.one("open_totals")
        if open_ is None or open_["unknown"] or open_["to_go"] is None:
            return None
        return estimate.eta(open_["to_go"], open_["rate_low"], open_["rate_high"])

    def tell(self, **more: Any) -> dict[str, Any]:
        """Append the figures as an event, inside the caller's transaction."""
        figures = self.read()
        self._ledger.events.append(Kind.QUEUE_UPDATE, None, figures | more)
        return figures

    def activity(self, situation: Situation) -> dict[str, Any]:
        """{state, until}: what the person does, and when that runs out unless renewed."""
        state = situation.around.activity
        if state == "idle":
            return {"state": state, "until": None}
        clock = self._ledger.clock
        to_go = situation.activity_mono - clock.mono()
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
