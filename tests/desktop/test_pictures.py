"""The program that takes the pictures of the documentation: its words, and how it leaves."""

import signal
import subprocess
import sys

import pytest

from tests.desktop.conftest import ROOT
from tests.desktop.pictures import SHOTS, main

#: Leaves behind what has our stdout, and cannot be reached by a signal to the group.
CARELESS = """
import subprocess, sys, time
from pathlib import Path
from tests.desktop.screen import nothing_left

with nothing_left(Path(sys.argv[1])):
    subprocess.Popen(["sleep", "600"], start_new_session=True)
    print("started", flush=True)
    time.sleep(600)
"""


def refused(words, capsys):
    """(exit status, what was said) of words that take no pictures."""
    with pytest.raises(SystemExit) as left:
        main(words)
    return left.value.code, "".join(capsys.readouterr())


def test_its_help_names_all_states_and_makes_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    status, said = refused(["--help"], capsys)
    assert status == 0
    assert all(state in said for state in SHOTS)
    assert not list(tmp_path.iterdir())


def test_a_state_that_there_is_not_is_refused_with_those_that_there_are(tmp_path, capsys):
    status, said = refused([str(tmp_path / "new"), "desk", "dsek"], capsys)
    assert status == 2
    assert "'dsek'" in said and all(f"'{state}'" in said for state in SHOTS)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_a_signal_ends_also_what_was_started_and_forgotten(tmp_path, number):
    program = subprocess.Popen(
        [sys.executable, "-c", CARELESS, str(tmp_path)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdout.readline() == "started\n"
    program.send_signal(number)
    program.communicate(timeout=20)  # whatever has our pipe has ended then
    assert program.returncode == 128 + number
