"""Settings: checked as a whole, durable, told."""

import json

import pytest

from core.errors import Invalid
from core.model import Kind
from tests.desk_factories import Office
from tests.recordings import DENIED, forbid


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    yield made
    made.store.close()


def test_settings_have_their_defaults_until_somebody_changes_them(office):
    settings = office.settings.get()
    assert settings["pipeline.priority_threshold"] == 100
    assert settings["quiet_hours"] == []


def test_a_change_is_kept_told_and_seen_by_the_next_claim(office, tmp_path):
    office.settings.patch({"pipeline.total_slots": 1, "pipeline.priority_lane_slots": 0})
    office.create()
    office.create()
    assert office.claim() is not None and office.claim() is None
    after = office.settings.patch({"pipeline.total_slots": 2})
    assert after["pipeline.total_slots"] == 2 and after["pipeline.priority_lane_slots"] == 0
    assert office.claim() is not None
    told = json.loads(office.told(Kind.QUEUE_UPDATE)[-1].data)
    assert told["settings"] == after
    assert {lane["name"]: lane["slots"] for lane in told["lanes"]}["normal"] == 2
    again = Office(tmp_path)
    assert again.settings.get() == after
    again.store.close()


def test_a_change_that_is_rolled_back_was_never_there(office):
    with pytest.raises(ZeroDivisionError), office.ledger.transaction() as store:
        store.changed("put_setting", key="zoom", value="2")
        assert office.ledger.settings().zoom == 2
        raise ZeroDivisionError
    assert office.ledger.settings().zoom == 1


def test_null_brings_a_default_back(office):
    office.settings.patch({"theme": "dark", "zoom": 2})
    assert office.settings.patch({"theme": None})["theme"] == "system"
    assert office.settings.get()["zoom"] == 2


def test_an_unknown_setting_is_refused_with_close_names(office):
    with pytest.raises(Invalid, match="did you mean pipeline.total_slots") as error:
        office.settings.patch({"pipeline.total_slot": 3, "zoom": 2})
    assert [e["pointer"] for e in error.value.errors] == ["/pipeline.total_slot"]
    assert office.settings.get()["zoom"] == 1.0


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"zoom": 99}, "/zoom"),
        ({"theme": "pink"}, "/theme"),
        ({"pipeline.total_slots": 0}, "/pipeline.total_slots"),
        ({"quiet_hours": [{"start": "9", "end": "10:00"}]}, "/quiet_hours/0/start"),
        (
            {"quiet_hours": [{"start": "09:00", "end": "10:00", "lanes": ["fast"]}]},
            "/quiet_hours/0/lanes/0",
        ),
        ({"roots": ["relative"]}, "/roots/0"),
        ({"roots": ["/nowhere/at/all"]}, "/roots/0"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_changes_nothing(office, patch, pointer):
    before, last = office.settings.get(), office.events()
    with pytest.raises(Invalid) as error:
        office.settings.patch(patch)
    assert [e["pointer"] for e in error.value.errors] == [pointer]
    assert office.settings.get() == before and office.events() == last


def test_roots_are_folders_that_exist(office, tmp_path):
    assert office.settings.patch({"roots": [str(tmp_path)]})["roots"] == [str(tmp_path)]
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(Invalid):
        office.settings.patch({"roots": [str(file)]})


@pytest.fixture
def beside(tmp_path, monkeypatch):
    """A home with the data directory beside notes."""
    home = tmp_path / "home"
    for name in ("notes", ".hidden", "data/documents", "data/notes"):
        (home / name).mkdir(parents=True)
    (home / "etc").symlink_to("/etc")
    monkeypatch.setenv("HOME", str(home))
    made = Office(home / "data")
    yield made, home
    made.store.close()


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        ("/", "holds more"),
        ("/etc", "belongs to the system"),
        ("/proc/self", "belongs to the system"),
        ("etc", "belongs to the system"),
        ("", "holds more"),
        ("data", "holds more"),
        ("data/documents", "Longhaul's own"),
        ("..", "holds more"),
        (".hidden", "hidden"),
    ],
)
def test_the_notes_folder_is_none_that_holds_other_things(beside, folder, why):
    office, home = beside
    with pytest.raises(Invalid, match=why) as error:
        office.settings.patch({"recordings.folder": str(home / folder)})
    assert error.value.errors[0]["pointer"] == "/recordings.folder"
    for sound in ("notes", "data/notes"):
        folder = str(home / sound)
        assert office.settings.patch({"recordings.folder": folder})["recordings.folder"] == folder


@pytest.mark.parametrize("name", ["recordings.folder", "recordings.models_folder"])
def test_a_folder_that_cannot_be_read_is_refused_with_the_reason(
    office, tmp_path, monkeypatch, name
):
    folder = tmp_path / "closed"
    with pytest.raises(Invalid, match="is not a folder that exists"):
        office.settings.patch({name: str(folder)})
    folder.mkdir()
    forbid(monkeypatch, folder)
    with pytest.raises(Invalid, match=f"cannot be read: {DENIED}") as error:
        office.settings.patch({name: str(folder)})
    assert error.value.errors[0]["pointer"] == f"/{name}"
