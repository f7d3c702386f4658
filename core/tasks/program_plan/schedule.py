"""A network of activities → when each begins and ends, and which of them decide the end. Pure.

The critical path method (Kelley and Walker, 1959) in minutes of working time: earliest dates in
topological order, latest dates backwards, slack is their difference. Who and what can do one thing
at a time is respected by a serial schedule: activities are placed one after another, the one first
that can begin first, and among equals the one with the most work behind it. What had to wait for a
resource comes after whoever held it, so that slack is true of the schedule as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from graphlib import TopologicalSorter

from core.tasks.program_plan.estimates import WorkingTime
from core.tasks.program_plan.network import Activity

DAY_BEGINS = time(9, 0)
EPSILON = 1e-6  #: minutes: slack below is none


@dataclass(frozen=True)
class Placed:
    """One activity in time; offsets in minutes of working time from the start."""

    start: float
    finish: float
    slack: float  #: how much later it may end without moving the end of all
    waits_for: tuple[int, ...]  #: the activities that had its resources before

    @property
    def is_critical(self) -> bool:
        return self.slack < EPSILON


def place(activities: Sequence[Activity]) -> dict[int, Placed]:
    """Every activity in time. The network has no cycles. What is done takes no time any more."""
    minutes = {a.id: 0.0 if a.is_done else a.minutes for a in activities}
    edges = {a.id: set(a.after) for a in activities}
    tails = _tails(edges, minutes)
    starts, finishes, held = _serial(activities, edges, minutes, tails)
    joined = {number: edges[number] | held[number] for number in edges}
    end = max(finishes.values(), default=0.0)
    latest = _latest(joined, minutes, end)
    return {
        number: Placed(
            starts[number],
            finishes[number],
            max(0.0, latest[number] - finishes[number]),
            tuple(sorted(held[number] - edges[number])),
        )
        for number in edges
    }


def _tails(edges: dict[int, set[int]], minutes: dict[int, float]) -> dict[int, float]:
    """The longest work from the beginning of each activity to the end of all."""
    tails = dict(minutes)
    for number in reversed(list(TopologicalSorter(edges).static_order())):
        for before in edges[number]:
            tails[before] = max(tails[before], minutes[before] + tails[number])
    return tails


def _serial(
    activities: Sequence[Activity],
    edges: dict[int, set[int]],
    minutes: dict[int, float],
    tails: dict[int, float],
) -> tuple[dict[int, float], dict[int, float], dict[int, set[int]]]:
    """Starts, finishes, and who held the resources of each before."""
    by_id = {a.id: a for a in activities}
    starts: dict[int, float] = {}
    finishes: dict[int, float] = {}
    held: dict[int, set[int]] = {}
    free: dict[str, tuple[float, int]] = {}  # resource → when it is free, and after whom
    sorter = TopologicalSorter(edges)
    sorter.prepare()
    ready = set(sorter.get_ready())
    while ready:
        able = {n: max((finishes[b] for b in edges[n]), default=0.0) for n in ready}
        # The one that could begin first; among equals the one with the most work behind it.
        first = min(ready, key=lambda n: (_begin(able[n], by_id[n], free), -tails[n], n))
        ready.remove(first)
        start = able[first] if minutes[first] == 0 else _begin(able[first], by_id[first], free)
        starts[first], finishes[first] = start, start + minutes[first]
        held[first] = set()
        if minutes[first]:
            for resource in by_id[first].resources:
                at, holder = free.get(resource, (0.0, 0))
                if holder and at > able[first] - EPSILON and abs(at - start) < EPSILON:
                    held[first].add(holder)
                free[resource] = (finishes[first], first)
        sorter.done(first)
        ready |= set(sorter.get_ready())
    return starts, finishes, held


def _begin(able: float, activity: Activity, free: dict[str, tuple[float, int]]) -> float:
    return max([able, *(free[r][0] for r in activity.resources if r in free)])


def _latest(edges: dict[int, set[int]], minutes: dict[int, float], end: float) -> dict[int, float]:
    latest = dict.fromkeys(edges, end)
    for number in reversed(list(TopologicalSorter(edges).static_order())):
        for before in edges[number]:
            latest[before] = min(latest[before], latest[number] - minutes[number])
    return latest


@dataclass(frozen=True)
class Calendar:
    """Working minutes → dates: from nine o'clock on, so many hours a day, so many days a week."""

    first: date
    time: WorkingTime

    def at(self, offset: float, *, is_end: bool = False) -> datetime:
        """The moment after `offset` minutes of work; an end falls on an evening."""
        a_day = 60 * self.time.hours_a_day
        days, rest = divmod(offset, a_day)
        if is_end and days and rest < EPSILON:
            days, rest = days - 1, a_day
        day = self._workday(int(days))
        return datetime.combine(day, DAY_BEGINS) + timedelta(minutes=round(rest, 3))

    def _workday(self, number: int) -> date:
        """The working day with this number, from 0."""
        a_week = max(1, min(7, int(self.time.days_a_week)))
        day = self.first
        while day.weekday() >= a_week:
            day += timedelta(days=1)
        weeks, rest = divmod(number + day.weekday(), a_week)
        return day - timedelta(days=day.weekday()) + timedelta(weeks=weeks, days=rest)
