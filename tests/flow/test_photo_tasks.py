"""Tasks on a photo project, seen through by a worker: what becomes of files, rows and trash."""

import errno
import os
import shutil
import time

import pytest

from core.compute.inline import Inline
from core.desk.photo_requests import (
    KeepMarks,
    PhotoFilter,
    ProjectRequest,
    Reconnect,
)
from core.desk.photos import Upload
from core.errors import (
    DiskFull,
    Drifted,
    FolderUnavailable,
    Forbidden,
    Invalid,
    NotFound,
    NotPossible,
)
from core.kit.clock import FakeClock
from core.photos import trash as trash_module
from core.photos.folder import ProjectFolder
from core.photos.moving import DRAFT
from core.photos.trash import REJECTED, Trash
from core.tasks.photos import derive, manifest_check
from tests.photo_factories import Studio, numbered, picture

FILES = {f"{n}.jpg": numbered(n) for n in range(6)}
DAY_S = 86_400


@pytest.fixture(autouse=True)
def inline(monkeypatch):
    """Decoded in this process: these pictures are tiny; test_photo_derivatives.py has real ones."""
    monkeypatch.setattr(derive, "Processes", lambda code, processes, **limits: Inline(code))


@pytest.fixture
def studio(tmp_path):
    made = Studio(tmp_path, FILES)
    yield made
    made.close()


def files(studio) -> set[str]:
    return {name for name in os.listdir(studio.folder) if not name.startswith(".")}


def trash(studio) -> set[str]:
    folder = studio.folder / ".trash"
    return set(os.listdir(folder)) if folder.exists() else set()


# --- a folder becomes a project ------------------------------------------------------------------


def test_a_folder_becomes_a_project_with_a_row_and_derivatives_for_each_photo(tmp_path):
    extra = {"notes.txt": b"n", "a.jpg.xmp": b"x", ".hidden": b"h"}
    studio = Studio(tmp_path, FILES | extra)
    photos = studio.listing()
    assert set(photos) == set(FILES)
    assert all(p["thumbnail"] == p["preview"] == "ready" for p in photos.values())
    assert {p["width"] for p in photos.values()} == {8}
    assert files(studio) == {*FILES, "a.jpg.xmp", "manifest.csv"}
    assert (
        trash(studio) == {"notes.txt"}
        and studio.in_trash()["notes.txt"]["reason"] == "not-accepted"
    )
    assert (studio.folder / ".hidden").exists()
    studio.close()


def test_the_derivatives_are_files_whose_address_changes_with_the_content(studio):
    first = studio.photos.derivative("trip", "1.jpg", "thumbnail")
    assert first.media_type == "image/jpeg" and first.path.read_bytes().startswith(b"\xff\xd8")
    (studio.folder / "1.jpg").write_bytes(picture((1, 2, 3), (20, 10)))
    studio.start("maintenance")
    second = studio.photos.derivative("trip", "1.jpg", "thumbnail")
    assert second.version != first.version
    assert second.version in studio.listing()["1.jpg"]["thumbnail_url"]
    assert studio.listing()["1.jpg"]["width"] == 20
    assert not first.path.exists(), "what nobody needs is deleted"
    with pytest.raises(NotFound):
        studio.photos.derivative("trip", "1.jpg", "poster")


def test_unchanged_photos_are_passed_over(studio):
    answer = studio.upload({"1.jpg": FILES["1.jpg"]})
    assert answer["taken"] == [{"name": "1.jpg", "given": "1.jpg", "already": True}]
    studio.work()
    assert studio.items(studio.task(answer["task"]))["1.jpg"] == ("completed", "Unchanged")


def test_a_photo_that_was_only_touched_keeps_its_derivatives(studio):
    before = studio.listing()["1.jpg"]
    os.utime(studio.folder / "1.jpg", (1, 1))
    studio.start("maintenance")
    after = studio.listing()["1.jpg"]
    assert (after["thumbnail"], after["preview"]) == ("ready", "ready")
    assert after["thumbnail_url"] == before["thumbnail_url"]
    assert after["width"] == before["width"] and after["sha256"] == before["sha256"]
    assert studio.photos.projects.get("trip")["pending"] == 0


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


def test_a_photo_that_is_removed_while_the_folder_is_looked_through_does_not_come_back(
    studio, monkeypatch
):
    real, removed, seen = ProjectFolder.files, [], []

    def slow(folder):
        found = real(folder)
        if not removed:
            removed.append("1.jpg")
            ledger = studio.service.ledger
            trash_ = Trash(ledger, studio.row["id"], folder)
            with ledger.transaction():
                row = trash_.plan("1.jpg", REJECTED, 1)
            trash_.carry_out(row)
            with ledger.transaction():
                trash_.settle(row)
        return found

    def look(ground):
        seen.append(studio.listing()["1.jpg"]["available"])
        return real_look(ground)

    real_look = manifest_check.bring_up_to_date
    monkeypatch.setattr(ProjectFolder, "files", slow)
    monkeypatch.setattr(manifest_check, "bring_up_to_date", look)
    studio.start("maintenance")
    assert removed and seen == [False]


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


# --- uploads -------------------------------------------------------------------------------------


def test_an_upload_is_one_task_with_an_item_for_each_name(studio):
    answer = studio.upload({"new.jpg": numbered(100), "other.png": picture(format="PNG")})
    assert answer["refused"] == [] and answer["task"]["type"] == "upload_postprocess"
    assert studio.listing()["new.jpg"]["thumbnail"] == "pending"
    studio.work()
    task = studio.task(answer["task"])
    assert (task.status, task.project) == ("completed", "trip")
    assert list(studio.jobs(task)) == ["make_derivatives", "manifest_check", "folder_check"]
    assert {k: v[0] for k, v in studio.items(task).items()} == {
        "new.jpg": "completed",
        "other.png": "completed",
    }
    assert studio.listing()["other.png"]["format"] == "PNG"
    assert "new.jpg" in (studio.folder / "manifest.csv").read_text()


def test_an_upload_never_overwrites(studio):
    answer = studio.upload({"1.jpg": numbered(500)})
    assert answer["taken"] == [{"name": "1 (2).jpg", "given": "1.jpg", "already": False}]
    assert (studio.folder / "1.jpg").read_bytes() == FILES["1.jpg"]
    assert (studio.folder / "1 (2).jpg").read_bytes() == numbered(500)
    again = studio.upload({"1.jpg": numbered(500)})
    assert again["taken"] == [{"name": "1 (2).jpg", "given": "1.jpg", "already": True}]


def test_names_that_differ_in_case_alone_or_are_composed_otherwise_are_different_photos(studio):
    names = ["IMG.jpg", "img.jpg", "Img.JPG", "\u00e9.jpg", "e\u0301.jpg", "n" * 251 + ".jpg"]
    answer = studio.upload({name: numbered(n + 50) for n, name in enumerate(names)})
    assert [t["name"] for t in answer["taken"]] == names
    studio.work()
    assert {studio.listing()[name]["thumbnail"] for name in names} == {"ready"}
    studio.commit(*names)
    assert trash(studio) == set(names)


def test_a_name_that_is_none_is_refused_and_the_others_are_taken(studio):
    spool = studio.photos.spool("trip")
    names = ["good.jpg", "../evil.jpg", "run.exe", ".hidden.jpg"]
    for n, _ in enumerate(names):
        (spool / str(n)).write_bytes(numbered(n + 70))
    answer = studio.photos.take("trip", [Upload(spool / str(n), m) for n, m in enumerate(names)])
    assert [t["name"] for t in answer["taken"]] == ["good.jpg"]
    assert [r["name"] for r in answer["refused"]] == names[1:]
    assert not (studio.data / "evil.jpg").exists()


def test_photos_that_cannot_be_decoded_fail_with_a_reason_and_the_rest_goes_on(studio):
    whole = picture((9, 9, 9), (400, 300), quality=95)
    bad = {
        "empty.jpg": b"",
        "text.jpg": b"not a picture at all",
        "cut.jpg": whole[: len(whole) // 2],
        "head.png": picture(format="PNG")[:20],
        "bad.dng": b"II*\0" + b"\xff" * 5000,
        "good.jpg": numbered(99),
    }
    answer = studio.upload(bad)
    studio.work()
    task = studio.task(answer["task"])
    found = {k: v[1].partition(":")[0] for k, v in studio.items(task).items() if v[0] == "failed"}
    assert found == {
        "empty.jpg": "empty",
        "text.jpg": "not-an-image",
        "cut.jpg": "truncated",
        "head.png": "truncated",
        "bad.dng": "corrupt",
    } or (found.pop("bad.dng") and len(found) == 4)
    assert studio.items(task)["good.jpg"][0] == "completed" and task.status == "completed"
    assert studio.listing()["cut.jpg"]["problem"]["code"] == "truncated"
    assert files(studio) >= set(bad), "no photo is thrown away for that"


# --- marks and commits ---------------------------------------------------------------------------


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


def test_a_link_is_neither_a_photo_nor_followed_into_the_trash(studio, tmp_path):
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(numbered(1000))
    (studio.folder / "link.jpg").symlink_to(secret)
    (studio.folder / "4.jpg").unlink()
    (studio.folder / "4.jpg").symlink_to(secret)
    studio.start("maintenance")
    assert "link.jpg" not in studio.listing() and "4.jpg" not in studio.listing()
    assert secret.exists() and (studio.folder / "link.jpg").is_symlink()


def test_marks_are_set_for_one_for_many_and_for_all_that_fit(studio):
    assert studio.photos.mark("trip", "1.jpg", False)["keep"] is False
    everything = KeepMarks(keep=False, filter=PhotoFilter(keep=True), expected=5)
    assert studio.photos.mark_many("trip", everything) == {"changed": 5, "keep": False}
    with pytest.raises(Drifted):
        studio.photos.mark_many("trip", KeepMarks(keep=True, filter=PhotoFilter(), expected=5))
    with pytest.raises(NotFound):
        studio.photos.mark_many("trip", KeepMarks(keep=True, names=["1.jpg", "none.jpg"]))
    assert studio.photos.count("trip", PhotoFilter(keep=False)) == 6


# --- the list ------------------------------------------------------------------------------------


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


# --- the folder is away --------------------------------------------------------------------------


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


def test_photos_deleted_by_hand_lose_their_rows_and_those_that_come_back_are_kept(studio):
    content = (studio.folder / "1.jpg").read_bytes()
    for name in ("1.jpg", "2.jpg"):
        (studio.folder / name).unlink()
    studio.start("folder_scan")
    assert not studio.photos.photo("trip", "1.jpg")["available"]
    (studio.folder / "1.jpg").write_bytes(content)
    studio.start("maintenance")
    assert "2.jpg" not in studio.listing()
    assert studio.listing()["1.jpg"]["available"] and studio.listing()["1.jpg"]["keep"]


# --- the trash -----------------------------------------------------------------------------------


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


# --- projects ------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("error", "raised"), [(errno.ENOSPC, DiskFull), (errno.EACCES, FolderUnavailable)]
)
def test_a_disk_that_takes_no_folder_for_uploads_is_told(studio, monkeypatch, error, raised):
    def mkdir(*_, **__):
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr("core.desk.photo_taking.os.mkdir", mkdir)
    with pytest.raises(raised):
        studio.photos.spool("trip")


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


# --- two at once ---------------------------------------------------------------------------------


def test_an_upload_during_a_check_is_not_taken_for_gone(studio, monkeypatch):
    """The list of the folder is older than the row: the file is looked for by its name."""
    from core.tasks.photos.manifest_check import ManifestCheck

    real, done = ManifestCheck._require_photos, []

    def upload_now(self, ground, files):
        real(self, ground, files)
        if not done:
            done.append(studio.upload({"late.jpg": numbered(321)}))

    monkeypatch.setattr(ManifestCheck, "_require_photos", upload_now)
    studio.start("maintenance")
    assert studio.listing()["late.jpg"]["available"]
    assert "late.jpg" in (studio.folder / "manifest.csv").read_text()


def test_an_item_left_running_by_a_crash_is_taken_up_again(studio):
    answer = studio.upload({"new.jpg": numbered(100)})
    job = studio.service.ledger.jobs(studio.task(answer["task"]))[0]
    with studio.service.ledger.transaction() as store:
        now = studio.service.clock.wall()
        assert store.changed("begin_items", job_id=job.id, names='["new.jpg"]', now=now) == 1
    studio.work()
    assert studio.items(studio.task(answer["task"]))["new.jpg"][0] == "completed"


def test_a_photo_that_is_replaced_by_hand_is_made_again(studio):
    (studio.folder / "1.jpg").write_bytes(picture((5, 5, 5), (30, 10)))
    os.utime(studio.folder / "1.jpg", (5, 5))
    studio.start("maintenance")
    assert studio.listing()["1.jpg"]["width"] == 30


def test_a_recipe_that_has_changed_makes_all_derivatives_again(studio, monkeypatch):
    before = studio.photos.derivative("trip", "1.jpg", "thumbnail")
    monkeypatch.setattr("core.photos.derivatives.RECIPE", "9")
    studio.start("maintenance")
    after = studio.photos.derivative("trip", "1.jpg", "thumbnail")
    assert after.version == before.version[:-1] + "9" and not before.path.exists()
