"""The folder of a photo project: one of its own, away or emptied, reconnected, forgotten."""

import os
import shutil

import pytest

from core.desk.photo_requests import ProjectRequest, Reconnect
from core.errors import FolderUnavailable, Forbidden, Invalid, NotPossible
from tests.photo_factories import FILES, numbered, trash

pytestmark = pytest.mark.usefixtures("decoded_here")


def unmount(studio):
    studio.folder.rename(studio.data / "away")


def test_a_folder_that_is_away_stops_the_job_and_marks_nothing(studio):
    unmount(studio)
    for type_ in ("maintenance", "folder_scan", "trash_maintenance"):
        task = studio.start(type_)
        assert (task.status, task.error["code"]) == ("failed", "folder-unavailable")
    assert all(p["available"] for p in studio.listing().values())
    (studio.data / "away").rename(studio.folder)
    studio.service.tasks.act("retry", task.id)
    studio.work()
    assert studio.service.ledger.task(task.id).status == "completed"


def test_the_empty_mount_point_of_a_disk_that_is_away_is_not_the_folder(studio):
    unmount(studio)
    studio.folder.mkdir()
    task = studio.start("maintenance")
    assert task.error["code"] == "folder-unavailable" and "another folder" in task.error["message"]
    assert all(p["available"] for p in studio.listing().values())
    with pytest.raises(FolderUnavailable):
        studio.upload({"new.jpg": numbered(9)})
    assert os.listdir(studio.folder) == []


def test_a_folder_that_is_suddenly_empty_is_not_believed_until_a_person_says_so(studio):
    for name in FILES:
        (studio.folder / name).unlink()
    task = studio.start("maintenance")
    assert (task.status, task.error["code"]) == ("failed", "folder-emptied")
    assert all(p["available"] for p in studio.listing().values())
    studio.photos.projects.reconnect("trip", Reconnect(emptied=True))
    studio.work()
    assert not any(p["available"] for p in studio.listing().values())
    studio.start("maintenance")
    assert studio.listing() == {}


def test_a_project_whose_photos_were_all_removed_by_a_commit_is_believed(studio):
    assert studio.commit(*FILES).status == "completed"
    assert studio.start("maintenance").status == "completed"
    assert studio.listing() == {} and trash(studio) == set(FILES)


def test_a_file_that_cannot_be_looked_at_is_not_taken_for_gone(studio, monkeypatch):
    def broken(handle):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("core.photos.folder.listed", broken)
    task = studio.start("maintenance")
    assert (task.status, task.error["code"]) == ("failed", "folder-unavailable")
    assert all(p["available"] for p in studio.listing().values())


def test_a_folder_that_was_moved_is_reconnected_with_its_rows_and_derivatives(studio):
    unmount(studio)
    request = Reconnect(folder=str(studio.data / "away"))
    assert studio.photos.projects.reconnect("trip", request)["folder"] == str(studio.data / "away")
    studio.work()
    assert all(p["available"] and p["thumbnail"] == "ready" for p in studio.listing().values())


def test_a_project_is_made_below_the_roots_only_and_no_two_share_a_folder(studio, tmp_path):
    create = studio.photos.projects.create
    with pytest.raises(Forbidden):
        create(ProjectRequest(name="out", folder="/etc"))
    for folder in (studio.folder, studio.data / "trip" / "inner"):
        folder.mkdir(exist_ok=True)
        with pytest.raises(Invalid):
            create(ProjectRequest(name="second", folder=str(folder)))
    with pytest.raises(Invalid):
        create(ProjectRequest(name="trip"))
    with pytest.raises(Invalid):
        create(ProjectRequest(name="none", folder=str(studio.data / "none")))
    made = create(ProjectRequest(name="none", folder=str(studio.data / "none"), create=True))
    assert made["task"]["type"] == "folder_scan"


def test_a_look_at_a_folder_tells_what_would_be_moved_and_changes_nothing(studio):
    other = studio.data / "other"
    other.mkdir()
    for name in ("a.jpg", "b.txt", "c.doc"):
        (other / name).touch()
    look = studio.photos.projects.look(str(other))
    assert look == {"photos": 1, "others": 2, "sample": ["b.txt", "c.doc"]}
    assert sorted(os.listdir(other)) == ["a.jpg", "b.txt", "c.doc"]


@pytest.mark.parametrize("verb", ["look", "create", "reconnect"])
def test_a_folder_that_is_swapped_for_a_link_after_its_check_is_not_entered(
    studio, tmp_path, monkeypatch, verb
):
    secret, other, projects = tmp_path / "secret", studio.data / "other", studio.photos.projects
    for folder in (secret, other):
        folder.mkdir()
    (secret / "diary.txt").write_text("mine")
    free = projects._require_free

    def swapped(folder, **but):
        free(folder, **but)
        if not other.is_symlink():
            other.rmdir()
            other.symlink_to(secret)

    monkeypatch.setattr(projects, "_require_free", swapped)
    with pytest.raises(Forbidden, match="link"):
        if verb == "look":
            projects.look(str(other))
        elif verb == "create":
            projects.create(ProjectRequest(name="second", folder=str(other)))
        else:
            projects.reconnect("trip", Reconnect(folder=str(other)))
    assert os.listdir(secret) == ["diary.txt"], "and gets no mark"


def test_a_project_that_is_forgotten_leaves_its_folder_as_it_is(studio):
    studio.commit("1.jpg")
    studio.reject("2.jpg")
    task = studio.photos.commit_changes("trip")["task"]
    with pytest.raises(NotPossible):
        studio.photos.projects.forget("trip")
    studio.service.tasks.act("cancel", task["id"])
    studio.photos.projects.forget("trip")
    assert trash(studio) == {"1.jpg"} and (studio.folder / "2.jpg").exists()
    assert studio.photos.projects.all() == []


def test_a_copy_of_a_folder_is_another_project(studio):
    shutil.copytree(studio.folder, studio.data / "copy")
    studio.photos.projects.create(ProjectRequest(name="copy", folder=str(studio.data / "copy")))
    studio.work()
    assert studio.start("maintenance").status == "completed"
    assert studio.photos.projects.get("copy")["available"] == 6
