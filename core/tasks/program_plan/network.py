"""Activities as written → a network: who comes after whom, by number. Pure.

A name in "after …" is looked for among the activities and the groups: as it stands, then by its
beginning, then by its words; the nearest one before is taken among equals. What is not found or not
unique is a problem that the person is told, and nothing is guessed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from core.tasks.program_plan.estimates import Estimate, WorkingTime, take
from core.tasks.program_plan.reading import Written, names, tidy, understand


@dataclass
class Activity:
    """Something that takes time."""

    id: int  #: from 1, in the order of the plan
    title: str
    line: int
    groups: tuple[str, ...]
    is_done: bool
    estimate: Estimate | None
    names: list[str]  #: what it comes after, as written
    resources: list[str]
    after: list[int] = field(default_factory=list)
    minutes: float = 0.0  #: working time, expected


class Cycle(ValueError):
    """Activities that wait for each other; says which."""


def activities(items: Sequence[Written]) -> list[Activity]:
    """The items without items of their own, in order; what is said of an item holds for those
    below it, and ordered lists go on from item to item."""
    found: list[Activity] = []
    _collect(items, [], [], [], found)
    return found


def _collect(
    items: Sequence[Written],
    phrases: list[str],
    resources: list[str],
    ids: list[int],
    found: list[Activity],
) -> list[int]:
    """Adds the leaves below `items`; `ids` come before them. Returns their numbers."""
    all_ids: list[int] = []
    before = ids
    for item in items:
        understand(item)
        own_phrases, own_resources = [*phrases, *item.after], [*resources, *item.resources]
        first = before if item.number is not None else ids
        if item.children:
            title = tidy(take(item.title, WorkingTime())[1]) or item.title
            for child in item.children:
                child.groups = (*item.groups, title)
            mine = _collect(item.children, own_phrases, own_resources, first, found)
        else:
            activity = Activity(
                id=len(found) + 1,
                title=item.title,
                line=item.line,
                groups=item.groups,
                is_done=item.is_done,
                estimate=None,
                names=own_phrases,
                resources=list(dict.fromkeys(own_resources)),
                after=list(first),
            )
            found.append(activity)
            mine = [activity.id]
        before = mine
        all_ids += mine
    return all_ids


def estimate(found: Sequence[Activity], time: WorkingTime, default_minutes: float) -> list[str]:
    """Take the estimates out of the titles; those without one get the default. Returns problems."""
    problems = []
    for activity in found:
        activity.estimate, rest = take(activity.title, time)
        activity.title = tidy(rest) or activity.title
        activity.minutes = activity.estimate.expected if activity.estimate else default_minutes
    without = [a for a in found if a.estimate is None]
    if without:
        some = ", ".join(f"“{a.title}”" for a in without[:3]) + (" …" if len(without) > 3 else "")
        problems.append(
            f"{len(without)} of {len(found)} activities have no estimate and are taken for "
            f"{default_minutes:g} minutes: {some}"
        )
    return problems


def connect(found: Sequence[Activity]) -> list[str]:
    """Turn names into numbers. Returns problems; raises Cycle."""
    problems = []
    finder = _Finder(found)
    for activity in found:
        for name in finder.split(activity):
            ids, problem = finder.find(name, activity)
            if problem:
                problems.append(f"Line {activity.line}: {problem}")
            activity.after += ids
        activity.after = sorted(set(activity.after) - {activity.id})
    try:
        TopologicalSorter({a.id: a.after for a in found}).prepare()
    except CycleError as error:
        titles = [f"“{found[number - 1].title}”" for number in reversed(error.args[1])]
        raise Cycle("These wait for each other: " + " → ".join(titles)) from None
    return problems


class _Finder:
    """Finds what a name means."""

    def __init__(self, found: Sequence[Activity]):
        self._titles: list[tuple[str, list[int]]] = [(_key(a.title), [a.id]) for a in found]
        groups: dict[tuple[str, ...], list[int]] = {}
        for activity in found:
            for end in range(1, len(activity.groups) + 1):
                groups.setdefault(activity.groups[:end], []).append(activity.id)
        self._titles += [(_key(path[-1]), ids) for path, ids in groups.items()]

    def split(self, by: Activity) -> list[str]:
        """The single names of what `by` comes after; one that has an "and" in it stays whole."""
        return [
            name
            for phrase in by.names
            for name in ([phrase] if self.find(phrase, by)[0] else names(phrase))
        ]

    def find(self, name: str, by: Activity) -> tuple[list[int], str]:
        """The numbers that `name` stands for, or why there are none."""
        if number := re.fullmatch(r"(?:#|activity\s+|task\s+|step\s+)(\d+)", name, re.IGNORECASE):
            if 0 < int(number[1]) <= len(self._titles):
                return [int(number[1])], ""
        key = _key(name)
        words = set(key.split())
        ways = (
            lambda title: title == key,
            lambda title: title.startswith(key),
            lambda title: words and words <= set(title.split()),
        )
        for fits in ways:
            matching = [ids for title, ids in self._titles if fits(title) and by.id not in ids]
            before = [ids for ids in matching if max(ids) < by.id]
            if len(matching) == 1:
                return matching[0], ""
            if len(before) == 1:
                return before[0], ""
            if matching:
                return [], f"“{name}” may be one of {len(matching)} activities; it is left out"
        return [], f"nothing is called “{name}”; it is left out"


def _key(text: str) -> str:
    return " ".join(re.findall(r"[\w']+", text.lower()))
