"""What was done so far."""

from webui import documents as docs
from webui.api.queries import StatsQuery
from webui.calls import Call
from webui.replies import Reply
from webui.routes import Routes

routes = Routes("stats")


@routes.get("/stats", docs.Stats, query=StatsQuery)
def get_stats(call: Call) -> Reply:
    """Finished tasks, records and durations, per day and type or per type."""
    return Reply(call.service.stats.stats(call.query.since, call.query.by))
