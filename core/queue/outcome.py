"""How an attempt ended, and what that makes of its job. Pure; `core.queue.settling` writes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core import pacing
from core.clock import Clock
from core.documents import compact
from core.lifecycle import Ending, settlement
from core.model import TERMINAL, Blocked, Job, Status, Task
from core.queue.finishing import NO_RATE

#: columns that the end of an attempt empties
LET_GO = {"worker_id": None, "lease_mono": None, "lease_boot": None, "lent": 0, **NO_RATE}


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended, and what it leaves behind."""

    ending: Ending
    message: str | None = None
    error: dict[str, Any] | None = None  #: {code, message, item, trace_id, ...} when it failed
    result: bytes | str | None = None
    result_type: str | None = None
    delay_s: float | None = None  #: before the next try (snooze, or a retry's own wish)
    chunks: tuple[str, ...] = ()  #: JSON texts, when the work was split
    for_look: bool = False  #: it halts at the canary, unless a person has looked already
    effects: Callable[[], None] | None = None  #: writes that belong to a completion, if it is one


@dataclass(frozen=True, slots=True)
class JobEnd:
    """The end of one attempt at a job: what is written, and the job as it then is."""

    before: Job
    settled: dict[str, Any]
    after: Job
    ending: Ending

    @classmethod
    def of(
        cls,
        job: Job,
        outcome: Outcome,
        task: Task,
        clock: Clock,
        deaths: tuple[int, str | None] = (0, None),
        burn: int = 0,
    ) -> "JobEnd":
        """`deaths`: of workers at the same cursor, and that cursor. `burn`: what the fence is
        raised by, so that a worker which is gone or being ended writes nothing more."""
        now = clock.wall()
        failed = outcome.ending in (Ending.FAILED, Ending.HOPELESS)
        tries = job.tries + 1 if failed else job.tries
        status = settlement(outcome.ending, task.control, tries < job.max_attempts)
        delay = outcome.delay_s
        if delay is None and outcome.ending == Ending.FAILED:
            delay = pacing.backoff(tries)
        waits = status == Status.QUEUED and delay is not None
        settled = {
            "status": status,
            "blocked": Blocked.BACKOFF if waits else Blocked.NOTHING,
            "wake_mono": clock.mono() + (delay or 0) if waits else None,
            "wake_boot": clock.boot() if waits else None,
            "tries": tries,
            "deaths": deaths[0] or job.deaths,
            "death_cursor": deaths[1] if deaths[0] else job.death_cursor,
            "error": compact(outcome.error) if outcome.error else None,
            "finished_at": now if status in TERMINAL else None,
            "updated_at": now,
            "fence": job.fence + burn,
        }
        after = job.changed(**settled, **LET_GO, version=job.version + 1)
        return cls(job, settled, after, outcome.ending)
