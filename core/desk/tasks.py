"""One task: create it, act on it, change it, move it; and one verb for many tasks."""

from collections.abc import Callable
from typing import Any

from core.desk.answers import Answer, Answers
from core.desk.bulk import Bulk
from core.desk.knobs import steered, turned
from core.desk.preparing import prepared
from core.desk.requests import Move, TaskFilter, TaskPatch, TaskRequest
from core.desk.showing import Showing, attempt_document
from core.desk.types import TypeDesk
from core.documents import compact
from core.errors import Invalid, NotFound, NotPossible, Stale
from core.identity import Who
from core.lifecycle import verbs
from core.model import Blocked, Control, Job, Kind, Status, Task
from core.queue import Intake, Ledger, Ordering, Steering


class TaskDesk:
    """The person's verbs for tasks."""

    def __init__(
        self,
        ledger: Ledger,
        intake: Intake,
        steering: Steering,
        ordering: Ordering,
        types: TypeDesk,
    ):
        self._ledger = ledger
        self._store = ledger.store
        self._intake = intake
        self._steering = steering
        self._ordering = ordering
        self._types = types
        self._answers = Answers(ledger)
        self._bulk = Bulk(ledger, steering)
        self._showing = Showing(ledger)

    # --- create ----------------------------------------------------------------------------------

    def create(
        self, request: TaskRequest, *, direct: bool = False, who: Who | None = None
    ) -> dict[str, Any]:
        """Accept a task; when this returns it survives a kill and a power loss.

        `direct`: it starts at once, outside the waiting line. Raises Invalid with pointers for an
        unknown type, parameters that do not fit and tasks to wait for that do not exist.
        """
        new = prepared(self._types, request, direct=direct, who=who)
        return self._document(self._intake.enqueue(new))

    def create_once(
        self,
        key: tuple[str, str],
        request: TaskRequest,
        answer: Callable[[dict[str, Any]], Answer],
        *,
        direct: bool = False,
        who: Who | None = None,
    ) -> Answer:
        """The same under an idempotency key: (key, fingerprint). Task and answer are one fact.

        `answer` turns the task's document into what is sent; it runs inside the transaction.
        """
        if (kept := self._answers.replay(*key)) is not None:
            return kept  # before anything is checked: the world may have changed since
        new = prepared(self._types, request, direct=direct, who=who)

        def act() -> Answer:
            return answer(self._document(self._intake.enqueue_within(new)))

        return self._answers.once(*key, act)

    # --- read ------------------------------------------------------------------------------------

    def get(self, task_id: int) -> dict[str, Any]:
        """The task with the jobs of its current run and their attempts. Raises NotFound."""
        with self._store.snapshot():
            return self._showing.task(self._showing.find(task_id))

    def jobs(self, task_id: int) -> list[dict[str, Any]]:
        """The jobs of all its runs, oldest first, each with its attempts."""
        with self._store.snapshot():
            task = self._showing.find(task_id)
            jobs = [Job.of(row) for row in self._store.rows("jobs_of_task", task_id=task.id)]
            return self._showing.jobs(task, jobs)

    def attempts(self, task_id: int) -> list[dict[str, Any]]:
        """Every attempt of every job, by job and number."""
        with self._store.snapshot():
            task = self._showing.find(task_id)
            rows = self._store.rows("attempts_of_task", task_id=task.id)
            return [attempt_document(row) for row in rows]

    # --- act -------------------------------------------------------------------------------------

    def act(self, verb: str, task_id: int, **options: Any) -> tuple[dict[str, Any], bool]:
        """Do `verb`; (document, done). Not done: asked, and a worker still has to follow.

        `start` of a task that nothing blocks moves it to the top of its lane; its option `who`
        is kept as who approved what was held. Raises NotFound, and NotPossible with what is.
        """
        before = self._showing.find(task_id)
        if options.get("only_failed_items") and not self._types.retries_items(before.type):
            raise NotPossible(
                f"Tasks of the type {before.type} cannot retry single items; retry all of it",
                verbs(before.status, before.control, held=bool(before.hold)),
            )
        if verb == "start" and self._is_ready(before):
            task = self._ordering.to_end(task_id, "top")
        else:
            task = self._steering.act(verb, task_id, **options)
        document = self._document(task)
        if verb == "clear":
            document["removed"] = True
        asked = task.status == Status.RUNNING and task.control != Control.RUN
        return document, not asked

    def move(self, task_id: int, move: Move) -> dict[str, Any]:
        """Another place in the waiting line. Raises NotFound, NotPossible, Invalid."""
        self._showing.find(task_id)
        if move.to is not None:
            return self._document(self._ordering.to_end(task_id, move.to))
        name, other = ("before", move.before) if move.before else ("after", move.after)
        try:
            self._showing.find(other or 0)
        except NotFound as error:
            raise Invalid(str(error), [{"pointer": f"/{name}", "message": str(error)}]) from None
        task = self._ordering.beside(task_id, other_id=other or 0, before=name == "before")
        return self._document(task)

    def patch(
        self,
        task_id: int,
        patch: TaskPatch,
        if_match: int | None = None,
        *,
        who: Who | None = None,
    ) -> dict[str, Any]:
        """Title, note, priority and live knobs; one durable transaction. Knobs hold from the next
        batch on; `who` changed them is kept, and told with what changed.

        Raises Stale when `if_match` is not its version, NotPossible for anything but the title of
        a finished task, Invalid for a knob that its type does not have.
        """
        self._showing.find(task_id)
        with self._ledger.transaction(durable=True):
            task = self._ledger.task(task_id)
            if if_match is not None and if_match != task.version:
                raise Stale(f"Task {task.id} has version {task.version} by now", task=task.id)
            self._patch(task, patch, who)
        return self.get(task_id)

    def _patch(self, task: Task, patch: TaskPatch, who: Who | None) -> None:
        given = {name: getattr(patch, name) for name in patch.model_fields_set}
        if task.is_finished and given.keys() - {"title"}:
            raise NotPossible(
                f"Task {task.id} is {task.status}: only its title can be changed",
                verbs(task.status, task.control),
            )
        cls = self._types.find(task.type)
        knobs = turned(task.knobs, given, cls.knobs if cls else frozenset(), task.type)
        now = self._ledger.clock.wall()
        change = steered(task.knobs, knobs, who, now) or task.steered
        if given.get("priority") not in (None, task.priority):
            task = self._ordering.set_priority(task, given["priority"])
        title = given.get("title") or task.title
        note = task.note if given.get("note") is None else given["note"]
        if (title, note, knobs) != (task.title, task.note, task.knobs):
            row = self._store.one(
                "patch_task",
                id=task.id,
                title=title,
                note=note,
                knobs=compact(knobs),
                steered=compact(change) if change else None,
                now=now,
            )
            self._ledger.tell(Task.of(row), kind=Kind.TASK_UPDATE)  # a finished one stays told

    def bulk(
        self,
        verb: str,
        *,
        ids: list[int] | None = None,
        filter: TaskFilter | None = None,
        expected: int | None = None,
        who: Who | None = None,
    ) -> dict[str, Any]:
        """One verb for many tasks; see `core.desk.bulk`. Raises Drifted, with nothing changed."""
        return self._bulk.act(verb, ids=ids, filter=filter, expected=expected, who=who)

    # --- inside ----------------------------------------------------------------------------------

    def _is_ready(self, task: Task) -> bool:
        if task.status != Status.QUEUED:
            return False
        waiting = [job for job in self._ledger.jobs(task) if job.status == Status.QUEUED]
        return all(job.blocked == Blocked.NOTHING for job in waiting)

    def _document(self, task: Task) -> dict[str, Any]:
        with self._store.snapshot():
            return self._showing.task(task)
