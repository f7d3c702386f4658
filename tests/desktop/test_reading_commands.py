"""status, types, list, show, queue, doctor, completion: what they print, for people and as JSON."""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tomllib

import pytest

from desktop import checks, output, words
from desktop.completion import candidates
from desktop.parser import build
from tests.desktop.conftest import ROOT, environment, read_until
from tests.desktop.fake_service import a_task

PROGRESS = {"done": 900, "total": 3000, "failed": 2, "skipped": 0, "unit": "records"}


@pytest.mark.parametrize(
    "command",
    [("status",), ("types",), ("types", "backfill-dates"), ("list",), ("show", 1), ("queue",)]
    + [("settings",), ("doctor",), ("wait", 2)],
)
def test_json_is_on_stdout_and_nothing_else(longhaul, service, command):
    service.put(a_task(1, "running"))
    service.put(a_task(2, "completed"))
    status, out, _ = longhaul(*command, "--json")
    assert status == 0
    assert json.loads(out)


def test_list_shows_status_progress_and_reason(longhaul, service):
    service.put(a_task(1, "running", progress=PROGRESS, eta={"low": 14, "high": 18}))
    why = {"code": "lane-full", "message": "The normal lane is full"}
    service.put(a_task(2, "queued", waiting_because=why))
    _, out, _ = longhaul("list")
    header, first, second = out.splitlines()
    assert header.split() == ["ID", "STATUS", "TYPE", "PROGRESS", "WHEN", "TITLE"]
    assert "30 % 14 to 18 s left" in first
    assert "Task 2 — The normal lane is full" in second


def test_an_empty_list_leaves_stdout_empty(longhaul, service):
    status, out, err = longhaul("list")
    assert (status, out) == (0, "")
    assert "--all" in err


def test_list_sends_its_filters(longhaul, service):
    longhaul(
        "list", "--status", "failed", "--status", "paused", "--type", "x", "--search", "a b",
        "--limit", "7", "--maintenance",
    )  # fmt: skip
    _, _, query, _ = service.requests[-1]
    assert query == {
        "status": ["failed,paused"], "type": ["x"], "q": ["a b"], "limit": ["7"],
        "show_maintenance": ["true"],
    }  # fmt: skip


def test_show_says_why_and_what_is_possible(longhaul, service):
    service.put(
        a_task(
            1, "failed", error={"code": "x", "message": "no such table"}, allowed=["retry"],
            params={"database": "/a"}, jobs=[
                {"id": 4, "status": "failed", "type": "t", "lane": "normal", "attempts": 3,
                 "progress": PROGRESS, "tally": {"missing": 12}, "error": None}
            ],
        )
    )  # fmt: skip
    _, out, _ = longhaul("show", 1)
    assert "no such table" in out and "retry" in out
    assert "/a" in out and "missing 12" in out and "902 of 3,000 records, 2 failed" in out


def test_words_of_tasks_cannot_steer_the_terminal(longhaul, service):
    service.put(a_task(1, "running", title="\x1b[2J\u202e\nevil"))
    for command in (("list",), ("show", 1), ("status",)):
        _, out, _ = longhaul(*command)
        assert "\x1b" not in out and "\u202e" not in out and "\nevil" not in out


def test_types_shows_the_parameters_of_one(longhaul, service):
    _, out, _ = longhaul("types", "backfill-dates")
    assert "exactly once" in out
    rows = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert "required" in rows["database"]
    assert "whole number" in rows["batch_size"] and "200" in rows["batch_size"]
    assert "one of up, down" in rows["order"]


def test_status_shows_the_service_the_lanes_and_what_is_wrong(longhaul, service):
    service.conditions.append({"code": "disk", "message": "The disk is full", "since": None})
    service.put(a_task(1, "running", progress=PROGRESS))
    _, out, _ = longhaul("status")
    assert "normal 1/2" in out and "1,200 completed" in out
    assert "! The disk is full" in out
    assert "30 %" in out


def test_the_token_is_never_printed(longhaul, service):
    service.put(a_task(1, "running"))
    token = json.loads((service.folder / "server.json").read_text())["token"]
    for command in (("status", "--json"), ("status",), ("doctor",), ("doctor", "--json")):
        _, out, err = longhaul(*command)
        assert token not in out + err


def test_queue_actions_say_what_changed(longhaul, service):
    assert "Queue paused" in longhaul("queue", "pause")[1]
    assert "2 tasks changed" in longhaul("queue", "retry-failed")[1]


def test_longhaul_alone_prints_a_single_use_address_without_a_display(longhaul, service):
    status, out, err = longhaul()
    assert (status, out) == (0, f"{service.url}/enter?code=a-code\n")
    assert "works once" in err


def test_longhaul_alone_opens_the_browser_where_there_is_a_display(longhaul, service, monkeypatch):
    opened = []
    monkeypatch.setenv("DISPLAY", ":77")
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    assert longhaul()[:2] == (0, "")
    assert opened == [f"{service.url}/enter?code=a-code"]


# --- doctor --------------------------------------------------------------------------------------


def test_doctor_is_content_with_a_sound_installation(longhaul, service):
    status, out, _ = longhaul("doctor")
    assert status == 0, out
    assert "0.0.1 at http://127.0.0.1" in out


def test_doctor_names_a_refused_task_type_with_file_line_and_reason(longhaul, service):
    service.problems.append({"file": "/t/mine.py", "line": 7, "reason": "invalid syntax"})
    status, out, _ = longhaul("doctor")
    assert status == 1
    assert "/t/mine.py, line 7: invalid syntax" in out


def test_doctor_says_why_the_folder_of_models_cannot_be_read_and_what_mends_it(longhaul, service):
    service.folder_problem = "/away cannot be read: No such file or directory."
    status, out, _ = longhaul("doctor")
    assert status == 1
    assert "/away cannot be read" in out
    assert "longhaul settings recordings.models_folder=" in out


def test_doctor_finds_a_data_directory_that_others_may_read(longhaul, folder):
    folder.mkdir()
    os.chmod(folder, 0o755)
    status, out, _ = longhaul("doctor")
    assert status == 1
    assert f"chmod 700 {folder}" in out


def test_doctor_makes_nothing(longhaul, folder):
    assert longhaul("doctor")[0] == 0
    assert not folder.exists()


def test_doctor_names_what_is_missing_and_what_installs_it(longhaul, monkeypatch):
    real = checks.find_spec
    gone = ("dataset", "psycopg")
    monkeypatch.setattr(checks, "find_spec", lambda name: None if name in gone else real(name))
    status, out, _ = longhaul("doctor")
    assert status == 1
    assert "missing: dataset" in out and "'longhaul[postgres]'" in out


def test_doctor_looks_for_every_package_that_longhaul_needs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {re.match(r"[\w-]+", requirement)[0] for requirement in project["dependencies"]}
    assert named <= set(checks.NEEDED)


def test_doctor_finds_an_old_sqlite_and_a_full_disk(longhaul, monkeypatch):
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 36, 0))
    monkeypatch.setattr(checks, "LITTLE_SPACE", 2**62)
    _, out, _ = longhaul("doctor", "--json")
    wrong = {c["name"] for c in json.loads(out)["checks"] if c["state"] == "wrong"}
    assert wrong == {"SQLite", "disk"}


def test_a_service_that_left_its_file_is_a_note_not_a_fault(longhaul, service):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    service.announce(url="http://127.0.0.1:1", pid=gone.pid)
    status, out, _ = longhaul("doctor")
    assert status == 0
    assert "ended without cleaning up" in out


# --- completion ----------------------------------------------------------------------------------


def completed(*line):
    return [word for word, _ in candidates(build(), list(line))]


def test_commands_options_and_choices_are_completed(folder):
    assert completed("st") == ["stop", "status", "start"]
    assert completed("list", "--sta") == ["--status"]
    assert "failed" in completed("list", "--status", "")
    assert completed("completion", "") == ["bash", "zsh", "fish"]
    assert completed("queue", "re") == ["resume", "retry-failed"]


def test_types_parameters_and_numbers_come_from_the_service(service):
    service.put(a_task(1, "running", allowed=["pause", "cancel"]))
    service.put(a_task(2, "failed", allowed=["retry"]))
    assert completed("add", "ba") == ["backfill-dates"]
    assert completed("add", "backfill-dates", "d") == ["database=", "dry_run="]
    assert completed("add", "backfill-dates", "dry_run=yes", "d") == ["database="]
    assert completed("add", "backfill-dates", "order=") == ["order=up", "order=down"]
    assert completed("show", "") == ["1", "2"]
    assert completed("retry", "") == ["2"]
    assert completed("pause", "--json", "") == ["1"]


def test_completion_without_a_service_is_silent(longhaul):
    status, out, err = longhaul("completion", "--answer", "--", "show", "")
    assert (status, out, err) == (0, "", "")


SHELLS = {
    "bash": (
        'COMP_LINE="$LINE"; COMP_POINT=${#COMP_LINE}; '
        # readline splits at = and :, so does this
        "COMP_WORDS=(longhaul $(sed 's/[=:]/ & /g' <<< \"${LINE#longhaul}\")); "
        '[[ $LINE == *" " ]] && COMP_WORDS+=(""); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); '
        'compopt() { :; }; _longhaul; printf "%s\\n" "${COMPREPLY[@]}"'
    ),
    "fish": 'complete -C "$LINE" | string replace -r "\\t.*" ""',
}


LINES = [
    ("longhaul stat", ["status"]),
    ("longhaul add backfill-dates dr", ["dry_run="]),
    ("longhaul add backfill-dates order=d", ["down"]),
    ("longhaul show ", ["1"]),
]


@pytest.fixture
def installed(service, folder, tmp_path):
    """The environment of a shell that finds `longhaul`, which finds a service with one task."""
    service.put(a_task(1, "running"))
    command = tmp_path / "bin" / "longhaul"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m desktop "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}:{os.environ['PATH']}"
    return environment(folder, PATH=path, HOME=tmp_path, TERM="dumb")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("line", "expected"), LINES)
def test_bash_and_fish_complete(shell, line, expected, installed, tmp_path):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    script = subprocess.check_output(["longhaul", "completion", shell], env=installed, text=True)
    (tmp_path / "script").write_text(f"{script}\n{SHELLS[shell]}\n")
    done = subprocess.run(
        [shell, "--norc" if shell == "bash" else "--no-config", tmp_path / "script"],
        env=installed | {"LINE": line}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    got = [word.removeprefix("order=") for word in done.stdout.split()]
    assert (got, done.stderr) == (expected, "")


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_zsh_completes(line, expected, installed):
    if not shutil.which("zsh"):
        pytest.skip("zsh is not installed")
    # the prompt tells that the shell is ready; as it is typed, it does not read so
    setup = "autoload -U compinit; compinit -u; source <(longhaul completion zsh); PS1=REA''DY\n"
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(
        ["zsh", "-f", "-i"], env=installed, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        os.write(ours, setup.encode())
        assert "READY" in read_until(ours, "READY")
        # Tab, then a sign that is only typed, never run: what was completed stands before it
        os.write(ours, f"{line}\t^".encode())
        kept = line[: max(line.rfind(" "), line.rfind("=")) + 1]
        assert f"{kept}{expected[0]}" in read_until(ours, "^").replace("\x07", "")
    finally:
        shell.kill()
        shell.wait()
        os.close(ours)


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.43, "0.4 s"), (12.4, "12 s"), (59.7, "1 min"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
    + [(259200, "3 d 0 h"), (-1, "0.0 s")],
)
def test_durations_are_said_as_people_say_them(seconds, text):
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(14, 18, "14 to 18 s left"), (50, 70, "50 s to 1 min 10 s left"), (5, 5.2, "5 s left")],
)
def test_the_time_to_go_is_a_range(low, high, text):
    assert words.eta({"low": low, "high": high}) == text


def test_wide_characters_keep_tables_straight():
    assert output.width_of("日本") == 4
    assert output.fitted("日本語", 5) == "日本…"
    assert output.padded("日", 4) == "日  "
