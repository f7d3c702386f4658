"""Notices of the desktop: how they are shown, which tasks deserve one, and when nobody needs one.

The programs that show them are real where this machine has them; stand-ins on the PATH elsewhere.
"""

import base64
import json
import shutil
import subprocess
import sys
import time
from xml.dom import minidom

import pytest

from core.desk.requests import TaskRequest
from core.service import Service
from desktop import notices
from desktop.messenger import Messenger, told

NASTY = "a'b\"c <i>$(x)</i> & %s \\ -- ü\x1b[2J"
QUICK = {"records": 4, "batch_size": 2, "seconds_per_batch": 0}


@pytest.fixture
def session_bus(monkeypatch):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")


def task(number, status="completed", **fields):
    progress = {"done": 1350, "total": 3000, "failed": 0, "skipped": 0, "unit": "records"}
    times = {"started_at": "2026-01-01T10:00:00Z", "finished_at": "2026-01-01T10:02:00Z"}
    document = {"id": number, "title": f"Task {number}", "status": status, "error": None}
    return document | {"progress": progress} | times | fields


def stand_in(folder, name, monkeypatch):
    """A program on the PATH that writes its arguments down, one JSON list a line."""
    log = folder / f"{name}.log"
    program = folder / name
    program.write_text(
        f"#!{sys.executable}\nimport json, sys\n"
        f"with open({str(log)!r}, 'a') as log: print(json.dumps(sys.argv[1:]), file=log)\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return lambda: (
        [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    )


def test_notify_send_gets_the_words_as_arguments(session_bus, tmp_path, monkeypatch):
    shown = stand_in(tmp_path, "notify-send", monkeypatch)
    assert notices.show(NASTY, NASTY)
    (words,) = shown()
    before, title, text = words[: words.index("--")], words[-2], words[-1]
    assert "--app-name=Longhaul" in before and len(words) == len(before) + 3
    assert title.startswith("a'b\"c <i>$(x)</i> & %s") and "\x1b" not in title
    assert "&lt;i&gt;" in text and "&amp;" in text, "a body may hold markup, so ours must not"


def test_without_a_session_nothing_is_asked(tmp_path, monkeypatch):
    shown = stand_in(tmp_path, "notify-send", monkeypatch)
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert notices.show("a", "b") is False
    assert shown() == []


def test_without_a_program_nothing_is_shown(session_bus, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert notices.show("a", "b") is False


@pytest.mark.slow
def test_gdbus_sends_what_the_specification_of_notifications_asks_for(tmp_path, monkeypatch):
    programs = [shutil.which(name) for name in ("gdbus", "dbus-run-session", "dbus-monitor")]
    if None in programs:
        pytest.skip("needs gdbus, dbus-run-session and dbus-monitor")
    gdbus, run_session, monitor = programs
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gdbus").symlink_to(gdbus)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    words = notices.command("linux", "It's done", NASTY)
    script = (
        f'{monitor} --session "member=Notify" & sleep 1; '
        f'timeout 10 "$@"; sleep 0.5; kill $!'
    )  # fmt: skip
    done = subprocess.run(
        [run_session, "--", "/bin/sh", "-c", script, "sh", *words],
        env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert 'string "It\'s done"' in lines, done.stdout + done.stderr
    assert any("&lt;i&gt;$(x)&lt;/i&gt; &amp; %s" in line for line in lines)
    kinds = [line.split()[0] for line in lines[lines.index('string "Longhaul"') :]]
    assert [k for k in kinds if k in ("string", "uint32", "array", "int32")][:5] == [
        "string", "uint32", "string", "string", "string",
    ]  # fmt: skip
    assert "int32 -1" in lines


def test_macos_and_windows_get_the_words_as_data(monkeypatch):
    monkeypatch.setattr(notices.shutil, "which", lambda name: f"/bin/{name}")
    words = notices.command("darwin", NASTY, "text")
    assert words[0].endswith("osascript") and words[-2:] == [NASTY, "text"]
    assert NASTY not in words[2]
    words = notices.command("win32", "It's", "<b> & 'x'")
    script = base64.b64decode(words[-1]).decode("utf-16-le")
    (load,) = [line for line in script.splitlines() if "LoadXml" in line]
    xml = load.removeprefix("$xml.LoadXml('").removesuffix("')").replace("''", "'")
    texts = minidom.parseString(xml).getElementsByTagName("text")
    assert [text.firstChild.data for text in texts] == ["It's", "<b> & 'x'"]


def test_few_tasks_are_told_one_by_one_and_many_in_one_notice():
    failed = task(2, "failed", error={"message": "The disk is full"})
    assert told([task(1), failed]) == [
        ("Completed: Task 1", "1,350 of 3,000 records in 2 min"),
        ("Failed: Task 2", "The disk is full"),
    ]
    assert told([task(n) for n in range(10)]) == [("10 tasks completed", "The last one: Task 9")]
    many = [*(task(n) for n in range(10)), failed]
    assert told(many) == [("10 tasks completed, 1 failed", "Failed: Task 2")]


@pytest.mark.slow
def test_a_task_that_finishes_unseen_is_told_once_and_a_seen_one_never(tmp_path):
    shown, is_watched = [], [False]
    service = Service(tmp_path)
    with Messenger(
        service,
        lambda: is_watched[0],
        lambda title, text: bool(shown.append((title, text))) or True,
    ):
        service.start()
        try:
            run(service, "Unseen")
            until(lambda: shown)
            is_watched[0] = True
            run(service, "Seen")
            time.sleep(1.5)  # what must not come has a gathering and a half to come
            is_watched[0] = False
            run(service, "Unseen again", trouble="hopeless", trouble_at=1)
            until(lambda: len(shown) > 1)
        finally:
            service.stop(5)
    assert [title for title, _ in shown] == ["Completed: Unseen", "Failed: Unseen again"]


def run(service, title, **params):
    """A rehearsal, seen through to its end."""
    made = service.tasks.create(TaskRequest(type="rehearsal", title=title, params=QUICK | params))
    until(lambda: service.tasks.get(made["id"])["status"] in ("completed", "failed"))


def until(condition, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)
