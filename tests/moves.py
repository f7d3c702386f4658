"""Short forms of what a worker does with a `Desk`, a `Bench` that knows types of the test itself,
and questions to the events. Called by the tests of the core.
"""

import json
from pathlib import Path

from core.documents import task_document
from core.lifecycle import Ending
from core.model import Progress, Task
from core.queue import Note, Outcome
from core.registry import Registry
from core.task_type import JobType
from core.worker import Worker
from tests.factories import Bench, Desk


def end(desk: Desk, claim, ending: str = Ending.COMPLETED, **outcome) -> Task:
    """Settle a claim; the task afterwards."""
    return desk.settling.settle(claim.job, Outcome(Ending(ending), **outcome))


def fail(desk: Desk, claim, message: str = "it broke", ending: str = Ending.HOPELESS) -> Task:
    return end(desk, claim, ending, error={"code": "exception", "message": message})


def step(desk: Desk, claim, old: int | None, new: int, *, tell: bool = False, **counters):
    """A checkpoint that moves the cursor from `old` to `new` (None: the start)."""
    return desk.claims.checkpoint(
        claim,
        None if old is None else str(old),
        Progress(cursor=str(new), **{"done": new, **counters}),
        Note("working", must=tell),
    )


def jobs(desk: Desk, task: Task):
    """The jobs of the task's current run, as they now are."""
    return desk.ledger.jobs(desk.ledger.task(task.id))


def now(desk: Desk, task: Task) -> Task:
    return desk.ledger.task(task.id)


def put_setting(desk: Desk, **settings) -> None:
    """Settings by their names with `__` for the dot."""
    with desk.ledger.transaction() as store:
        for name, value in settings.items():
            key = name.replace("__", ".", 1)
            store.changed("put_setting", key=key, value=json.dumps(value))
        store.changed("settings_changed")


def told(desk: Desk, task: Task | None = None, kind: str | None = None) -> list[tuple[str, dict]]:
    """(kind, document) of the events so far, of one task or kind where these are given."""
    return [
        (e.kind, json.loads(e.data))
        for e in desk.events()
        if (task is None or e.task_id == task.id) and (kind is None or e.kind == kind)
    ]


def assert_last_event_is_the_truth(desk: Desk, task: Task) -> None:
    """The last thing told of a task is the task, as anybody would read it."""
    task_kinds = {"task_created", "task_update", "task_progress", "task_finished"}
    last = [d for k, d in told(desk, task) if k in task_kinds][-1]
    truth = task_document(now(desk, task))
    for document in (last, truth):
        del document["waiting_because"]  # depends on the lanes, which an event does not look at
    assert last == truth


class Known(Registry):
    """Knows the classes of a test beside the built-in ones."""

    def __init__(self, folder: Path, *classes: type[JobType]):
        super().__init__(folder)
        self._more = {cls.name: cls for cls in classes}

    def _current(self):
        return {**super()._current(), **self._more}


def bench_with(folder: Path, *classes: type[JobType], clock=None) -> Bench:
    """A bench whose worker knows these types."""
    bench = Bench(folder, clock)
    bench.registry = Known(folder / "tasks", *classes)
    bench.worker = Worker(bench.ledger, bench.registry, folder)
    return bench


def drop_in(folder: Path, name: str, text: str) -> Path:
    """Write a plug-in's file as a person would."""
    file = folder / "tasks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def outcomes(bench, task):
    """{outcome: records} as a finished backfill tells them."""
    return json.loads(bench.store.value("result", id=task.id))["outcomes"]
