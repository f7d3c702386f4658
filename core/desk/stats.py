"""What was done so far: per day and per type (kept beyond retention), and figures for metrics."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from core.desk.figures import Figures
from core.queue import Ledger

DAYS = 30  #: how far back when nobody says
COUNTERS = ("completed", "failed", "cancelled", "records")


class StatsDesk:
    """Throughput, durations, failures."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger
        self._store = ledger.store
        self._figures = Figures(ledger)

    def stats(
        self, since: date | None = None, by: Literal["day", "type"] = "day"
    ) -> dict[str, Any]:
        """{since, by, rows}: finished tasks and their records, from `since` (UTC) until now.

        By day a row stands for a day and a type, by type for all days. `seconds` is the time
        between start and end of tasks, added up; `mean_s` and `records_per_s` follow from it.
        """
        today = datetime.fromtimestamp(self._ledger.clock.wall(), UTC).date()
        begin = since or today - timedelta(days=DAYS - 1)
        rows = self._store.rows(f"stats_by_{by}", since=begin.isoformat())
        return {"since": begin.isoformat(), "by": by, "rows": [_row(r) for r in rows]}

    def figures(self) -> dict[str, Any]:
        """For metrics: the queue's figures, all that ever finished by type, the events' numbers."""
        with self._store.snapshot():
            events = self._ledger.events
            return {
                "queue": self._figures.read(),
                "finished": [_row(r) for r in self._store.rows("stats_by_type", since="")],
                "first_event_id": events.first_id(),
                "last_event_id": events.last_id(),
            }


def _row(row: Any) -> dict[str, Any]:
    document = {n: row[n] for n in ("day", "type", *COUNTERS) if n in row.keys()}  # noqa: SIM118
    seconds, ended = row["seconds"], sum(row[n] for n in COUNTERS[:3])
    return document | {
        "seconds": round(seconds, 3),
        "mean_s": round(seconds / ended, 3) if ended else None,
        "records_per_s": round(row["records"] / seconds, 3) if seconds else None,
    }
