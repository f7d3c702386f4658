"""Marks of photos, lists of them, and commits: what is not kept goes into the trash."""

import pytest

from core.desk.photo_requests import KeepMarks, PhotoFilter
from core.errors import Drifted, Invalid, NotFound
from tests.photo_factories import FILES, files, numbered, trash

pytestmark = pytest.mark.usefixtures("decoded_here")


def test_a_commit_moves_what_is_not_kept_into_the_trash(studio):
    old = studio.photos.derivative("trip", "1.jpg", "thumbnail").path
    studio.reject("1.jpg", "2.jpg")
    summary = studio.photos.commit_summary("trip")
    assert (summary["remove"], summary["keep"], summary["names"]) == (2, 4, ["1.jpg", "2.jpg"])
    task = studio.commit()
    assert list(studio.jobs(task)) == [
        "file_removal",
        "manifest_check",
        "folder_check",
        "manifest_cleaning",
    ]
    assert task.status == "completed" and trash(studio) == {"1.jpg", "2.jpg"}
    assert set(studio.listing()) == {"0.jpg", "3.jpg", "4.jpg", "5.jpg"}
    assert not old.exists()
    assert "1.jpg" not in (studio.folder / "manifest.csv").read_text()


def test_a_removed_photo_is_told_as_missing_with_a_new_time_before_its_row_is_cleaned(studio):
    before = studio.listing()["1.jpg"]
    studio.reject("1.jpg")
    studio.photos.commit_changes("trip")
    assert studio.worker.work_one(), "file_removal alone"
    after = studio.listing()["1.jpg"]
    assert (after["thumbnail"], after["preview"], after["available"]) == (
        "missing",
        "missing",
        False,
    )
    assert after["updated_at"] > before["updated_at"] and after["thumbnail_url"] is None


def test_a_commit_removes_what_was_marked_when_it_was_asked_for_and_nothing_marked_later(studio):
    studio.reject("1.jpg")
    studio.photos.commit_changes("trip")
    studio.reject("2.jpg")
    studio.photos.mark("trip", "1.jpg", True)
    studio.work()
    assert trash(studio) == set() and files(studio) >= set(FILES)
    studio.photos.mark("trip", "1.jpg", False)
    assert studio.photos.commit_summary("trip")["names"] == ["1.jpg", "2.jpg"]


def test_a_commit_for_another_number_than_the_person_saw_starts_nothing(studio):
    studio.reject("1.jpg")
    with pytest.raises(Drifted):
        studio.photos.commit_changes("trip", expected=2)
    assert not studio.worker.work_one()


def test_names_in_the_trash_never_collide(studio):
    for round_ in range(3):
        studio.upload({"1.jpg": numbered(900 + round_)})
        studio.commit(*[n for n in studio.listing() if n.startswith("1")])
    kept = {(studio.folder / ".trash" / name).read_bytes() for name in trash(studio)}
    assert kept == {FILES["1.jpg"], *(numbered(900 + n) for n in range(3))}


def test_a_file_in_the_trash_that_is_not_ours_is_not_overwritten(studio):
    (studio.folder / ".trash").mkdir()
    (studio.folder / ".trash" / "1.jpg").write_bytes(b"somebody's")
    studio.commit("1.jpg")
    assert (studio.folder / ".trash" / "1.jpg").read_bytes() == b"somebody's"
    assert (studio.folder / ".trash" / "1 (2).jpg").read_bytes() == FILES["1.jpg"]


def test_a_file_that_is_gone_already_is_logged_and_passed_over(studio):
    studio.reject("1.jpg", "2.jpg")
    (studio.folder / "1.jpg").unlink()
    task = studio.commit()
    assert studio.items(task)["1.jpg"] == ("skipped", "It was gone already")
    assert any("1.jpg" in line and "Gone already" in line for line in studio.log())
    assert task.status == "completed" and trash(studio) == {"2.jpg"}


def test_a_move_that_fails_keeps_the_row_fails_the_step_and_is_retried_alone(studio, monkeypatch):
    from core.photos import trash as trash_module

    def refuse(source, name, target, as_, real=trash_module.move):
        if name == "2.jpg":
            raise PermissionError(13, "Permission denied")
        real(source, name, target, as_)

    monkeypatch.setattr(trash_module, "move", refuse)
    task = studio.commit("1.jpg", "2.jpg", "3.jpg")
    assert task.status == "failed" and "1 of 3 files" in task.error["message"]
    assert studio.items(task)["2.jpg"] == ("failed", "It could not be moved: Permission denied")
    assert list(studio.jobs(task)) == ["file_removal"], "later steps are not started"
    left = studio.listing()["2.jpg"]
    assert (left["available"], left["keep"], left["thumbnail"]) == (True, False, "ready")
    monkeypatch.undo()
    studio.service.tasks.act("retry", task.id)
    studio.work()
    task = studio.service.ledger.task(task.id)
    assert task.status == "completed" and task.run == 1
    assert trash(studio) == {"1.jpg", "2.jpg", "3.jpg"}
    assert [j.attempts for j in studio.service.ledger.jobs(task)] == [2, 1, 1, 1]


def test_marks_are_set_for_one_for_many_and_for_all_that_fit(studio):
    assert studio.photos.mark("trip", "1.jpg", False)["keep"] is False
    everything = KeepMarks(keep=False, filter=PhotoFilter(keep=True), expected=5)
    assert studio.photos.mark_many("trip", everything) == {"changed": 5, "keep": False}
    with pytest.raises(Drifted):
        studio.photos.mark_many("trip", KeepMarks(keep=True, filter=PhotoFilter(), expected=5))
    with pytest.raises(NotFound):
        studio.photos.mark_many("trip", KeepMarks(keep=True, names=["1.jpg", "none.jpg"]))
    assert studio.photos.count("trip", PhotoFilter(keep=False)) == 6


def test_a_list_is_paged_without_gap_or_double_in_every_order(studio):
    for sort in ("name", "-name", "taken_at", "-taken_at", "id", "-id"):
        seen, cursor = [], None
        while True:
            page = studio.photos.photos("trip", sort=sort, limit=4, cursor=cursor)
            seen += [p["name"] for p in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        whole = [p["name"] for p in studio.photos.photos("trip", sort=sort).items]
        assert seen == whole and len(set(seen)) == 6
    assert [p["name"] for p in studio.photos.photos("trip", PhotoFilter(q="3")).items] == ["3.jpg"]


@pytest.mark.parametrize("wrong", ["x", "WyJuYW1lIiwgMSwgMV0=", "W10="])
def test_a_cursor_of_another_list_is_refused(studio, wrong):
    with pytest.raises(Invalid):
        studio.photos.photos("trip", cursor=wrong)
