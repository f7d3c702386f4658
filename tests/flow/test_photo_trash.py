"""The trash of a photo project: moves that were broken off, what comes back, what is emptied."""

import os
import time

import pytest

from core.errors import NotFound
from core.kit.clock import FakeClock
from core.photos import trash as trash_module
from core.photos.folder import ProjectFolder
from core.photos.moving import DRAFT
from core.photos.trash import REJECTED, Trash
from tests.photo_factories import FILES, Studio, files, numbered, trash

pytestmark = pytest.mark.usefixtures("decoded_here")

DAY_S = 86_400


def test_a_look_at_moves_of_before_is_not_disturbed_by_who_is_just_moving(studio, monkeypatch):
    """By link and unlink: the other one unlinks between our look and our unlink."""
    project = studio.row
    with ProjectFolder(studio.folder, project["mark"]) as folder:
        trash_ = Trash(studio.service.ledger, project["id"], folder)
        with studio.service.ledger.transaction():
            row = trash_.plan("1.jpg", REJECTED, 1)
        os.link(studio.folder / "1.jpg", studio.folder / ".trash" / row["trash_name"])

        def faster(*_):
            os.unlink(studio.folder / "1.jpg")
            return True

        monkeypatch.setattr(Trash, "_is_moved", faster)
        assert trash_.recover() == 1
    assert studio.in_trash()["1.jpg"]["name"] == "1.jpg"
    assert not studio.listing()["1.jpg"]["available"]


def test_two_that_bring_back_the_same_file_leave_it_brought_back(tmp_path, monkeypatch):
    studio = Studio(tmp_path, FILES | {"notes.txt": b"n"})
    project, begun = studio.row, []
    (row,) = studio.store.rows("trash_of_project", project=project["id"], before=2**62, limit=5)

    def restore():
        with ProjectFolder(studio.folder, project["mark"]) as folder:
            return Trash(studio.service.ledger, project["id"], folder).restore([row])

    def first_one(place):
        if place == "restore-planned" and not begun:
            begun.append(place)
            assert restore()[0], "the other one is faster"

    monkeypatch.setattr(trash_module.seams, "reach", first_one)
    assert restore()[1][0]["reason"] == "It is no longer in the trash"
    studio.start("maintenance")
    assert "notes.txt" in files(studio) and not studio.in_trash()
    studio.close()


def test_a_photo_comes_back_from_the_trash_with_its_derivatives(studio):
    studio.commit("1.jpg")
    number = studio.in_trash()["1.jpg"]["id"]
    answer = studio.photos.trash.restore(studio.row, [number])
    assert answer["restored"][0]["name"] == "1.jpg" and answer["refused"] == []
    studio.work()
    photo = studio.listing()["1.jpg"]
    assert photo["keep"] and photo["available"] and photo["thumbnail"] == "ready"
    assert (studio.folder / "1.jpg").read_bytes() == FILES["1.jpg"] and studio.in_trash() == {}


def test_a_photo_whose_name_is_taken_meanwhile_comes_back_under_another(studio):
    studio.commit("1.jpg")
    studio.upload({"1.jpg": numbered(77)})
    number = studio.in_trash()["1.jpg"]["id"]
    answer = studio.photos.trash.restore(studio.row, [number])
    assert answer["restored"][0]["name"] == "1 (2).jpg"
    assert (studio.folder / "1.jpg").read_bytes() == numbered(77)
    assert (studio.folder / "1 (2).jpg").read_bytes() == FILES["1.jpg"]


def test_what_is_no_photo_can_be_brought_back_and_then_stays(studio):
    (studio.folder / "notes.txt").write_text("mine")
    studio.start("folder_scan")
    studio.photos.trash.restore(studio.row, [studio.in_trash()["notes.txt"]["id"]])
    studio.start("maintenance")
    assert (studio.folder / "notes.txt").read_text() == "mine" and studio.in_trash() == {}


def test_what_is_no_longer_in_the_trash_is_refused(studio):
    studio.commit("1.jpg")
    number = studio.in_trash()["1.jpg"]["id"]
    (studio.folder / ".trash" / "1.jpg").unlink()
    answer = studio.photos.trash.restore(studio.row, [number])
    assert answer["restored"] == [] and "no longer" in answer["refused"][0]["reason"]
    with pytest.raises(NotFound):
        studio.photos.trash.restore(studio.row, [12345])


def test_the_trash_is_emptied_by_the_time_of_the_move_and_not_by_the_file_s(tmp_path):
    clock = FakeClock()
    studio = Studio(tmp_path, FILES, clock=clock)
    for name in FILES:  # photos of ten years ago
        os.utime(studio.folder / name, (1, 1))
    studio.start("folder_scan")
    studio.commit("1.jpg")
    clock.advance(29 * DAY_S)
    studio.commit("2.jpg")
    (studio.folder / ".trash" / "unknown.jpg").write_bytes(b"nobody wrote this down")
    os.utime(studio.folder / ".trash" / "unknown.jpg", (1, 1))
    studio.start("trash_maintenance")
    assert trash(studio) == {"1.jpg", "2.jpg", "unknown.jpg"}
    clock.advance(1.1 * DAY_S)
    studio.start("trash_maintenance")
    assert trash(studio) == {"2.jpg", "unknown.jpg"} == set(studio.in_trash())
    clock.advance(30 * DAY_S)
    studio.start("trash_maintenance")
    assert trash(studio) == set() == set(studio.in_trash())
    studio.close()


def test_half_made_copies_of_moves_that_were_killed_are_removed_after_a_day(tmp_path):
    """Not before: somebody may be just writing one."""
    clock = FakeClock(time.time())
    studio = Studio(tmp_path, FILES, clock)
    drafts = [studio.folder / f"{DRAFT}0123", studio.folder / ".trash" / f"{DRAFT}4567"]
    drafts[1].parent.mkdir(exist_ok=True)
    for draft in drafts:
        draft.write_bytes(FILES["1.jpg"][:100])
    clock.advance(DAY_S - 60)
    studio.start("trash_maintenance")
    assert all(draft.exists() for draft in drafts)
    clock.advance(120)
    studio.start("trash_maintenance")
    assert not any(draft.exists() for draft in drafts)
    assert set(FILES) <= files(studio)
    studio.close()
