"""The demonstration: a sample archive, filled in before the person's eyes by a real backfill.

Called by `longhaul demo`. The archive is made here (the one import of core outside `serve`, made
only when it is needed); everything else goes through the API, as it would for any script.
"""

from pathlib import Path
from typing import Any

from desktop.client import Client
from desktop.failures import Failure, Refused
from desktop.output import say
from desktop.params import listed
from desktop.words import counted

TYPE = "backfill-dates"
#: How the demo's tasks are found again.
RELATED = {"type": "demo", "id": "articles"}

Task = dict[str, Any]


def task_of(client: Client, folder: Path, articles: int | None) -> Task:
    """The demo's task: the one that is on its way, else a new one on an archive with work left.

    `articles` None keeps a sample archive that is not filled yet, else takes 3,000.
    """
    query = {"related_type": RELATED["type"], "related_id": RELATED["id"]}
    if active := listed(client.get("/tasks", type=TYPE, **query)):
        say(f"The demo is on its way already: task {active[0]['id']}.")
        return active[0]
    path = archive_of(folder)
    if articles is not None or not has_work(client, path):
        make(path, articles or 3000)
    request = {
        "type": TYPE,
        "params": {"database": str(path)},
        "title": "Demo: dates for an archive of articles",
        "source": "demo",
        "related": RELATED,
    }
    return client.post("/tasks", request)


def archive_of(folder: Path) -> Path:
    """Where the sample archive is."""
    return folder / "demo" / "articles.sqlite"


def has_work(client: Client, path: Path) -> bool:
    """Whether a sample archive is there with articles that no run has visited."""
    if not path.exists():
        return False
    try:
        preview = client.post(f"/task-types/{TYPE}/preview", {"params": {"database": str(path)}})
    except Refused:
        return False  # not what it was: a new one takes its place
    return bool(preview.get("count") or preview.get("at_least"))


def make(path: Path, articles: int) -> None:
    """A fresh sample archive. Raises Failure when the file there is not ours, or is in use."""
    from core.errors import LonghaulError
    from core.samples import make_archive

    say(f"Making a sample archive of {counted(articles)} articles …")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        made = make_archive(path, articles=articles)
    except LonghaulError as error:
        raise Failure(str(error)) from None
    say(f"{path}: {counted(made.undated)} of {counted(made.rows)} articles have no date.")


def result(client: Client, task: Task) -> dict[str, Any]:
    """What the run reports: {outcomes: {name: count}, sources: [{source, is_guess, records}], …};
    {} when there is nothing."""
    if not task.get("result_url"):
        return {}
    return client.get(f"/tasks/{task['id']}/result")
