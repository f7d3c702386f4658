"""Time, in the two kinds that matter, and the boot they belong to.

Wall time is for showing and for calendars; monotonic time together with the boot id is for leases,
heartbeats and back-off, so that a clock set back an hour leaves nothing stuck. CLOCK_MONOTONIC is
one clock for all processes of a boot. Tests hand in a clock of their own; nothing else fakes time.
"""

import time
import uuid
from functools import cache
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """What the core asks of time."""

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC; may jump."""

    def mono(self) -> float:
        """Seconds since some moment of this boot; never goes back."""

    def boot(self) -> str:
        """The id of this boot of the machine; a `mono` of another boot means nothing."""


class SystemClock:
    """The clocks of this machine."""

    def wall(self) -> float:
        return time.time()

    def mono(self) -> float:
        return time.monotonic()

    def boot(self) -> str:
        return boot_id()


@cache
def boot_id() -> str:
    """An id that changes with every boot of the machine (Linux: the kernel's own).

    Elsewhere it is made from the moment of the boot, rounded to ten seconds, which survives the
    small corrections of a clock; a wrong guess makes leases of this boot look like another's,
    which costs a re-claim under a new fence and nothing else.
    """
    kernel = Path("/proc/sys/kernel/random/boot_id")
    if kernel.exists():
        return kernel.read_text().strip()
    booted = round((time.time() - time.monotonic()) / 10)
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"boot-{uuid.getnode()}-{booted}"))
