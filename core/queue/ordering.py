"""The order of the waiting line: move a task to the top, to the bottom, before or after another.

A task is placed by (priority, position). Moving next to another task takes over its priority,
since a place between two others is what the person asked for; `top` and `bottom` stay within the
lane. Positions are numbers between the neighbours' positions.
"""

from core.documents import compact
from core.errors import Invalid, NotPossible
from core.lanes import DIRECT, lane_of
from core.lifecycle import verbs
from core.model import Job, Status, Task
from core.queue.ledger import Ledger
from core.queue.line import selection

MOVABLE = (Status.QUEUED, Status.PAUSED)


class Ordering:
    """Moves in the waiting line; one durable transaction each."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger
        self._store = ledger.store

    def to_end(self, task_id: int, end: str) -> Task:
        """Move to the `top` (the next to run) or the `bottom` of its lane's waiting line."""
        with self._ledger.transaction(durable=True):
            task = self._movable(task_id)
            limits = self._ledger.limits(self._store.row("queue_state")["settings_version"])
            step = task.step_list()[task.step_index]
            own, shift = DIRECT if task.direct else step.lane, step.priority or 0
            lane, least, below = selection(lane_of(own, task.priority + shift, limits), limits)
            name = "first_in_line" if end == "top" else "last_in_line"
            edge = self._store.one(name, lane=lane, least=least, below=below, id=task.id)
            if edge is None:
                return task
            position = edge["position"] + (-1.0 if end == "top" else 1.0)
            return self._place(task, edge["priority"] - shift, position)

    def beside(self, task_id: int, *, other_id: int, before: bool) -> Task:
        """Move directly before or after another waiting task."""
        with self._ledger.transaction(durable=True):
            task = self._movable(task_id)
            if other_id == task_id:
                raise Invalid(
                    "A task cannot be moved next to itself",
                    [{"pointer": "/before" if before else "/after", "message": "is the same task"}],
                )
            other = self._movable(other_id)
            name = "place_before" if before else "place_after"
            neighbour = self._store.value(
                name, priority=other.priority, position=other.position, id=task.id
            )
            step = -1.0 if before else 1.0
            far = neighbour if neighbour is not None else other.position + 2 * step
            position = (far + other.position) / 2
            if position in (far, other.position):  # no number is left between the two
                self._make_room(task, other, step)
                position = other.position + step / 2
            return self._place(task, other.priority, position)

    def _make_room(self, task: Task, other: Task, step: float) -> None:
        """Move everybody beyond `other` away by `step`; told, since their places have changed."""
        now = self._ledger.clock.wall()
        moved = [
            Task.of(r)
            for r in self._store.rows(
                "shift_places",
                id=task.id,
                priority=other.priority,
                position=other.position,
                by=step,
                now=now,
            )
        ]
        rows = self._store.rows("follow_places", ids=compact([t.id for t in moved]), now=now)
        jobs = [Job.of(r) for r in rows]
        for shifted in moved:
            self._ledger.tell(shifted, [job for job in jobs if job.task_id == shifted.id])

    def _movable(self, task_id: int) -> Task:
        task = self._ledger.task(task_id)
        if task.status not in MOVABLE:
            raise NotPossible(
                f"Task {task.id} is {task.status}: only waiting tasks have a place in the line",
                verbs(task.status, task.control, held=bool(task.hold)),
            )
        return task

    def _place(self, task: Task, priority: int, position: float) -> Task:
        now = self._ledger.clock.wall()
        shift = priority - task.priority
        row = self._store.one(
            "place_task", id=task.id, priority=priority, position=position, now=now
        )
        jobs = self._store.rows("place_jobs", id=task.id, shift=shift, position=position, now=now)
        moved = Task.of(row)
        self._ledger.work_is_ready()
        self._ledger.tell(moved, [Job.of(r) for r in jobs])
        return moved

    def set_priority(self, task: Task, priority: int) -> Task:
        """Another priority, at the end of its equals; inside the caller's transaction."""
        last = self._store.value("last_place", priority=priority, id=task.id)
        position = task.position if last is None else max(last + 1.0, task.position)
        return self._place(task, priority, position)
