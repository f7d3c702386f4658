"""The desk of recordings: lists, search, edit, import, removal, and waiting for the person."""

import io
import json
import os
import shutil
import threading
import time

import pytest

from core.desk.queue import QueueDesk
from core.desk.recordings import Hearing, RecordingDesk
from core.desk.requests import Activity
from core.desk.tasks import TaskDesk
from core.desk.types import TypeDesk
from core.desk.waiting import Waiting
from core.errands import Errands
from core.errors import Invalid, NotFound, NotPossible
from core.kit.clock import FakeClock
from core.model import Task
from core.paths import Roots
from core.recordings import importing
from core.recordings.engines.whisper import Whisper
from core.recordings.watching import Lookout
from tests.recordings import DENIED, Notes, forbid, note, tone, write_wave


class Office(Notes):
    """Notes with their desk."""

    def __init__(self, folder):
        super().__init__(folder, FakeClock(time.time() + 3600.0))
        self.elsewhere = folder / "elsewhere"
        self.elsewhere.mkdir()
        self.put("recordings.folder", str(self.notes))
        self.desk = RecordingDesk(
            self.ledger, self.intake, lambda: Roots([self.elsewhere]), self.folder
        )
        self.desk.lookout = Lookout(self.ledger, self.scanner)

    def put(self, key, value):
        with self.ledger.transaction() as store:
            store.changed("put_setting", key=key, value=json.dumps(value))
            store.changed("settings_changed")

    def hear(self, recording_id, text, segments=()):
        """As if it had been transcribed."""
        with self.ledger.transaction() as store:
            store.execute(
                "UPDATE recordings SET transcribed_at = 1, text = :text, take = 1 WHERE id = :id",
                {"text": text, "id": recording_id},
            )
            for number, (start, stop, said) in enumerate(segments):
                store.changed(
                    "put_segment",
                    recording_id=recording_id,
                    take=1,
                    number=number,
                    start=start,
                    stop=stop,
                    text=said,
                    confidence=None,
                    words="[]",
                )


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def notes_of(office, count):
    for second in range(count):
        write_wave(office.notes / note(f"0900{second:02d}-voice-note.wav"), tone(0.01))
    office.scan()


def paths(page):
    return [item["path"][-21:-15] for item in page["items"]]


def test_pages_go_from_the_newest_to_the_oldest_without_gaps(office):
    notes_of(office, 7)
    first = office.desk.page(limit=3)
    second = office.desk.page(limit=3, cursor=first["next_cursor"])
    last = office.desk.page(limit=3, cursor=second["next_cursor"])
    assert paths(first) + paths(second) + paths(last) == [f"09000{n}" for n in range(6, -1, -1)]
    assert last["next_cursor"] is None
    with pytest.raises(Invalid):
        office.desk.page(cursor="x")


def test_words_are_found_by_their_beginning_without_accents_and_marked(office):
    notes_of(office, 3)
    office.hear(1, "The café on the corner\nopens at nine")
    office.hear(2, "Nothing about coffee")
    (found,) = office.desk.page(q="CAFE corn")["items"]
    assert found["id"] == 1
    assert [part["text"] for part in found["snippet"] if part["is_match"]] == ["café", "corner"]
    assert office.desk.page(q="tea")["items"] == []
    for hostile in ('"', "* OR *", "a NEAR(b", "(", "-", "'; DROP TABLE recordings", "^x", "\0"):
        office.desk.page(q=hostile)


def test_statuses_are_filtered_and_counted(office):
    notes_of(office, 3)
    office.hear(2, "hello")
    assert [r["id"] for r in office.desk.page(status="transcribed")["items"]] == [2]
    summary = office.desk.summary()
    assert summary["counts"] == {"orphaned": 2, "transcribed": 1, "failed": 0, "missing": 0}
    assert summary["queue"]["queued"] == 3


def test_an_edit_keeps_what_was_heard_and_the_sidecars_follow(office):
    notes_of(office, 1)
    office.hear(1, "helo world\ngood by", [(0, 1, "helo world"), (2, 3, "good by")])
    shown = office.desk.edit(1, "Hello world \r\n\r\n good by")
    assert (shown["text"], shown["original_text"]) == (
        "Hello world\ngood by",
        "helo world\ngood by",
    )
    base = office.notes / note("090000-voice-note")
    assert base.with_suffix(".txt").read_text() == "Hello world\ngood by\n"
    assert "Hello world" in base.with_suffix(".srt").read_text()
    told = json.loads(base.with_suffix(".json").read_text())
    assert (told["text"], told["original_text"]) == (shown["text"], shown["original_text"])
    shown = office.desk.edit(1, None)
    assert (shown["text"], shown["original_text"]) == ("helo world\ngood by", None)
    assert base.with_suffix(".txt").read_text() == "helo world\ngood by\n"
    office.desk.edit(1, "Twice")
    office.desk.edit(1, "Three times")
    assert office.desk.get(1)["original_text"] == "helo world\ngood by"
    assert [found["id"] for found in office.desk.page(q="times")["items"]] == [1]


def test_what_was_not_transcribed_has_no_text_to_edit(office):
    notes_of(office, 1)
    with pytest.raises(NotPossible):
        office.desk.edit(1, "x")
    with pytest.raises(NotFound):
        office.desk.text(1, "txt")
    with pytest.raises(NotFound):
        office.desk.edit(99, "x")


# --- import --------------------------------------------------------------------------------------


def test_imports_are_copied_under_the_naming_pattern_and_queued_at_normal_priority(office):
    path = write_wave(office.elsewhere / "Ada Lovelace.WAV", tone(0.1))
    at = time.mktime((2026, 5, 6, 7, 8, 9, 0, 0, -1))
    os.utime(path, (at, at))
    (item,) = office.desk.import_paths([str(path)])["items"]
    (recording,), (task,) = office.recordings(), office.tasks()
    assert item["outcome"] == "imported"
    assert recording["path"] == "imports/2026/2026-05-06/070809-Ada Lovelace.WAV"
    assert recording["original_name"] == "Ada Lovelace.WAV"
    assert (office.notes / recording["path"]).read_bytes() == path.read_bytes()
    assert (task["type"], task["priority"]) == ("transcribe-imported", 0)
    assert office.scan().new == 0


def test_a_duplicate_is_known_by_its_content_whatever_it_is_called(office):
    one = write_wave(office.elsewhere / "one.wav", tone(0.1))
    shutil.copy(one, office.elsewhere / "two.wav")
    write_wave(office.elsewhere / "three.wav", tone(0.1, hertz=330))  # of the same size
    names = [str(office.elsewhere / name) for name in ("one.wav", "two.wav", "three.wav")]
    found = office.desk.import_paths(names)
    assert [i["outcome"] for i in found["items"]] == ["imported", "duplicate", "imported"]
    assert (len(office.recordings()), len(office.tasks()), found["imported"]) == (2, 2, 2)


def test_a_note_that_a_scan_found_is_known_as_a_duplicate_too(office):
    path = write_wave(office.notes / note("090000-voice-note.wav"), tone(0.1))
    office.scan()
    shutil.copy(path, office.elsewhere / "again.wav")
    (item,) = office.desk.import_paths([str(office.elsewhere / "again.wav")])["items"]
    assert (item["outcome"], item["recording_id"]) == ("duplicate", 1)


def test_a_recording_whose_audio_was_missing_is_restored_by_an_import(office):
    path = write_wave(office.elsewhere / "one.wav", tone(0.1))
    office.desk.import_paths([str(path)])
    write_wave(office.notes / "other.wav", tone(0.2))
    office.hear(1, "hello")
    (office.notes / office.recordings()[0]["path"]).unlink()
    office.scan()
    assert office.recordings()[0]["status"] == "missing"
    (item,) = office.desk.import_paths([str(path)])["items"]
    assert (item["outcome"], office.recordings()[0]["status"]) == ("restored", "transcribed")


def test_one_that_is_refused_keeps_no_other_from_being_imported(office):
    good = write_wave(office.elsewhere / "good.wav", tone(0.1))
    (office.elsewhere / "text.txt").write_text("x")
    (office.elsewhere / "link.wav").symlink_to("/etc/hostname")
    names = ["none.wav", "text.txt", "link.wav", "good.wav"]
    found = office.desk.import_paths([*(str(office.elsewhere / n) for n in names), "/etc/hostname"])
    assert [i["outcome"] for i in found["items"]] == ["refused"] * 3 + ["imported", "refused"]
    assert [i["error"]["code"] for i in found["items"] if i["error"]] == [
        "not-found",
        "invalid-parameters",
        "forbidden",
        "forbidden",
    ]
    assert good.exists()


@pytest.mark.parametrize(
    "name", ["../../evil.wav", "a/b\\c.wav", "\x00\n.wav", ".wav", "x" * 300 + ".wav"]
)
def test_a_name_never_leads_out_of_its_folder(office, name):
    try:
        office.desk.import_file(io.BytesIO(b"RIFF"), name, 0)
    except Invalid:
        return
    (recording,) = office.recordings()
    assert recording["path"].startswith("imports/")
    assert (office.notes / recording["path"]).is_file()


def test_two_imports_of_one_file_at_the_same_time_make_one_recording(office):
    content = write_wave(office.elsewhere / "a.wav", tone(0.1)).read_bytes()
    together, found = threading.Barrier(2), []

    class Slow(io.BytesIO):
        def read(self, size=-1):
            if self.tell() == 0:
                together.wait(10)
            return super().read(size)

    def take():
        found.append(office.desk.import_file(Slow(content), "a.wav", 0)["outcome"])

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == ["duplicate", "imported"]
    files = [p.name for p in office.notes.rglob("*") if p.is_file()]
    assert files == [office.recordings()[0]["path"].rpartition("/")[2]]


def test_a_full_disk_or_a_crash_leaves_no_half_file_where_a_scan_would_find_it(office, monkeypatch):
    class Full(io.BytesIO):
        def read(self, size=-1):
            raise OSError(28, "No space left on device")

    with pytest.raises(Exception, match="full"):
        office.desk.import_file(Full(b"x"), "a.wav", 0)
    assert [p for p in office.notes.rglob("*") if p.is_file()] == []

    class Killed(BaseException):
        pass

    def killed(place):
        if place == "import-placed":
            raise Killed

    monkeypatch.setattr(importing.seams, "reach", killed)
    with pytest.raises(Killed):  # the file has its name, the transaction is not committed
        office.desk.import_file(io.BytesIO(tone(0.1)), "a.wav", 0)
    assert office.recordings() == []
    assert office.scan().new == 1


def test_without_a_notes_folder_it_says_what_to_do_first(office):
    office.put("recordings.folder", "")
    for action in (office.desk.scan, lambda: office.desk.import_file(io.BytesIO(b""), "a.wav")):
        with pytest.raises(NotPossible, match="notes folder"):
            action()


# --- tasks ---------------------------------------------------------------------------------------


def test_it_is_transcribed_again_when_a_person_asks_and_only_once_at_a_time(office):
    notes_of(office, 1)
    with pytest.raises(NotPossible):
        office.desk.transcribe(1, Hearing())
    office.steering.act("cancel", 1)
    shown = office.desk.transcribe(1, Hearing())
    assert (shown["task"]["id"], office.tasks()[1]["priority"]) == (2, 0)
    with pytest.raises(Invalid):
        office.steering.act("cancel", 2)
        office.desk.transcribe(1, Hearing(engine="none"))


def test_a_removed_recording_lies_in_the_trash_and_is_not_found_again(office):
    notes_of(office, 2)
    with pytest.raises(NotPossible):
        office.desk.delete(1)
    office.steering.act("cancel", 1)
    office.desk.delete(1)
    assert [p.name for p in office.notes.rglob(".trash/*/*")] == ["090000-voice-note.wav"]
    assert (office.scan().new, [r["id"] for r in office.recordings()]) == (0, [2])
    with pytest.raises(NotFound):
        office.desk.get(1)


def test_background_recordings_wait_while_the_person_records_and_say_so(office):
    notes_of(office, 1)
    queue = QueueDesk(office.ledger, office.steering)
    queue.set_activity(Activity(state="recording", ttl_s=30))
    assert office.claim() is None
    task = Task.of(office.store.one("task", id=1))
    assert Waiting(office.ledger).reasons([task])[1].code == "person-first"
    office.clock.advance(31)  # nobody renews the lease: the queue goes on by itself
    assert office.claim() is not None


def test_recordings_run_one_after_another_unless_the_setting_allows_more(office):
    notes_of(office, 3)
    assert office.claim() is not None
    assert office.claim() is None
    office.put("pipeline.recording_slots", 2)
    assert office.claim() is not None
    assert office.claim() is None


def test_in_quiet_hours_of_the_recordings_lane_nothing_is_transcribed(office):
    notes_of(office, 1)
    office.put("quiet_hours", [{"start": "00:00", "end": "23:59", "lanes": ["recordings"]}])
    office.put("recordings.watch", False)
    now = time.localtime(office.clock.wall())
    assert (office.claim() is None) == ((now.tm_hour, now.tm_min) != (23, 59))


def test_engines_and_models_of_this_machine_are_told_with_what_mends_them(office):
    (office.folder / "models" / "tiny.en").mkdir(parents=True)
    (office.folder / "models" / "tiny.en" / "model.bin").write_bytes(b"x")
    told = office.desk.engines()
    sphinx, whisper = told["engines"][:2]
    assert (sphinx["name"], sphinx["problem"]) == ("pocketsphinx", "")
    assert [m["name"] for m in sphinx["models"]] == ["en-us"]
    assert "not for print" in sphinx["quality"]
    assert whisper["problem"] or [m["name"] for m in whisper["models"]] == ["tiny.en"]
    assert told["chosen"] == {"engine": "pocketsphinx", "model": "en-us", "problem": ""}
    office.put("recordings.model", "fr-fr")
    assert "no model 'fr-fr'" in office.desk.engines()["chosen"]["problem"]


def test_a_folder_for_models_that_cannot_be_read_is_told_wherever_models_are_looked_for(
    office, monkeypatch
):
    monkeypatch.setattr(Whisper, "problem", lambda self: "")
    away, own = office.folder / "away", office.folder / "models" / "tiny.en"
    office.put("recordings.engine", "faster-whisper")
    office.put("recordings.models_folder", str(away))
    missing = f"The folder for models {away} cannot be read: "
    missing += "No such file or directory (recordings.models_folder)."

    def told(model="") -> tuple[str, str, str]:
        office.put("recordings.model", model)
        found = office.desk.engines()
        return found["chosen"]["model"], found["chosen"]["problem"], found["folder_problem"]

    name, problem, folder = told()
    assert (name, folder) == ("", missing)
    assert "has no model on this machine" in problem and problem.endswith(missing)
    own.mkdir(parents=True)
    (own / "model.bin").write_bytes(b"x")
    assert told() == ("tiny.en", "", missing), "what there is is used, and not in silence"
    assert told("large")[1] == (f"Whisper has no model 'large' here. There are tiny.en. {missing}")
    away.mkdir()
    assert told() == ("tiny.en", "", "")
    forbid(monkeypatch, away)
    assert told() == ("tiny.en", "", missing.replace("No such file or directory", DENIED))


def test_retry_pause_order_and_clear_are_those_of_every_task(office):
    """One whose task was cleared stays, and is not queued anew."""
    notes_of(office, 2)
    types = TypeDesk(office.registry, Errands(), lambda: Roots([]), office.folder)
    tasks = TaskDesk(office.ledger, office.intake, office.steering, office.ordering, types)
    tasks.act("pause", 1)
    assert office.desk.get(1)["task"]["status"] == "paused"
    tasks.act("cancel", 1)
    tasks.bulk("clear", ids=[1])
    assert office.desk.get(1)["task"] is None
    assert (office.scan().new, office.desk.get(1)["status"]) == (0, "orphaned")
