"""Uploads to a photo project, seen through by a worker: names, contents, items of the task."""

import errno
import os

import pytest

from core.desk.photos import Upload
from core.errors import DiskFull, FolderUnavailable
from tests.photo_factories import FILES, files, numbered, picture, trash

pytestmark = pytest.mark.usefixtures("decoded_here")


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


@pytest.mark.parametrize(
    ("error", "raised"), [(errno.ENOSPC, DiskFull), (errno.EACCES, FolderUnavailable)]
)
def test_a_disk_that_takes_no_folder_for_uploads_is_told(studio, monkeypatch, error, raised):
    def mkdir(*_, **__):
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr("core.desk.photo_taking.os.mkdir", mkdir)
    with pytest.raises(raised):
        studio.photos.spool("trip")


def test_an_item_left_running_by_a_crash_is_taken_up_again(studio):
    answer = studio.upload({"new.jpg": numbered(100)})
    job = studio.service.ledger.jobs(studio.task(answer["task"]))[0]
    with studio.service.ledger.transaction() as store:
        now = studio.service.clock.wall()
        assert store.changed("begin_items", job_id=job.id, names='["new.jpg"]', now=now) == 1
    studio.work()
    assert studio.items(studio.task(answer["task"]))["new.jpg"][0] == "completed"
