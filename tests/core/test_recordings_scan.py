"""The orphan scan, on a real folder and a real database."""

import io
import os
import shutil
import threading
import time

import pytest

from core.kit.clock import FakeClock
from core.recordings import naming, records, scan, walking
from core.recordings.importing import Importing
from core.recordings.records import digest_of
from tests.recordings import Notes, note, tone, write_wave


@pytest.fixture
def notes(tmp_path):
    """The clock stands an hour from now: all that is written is finished."""
    return Notes(tmp_path, FakeClock(time.time() + 3600.0))


def test_a_note_becomes_an_orphan_with_a_task_of_low_priority(notes):
    write_wave(notes.notes / note("091500-voice-note.wav"), tone(0.1))
    report = notes.scan()
    (recording,), (task,) = notes.recordings(), notes.tasks()
    assert (report.found, report.new) == (1, 1)
    assert (recording["status"], recording["kind"]) == ("orphaned", "note")
    assert recording["task_id"] == task["id"]
    assert time.localtime(recording["recorded_at"])[:6] == (2026, 3, 4, 9, 15, 0)
    assert (task["type"], task["priority"] < 0) == ("transcribe-orphan", True)
    assert (task["related_type"], task["related_id"]) == ("recording", str(recording["id"]))


@pytest.mark.parametrize(
    "path",
    [
        "Interview.MP3",
        "2026/2026-03-04/091500-voice-note-2.wav",
        "2025/2026-03-04/091500-voice-note.wav",
        "2026/2026-02-31/091500-voice-note.wav",
        "2026/2026-03-04/256199-voice-note.wav",
        "imports/2026/2026-03-04/091500-memo.m4a",
    ],
)
def test_any_other_name_is_an_import_that_keeps_it(notes, path):
    write_wave(notes.notes / path, tone(0.1))
    notes.scan()
    (recording,), (task,) = notes.recordings(), notes.tasks()
    assert (recording["kind"], recording["original_name"]) == ("import", os.path.basename(path))
    assert (task["type"], task["priority"]) == ("transcribe-imported", 0)


def test_nothing_else_is_taken(notes):
    for name in ("notes.txt", ".hidden.wav", ".trash/a.wav", "cover.jpg"):
        write_wave(notes.notes / name, b"")
    (notes.notes / "link.wav").symlink_to(notes.notes / "elsewhere.wav")
    (notes.notes / "folder.wav").mkdir()
    assert (notes.scan().found, notes.recordings()) == (0, [])


def test_a_second_scan_finds_nothing_new_and_opens_nothing(notes, monkeypatch):
    for second in range(30):
        write_wave(notes.notes / note(f"0900{second:02d}-voice-note.wav"), tone(0.01))
    assert notes.scan().new == 30
    monkeypatch.setattr(scan, "opened", pytest.fail)
    monkeypatch.setattr(scan, "digest_of", pytest.fail)
    report = notes.scan()
    assert (report.found, report.new, len(notes.tasks())) == (30, 0, 30)


def test_no_file_is_opened_twice_by_a_first_scan(notes, monkeypatch):
    opened = []
    real = scan.opened
    monkeypatch.setattr(scan, "opened", lambda f, p: opened.append(p) or real(f, p))
    for second in range(10):
        write_wave(notes.notes / note(f"0900{second:02d}-voice-note.wav"), tone(0.01))
    after(notes.clock, 10.0)  # so young that headers are looked at
    assert notes.scan().new == 10
    assert len(opened) == len(set(opened)) == 10


def test_two_scans_that_race_make_one_recording_and_one_task_each(notes, monkeypatch):
    for second in range(40):
        write_wave(notes.notes / note(f"0900{second:02d}-voice-note.wav"), tone(0.01))
    both = threading.Barrier(2)

    def walked_together(folder):
        seen = list(walking.walk(folder))
        both.wait(10)  # both have compared the same disk with the same, empty database
        return seen

    monkeypatch.setattr(scan, "walk", walked_together)
    other = scan.Scanner(notes.ledger, notes.records)
    reports = []
    threads = [
        threading.Thread(target=lambda s=s: reports.append(s.scan(str(notes.notes))))
        for s in (notes.scanner, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(report.new for report in reports) == 40
    assert (len(notes.recordings()), len(notes.tasks())) == (40, 40)


def test_a_renamed_file_stays_the_same_recording(notes):
    old = write_wave(notes.notes / note("091500-voice-note.wav"), tone(0.1))
    notes.scan()
    old.rename(notes.notes / "Birthday.wav")
    report = notes.scan()
    (recording,) = notes.recordings()
    assert (report.renamed, report.new, report.missing) == (1, 0, 0)
    assert (recording["path"], recording["status"]) == ("Birthday.wav", "orphaned")
    assert len(notes.tasks()) == 1


def test_a_file_moved_to_another_disk_is_known_by_its_time_and_size(notes):
    old = write_wave(notes.notes / note("091500-voice-note.wav"), tone(0.1))
    notes.scan()
    shutil.copy2(old, notes.notes / "copy.wav")  # another inode, the same time
    old.unlink()
    assert notes.scan().renamed == 1
    assert len(notes.recordings()) == len(notes.tasks()) == 1


def test_two_notes_of_the_same_length_are_two(notes):
    for name in ("091500-voice-note.wav", "091600-voice-note.wav"):
        write_wave(notes.notes / note(name), tone(0.1))
    notes.scan()
    (notes.notes / note("091500-voice-note.wav")).unlink()
    write_wave(notes.notes / note("091700-voice-note.wav"), tone(0.1, hertz=330))
    report = notes.scan()
    assert (report.new, report.renamed, report.missing) == (1, 0, 1)


def test_audio_that_is_gone_is_missing_and_what_was_heard_stays(notes):
    path = write_wave(notes.notes / note("091500-voice-note.wav"), tone(0.1))
    write_wave(notes.notes / note("091600-voice-note.wav"), tone(0.2))
    notes.scan()
    notes.store.execute("UPDATE recordings SET transcribed_at = 1, text = 'hello'", {})
    path.rename(notes.folder / "away.wav")
    assert notes.scan().missing == 1
    assert [r["status"] for r in notes.recordings()] == ["missing", "transcribed"]
    assert notes.recordings()[0]["text"] == "hello"
    assert notes.scan().missing == 0
    (notes.folder / "away.wav").rename(path)
    assert notes.scan().returned == 1
    assert [r["status"] for r in notes.recordings()] == ["transcribed", "transcribed"]
    assert len(notes.tasks()) == 2


def test_a_disk_that_is_not_connected_loses_nothing(notes):
    write_wave(notes.notes / note("091500-voice-note.wav"), tone(0.1))
    notes.scan()
    shutil.move(notes.notes, notes.folder / "elsewhere")
    assert "Is its disk connected?" in notes.scan().problem
    notes.notes.mkdir()  # the place where it is mounted
    assert "Is its disk connected?" in notes.scan().problem
    assert notes.recordings()[0]["status"] == "orphaned"


def test_another_notes_folder_leaves_the_recordings_of_the_first(notes, tmp_path):
    write_wave(notes.notes / note("091500-voice-note.wav"), tone(0.1))
    notes.scan()
    other = tmp_path / "other"
    write_wave(other / note("101500-voice-note.wav"), tone(0.2))
    assert notes.scanner.scan(str(other)).missing == 0
    assert [r["status"] for r in notes.recordings()] == ["orphaned", "orphaned"]


def test_notes_that_moved_with_their_folder_are_the_same(notes, tmp_path):
    write_wave(notes.notes / note("091500-voice-note.wav"), tone(0.1))
    write_wave(notes.notes / note("091600-voice-note.wav"), tone(0.1))
    notes.scan()
    shutil.copytree(notes.notes, tmp_path / "moved")
    shutil.rmtree(notes.notes)
    report = notes.scanner.scan(str(tmp_path / "moved"))
    assert (report.renamed, report.new) == (2, 0)


def test_a_file_with_other_content_is_heard_again(notes):
    path = write_wave(notes.notes / "a.wav", tone(0.1))
    notes.scan()
    notes.store.execute("UPDATE recordings SET transcribed_at = 1, text = 'hello'", {})
    notes.store.execute("UPDATE tasks SET status = 'completed', finished_at = 1", {})
    write_wave(path, tone(0.3))
    report = notes.scan()
    assert report.changed == 1, report
    (recording,) = notes.recordings()
    assert (recording["status"], len(notes.tasks())) == ("orphaned", 2)
    assert notes.scan().changed == 0


def test_a_file_that_changes_while_its_task_waits_is_queued_once(notes):
    path = write_wave(notes.notes / "a.wav", tone(0.1))
    write_wave(notes.notes / "b.wav", tone(0.2))
    notes.scan()
    write_wave(path, tone(0.3))
    assert notes.scan().changed == 1
    path.rename(notes.notes / "a.bak")
    assert notes.scan().missing == 1
    (notes.notes / "a.bak").rename(path)
    assert notes.scan().returned == 1
    assert len(notes.tasks()) == 2, "the one that waits reads the file as it then is"


def test_what_cannot_be_looked_at_is_not_taken_for_gone(notes, monkeypatch):
    write_wave(notes.notes / "in" / "a.wav", tone(0.1))
    write_wave(notes.notes / "b.wav", tone(0.2))
    notes.scan()
    real = os.scandir

    def refused(path):
        if str(path).endswith("/in"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    def unseen(path, **_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(walking.os, "scandir", refused)
    monkeypatch.setattr(scan.os, "lstat", unseen)
    assert notes.scan().missing == 0


def test_an_import_reads_no_other_file_while_it_holds_the_lock(notes, monkeypatch):
    for number in range(3):
        write_wave(notes.notes / f"{number}.wav", tone(0.1, hertz=100.0 + number))
    notes.scan()
    content, inside = (notes.notes / "1.wav").read_bytes(), []

    def watched(folder, path):
        inside.append(notes.store.in_transaction)
        return digest_of(folder, path)

    monkeypatch.setattr(records, "digest_of", watched)
    importing = Importing(notes.ledger, notes.records, str(notes.notes))
    assert importing.take(io.BytesIO(content), "again.wav", 0.0).outcome == "duplicate"
    assert inside and not any(inside)


def after(clock, seconds):
    """So long after what was written last."""
    clock.mono_s += 0.1
    clock.wall_s = time.time() + seconds


def test_a_file_that_still_grows_is_looked_at_again(tmp_path):
    clock = FakeClock(time.time())
    notes = Notes(tmp_path, clock)
    path = write_wave(notes.notes / "a.wav", tone(0.1))
    after(clock, 1.0)
    assert (notes.scan().unfinished, notes.recordings()) == (1, [])
    write_wave(path, tone(0.2))
    after(clock, 1.0)
    assert notes.scan().unfinished == 1
    after(clock, 3.5)
    assert (notes.scan().new, notes.scan().new) == (1, 0)
    assert notes.recordings()[0]["size"] == path.stat().st_size


def test_a_header_that_promises_more_gets_more_patience_but_not_for_ever(tmp_path):
    clock = FakeClock(time.time())
    notes = Notes(tmp_path, clock)
    path = write_wave(notes.notes / "a.wav", tone(0.2))
    whole = path.read_bytes()
    path.write_bytes(whole[:2000])
    (notes.notes / "empty.mp3").touch()
    after(clock, 10.0)
    assert (notes.scan().unfinished, notes.recordings()) == (2, [])
    path.write_bytes(whole)
    after(clock, 3.5)
    assert (notes.scan().new, notes.recordings()[0]["path"]) == (1, "a.wav")
    after(clock, 61.0)
    assert notes.scan().new == 1  # it stays empty: taken, and fails with that reason


def test_a_file_of_a_clock_that_is_ahead_is_taken_when_it_stays_the_same(tmp_path):
    clock = FakeClock(time.time())
    notes = Notes(tmp_path, clock)
    path = write_wave(notes.notes / "a.wav", tone(0.1))
    os.utime(path, (clock.wall() + 86_400, clock.wall() + 86_400))
    assert notes.scan().unfinished == 1
    clock.advance(3.1)
    assert notes.scan().new == 1


def test_a_crash_in_the_middle_of_a_scan_leaves_no_recording_without_task(notes, monkeypatch):
    for second in range(5):
        write_wave(notes.notes / note(f"0900{second:02d}-voice-note.wav"), tone(0.01))

    class Killed(BaseException):
        pass

    def killed(place):
        if place == "scan-written":
            raise Killed

    monkeypatch.setattr(scan.seams, "reach", killed)
    with pytest.raises(Killed):
        notes.scan()
    assert (notes.recordings(), notes.tasks()) == ([], [])
    monkeypatch.undo()
    assert notes.scan().new == 5


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a" * 300 + ".wav", "a" * 176 + ".wav"),
        ("ä" * 300 + ".wav", "ä" * 88 + ".wav"),
        ("日" * 90 + ".flac", "日" * 58 + ".flac"),
        ("x." + "y" * 300, "x." + "y" * 19),
        ("Übung 1.mp3", "Übung 1.mp3"),
    ],
)
def test_a_name_is_cut_where_a_file_system_would_refuse_it(tmp_path, name, kept):
    assert naming.original(name) == kept
    path = tmp_path / naming.import_path(name, 0.0, 99)
    path.parent.mkdir(parents=True)
    path.with_name(f".{path.name}.json.0123456789abcdef").touch()
