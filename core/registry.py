"""Finds the task types: built in, entry points, the drop-in folder, and definitions files.

A file dropped into DIR/tasks/ is found without a restart: the folder is looked at again whenever
its listing changed. Code from outside is first tried in a process of its own (`probe`), so that a
plug-in that raises, exits, hangs or crashes while it is imported is refused with file, line and
reason, and harms nothing.
"""

import difflib
import importlib
import importlib.metadata
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from core.code import Code
from core.definitions import FILE, Definitions
from core.errors import BrokenTaskType, NotFound
from core.face import complaint
from core.lanes import RECORDINGS
from core.task_type import JobType, TaskType

LOOK_S = 0.2  #: a new plug-in is found so soon after it was asked for
GROUP = "longhaul.task_types"
#: Our own definitions file; a person's stands in the drop-in folder under the same name.
DEFINITIONS = Path(__file__).with_name("tasks") / FILE
BUILT_IN = (
    "core.tasks.backfill_column:BackfillColumn",
    "core.tasks.backfill_dates:BackfillDates",
    "core.tasks.checksum_folder:ChecksumFolder",
    "core.tasks.checksum_folder:HashFiles",
    "core.tasks.checksum_folder:WriteManifest",
    "core.tasks.program_plan:ProgramPlan",
    "core.tasks.recordings:TranscribeImported",
    "core.tasks.recordings:TranscribeOrphan",
    "core.tasks.extract_text:ExtractText",
    "core.tasks.rehearsal:Rehearsal",
    "core.tasks.rehearsal:Rehearse",
    "core.tasks.photos.cleaning:ManifestCleaning",
    "core.tasks.photos.deriving:MakeDerivatives",
    "core.tasks.photos.emptying:TrashMaintenance",
    "core.tasks.photos.folder_check:FolderCheck",
    "core.tasks.photos.manifest_check:ManifestCheck",
    "core.tasks.photos.removal:FileRemoval",
)
#: What a step may name; "" lets the priority decide between the two general lanes.
LANES = ("", RECORDINGS)


@dataclass(frozen=True)
class Refused:
    """A plug-in that cannot be used, and why."""

    file: str
    line: int | None
    reason: str

    def document(self) -> dict[str, Any]:
        return asdict(self)


#: Tries the classes of one file in another process; raises BrokenTaskType.
Probe = Callable[[Path], None]


class Registry:
    """All job types and task types by name. Safe to share between threads."""

    #: task types from definitions files; a job type may have the same name
    _defined: Mapping[str, type[TaskType]] = {}

    def __init__(
        self, folder: Path, probe: Probe | None = None, given: Sequence[type[JobType]] = ()
    ):
        """`folder`: the drop-in folder (may be missing). `probe`: None trusts the files.
        `given`: classes that are known beside what is found (those under test)."""
        self._folder, self._probe, self._given = folder, probe, given
        self._lock = threading.RLock()
        self._seen: Any = None
        self._look_at = 0.0
        self._loaded: dict[Path, tuple[tuple, list[type[JobType]], Refused | None]] = {}
        self._jobs: dict[str, type[JobType]] = {}
        self._refused: list[Refused] = []
        own = Definitions(folder / FILE, keep=True)
        self._definitions = (Definitions(DEFINITIONS, keep=False), own)

    def all(self) -> dict[str, type[TaskType]]:
        """The types a person can start, by name."""
        known = self._current().items()
        return {n: t for n, t in known if issubclass(t, TaskType)} | dict(self._defined)

    def get(self, name: str) -> type[TaskType]:
        """The task type of this name. Raises NotFound, with names that are close."""
        types = self.all()
        if name not in types:
            self._look_at = 0.0  # perhaps it came a moment ago
            types = self.all()
        if name in types:
            return types[name]
        close = difflib.get_close_matches(name, types, n=3, cutoff=0.5)
        hint = f" Did you mean {' or '.join(close)}?" if close else ""
        raise NotFound(f"There is no task type {name!r}.{hint}")

    def job_type(self, name: str) -> type[JobType]:
        """The job type of this name. Raises NotFound."""
        if name not in self._current():
            self._look_at = 0.0  # the service may have seen it a moment before this worker did
        try:
            return self._current()[name]
        except KeyError:
            raise NotFound(f"There is no job type {name!r}; was its plug-in removed?") from None

    def problems(self) -> list[dict[str, Any]]:
        """The plug-ins that were refused."""
        self._current()
        return [refused.document() for refused in self._refused]

    # --- looking -------------------------------------------------------------------------------

    def _current(self) -> dict[str, type[JobType]]:
        now = time.monotonic()
        if now < self._look_at:
            return self._jobs
        written = tuple(file.signature() for file in self._definitions)
        signature = (self._listing(), _packages(), written)
        with self._lock:
            if signature != self._seen:
                self._look(signature[0])
                self._seen = signature
            self._look_at = time.monotonic() + LOOK_S
            return self._jobs

    def _listing(self) -> tuple:
        try:
            entries = [e for e in os.scandir(self._folder) if e.name.endswith(".py")]
        except OSError:
            return ()
        found = []
        for entry in entries:
            if not entry.name.startswith(("_", ".")) and entry.is_file():
                stat = entry.stat()
                found.append((entry.name, stat.st_mtime_ns, stat.st_size))
        return tuple(sorted(found))

    def _look(self, listing: tuple) -> None:
        jobs: dict[str, type[JobType]] = {}
        refused: list[Refused] = []
        for reference in BUILT_IN:
            module, _, name = reference.partition(":")
            cls = getattr(importlib.import_module(module), name)
            jobs[cls.name] = cls
        for given in self._given:
            if given not in jobs.values():
                self._take(jobs, refused, given.__module__, partial(_only, given))
        for point in importlib.metadata.entry_points(group=GROUP):
            self._take(jobs, refused, f"{point.value} ({GROUP})", partial(_loaded, point))
        for entry in listing:
            file = self._folder / entry[0]
            self._take(jobs, refused, str(file), partial(self._from_file, file, entry))
        self._defined = self._read_definitions(jobs, refused)
        self._jobs, self._refused = jobs, refused

    def _read_definitions(
        self, jobs: dict[str, type[JobType]], refused: list[Refused]
    ) -> dict[str, type[TaskType]]:
        found: dict[str, type[TaskType]] = {}
        for file in self._definitions:
            known = {**jobs, **found}
            found |= {cls.name: cls for cls in file.types(known)}
            if (problem := file.problem) is not None:
                where = str(problem.extra.get("file", file.path))
                refused.append(Refused(where, problem.extra.get("line"), problem.detail))
        return found

    def _take(
        self,
        jobs: dict[str, type[JobType]],
        refused: list[Refused],
        origin: str,
        load: Callable[[], list[type[JobType]]],
    ) -> None:
        try:
            for cls in load():
                complain(cls, jobs)
                jobs[cls.name] = cls
        except BrokenTaskType as error:
            line = error.extra.get("line")
            refused.append(Refused(error.extra.get("file", origin), line, error.detail))
        except (Exception, SystemExit) as error:  # whatever foreign code raises: refused, not fatal
            refused.append(Refused(origin, None, f"{type(error).__name__}: {error}"))

    def _from_file(self, file: Path, entry: tuple) -> list[type[JobType]]:
        """The classes of a drop-in file; loaded once for each version of it."""
        known = self._loaded.get(file)
        if known is None or known[0] != entry:
            try:
                if self._probe is not None:
                    self._probe(file)
                known = (entry, load_file(file), None)
            except BrokenTaskType as error:
                line = error.extra.get("line")
                known = (entry, [], Refused(str(file), line, error.detail))
            self._loaded[file] = known
        if known[2] is not None:
            raise BrokenTaskType(known[2].reason, file=known[2].file, line=known[2].line)
        return known[1]


def _only(cls: type[JobType]) -> list[type[JobType]]:
    return [cls]


def _loaded(point: importlib.metadata.EntryPoint) -> list[type[JobType]]:
    return [point.load()]


def load_file(file: Path) -> list[type[JobType]]:
    """Import a drop-in file and find its types. Raises BrokenTaskType with the line."""
    module = plugin_module(file)
    sys.modules.pop(module, None)
    try:
        loaded = Code(module, "", file=str(file)).import_module()
    except (Exception, SystemExit) as error:
        raise _broken(file, error) from error
    found = []
    for value in vars(loaded).values():
        own = isinstance(value, type) and value.__module__ == module
        if own and issubclass(value, JobType) and value.name:
            value.__plugin_file__ = str(file)
            found.append(value)
    if not found:
        reason = "it defines no task type (a subclass of TaskType or Backfill with a `name`)"
        raise BrokenTaskType(reason, file=str(file), line=None)
    for cls in found:
        complain(cls, {})
    return found


def complain(cls: type[JobType], known: dict[str, type[JobType]]) -> None:
    """Raise BrokenTaskType when a class cannot be used as a type."""
    where = {"file": getattr(cls, "__plugin_file__", cls.__module__), "line": None}
    if not (isinstance(cls, type) and issubclass(cls, JobType)):
        raise BrokenTaskType(f"{cls!r} is not a task type", **where)
    if cls.name in known:
        raise BrokenTaskType(f"the name {cls.name!r} is taken by another task type", **where)
    # Looked up by hand: an abstract base class would need a metaclass, which authors could meet.
    found = ((name, getattr(cls, name)) for name in dir(cls))
    abstract = sorted(n for n, value in found if getattr(value, "__isabstractmethod__", False))
    if abstract:
        raise BrokenTaskType(f"{cls.__name__} must define {', '.join(abstract)}()", **where)
    if cls.run is JobType.run and not getattr(cls, "steps", ()):
        raise BrokenTaskType(f"{cls.__name__} must define run() or have steps", **where)
    for step in cls.step_list() if issubclass(cls, TaskType) else ():
        if step.lane not in LANES:
            known_lanes = " or ".join(map(repr, LANES))
            raise BrokenTaskType(f"there is no lane {step.lane!r}; leave it {known_lanes}", **where)
    if issubclass(cls, TaskType) and (problem := complaint(cls)):
        raise BrokenTaskType(problem, **where)
    cls.Params.model_json_schema()


def plugin_module(file: Path) -> str:
    """The name a drop-in file's module gets; it cannot be imported by it from anywhere else."""
    return f"longhaul_plugin_{file.stem}"


def _broken(file: Path, error: BaseException) -> BrokenTaskType:
    line, trace = getattr(error, "lineno", None), error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    reason = f"{type(error).__name__}: {error}"
    return BrokenTaskType(reason, file=str(file), line=line)


def _packages() -> tuple:
    """Changes when a package is installed or removed, so that entry points are looked up again."""
    found = []
    for folder in sys.path:
        try:
            found.append((folder, os.stat(folder).st_mtime_ns))
        except OSError:
            continue
    return tuple(found)
