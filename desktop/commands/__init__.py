"""The commands, one file for each verb or group of verbs, in the order in which help lists them.

Each file has `register(commands)`, called by `desktop.parser`, and its `run` functions, which get
the parsed arguments and return an exit status.
"""

from importlib import import_module
from types import ModuleType

_NAMES = ("demo", "serve", "stop", "status", "types", "add", "list", "show", "logs", "act")
_MORE = ("wait", "queue", "recordings", "settings", "install_launcher", "doctor", "completion")


def all_modules() -> list[ModuleType]:
    """The files of all commands."""
    return [import_module(f"desktop.commands.{name}") for name in (*_NAMES, *_MORE)]
