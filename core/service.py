"""The composition root: opens the store, starts and stops everything, hands out the desks.

One service runs for each data directory (`desktop.serve` holds its lock file). `webui` speaks to
this class and its desks, never to the store; nothing here knows HTTP.
"""

import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.clock import Clock, SystemClock
from core.desk.answers import Answers
from core.desk.lists import ListDesk
from core.desk.paces import PaceDesk
from core.desk.paths import PathDesk
from core.desk.photo_upkeep import PhotoUpkeep
from core.desk.photos import PhotoDesk
from core.desk.queue import QueueDesk
from core.desk.recordings import RecordingDesk
from core.desk.schedules import ScheduleDesk
from core.desk.settings import SettingsDesk
from core.desk.stats import StatsDesk
from core.desk.tasks import TaskDesk
from core.desk.texts import TextDesk
from core.desk.types import TypeDesk
from core.documents import rfc3339
from core.errands import Errands
from core.paths import Roots
from core.queue import Intake, Ledger, Ordering, Settling, Steering
from core.recordings.scan import Scanner
from core.recordings.watching import Lookout
from core.recovery import Recovery
from core.registry import Registry
from core.scheduler import Scheduler
from core.store import Store
from core.supervisor import Supervisor
from core.task_type import JobType
from core.wake import EVENTS, Sleeper, Waker, clear_marks

VERSION = "0.1.0"  #: of Longhaul; pyproject.toml says the same, and a test compares them
LOW_DISK = 64 << 20  #: bytes below which the person is told


class Service:
    """Everything that runs without a window."""

    def __init__(
        self, data_dir: Path, clock: Clock | None = None, types: Sequence[type[JobType]] = ()
    ):
        """`types`: known beside those that are found; worker processes of its own find them not."""
        self.data_dir = Path(data_dir)
        self.clock = clock or SystemClock()
        clear_marks(self.data_dir)
        self.store = Store(self.data_dir / "longhaul.sqlite")
        self.waker = Waker(self.data_dir)
        self.ledger = Ledger(self.store, self.clock, self.waker)
        self.events = self.ledger.events
        self.errands = Errands()
        self.registry = Registry(self.data_dir / "tasks", self.errands.probe, types)
        settling = Settling(self.ledger)
        self.recovery = Recovery(self.ledger, settling)
        self.supervisor = Supervisor(self.ledger, settling, self.recovery, self.data_dir)
        self._make_desks(settling)
        upkeep = PhotoUpkeep(self.ledger, self.photos.start)
        self.scheduler = Scheduler(
            self.ledger, lambda: self.schedules.fire_due() + upkeep.fire_due()
        )
        self.started_at = self.clock.wall()
        self._told: list[str] = []  # the codes of the conditions that the stream knows
        self.supervisor.after_tick = self._tell_conditions
        self.is_stopping = False

    def _make_desks(self, settling: Settling) -> None:
        steering, ordering = Steering(self.ledger, settling), Ordering(self.ledger)
        intake = Intake(self.ledger)
        self.types = TypeDesk(self.registry, self.errands, self.roots, self.data_dir)
        self.tasks = TaskDesk(self.ledger, intake, steering, ordering, self.types)
        self.queue = QueueDesk(self.ledger, steering)
        self.settings = SettingsDesk(self.ledger)
        self.schedules = ScheduleDesk(self.ledger, intake, self.types)
        self.stats = StatsDesk(self.ledger)
        self.paces = PaceDesk(self.ledger)
        self.paths = PathDesk(self.roots)
        self.texts = TextDesk(
            self.ledger, intake, steering, self.types, self.roots, self.data_dir / "documents"
        )
        self.lists = ListDesk(self.ledger, self.queue, self.settings, self.types, facts=self._facts)
        self.answers = Answers(self.ledger)
        self.recordings = RecordingDesk(self.ledger, intake, self.roots, self.data_dir)
        self.lookout = Lookout(self.ledger, Scanner(self.ledger, self.recordings.records))
        self.recordings.lookout = self.lookout
        self.photos = PhotoDesk(self.ledger, intake, self.types, self.roots, self.data_dir)

    def roots(self) -> Roots:
        """The folders that requests may name files in, as the settings are now."""
        return Roots.of_settings(self.ledger.settings().roots, self.data_dir)

    def start(self) -> None:
        """Give back what dead workers held, then start the workers and the clock."""
        (self.data_dir / "tasks").mkdir(mode=0o700, exist_ok=True)
        self.recovery.sweep()
        self.supervisor.start()
        self.scheduler.start()
        self.lookout.start()
        # Half a second of imports that nobody should wait for who opens the first form.
        threading.Thread(target=self.registry.all, name="types", daemon=True).start()

    def stop(self, timeout: float = 10.0) -> None:
        """Running batches finish and are checkpointed, jobs go back with their cursor."""
        self.is_stopping = True
        self.lookout.stop()
        self.scheduler.stop()
        self.supervisor.stop(timeout)
        self.errands.close()
        self.waker.close()
        self.store.close()

    def conditions(self) -> list[dict[str, Any]]:
        """What is wrong right now and a person should know: {code, message, since}."""
        found = [
            {"code": code, "message": message, "since": rfc3339(since)}
            for code, (message, since) in sorted(self.supervisor.conditions.found.items())
        ]
        free = shutil.disk_usage(self.data_dir).free
        if free < LOW_DISK:
            message = f"Only {free >> 20} MB are free on the disk of {self.data_dir}"
            found.append({"code": "disk-low", "message": message, "since": None})
        return found

    def _tell_conditions(self) -> None:
        """Tell the stream when other things are wrong than before.

        What cannot be written down (a lock, a full disk) is not told, only shown in the snapshot.
        """
        found = self.conditions()
        codes = [condition["code"] for condition in found]
        if codes != self._told:
            self.queue.tell(conditions=found)
            self._told = codes

    def _facts(self) -> dict[str, Any]:
        """What the first paint needs beside the lists."""
        return {"version": VERSION, "conditions": self.conditions()}

    def watch(self, notify: Any) -> "Watch":
        """Call `notify()` after commits that told something, until the watch is closed."""
        return Watch(self.data_dir, notify)


class Watch:
    """A thread that turns wake-ups of other processes into calls."""

    def __init__(self, data_dir: Path, notify: Any):
        self._sleeper = Sleeper(data_dir, EVENTS)
        self._notify = notify
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="watch", daemon=True)
        self._thread.start()

    def _loop(self) -> None:
        while not self._closed.is_set():
            if self._sleeper.sleep(5.0) and not self._closed.is_set():
                self._notify()

    def close(self) -> None:
        self._closed.set()
        self._sleeper.interrupt()
        self._thread.join(2.0)
        self._sleeper.close()
