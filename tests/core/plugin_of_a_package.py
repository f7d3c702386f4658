"""A task type as an installed package brings it; named by an entry point in test_registry.py."""

from core.task_type import TaskType


class FromPackage(TaskType):
    """Does nothing."""

    name = "from-package"
    title = "From a package"

    def run(self, run):
        return None
