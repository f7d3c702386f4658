"""Transcribing: real files, the real engine, real child processes."""

import json
import os
import shutil
import sqlite3
import sys
import time
from contextlib import closing

import pytest

from core.kit.clock import FakeClock
from core.recordings import sidecars, texts
from core.recordings.cutting import FRAME_S, LEAST, MOST, cut
from core.recordings.engines import Model
from core.recordings.engines.sphinx import Sphinx
from core.recordings.records import write_segments
from core.recordings.speech import keeper
from core.tasks.recordings import transcribing
from tests.recordings import Notes, tone, write_wave


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left():
    yield
    keeper.end()


@pytest.fixture
def notes(tmp_path):
    return Notes(tmp_path, FakeClock(time.time() + 3600.0))


def put(notes, data, *names):
    for name in names:
        shutil.copyfile(data / "audio" / name, notes.notes / name)
    notes.scan()
    notes.work_all()


def errors(notes):
    return {
        t["title"].removeprefix("Transcribe "): json.loads(t["error"] or "{}")
        for t in notes.tasks()
    }


def test_speech_becomes_text_with_times_and_sidecars(notes, data):
    put(notes, data, "cards_001.wav")
    (recording,), (task,) = notes.recordings(), notes.tasks()
    assert (task["status"], recording["status"]) == ("completed", "transcribed")
    assert (recording["text"], recording["language"]) == ("ten of clubs", "en")
    assert (recording["engine"], recording["model"]) == ("pocketsphinx", "en-us")
    assert recording["duration"] == pytest.approx(1.095, abs=0.01)
    assert 0 < recording["confidence"] <= 1
    assert (task["done"], task["total"], task["unit"]) == (1, 1, "seconds")
    assert (notes.notes / "cards_001.txt").read_text() == "ten of clubs\n"
    assert "00:00:00," in (notes.notes / "cards_001.srt").read_text()
    told = json.loads((notes.notes / "cards_001.json").read_text())
    assert [w["text"] for w in told["segments"][0]["words"]] == ["ten", "of", "clubs"]
    assert all(w["start"] < w["stop"] <= 1.1 for w in told["segments"][0]["words"])


def test_silence_is_a_completed_transcription_without_text(notes):
    write_wave(notes.notes / "silence.wav", tone(2, level=0))
    write_wave(notes.notes / "hum.wav", tone(2, level=60))
    notes.scan()
    notes.work_all()
    assert [t["status"] for t in notes.tasks()] == ["completed"] * 2
    assert [(r["status"], r["text"]) for r in notes.recordings()] == [("transcribed", "")] * 2
    assert (notes.notes / "silence.txt").read_text() == ""
    assert notes.scan().new == 0  # and so it is not done again, ever


def test_what_an_attempt_heard_of_other_content_is_not_kept(notes):
    write_wave(notes.notes / "a.wav", tone(2, level=0))
    notes.scan()
    (job,) = notes.store.execute("SELECT id FROM jobs", {})
    stale = [texts.Segment(60.0, 61.0, "of a longer file", None, ())]
    with notes.ledger.transaction():
        write_segments(notes.store, notes.recordings()[0]["id"], job["id"], stale, 7)
    notes.work_all()
    assert notes.recordings()[0]["status"] == "transcribed"
    numbers = notes.store.execute("SELECT number FROM recording_segments", {})
    assert [row["number"] for row in numbers] == [0]


def test_every_damage_has_a_reason_of_its_own_and_blocks_nothing(notes, data):
    damaged = {
        "zero.wav": "empty",
        "html_named.mp3": "web-page",
        "text_named.wav": "not-audio",
        "ps_bad.wav": "malformed-header",
        "ps_null.wav": "no-sound",
        "truncated.m4a": "truncated-index",
        "truncated.mp3": "truncated",
        "short_data.wav": "truncated-data",
        "noaudio.m4a": "no-audio-stream",
        "damaged.flac": "corrupt",
    }
    put(notes, data, *damaged, "cards_001.wav")
    found = errors(notes)
    assert {name: found[name].get("code") for name in damaged} == damaged
    assert len({found[name]["message"] for name in damaged}) == len(damaged)
    assert found["cards_001.wav"] == {}
    statuses = {r["path"]: r["status"] for r in notes.recordings()}
    assert statuses == dict.fromkeys(damaged, "failed") | {"cards_001.wav": "transcribed"}


def test_a_retry_works_exactly_when_it_has_failed(notes, data):
    put(notes, data, "short_data.wav")
    shutil.copyfile(data / "audio" / "cards_001.wav", notes.notes / "short_data.wav")
    (task,) = notes.tasks()
    notes.steering.act("retry", task["id"])
    assert notes.recordings()[0]["status"] == "orphaned"  # not failed any more: it waits
    notes.work_all()
    assert notes.recordings()[0]["status"] == "transcribed"


def test_a_playlist_with_the_name_of_audio_opens_nothing(notes, data):
    (notes.folder / "secret.wav").write_bytes((data / "audio" / "cards_001.wav").read_bytes())
    lines = (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{notes.folder}/secret.wav\n#EXT-X-ENDLIST\n"
    )
    (notes.notes / "note.mp3").write_text(lines)
    notes.scan()
    notes.work_all()
    assert errors(notes)["note.mp3"]["code"] == "not-audio"


def test_audio_that_is_gone_is_missing_not_orphaned(notes):
    path = write_wave(notes.notes / "a.wav", tone(1))
    notes.scan()
    path.rename(notes.folder / "a.wav")
    notes.work_all()
    assert notes.recordings()[0]["status"] == "missing"
    assert errors(notes)["a.wav"]["code"] == "audio-missing"
    (notes.folder / "a.wav").rename(path)
    notes.scan()
    notes.work_all()
    assert notes.recordings()[0]["status"] == "transcribed"


def test_text_and_completed_are_one_transaction(notes, data, monkeypatch):
    """Whoever sees `completed` sees the text, and the other way round: also from outside."""
    shutil.copyfile(data / "audio" / "cards_001.wav", notes.notes / "a.wav")
    notes.scan()
    seen = []
    real = transcribing.write_transcription

    def looking(*args):
        real(*args)
        with closing(sqlite3.connect(notes.folder / "longhaul.sqlite")) as other:
            seen.append(other.execute("SELECT t.status, text FROM tasks t, recordings").fetchone())
        seen.append(notes.tasks()[0]["status"])

    monkeypatch.setattr(transcribing, "write_transcription", looking)
    notes.work_all()
    assert seen == [("running", ""), "running"]
    assert (notes.tasks()[0]["status"], notes.recordings()[0]["text"]) == (
        "completed",
        "ten of clubs",
    )


def test_a_cancel_at_the_last_moment_keeps_no_text(notes, data, monkeypatch):
    shutil.copyfile(data / "audio" / "cards_001.wav", notes.notes / "a.wav")
    notes.scan()
    real = sidecars.write

    def cancelling(*args):
        real(*args)
        notes.steering.act("cancel", notes.tasks()[0]["id"])

    monkeypatch.setattr(transcribing.sidecars, "write", cancelling)
    notes.work_all()
    assert notes.tasks()[0]["status"] == "cancelled"
    assert notes.recordings()[0]["status"] == "orphaned"


def test_a_new_database_takes_over_what_stands_beside_the_audio(notes, data, tmp_path):
    put(notes, data, "cards_001.wav")
    (notes.notes / "b.wav").write_bytes(b"")
    (notes.notes / "b.txt").write_text("Typed by hand\n")
    other = Notes(tmp_path / "other", notes.clock, notes.notes)
    report = other.scan()
    assert (report.adopted, report.new, other.tasks()) == (2, 0, [])
    recording = {r["path"]: r for r in other.recordings()}
    assert recording["cards_001.wav"]["text"] == "ten of clubs"
    assert recording["b.wav"]["text"] == "Typed by hand"
    assert {r["status"] for r in other.recordings()} == {"transcribed"}


def test_two_files_of_one_stem_keep_their_sidecars_apart(notes, data, tmp_path):
    shutil.copyfile(data / "audio" / "cards_001.wav", notes.notes / "a.wav")
    shutil.copyfile(data / "audio" / "cards_003.m4a", notes.notes / "a.m4a")
    notes.scan()
    notes.work_all()
    texts_ = {r["path"]: r["text"] for r in notes.recordings()}
    assert texts_ == {"a.wav": "ten of clubs", "a.m4a": "seven of clubs"}
    other = Notes(tmp_path / "other", notes.clock, notes.notes)
    assert other.scan().adopted == 2
    assert {r["path"]: r["text"] for r in other.recordings()} == texts_


def test_a_folder_that_cannot_be_written_to_costs_the_sidecars_only(notes, data, monkeypatch):
    def refused(*args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(sidecars, "replace_file", refused)
    put(notes, data, "cards_001.wav")
    assert notes.recordings()[0]["status"] == "transcribed"


def test_an_engine_that_is_not_there_says_what_mends_it(notes, data):
    notes.store.execute(
        "INSERT INTO settings VALUES ('recordings.engine', '\"faster-whisper\"')", {}
    )
    put(notes, data, "cards_001.wav")
    error = errors(notes)["cards_001.wav"]
    assert error["code"] == "no-engine"
    assert "pip install 'longhaul[whisper]'" in error["message"] or "no model" in error["message"]


def test_a_recording_that_is_heard_with_a_lesser_model_says_so(notes, monkeypatch):
    """The person's folder for models is on a disk that is away; ours has one, too."""
    ours = Model("en-us", str(notes.folder / "models" / "en-us"), "en")
    monkeypatch.setattr(Sphinx, "models", lambda self, folders: [ours])
    notes.store.execute("INSERT INTO settings VALUES ('recordings.models_folder', '\"/away\"')", {})
    write_wave(notes.notes / "a.wav", tone(0.1))
    notes.scan()
    notes.work_all()
    assert notes.recordings()[0]["status"] == "transcribed"
    lines = notes.store.execute("SELECT message FROM logs WHERE level = 'warning'", {})
    assert [line["message"] for line in lines] == [
        "Heard with en-us, the best model there is. "
        "The folder for models /away cannot be read: "
        "No such file or directory (recordings.models_folder)."
    ]


def test_a_crash_in_the_engine_is_tried_again_and_then_fails(notes, data, monkeypatch):
    put(notes, data)
    shutil.copyfile(data / "audio" / "cards_001.wav", notes.notes / "a.wav")
    notes.scan()
    asked = []

    def crashing(self, request, meanwhile):
        asked.append(request)
        from core.compute import Failure
        from core.recordings.speech import Unheard

        raise Unheard(Failure("crash", "SIGSEGV"))

    monkeypatch.setattr("core.recordings.speech.Speech.ask", crashing)
    for _ in range(5):
        notes.work_all()
        notes.clock.advance(60)
    assert len(asked) == 3  # recordings.max_retries is 2
    assert notes.recordings()[0]["status"] == "failed"
    assert "crashed" in errors(notes)["a.wav"]["message"]


# --- pure parts ----------------------------------------------------------------------------------


def frames(*parts):
    return [voiced for seconds, voiced in parts for _ in range(round(seconds / FRAME_S))]


@pytest.mark.parametrize(
    "parts",
    [
        [(3, True)],
        [(19.5, True)],
        [(60, True)],
        [(9, True), (0.5, False), (30, True), (0.3, False), (25, True)],
        [(5, True), (300, False), (5, True)],
        [(300, False)],
        [(20.2, True)],
        [],
    ],
)
def test_pieces_cover_everything_and_have_the_length_that_engines_like(parts):
    voiced = frames(*parts)
    pieces = cut(voiced)
    assert [p.start for p in pieces[1:]] == [p.stop for p in pieces[:-1]]
    assert (pieces[0].start, pieces[-1].stop) == (0, len(voiced)) if voiced else not pieces
    for piece in pieces:
        assert not piece.is_voiced or piece.stop - piece.start <= MOST
        assert piece.is_voiced == any(voiced[piece.start : piece.stop])
    middle = [p for p in pieces[:-1] if p.is_voiced and p.stop - p.start < LEAST]
    assert not middle or any(not p.is_voiced for p in pieces)


def test_a_cut_lies_in_the_longest_pause():
    voiced = frames((10, True), (0.3, False), (3, True), (0.9, False), (12, True))
    first = cut(voiced)[0]
    assert first.stop * FRAME_S == pytest.approx(10 + 0.3 + 3 + 0.45, abs=0.05)


def test_an_edited_text_keeps_its_times_line_by_line():
    heard = [
        texts.Segment(0, 2, "hello word", 0.5, (texts.Word("hello", 0, 1),)),
        texts.Segment(2, 3, ""),
        texts.Segment(3, 5, "good by"),
    ]
    edited = texts.edited(heard, "Hello world\ngood by")
    assert [(s.start, s.stop, s.text) for s in edited] == [(0, 2, "Hello world"), (3, 5, "good by")]
    assert [(s.start, s.stop) for s in texts.edited(heard, "Only one line")] == [(0, 5)]
    assert texts.as_srt(edited).startswith("1\n00:00:00,000 --> 00:00:02,000\nHello world\n\n2\n")


def test_a_sidecar_that_is_replaced_is_never_seen_half(notes, monkeypatch):
    sidecars.replace_file(str(notes.notes), "a.txt", b"old")

    def full(*args, **handles):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(OSError):
        sidecars.replace_file(str(notes.notes), "a.txt", b"new")
    assert (os.listdir(notes.notes), (notes.notes / "a.txt").read_bytes()) == (["a.txt"], b"old")


def test_whisper_is_asked_as_it_wants_and_heard_as_we_want(monkeypatch, tmp_path):
    """With a module in its place: no model can be fetched here."""
    pytest.importorskip("numpy", reason="comes with the extra `whisper`")
    from types import ModuleType, SimpleNamespace

    from core.recordings.engines.whisper import Whisper

    (tmp_path / "small.en").mkdir()
    (tmp_path / "small.en" / "model.bin").write_bytes(b"1")
    (tmp_path / "large-v3").mkdir()
    (tmp_path / "large-v3" / "model.bin").write_bytes(b"123")
    (tmp_path / "empty").mkdir()
    assert [m.name for m in Whisper().models([str(tmp_path)])] == ["large-v3", "small.en"]
    asked = {}

    class WhisperModel:
        def __init__(self, place, **options):
            asked.update(place=place, **options)

        def transcribe(self, samples, **options):
            asked.update(samples=samples, **options)
            word = SimpleNamespace(word=" Ten", start=0.1, end=0.4, probability=0.9)
            segment = SimpleNamespace(
                text=" Ten", start=0.0, end=0.5, words=[word], avg_logprob=-0.1
            )
            return iter([segment]), SimpleNamespace(language="en")

    module = ModuleType("faster_whisper")
    module.WhisperModel = WhisperModel
    monkeypatch.setitem(sys.modules, "faster_whisper", module)
    model = Whisper().models([str(tmp_path)])[1]
    heard = Whisper().load(model).hear(tone(0.1))
    assert (heard.text, heard.words[0].text, heard.language) == ("Ten", "Ten", "en")
    assert heard.confidence == pytest.approx(0.905, abs=0.01)
    assert asked["local_files_only"] and asked["place"] == str(tmp_path / "small.en")
    assert (asked["language"], len(asked["samples"])) == ("en", 1600)


def test_our_way_hears_what_the_library_alone_hears(notes, data):
    """The glue loses nothing; the full comparison is tests/bench/bench_speech.py."""
    from tests.bench import bench_speech

    names = ["cards_002.mp3", "sb_spk1_snt3.m4a", "sb_spk1_snt6.ogg"]
    put(notes, data, *names)
    bench_speech._begin()
    for recording in notes.recordings():
        heard = bench_speech.alone(str(data / "audio" / recording["path"]))[0]
        assert recording["text"] == heard
