"""What the tests of the command share: a stand-in for the service, and ways to run the command."""

import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop.__main__ import main
from tests.desktop.fake_service import FakeService

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data directory, which all commands of the test use."""
    folder = tmp_path / "data"
    monkeypatch.setenv("LONGHAUL_DATA_DIR", str(folder))
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return folder


@pytest.fixture
def service(folder):
    """A stand-in for the service of that data directory."""
    fake = FakeService(folder)
    yield fake
    fake.close()


@pytest.fixture
def longhaul(folder, capsys):
    """Run a command in this process: (exit status, stdout, stderr)."""

    def run(*words):
        try:
            status = main(list(map(str, words)))
        except SystemExit as left:  # --help
            status = left.code
        out, err = capsys.readouterr()
        return status, out, err

    return run


def environment(folder, **changes):
    """The environment of a command in a process of its own."""
    desktop = ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")
    inherited = {n: v for n, v in os.environ.items() if n not in desktop}
    paths = {"PYTHONPATH": str(ROOT), "LONGHAUL_DATA_DIR": str(folder)}
    return inherited | paths | {n: str(v) for n, v in changes.items()}


@pytest.fixture
def start(folder):
    """Start a command in a process of its own; ended with the test."""
    started = []

    def run(*words, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
        options.setdefault("env", environment(folder))
        arguments = [sys.executable, "-m", "desktop", *map(str, words)]
        process = subprocess.Popen(arguments, cwd=folder.parent, **options)
        started.append(process)
        return process

    yield run
    for process in started:
        process.terminate()  # a service takes its workers along
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def read_until(descriptor, text):
    """What a terminal was sent until `text` comes, or until its end."""
    seen, deadline = b"", time.monotonic() + 20
    while time.monotonic() < deadline:
        if select.select([descriptor], [], [], 0.1)[0]:
            try:
                seen += os.read(descriptor, 65536)
            except OSError:  # the other side is closed
                break
        if text and text in seen.decode(errors="replace"):
            break
    return seen.decode(errors="replace")
