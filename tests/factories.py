"""Builders for tests: a real store in a temporary folder, a clock that stands still, one worker."""

from pathlib import Path

from core.clock import SystemClock
from core.kit.clock import FakeClock
from core.model import NewTask, Step
from core.queue import Claims, Intake, Ledger, Ordering, Settling, Steering
from core.registry import Registry
from core.store import Store
from core.wake import Waker
from core.worker import Worker


class Desk:
    """A queue without processes: every verb of every side, on one real database."""

    def __init__(self, folder: Path, clock: FakeClock | None = None):
        self.clock = clock or FakeClock()
        self.store = Store(folder / "longhaul.sqlite")
        self.ledger = Ledger(self.store, self.clock, Waker(folder))
        self.intake = Intake(self.ledger)
        self.claims = Claims(self.ledger)
        self.settling = Settling(self.ledger)
        self.steering = Steering(self.ledger, self.settling)
        self.ordering = Ordering(self.ledger)

    def enqueue(self, *steps: str, **fields):
        """A task whose steps are the given job types (default: one)."""
        made = tuple(Step(name=s, type=s) for s in steps or ("work",))
        defaults = {"type": "test", "title": "A test", "params": {}, "steps": made}
        return self.intake.enqueue(NewTask(**{**defaults, **fields}))

    def claim(self, worker_id: int = 1):
        return self.claims.claim(worker_id, pid=1)

    def events(self, after: int = 0):
        return self.ledger.events.after(after, 10_000)


class Bench(Desk):
    """A desk with one worker in this process: `work_one()` claims a job and sees it through."""

    def __init__(self, folder: Path, clock=None):
        super().__init__(folder, clock or SystemClock())
        self.folder = folder
        self.registry = Registry(folder / "tasks")
        self.worker = Worker(self.ledger, self.registry, folder)

    def start(self, name: str, **params):
        """A task of a real type, as the service would accept it."""
        cls = self.registry.get(name)
        valid = cls.validate(params)
        return self.intake.enqueue(
            NewTask(
                type=name,
                title=cls.title_for(valid),
                params=valid.model_dump(mode="json"),
                steps=cls.steps_for(valid),
                unit=cls.unit,
            )
        )

    def work_one(self) -> bool:
        return self.worker.work_one()

    def work_all(self) -> None:
        """Until nothing is claimable."""
        while self.work_one():
            pass

    def run(self, name: str, **params):
        """Start a task and see it through; the finished task."""
        task = self.start(name, **params)
        self.work_all()
        return self.ledger.task(task.id)
