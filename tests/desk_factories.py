"""Every desk on one real database with a clock that stands still, and task types to ask for."""

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from core.desk.answers import Answers
from core.desk.lists import ListDesk
from core.desk.paces import PaceDesk
from core.desk.queue import QueueDesk
from core.desk.requests import ScheduleRequest, TaskFilter, TaskRequest
from core.desk.schedules import ScheduleDesk
from core.desk.settings import SettingsDesk
from core.desk.stats import StatsDesk
from core.desk.tasks import TaskDesk
from core.desk.types import TypeDesk
from core.errands import Errands
from core.lifecycle import Ending
from core.model import Progress
from core.paths import Roots
from core.queue import Outcome
from core.registry import Registry
from core.task_type import NoParams, TaskType
from tests.factories import Desk

BERLIN = ZoneInfo("Europe/Berlin")


class Scan(TaskType):
    """Look at every page."""

    name = "scan"
    title = "Scan the pages"
    unit = "pages"
    knobs = frozenset({"batch_size", "rate"})

    class Params(BaseModel):
        folder: str = Field("inbox", max_length=20)
        depth: int = Field(1, ge=1, le=9)
        mode: Literal["fast", "deep"] = "fast"

    @classmethod
    def title_for(cls, params):
        return f"Scan {params.folder}"


class Sweep(TaskType):
    """Tidy up."""

    name = "sweep"
    title = "Sweep"
    user_relevant = False
    Params = NoParams


class Fetch(TaskType):
    """Fetch something with a password."""

    name = "fetch"
    title = "Fetch"

    class Params(BaseModel):
        model_config = ConfigDict(extra="forbid")
        url: str = "https://example.org"
        password: SecretStr


class Transcribe(TaskType):
    """One at a time."""

    name = "transcribe"
    title = "Transcribe"
    lane = "recordings"
    Params = NoParams


class FakeRegistry(Registry):
    """Knows the types above, and forgets what a test removes."""

    def __init__(self):
        self.known = {cls.name: cls for cls in (Scan, Sweep, Fetch, Transcribe)}

    def _current(self):
        return self.known

    def problems(self):
        return [{"file": "broken.py", "line": 3, "reason": "NameError: x"}]


class Office(Desk):
    """A queue without processes, with all of its desks."""

    def __init__(self, folder: Path, clock=None):
        super().__init__(folder, clock)
        self.registry = FakeRegistry()
        self.errands = Errands()
        ledger, steering = self.ledger, self.steering
        self.types = TypeDesk(self.registry, self.errands, lambda: Roots([folder]), folder)
        self.tasks = TaskDesk(ledger, self.intake, steering, self.ordering, self.types)
        self.queue = QueueDesk(ledger, steering)
        self.settings = SettingsDesk(ledger)
        self.schedules = ScheduleDesk(ledger, self.intake, self.types, zone=BERLIN)
        self.stats = StatsDesk(ledger)
        self.lists = ListDesk(ledger, self.queue, self.settings, self.types)
        self.paces = PaceDesk(ledger)
        self.answers = Answers(ledger)

    def create(self, type="scan", direct=False, **fields):
        return self.tasks.create(TaskRequest(type=type, **fields), direct=direct)

    def schedule(self, **fields):
        given = {"name": "nightly", "cron": "30 2 * * *", "type": "scan", **fields}
        return self.schedules.create(ScheduleRequest(**given))

    def listed(self, sort="-id", limit=50, **filter):
        return self.lists.tasks(TaskFilter(**filter), sort=sort, limit=limit).items

    def work(self, ending=Ending.COMPLETED, **outcome):
        """Claim the next job and end it; the task, or None when nothing may be claimed."""
        claim = self.claim()
        if claim is None:
            return None
        return self.settling.settle(claim.job, Outcome(ending, **outcome))

    def checkpoint(self, claim, cursor, **progress):
        """A checkpoint of a claimed job."""
        return self.claims.checkpoint(claim, claim.job.cursor, Progress(cursor=cursor, **progress))

    def told(self, kind):
        return [e for e in self.events() if e.kind == kind]


def rows_of(office, count, *, status="completed", type="scan", title="old", relevant=1):
    """`count` finished tasks at once, as an old database has them."""
    finished = "1700000000.0 + n" if status in ("completed", "failed", "cancelled") else "NULL"
    with office.store.transaction() as store:
        store.execute(
            f"""WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < :count)
            INSERT INTO tasks(type, title, status, source, user_relevant, steps, created_at,
              updated_at, finished_at, position)
            SELECT :type, :title || ' ' || n, :status, 'api', :relevant,
              '[{{"name":"s","type":"s","priority":null,"lane":"","stages":[],"max_attempts":3}}]',
              1700000000.0, 1700000000.0, {finished}, n FROM c""",
            {"count": count, "type": type, "title": title, "status": status, "relevant": relevant},
        )
