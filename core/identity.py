"""Which process is this, and does it still live? A pid alone is reused; pid + start + boot is not.
And which person: `Who`.

Recovery asks here instead of waiting for an hour's timeout: a worker whose identity is gone is
dead for certain, so its job can be taken up at once.
"""

import getpass
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.clock import boot_id


@cache
def user_name() -> str:
    """The operating-system user that this process runs as; its number where it has no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks for something, as far as the service can tell by itself."""

    by: str  #: "page", "command", "program" or "schedule"
    user: str  #: the operating-system user: the service's own, for no other has its secrets
    session: str = ""  #: the mark of the page's session

    def document(self) -> dict[str, str]:
        return {"by": self.by, "user": self.user, "session": self.session}


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """One process, for ever: no two processes ever share all three."""

    pid: int
    started: str  #: start time as the kernel counts it (Linux: clock ticks since boot)
    boot: str

    @classmethod
    def of(cls, pid: int | None = None) -> "ProcessIdentity":
        """The identity of a living process (default: this one).

        Raises ProcessLookupError when there is no such process.
        """
        pid = os.getpid() if pid is None else pid
        return cls(pid, _started(pid), boot_id())

    def is_alive(self) -> bool:
        """Whether exactly this process still runs (a zombie does not)."""
        if self.boot != boot_id():
            return False
        try:
            return _started(self.pid) == self.started
        except ProcessLookupError:
            return False


def is_running(pid: int) -> bool:
    """Whether any process has this pid (enough for litter; a claim wants the whole identity)."""
    try:
        _started(pid)
    except ProcessLookupError:
        return False
    return True


def _started(pid: int) -> str:
    if sys.platform == "linux":
        return _started_linux(pid)
    import psutil  # elsewhere: the create time is kept by the kernel and does not follow the clock

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            raise ProcessLookupError(pid)
        return str(process.create_time())
    except psutil.NoSuchProcess:
        raise ProcessLookupError(pid) from None


def _started_linux(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        raise ProcessLookupError(pid) from None
    # The name in field 2 may hold spaces and brackets: count from behind the last bracket.
    fields = stat[stat.rindex(")") + 2 :].split()
    if fields[0] in "ZX":
        raise ProcessLookupError(pid)
    return fields[19]
