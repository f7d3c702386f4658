"""The page of recordings as a person uses it, in a real browser over a real service."""

import json

import pytest

from tests.recordings import note, tone, write_wave
from tests.webui.browsing import browser, opened, until_true  # noqa: F401  (a fixture)
from tests.webui.http_client import eventually
from tests.webui.layout import faults, resize, zoomed
from tests.webui.packages import package
from tests.webui.site import live_site
from tests.webui.test_page_accessibility import found_in_both_themes

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=20_000)
pytestmark = pytest.mark.slow

WORDS = "if the reader will excuse me i will say nothing of my antecedents".split()
MORE = "the narrative would be tedious to him".split()


def told(audio: str, *segments: list[str]) -> str:
    """A .json beside the audio: words of a fifth of a second each."""
    made, at = [], 0.0
    for words in segments:
        start = at
        placed = []
        for word in words:
            sure = 0.1 if word == "antecedents" else 0.9
            placed.append({"text": word, "start": at, "stop": at + 0.2, "confidence": sure})
            at = round(at + 0.2, 3)
        text = " ".join(words)
        made.append({"start": start, "stop": at, "text": text, "confidence": 0.8, "words": placed})
    document = {
        "audio": audio,
        "format": 1,
        "text": "\n".join(" ".join(words) for words in segments),
        "segments": made,
        "duration": 5.0,
        "language": "en",
        "confidence": 0.8,
        "engine": "pocketsphinx",
        "model": "en-us",
        "original_text": None,
    }
    return json.dumps(document)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notes")
    path = write_wave(folder / note("091500-voice-note.wav"), tone(5))
    path.with_suffix(".json").write_text(told(path.name, WORDS, MORE))
    path = write_wave(folder / note("101500-voice-note.wav"), tone(1))
    path.with_suffix(".json").write_text(told(path.name, ["bread", "and", "butter"]))
    write_wave(folder / note("111500-voice-note.wav"), tone(1)).with_suffix(".txt").touch()
    (folder / "Broken.mp3").write_text("<html>not found</html>")
    return folder


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    with live_site(tmp_path_factory.mktemp("data")) as site:
        yield site


@pytest.fixture(scope="module")
def shared(browser, live):  # noqa: F811
    entrance = live.started.url, live.started.mint_code()
    with opened(browser, *entrance, reduced_motion="reduce") as page:
        yield page


@pytest.fixture
def page(shared, live):
    resize(shared, 1440, 900)
    shared.goto(f"{live.started.url}/recordings")
    expect(shared.locator(".link")).to_have_text("Live")
    return shared


@pytest.fixture
def noted(page, live, folder):
    """The page with a notes folder that was scanned."""
    if live.read("/settings")["recordings.folder"] != str(folder):
        live.ask("PATCH", "/settings", {"recordings.folder": str(folder)})
        # Files this young are looked at again, until they have been quiet for a while.
        eventually(lambda: len(live.read("/recordings")["items"]) == 4, 30)
        failed = live.read("/recordings", q="Broken")["items"][0]["task"]["id"]
        live.finished(failed)
        page.reload()
    expect(page.locator("a.recording")).to_have_count(4)
    return page


def row(page, words: str):
    return page.locator("a.recording", has_text=words)


def test_an_empty_page_asks_for_the_notes_folder_and_refuses_one_that_is_none(page, live):
    expect(page.get_by_role("heading", name="Where are your voice notes?")).to_be_visible()
    package("axe-core/axe.min.js")
    assert found_in_both_themes(page) == []
    page.get_by_label("The notes folder").fill("/does/not/exist")
    page.get_by_role("button", name="Use this folder").click()
    expect(page.get_by_role("alert")).to_contain_text("is not a folder that exists")
    page.complaints.said.clear()  # the browser tells of the refusal


def test_the_list_says_what_is_said_and_how_each_stands(noted):
    expect(row(noted, "if the reader")).to_contain_text("transcribed")
    expect(row(noted, "Nothing is said in it")).to_contain_text("transcribed")
    expect(row(noted, "This is a web page")).to_contain_text("failed")
    expect(noted.locator(".queue-line")).to_contain_text("1 failed")


def test_words_are_found_and_marked(noted):
    noted.keyboard.press("/")
    noted.keyboard.type("butt")
    expect(noted.locator("a.recording")).to_have_count(1)
    expect(noted.locator("a.recording mark")).to_have_text("butter")
    noted.keyboard.press("Escape")
    expect(noted.locator("a.recording")).to_have_count(4)


def test_a_click_on_a_word_plays_from_there_and_marks_what_is_said(noted):
    row(noted, "if the reader").click()
    noted.locator(".transcript [data-at]", has_text="nothing").click()
    until_true(noted, "document.querySelector('audio').currentTime >= 1.6")
    noted.keyboard.press(" ")
    until_true(noted, "document.querySelector('audio').paused")
    at = noted.evaluate("document.querySelector('audio').currentTime")
    expect(noted.locator(".heard-now")).to_have_text([*WORDS, *MORE][int(at / 0.2 + 0.001)])
    noted.keyboard.press("ArrowLeft")
    until_true(noted, "document.querySelector('audio').currentTime < 0.1")
    expect(noted.locator(".guess")).to_have_text("antecedents")
    expect(noted.locator(".quality")).to_contain_text("not for print")


def test_an_edit_is_saved_beside_the_audio_and_can_be_taken_back(noted, folder):
    row(noted, "if the reader").click()
    expect(noted.locator(".transcript")).to_be_visible()
    noted.keyboard.press("e")
    field = noted.get_by_label("A line for each stretch")
    field.fill("If the reader will excuse me,\nthe narrative would be tedious.")
    noted.keyboard.press("Control+Enter")
    expect(noted.locator(".transcript")).to_contain_text("If the reader will excuse me,")
    saved = folder / note("091500-voice-note.txt")
    assert saved.read_text() == "If the reader will excuse me,\nthe narrative would be tedious.\n"
    expect(noted.locator(".stamp")).to_have_count(2)  # its times are kept
    noted.keyboard.press("Control+z")
    expect(noted.locator(".transcript")).to_contain_text("my antecedents")


def test_what_failed_says_why_and_is_tried_again(noted, live):
    row(noted, "This is a web page").click()
    expect(noted.locator(".trouble")).to_contain_text("load it anew")
    before = live.read("/recordings", q="Broken")["items"][0]["task"]["id"]
    with noted.expect_response(f"**/tasks/{before}/retry"):
        noted.keyboard.press("r")
    live.finished(before)
    expect(row(noted, "This is a web page")).to_contain_text("failed")


def test_files_that_are_dropped_are_imported_and_shown(noted, folder, tmp_path):
    content = write_wave(tmp_path / "x.wav", tone(0.4, level=0)).read_bytes()
    noted.evaluate(
        """bytes => {
          const held = new DataTransfer();
          held.items.add(new File([new Uint8Array(bytes)], "Dropped one.wav"));
          const tell = (name) => document.dispatchEvent(new DragEvent(name,
            { dataTransfer: held, bubbles: true, cancelable: true }));
          tell("dragover");
          tell("drop");
        }""",
        list(content),
    )
    expect(noted.locator(".recording-detail .file")).to_have_text("Dropped one.wav")
    expect(noted.locator(".recording-detail .chip")).to_have_text("transcribed", timeout=60_000)
    assert len(list((folder / "imports").rglob("*Dropped one.wav"))) == 1
    noted.keyboard.press("Shift+Delete")
    noted.get_by_role("button", name="Remove it").click()
    expect(noted.locator("a.recording")).to_have_count(4)


def test_settings_show_engines_and_hours_and_save_what_is_changed(noted, live):
    noted.keyboard.press("o")
    expect(noted.locator(".engines")).to_contain_text("PocketSphinx")
    noted.get_by_label("At the same time").fill("2")
    noted.keyboard.press("Tab")
    until_true(noted, "document.body.textContent.includes('Saved')")
    assert live.read("/settings")["pipeline.recording_slots"] == 2
    noted.get_by_label("Notes folder").fill("/none")
    noted.keyboard.press("Tab")
    alert = noted.locator(".recording-settings").get_by_role("alert")
    expect(alert).to_contain_text("is not a folder")
    noted.complaints.said.clear()


def test_a_folder_for_models_that_is_away_is_told_in_the_settings(noted, live, tmp_path):
    away = tmp_path / "away"
    away.mkdir()
    live.ask("PATCH", "/settings", {"recordings.models_folder": str(away)})
    away.rmdir()
    noted.keyboard.press("o")
    told = noted.locator(".engines").get_by_role("alert")
    expect(told).to_contain_text(f"The folder for models {away} cannot be read: No such file")
    live.ask("PATCH", "/settings", {"recordings.models_folder": None})
    noted.reload()
    expect(noted.locator(".engines")).to_be_visible()
    expect(told).to_have_count(0)


def test_axe_finds_nothing_in_any_state(noted):
    package("axe-core/axe.min.js")
    found = found_in_both_themes(noted)
    row(noted, "if the reader").click()
    expect(noted.locator(".transcript")).to_be_visible()
    found += found_in_both_themes(noted)
    noted.keyboard.press("e")
    found += found_in_both_themes(noted)
    noted.keyboard.press("Escape")
    row(noted, "This is a web page").click()
    expect(noted.locator(".trouble")).to_be_visible()
    found += found_in_both_themes(noted)
    noted.keyboard.press("o")
    expect(noted.locator(".engines")).to_be_visible()
    found += found_in_both_themes(noted)
    noted.evaluate("delete document.documentElement.dataset.theme")
    assert found == []


@pytest.mark.parametrize("zoom", [0.8, 1.5, 3])
def test_everything_can_be_read_and_reached_at_every_zoom(noted, zoom):
    row(noted, "if the reader").click()
    expect(noted.locator(".transcript")).to_be_visible()
    try:
        zoomed(noted, zoom)
        found = faults(noted)
        noted.keyboard.press("Backspace")
        found += faults(noted)
        noted.keyboard.press("o")
        expect(noted.locator(".engines")).to_be_visible()
        found += faults(noted)
    finally:
        zoomed(noted, 1)
    assert found == []
