"""The queue as a whole: figures, pause, everything of a status."""

from core.desk.requests import TaskFilter
from webui import documents as docs
from webui.calls import Call
from webui.documents.service import TaskCounts
from webui.replies import Reply
from webui.routes import Routes

routes = Routes("queue")


@routes.get("/queue", docs.QueueDocument)
def get_queue(call: Call) -> Reply:
    """Counts, lanes, estimate, and what everything waits for; one consistent read."""
    return Reply(call.service.queue.figures())


@routes.get("/queue/counts", TaskCounts, query=TaskFilter)
def count_tasks(call: Call) -> Reply:
    """How many tasks fit a filter, by status: what a bulk action with this filter would find."""
    return Reply(call.service.queue.counts(call.query))


@routes.post("/queue/pause", docs.QueueDocument)
def pause_queue(call: Call) -> Reply:
    """Start nothing new; what runs goes on. Survives a restart."""
    return Reply(call.service.queue.pause())


@routes.post("/queue/resume", docs.QueueDocument)
def resume_queue(call: Call) -> Reply:
    """Go on starting what waits."""
    return Reply(call.service.queue.resume())


@routes.post("/queue/clear-completed", docs.Changed)
def clear_completed(call: Call) -> Reply:
    """Remove all completed tasks from the list and the database."""
    return Reply(call.service.queue.clear_completed())


@routes.post("/queue/retry-failed", docs.Changed)
def retry_failed(call: Call) -> Reply:
    """Retry all failed tasks from where they failed."""
    return Reply(call.service.queue.retry_failed())
