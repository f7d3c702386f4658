"""The routes of the API, one file for each noun. `declared` has all of them.

A handler takes a `Call` and returns a `Reply`; what it needs of the service it finds in the call.
No handler catches an error or parses anything: `webui.dispatch` does both.
"""

from webui.api import (
    activity,
    entering,
    events,
    paths,
    photos,
    queue,
    recordings,
    schedules,
    sessions,
    settings,
    snapshot,
    sources,
    stats,
    system,
    task_logs,
    task_types,
    tasks,
    uploads,
)
from webui.routes import Routes

NOUNS: tuple[Routes, ...] = (
    tasks.routes,
    task_logs.routes,
    task_types.routes,
    queue.routes,
    activity.routes,
    sessions.routes,
    events.routes,
    snapshot.routes,
    schedules.routes,
    paths.routes,
    recordings.routes,
    sources.routes,
    stats.routes,
    settings.routes,
    photos.routes,
    uploads.routes,
    system.routes,
    entering.routes,
)
