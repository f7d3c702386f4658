"""`desktop/longhaul.sh`: sets the environment up once, before one's eyes, and then only starts.

The programs it calls are stand-ins that write down how they were called; that it works with the
real ones, a fresh clone and a screen was tried by hand, for it fetches several hundred megabytes.
"""

import os
import shutil
import subprocess
import sys

import pytest

from tests.desktop.conftest import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a script for sh")
#: Pretends to be Python: makes an environment with itself in it, and notes what it is asked.
PYTHON = """#!/bin/sh
echo "$@" >> {log}
case "$1 $2" in
    "-c "*) exit 0 ;;
    "--version "*) echo "Python 3.99" ;;
    "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    "-m pip") {pip} ;;
    "-P -m") echo "longhaul was started: $3 $4 $5" ;;
esac
"""


@pytest.fixture
def clone(tmp_path):
    """The parts of a clone that the script looks at, at a path that needs care."""
    clone = tmp_path / "it's my $HOME `clone`"
    (clone / "webui").mkdir(parents=True)
    shutil.copytree(ROOT / "desktop", clone / "desktop", ignore=shutil.ignore_patterns("*.py*"))
    shutil.copy(ROOT / "pyproject.toml", clone)
    shutil.copy(ROOT / "webui" / "package-lock.json", clone / "webui")
    return clone


@pytest.fixture
def start(clone, tmp_path):
    """Double-click it: (what it was, what Python was asked)."""
    log = tmp_path / "asked"

    def run(*words, pip=":", script="longhaul.sh"):
        log.unlink(missing_ok=True)
        (tmp_path / "bin").mkdir(exist_ok=True)
        program = tmp_path / "bin" / "python3.14"
        program.write_text(PYTHON.format(log=log, pip=pip))
        program.chmod(0o755)
        done = subprocess.run(
            [clone / "desktop" / script, *words],
            env={"PATH": f"{program.parent}:/usr/bin:/bin", "HOME": str(tmp_path)},
            capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=30,
        )  # fmt: skip
        return done, log.read_text().splitlines() if log.exists() else []

    return run


def test_first_start_sets_up_visibly_and_the_second_only_starts(start, clone):
    done, asked = start("status")
    assert done.returncode == 0, done.stderr
    shown = done.stdout.splitlines()
    assert [line[:6] for line in shown if " of 3 " in line] == ["1 of 3", "2 of 3", "3 of 3"]
    assert shown[-1] == "longhaul was started: desktop status "
    assert [line.split(" -e ")[1] for line in asked if "pip install" in line] == [
        str(clone),
        f"{clone}[window]",
    ]
    done, asked = start("a b", "c")
    assert done.stdout == "longhaul was started: desktop a b c\n"
    assert asked == ["-P -m desktop a b c"]
    assert not (clone / ".venv-lock").exists()


def test_macos_file_does_the_same(start):
    done, _ = start("status", script="longhaul.command")
    assert done.stdout.endswith("longhaul was started: desktop status \n")


def test_changed_needs_are_fetched_again(start, clone):
    start()
    with (clone / "pyproject.toml").open("a") as project:
        project.write("\n")
    assert "3 of 3" in start()[0].stdout
    assert "3 of 3" not in start()[0].stdout


def test_without_a_window_for_this_machine_it_starts_all_the_same(start):
    done, _ = start(pip='case "$5" in *"[window]") exit 1 ;; esac')
    assert "There is no window for this machine" in done.stderr
    assert "longhaul was started" in done.stdout


def test_a_setup_that_failed_is_said_and_done_again(start, clone):
    done, _ = start(pip="echo no network >&2; exit 1")
    assert done.returncode == 1 and "no network" in done.stderr
    assert "It could not be fetched" in done.stderr and "was started" not in done.stdout
    assert not (clone / ".venv-lock").exists()
    assert "longhaul was started" in start()[0].stdout


def test_only_one_sets_up_at_a_time_and_a_dead_ones_lock_is_taken_over(start, clone):
    lock = clone / ".venv-lock"
    lock.mkdir()
    (lock / "pid").write_text(str(os.getpid()))
    done, _ = start()
    assert done.returncode == 1 and f"already (process {os.getpid()})" in done.stderr
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (lock / "pid").write_text(str(ended.pid))
    assert "longhaul was started" in start()[0].stdout


def test_windows_file_has_the_line_ends_that_windows_reads():
    text = (ROOT / "desktop" / "longhaul.bat").read_bytes()
    assert text.count(b"\r\n") == text.count(b"\n") > 10
    assert b"-P -m desktop %*" in text
