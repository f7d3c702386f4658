"""Which lane may claim now, and if none may, why not. Pure.

Two general lanes share `total` slots. Jobs whose priority reaches the threshold belong to the
priority lane: it may always start up to its own slots, so it never starves. Normal jobs have the
remaining slots, and may borrow the priority lane's idle ones; a borrower gives its slot back at
its next checkpoint as soon as the slots are overdrawn, as normal jobs do when slots are taken
away. Named lanes (recordings) have slots of their own; the direct lane holds operations that a
person waits for.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from core.settings import QuietHours, Settings

PRIORITY, NORMAL, RECORDINGS, DIRECT = "priority", "normal", "recordings", "direct"
NAMES = (PRIORITY, NORMAL, RECORDINGS, DIRECT)
URGENCY = (DIRECT, PRIORITY, NORMAL, RECORDINGS)  #: who is asked first when a worker is free
#: Lanes whose work waits while the person records or waits for a transcription of their own.
YIELDS_TO_PERSON = frozenset({RECORDINGS})


@dataclass(frozen=True)
class Limits:
    """The slots, from the settings."""

    total: int = 2
    priority: int = 1
    threshold: int = 100
    lends: bool = True
    recordings: int = 1
    direct: int = 4
    quiet_hours: tuple[QuietHours, ...] = ()

    @classmethod
    def of(cls, s: Settings) -> "Limits":
        return cls(
            total=s.pipeline_total_slots,
            priority=min(s.pipeline_priority_lane_slots, s.pipeline_total_slots),
            threshold=s.pipeline_priority_threshold,
            lends=s.pipeline_lend_idle_slots,
            recordings=s.pipeline_recording_slots,
            direct=s.pipeline_direct_slots,
            quiet_hours=tuple(s.quiet_hours),
        )

    @property
    def normal(self) -> int:
        return self.total - self.priority

    def slots(self, lane: str) -> int:
        return getattr(self, lane)

    @property
    def processes(self) -> int:
        """Worker processes that let every lane start at once, with one to spare for a person.

        The priority lane keeps processes of its own while its slots are lent.
        """
        return self.total + (self.priority if self.lends else 0) + 1


@dataclass(frozen=True)
class Busy:
    """How many jobs run, by the lane whose slot they hold; `lent` are normal jobs on lent slots."""

    priority: int = 0
    normal: int = 0
    lent: int = 0
    recordings: int = 0
    direct: int = 0

    @property
    def general(self) -> int:
        return self.priority + self.normal + self.lent

    def of(self, lane: str) -> int:
        return self.normal + self.lent if lane == NORMAL else getattr(self, lane)


@dataclass(frozen=True)
class Surroundings:
    """What else decides: the person, the queue's pause, the hour."""

    is_paused: bool = False
    activity: str = "idle"
    now: datetime = field(default_factory=datetime.now)  #: the person's local time


@dataclass(frozen=True)
class Offer:
    """A lane that may claim now; `lent` when the slot belongs to the priority lane."""

    lane: str
    lent: bool = False


@dataclass(frozen=True)
class Reason:
    """Why something waits: a stable code and words for the person."""

    code: str
    message: str
    until: float | None = None  #: wall time, where it is known


def choose(
    limits: Limits, busy: Busy, around: Surroundings, among: Collection[str] = NAMES
) -> list[Offer]:
    """The lanes of `among` that may claim one more job now, the most urgent first."""
    return [
        Offer(lane, lent=lane == NORMAL and busy.normal >= limits.normal)
        for lane in URGENCY
        if lane in among and refusal(lane, limits, busy, around) is None
    ]


def refusal(lane: str, limits: Limits, busy: Busy, around: Surroundings) -> Reason | None:
    """Why `lane` may not claim now, or None when it may."""
    if lane != DIRECT:  # a person waits for a direct operation: only its own slots limit it
        if around.is_paused:
            return Reason("queue-paused", "The queue is paused")
        if lane in YIELDS_TO_PERSON and around.activity != "idle":
            return Reason("person-first", f"You are {around.activity}; it goes on afterwards")
        for hours in limits.quiet_hours:
            if lane in hours.lanes and is_quiet(hours, around.now):
                return Reason("quiet-hours", f"Quiet hours until {hours.end}")
    if not _has_slot(lane, limits, busy):
        slots = limits.slots(lane)
        return Reason(
            "lane-full",
            f"The {lane} lane is full: {busy.of(lane)} of {slots} slots busy"
            if slots
            else f"The {lane} lane has no slots",
        )
    return None


def _has_slot(lane: str, limits: Limits, busy: Busy) -> bool:
    if lane == PRIORITY:
        # Its own slots always; beyond them any idle slot of the general lanes.
        return busy.priority < limits.priority or busy.general < limits.total
    if lane == NORMAL:
        return busy.general < limits.total and (busy.normal < limits.normal or limits.lends)
    return busy.of(lane) < limits.slots(lane)


def gives_back(limits: Limits, busy: Busy, *, lent: bool) -> bool:
    """Whether a normal job must give its slot back at its checkpoint: more run than slots are.

    A borrower at once; one on a slot of its own only where its lane has fewer slots by now.
    """
    return busy.general > limits.total and (lent or busy.normal > limits.normal)


def lane_of(lane: str, priority: int, limits: Limits) -> str:
    """The lane a job belongs to: its own, or by its priority."""
    return lane or (PRIORITY if priority >= limits.threshold else NORMAL)


def is_quiet(hours: QuietHours, now: datetime) -> bool:
    """Whether the local time of day lies in [start, end); the end may be on the next day."""
    time = now.strftime("%H:%M")
    if hours.start <= hours.end:
        return hours.start <= time < hours.end
    return time >= hours.start or time < hours.end
