"""The waiting line as the lanes see it: who waits, how many run, and what holds them back.

Reads only. Called by the claims, by the moves in the line and by the queue's figures.
"""

from datetime import datetime

from core import lanes
from core.clock import Clock
from core.lanes import Busy, Limits, Surroundings
from core.store import Row, Store

IDLE = "idle"


def wanted_lanes(limits: Limits, heads: Row) -> list[str]:
    """The lanes in which somebody waits, so that no claim is tried in vain."""
    found = [lane for lane in (lanes.DIRECT, lanes.RECORDINGS) if heads[lane]]
    if (head := heads["general_head"]) is not None:
        # Its line is one: behind an urgent head there may be a normal job, never before it.
        found += [lanes.PRIORITY, lanes.NORMAL] if head >= limits.threshold else [lanes.NORMAL]
    return found


def selection(lane: str, limits: Limits) -> tuple[str, int, int]:
    """(stored lane, least priority, priority below) of the jobs that belong to `lane`."""
    most, least = 1_000_000_000, -1_000_000_000
    if lane == lanes.PRIORITY:
        return "", limits.threshold, most
    if lane == lanes.NORMAL:
        return "", least, limits.threshold
    return lane, least, most


def busy_lanes(store: Store) -> Busy:
    """How many jobs run in each lane."""
    counts = {"lent": 0}
    for row in store.rows("busy_lanes"):
        counts["lent" if row["lent"] else row["claimed_lane"]] = row["n"]
    return Busy(**counts)


def surroundings(state: Row, clock: Clock) -> Surroundings:
    """The person, the pause and the hour, from the queue's one row."""
    activity = state["activity"]
    if activity != IDLE and (
        state["activity_boot"] != clock.boot() or (state["activity_mono"] or 0) <= clock.mono()
    ):
        activity = IDLE
    return Surroundings(
        is_paused=bool(state["is_paused"]),
        activity=activity,
        now=datetime.fromtimestamp(clock.wall()),
    )
