"""Longhaul's core: what the author of a task imports, and nothing else.

    from core import Backfill, TaskType, Step, Retry, Snooze, Discard, Fail

`docs/writing-a-task.md` is the manual. Each name is loaded when it is first asked for, so that a
process that computes does not load a database library. Inside the core nobody imports this.
"""

from importlib import import_module

_HOMES = {
    "backfill": "Backfill Result Stage",
    "errors": "Discard Fail Halt Retry Snooze",
    "face": "Column ResultView",
    "model": "Step",
    "policy": "ErrorParams ErrorPolicy VerifyParams",
    "run": "Run Split",
    "sources": "CsvFile Enumerator FolderTree JsonLines Query Table",
    "target": "Target",
    "task_type": "DatabaseUrl FilePath FolderPath JobType LongText Output Preview TaskType",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}
__all__ = sorted(_HOME)


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"the core has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"core.{_HOME[name]}"), name)
