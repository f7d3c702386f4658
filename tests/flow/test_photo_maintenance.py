"""What a look through the folder of a photo project finds, makes, keeps and gives up."""

import os

import pytest

from core.errors import NotFound
from core.photos.folder import ProjectFolder
from core.photos.trash import REJECTED, Trash
from core.tasks.photos import manifest_check
from tests.photo_factories import FILES, Studio, files, numbered, picture, trash

pytestmark = pytest.mark.usefixtures("decoded_here")


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


def test_a_link_is_neither_a_photo_nor_followed_into_the_trash(studio, tmp_path):
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(numbered(1000))
    (studio.folder / "link.jpg").symlink_to(secret)
    (studio.folder / "4.jpg").unlink()
    (studio.folder / "4.jpg").symlink_to(secret)
    studio.start("maintenance")
    assert "link.jpg" not in studio.listing() and "4.jpg" not in studio.listing()
    assert secret.exists() and (studio.folder / "link.jpg").is_symlink()


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
