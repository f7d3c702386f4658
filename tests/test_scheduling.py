"""A test process that dies fails its test; the rest of the run goes on and comes to an end."""

import os
import subprocess
import sys

import pytest

from tests.test_architecture import ROOT

#: Twenty tests, one of which ends its process the first time.
DYING = """
import os, pathlib, pytest

@pytest.mark.parametrize("number", range(20))
def test_it(number):
    died = pathlib.Path(__file__).with_suffix(".died")
    if {dies} and number == 7 and not died.exists():
        died.touch()
        os.kill(os.getpid(), 9)
"""
CONFTEST = "from tests.conftest import pytest_xdist_make_scheduler\n"


@pytest.mark.slow
def test_a_run_outlives_its_processes(tmp_path):
    (tmp_path / "conftest.py").write_text(CONFTEST)
    for number in range(6):
        dies = number in (2, 5)
        (tmp_path / f"test_{number}.py").write_text(DYING.format(dies=dies))
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "."]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100
    )
    # The two are begun once more by another process, and pass.
    assert "2 failed, 120 passed" in done.stdout, done.stdout
