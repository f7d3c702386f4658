"""Recordings over HTTP: the whole way from a file to its text, by a service with its workers."""

import json
import os
import shutil
import time

import pytest

from desktop.__main__ import main
from tests.recordings import note, tone, write_wave
from tests.webui.site import live_site

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("notes")


@pytest.fixture(scope="module")
def live(tmp_path_factory, folder):
    made = tmp_path_factory.mktemp("data")
    with live_site(made) as site:
        answer = site.ask("PATCH", "/settings", {"recordings.folder": str(folder)})
        assert answer.status == 200, answer.body
        server = {"pid": os.getpid(), "url": site.started.url, "token": "", "version": "0.1.0"}
        server["started_at"] = "2026-01-01T00:00:00Z"
        yield site


def form(*files: tuple[str, bytes]) -> tuple[bytes, str]:
    body = b""
    for name, content in files:
        body += b'--edge\r\nContent-Disposition: form-data; name="modified"\r\n\r\n'
        body += b"1000000000000\r\n"
        kind = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body += kind.encode() + content + b"\r\n"
    return body + b"--edge--\r\n", "multipart/form-data; boundary=edge"


def upload(live, *files):
    body, kind = form(*files)
    return live.request("POST", "/api/v1/recordings/import", {"Content-Type": kind}, body)


def sound(folder, seconds=0.3) -> bytes:
    return write_wave(folder / ".made" / "a.wav", tone(seconds, level=0)).read_bytes()


def transcribed(live, task_id: int) -> None:
    assert live.finished(task_id)["status"] == "completed"


def test_a_file_that_appears_in_the_folder_is_found_and_transcribed_by_itself(live, folder):
    """No scan is asked for: the folder is watched."""
    content = sound(folder)
    path = folder / note("070000-voice-note.wav")
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    until = time.monotonic() + 60
    while not (found := live.read("/recordings", status="transcribed")["items"]):
        assert time.monotonic() < until, live.read("/recordings/summary")
        time.sleep(0.2)
    assert found[0]["path"] == note("070000-voice-note.wav")
    assert path.with_suffix(".txt").exists()


def test_uploads_are_imported_and_duplicates_known(live, folder):
    answer = upload(
        live,
        ("Zürich 1.wav", sound(folder, 0.4)),
        ("b.wav", sound(folder, 0.4)),
        ("c.txt", b"x"),
        ("..", b"x"),
        ("a\x7fb", b"x"),
    )
    assert answer.status == 200, answer.body
    first, second, *others = answer.json["items"]
    assert [first["outcome"], second["outcome"]] == ["imported", "duplicate"]
    assert [other["outcome"] for other in others] == ["refused"] * 3
    assert second["recording_id"] == first["recording_id"]
    transcribed(live, first["task_id"])
    shown = live.read(f"/recordings/{first['recording_id']}")
    assert (shown["name"], shown["status"], shown["text"]) == ("Zürich 1.wav", "transcribed", "")
    assert shown["path"].startswith("imports/2001/2001-09-")
    assert not list((live.service.data_dir / "uploads").glob("*/*"))


def test_the_audio_is_answered_in_parts_and_never_as_a_page_of_ours(live, folder):
    content = sound(folder, 0.5)
    (item,) = upload(live, ("part.wav", content)).json["items"]
    path = f"/recordings/{item['recording_id']}/audio"
    whole = live.ask("GET", path)
    assert (whole.status, whole.body, whole.header("Content-Type")) == (200, content, "audio/wav")
    assert "sandbox" in whole.header("Content-Security-Policy")
    part = live.ask("GET", path, Range="bytes=100-199")
    assert (part.status, part.body) == (206, content[100:200])
    transcribed(live, item["task_id"])
    for kind in ("txt", "srt", "json"):
        text = live.ask("GET", f"/recordings/{item['recording_id']}/text?format={kind}")
        assert text.status == 200
        assert f'filename="part.{kind}"' in text.header("Content-Disposition")


def test_refusals_are_told_by_status(live):
    assert live.ask("GET", "/recordings/99999").status == 404
    assert live.ask("PATCH", "/recordings/99999", {"text": "x"}).status == 404
    assert live.ask("GET", "/recordings?cursor=x").status == 422
    assert (
        live.ask("POST", "/recordings/import", {"paths": ["relative.wav"]}).json["items"][0][
            "error"
        ]["code"]
        == "forbidden"
    )
    refused = live.ask("PATCH", "/settings", {"recordings.folder": "/does/not/exist"})
    assert refused.status == 422
    assert refused.json["errors"][0]["pointer"] == "/recordings.folder"


def test_a_link_that_is_swapped_in_for_the_audio_is_not_followed(live, folder):
    (item,) = upload(live, ("swap.wav", sound(folder, 0.6))).json["items"]
    transcribed(live, item["task_id"])
    shown = live.read(f"/recordings/{item['recording_id']}")
    path = folder / shown["path"]
    path.unlink()
    path.symlink_to("/etc/passwd")
    assert live.ask("GET", f"/recordings/{item['recording_id']}/audio").status == 404


def test_the_command_imports_audio_and_documents_and_scans(
    live, folder, tmp_path, monkeypatch, capsys
):
    """A file that the service may not open by its path is sent to it."""
    from tests.webui.http_client import TOKEN

    data = tmp_path / "client"
    data.mkdir(mode=0o700)
    server = {
        "pid": os.getpid(),
        "started_at": "2026-01-01T00:00:00Z",
        "url": live.started.url,
        "token": TOKEN,
        "version": "0.1.0",
    }
    (data / "server.json").write_text(json.dumps(server))
    (data / "server.json").chmod(0o600)
    monkeypatch.setenv("LONGHAUL_DATA_DIR", str(data))
    one = write_wave(tmp_path / "one of mine.wav", tone(0.7, level=0))
    shutil.copy(one, tmp_path / "two.wav")
    assert main(["import", str(one), str(tmp_path / "two.wav")]) == 0
    said = capsys.readouterr().out
    assert "one of mine.wav: imported (task " in said and "two.wav: is there already" in said
    assert main(["import", str(tmp_path / "none.wav"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["items"][0]["error"]["code"] in (
        "forbidden",
        "not-found",
    )
    (tmp_path / "mine.txt").write_text("words of mine")
    assert main(["import", str(tmp_path / "mine.txt"), str(one)]) == 0
    said = capsys.readouterr().out
    assert "mine.txt: imported (task " in said and "one of mine.wav: is there already" in said
    assert main(["import", str(tmp_path / "none.pdf"), str(tmp_path / "mine.txt"), "--json"]) == 1
    refused, known = json.loads(capsys.readouterr().out)["items"]
    assert (refused["outcome"], refused["error"]["code"]) == ("refused", "forbidden")
    assert (known["outcome"], known["error"]) == ("duplicate", None)
    live.finished(known["task_id"])
    (source,) = live.read("/sources?q=mine")["items"]
    assert (source["id"], source["title"]) == (known["source_id"], "mine.txt")
    assert main(["scan", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["folder"] == str(folder)
