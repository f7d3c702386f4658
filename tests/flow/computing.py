"""What the tests of spawned processes share: starting them, asking them, and seeing who is left."""

import os
import sys
import time
from pathlib import Path

import pytest

from core.compute import Code
from core.compute.processes import Processes

#: drop-in code that computes, well and badly
SAMPLES = str(Path(__file__).with_name("compute_samples.py"))

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def sample(name, params=None):
    return Code("compute_samples", name, SAMPLES, params)


def computers():
    """Body of a fixture that makes computers; none of their processes may be left afterwards."""
    made = []

    def make(name="Plain", processes=1, **options):
        made.append(Processes(sample(name, options.pop("params", None)), processes, **options))
        return made[-1]

    before = children()
    yield make
    for computer in made:
        computer.close()
    assert children() - before == set()


def children():
    """The processes (zombies too) whose parent is this one."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid():
            found.add(int(stat.parent.name))
    return found


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
    return found


def content(file):
    return file.exists() and file.read_text()


def compute(computer, *records, wait=60):
    computer.submit(records)
    outcomes = computer.collect(wait)
    assert outcomes is not None, "not computed in time"
    return outcomes


def only_failure(outcomes, at):
    assert list(outcomes.failures) == [at]
    return outcomes.failures[at]
