"""The upkeep of photo projects by the clock: when it is due, and what harms nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from core.desk.photo_requests import ProjectRequest
from core.desk.photo_upkeep import TYPES, PhotoUpkeep
from core.kit.clock import FakeClock
from core.model import Task
from tests.moves import put_setting
from tests.photo_factories import Studio, decode_here, numbered

FILES = {f"{n}.jpg": numbered(n) for n in range(3)}
NOON = datetime(2027, 1, 15, 12, tzinfo=UTC)
NIGHT = NOON.replace(day=16, hour=3, minute=30)


class Nights(Studio):
    """A studio whose upkeep is due at 3:30."""

    def __init__(self, folder, monkeypatch):
        decode_here(monkeypatch)
        self.clock = FakeClock(NOON.timestamp())
        super().__init__(folder, FILES, self.clock)
        put_setting(self.service, photos__maintenance="30 3 * * *")
        self.upkeep = self.another()
        assert self.upkeep.fire_due() == 0, "a setting that is new is for the next time"

    def another(self):
        return PhotoUpkeep(self.service.ledger, self.photos.start, UTC)

    def at(self, moment: datetime) -> int:
        """How many tasks the tick of this moment starts."""
        self.clock.advance(moment.timestamp() - self.clock.wall())
        return self.upkeep.fire_due()

    def kept_up(self, project="trip") -> list[Task]:
        sql = "SELECT * FROM tasks WHERE project = :p AND source = 'schedule' ORDER BY id"
        return [Task.of(row) for row in self.store.execute(sql, {"p": project})]


@pytest.fixture
def nights(tmp_path, monkeypatch):
    made = Nights(tmp_path, monkeypatch)
    yield made
    made.close()


def test_it_begins_at_its_time_once_and_is_none_of_the_person_s_tasks(nights):
    assert nights.at(NIGHT - timedelta(seconds=1)) == 0
    assert nights.at(NIGHT) == 2
    assert nights.at(NIGHT + timedelta(seconds=1)) == 0
    tasks = nights.kept_up()
    assert tuple(task.type for task in tasks) == TYPES
    assert not any(task.user_relevant for task in tasks)
    nights.work()
    assert {task.status for task in nights.kept_up()} == {"completed"}
    assert nights.at(NIGHT + timedelta(days=1)) == 2, "and every night"


def test_times_that_were_missed_are_made_up_for_once(nights):
    assert nights.at(NIGHT + timedelta(days=5)) == 2
    assert nights.at(NIGHT + timedelta(days=5, seconds=1)) == 0
    nights.work()
    assert nights.at(NIGHT + timedelta(days=6)) == 2


def test_of_two_schedulers_only_one_starts_it(nights):
    """The other one fires between the look at what is due and the write."""
    other, started = nights.another(), []

    class Between:
        def __getattr__(self, name):
            return getattr(nights.store, name)

        def one(self, statement, **values):
            row = nights.store.one(statement, **values)
            if statement == "upkeep" and not started:
                started.append(other.fire_due())
            return row

    nights.upkeep._store = Between()
    assert nights.at(NIGHT) == 0 and started == [2]
    assert len(nights.kept_up()) == 2


def test_what_is_not_finished_is_not_begun_again(nights):
    assert nights.at(NIGHT) == 2
    assert nights.at(NIGHT + timedelta(days=1)) == 0
    nights.work()
    assert nights.at(NIGHT + timedelta(days=2)) == 2


@pytest.mark.parametrize("cron", ["", "61 25 * * *"])
def test_without_a_time_it_never_begins(nights, cron):
    """A setting of an older version may be none that is known now."""
    put_setting(nights.service, photos__maintenance=cron)
    for day in range(3):
        assert nights.at(NIGHT + timedelta(days=day)) == 0


def test_another_time_holds_from_now_on(nights):
    put_setting(nights.service, photos__maintenance="0 5 * * *")
    assert nights.at(NIGHT) == 0
    assert nights.at(NIGHT.replace(hour=4, minute=59)) == 0
    assert nights.at(NIGHT.replace(hour=5, minute=0)) == 2


def test_a_folder_that_is_away_loses_no_photo_and_holds_up_no_other_project(nights):
    other = nights.data / "home"
    other.mkdir()
    (other / "a.jpg").write_bytes(numbered(9))
    nights.photos.projects.create(ProjectRequest(name="home", folder=str(other)))
    nights.work()
    away = nights.folder.rename(nights.data / "elsewhere")
    before = nights.listing()
    assert nights.at(NIGHT) == 4
    nights.work()
    assert nights.listing() == before, "nothing was concluded from that"
    assert not nights.folder.exists(), "and no folder made in its place"
    for task in nights.kept_up():
        assert task.status == "failed" and "is not available" in task.error["message"]
    assert {task.status for task in nights.kept_up("home")} == {"completed"}
    away.rename(nights.folder)
    assert nights.at(NIGHT + timedelta(days=1)) == 4
    nights.work()
    assert [task.status for task in nights.kept_up()[2:]] == ["completed"] * 2
    assert nights.listing().keys() == FILES.keys()
