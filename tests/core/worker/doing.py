"""A task type that does what a test says."""

from core.task_type import TaskType
from tests.moves import now


class Does(TaskType):
    """Does what a test says."""

    name = "does"
    action = staticmethod(lambda run: None)

    def run(self, run):
        return type(self).action(run)


def does(bench, monkeypatch, action):
    """Start a task that does `action(run)` and see one attempt through."""
    monkeypatch.setattr(Does, "action", staticmethod(action))
    task = bench.start("does")
    bench.work_one()
    return now(bench, task)


def raising(error):
    def action(run):
        raise error

    return action
