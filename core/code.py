"""Where a class is defined, so that another process can load it: a module, or a plug-in's file.

Called by the registry (drop-in files) and by the processes that compute.
"""

import importlib
import importlib.util
import sys
from dataclasses import dataclass
from operator import attrgetter
from typing import Any


@dataclass(frozen=True, slots=True)
class Code:
    """Where the object that computes is defined, so that another process can build it too."""

    module: str
    qualname: str
    #: the file of a drop-in plug-in, which cannot be imported by its name
    file: str | None = None
    #: JSON-able; the object is `cls.from_params(params)` where the class has that, else `cls()`
    params: dict[str, Any] | None = None
    #: of a backfill of several stages: the name of the one that computes
    part: str = ""

    def load(self) -> Any:
        """Import the class and build the object. Raises whatever the task's own code raises."""
        cls = attrgetter(self.qualname)(self.import_module())
        made = cls.from_params(self.params or {}) if hasattr(cls, "from_params") else cls()
        return made.part_named(self.part) if self.part else made

    def import_module(self) -> Any:
        """Import the module, by its name or from its file. Raises what its code raises."""
        if self.file is None:
            return importlib.import_module(self.module)
        known = sys.modules.get(self.module)
        if known is not None and getattr(known, "__file__", None) == self.file:
            return known
        spec = importlib.util.spec_from_file_location(self.module, self.file)
        if spec is None or spec.loader is None:
            raise ImportError(f"{self.file} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[self.module] = module  # before it runs: its classes pickle by this name
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[self.module]
            raise
        return module
