"""`longhaul stop` and finding a service: whom it signals, whom it does not, and what it says."""

import os
import signal
import subprocess
import sys

import pytest

from desktop import launcher
from desktop.failures import NoService, WrongUse
from desktop.places import data_folder
from tests.desktop.fake_service import a_task

#: Ends at SIGTERM, or does not.
SLEEPER = "import signal, time; {how}; print('ready', flush=True); time.sleep(60)"
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"


@pytest.fixture
def sleeper():
    """Start a process that waits to be stopped."""
    started = []

    def run(how="pass"):
        code = SLEEPER.format(how=how)
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout.readline() == b"ready\n"
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def test_stop_ends_the_process_and_says_what_was_running(longhaul, service, sleeper):
    process = sleeper()
    service.pid = process.pid
    service.announce(pid=process.pid)
    progress = {"done": 450, "total": 3000, "failed": 0, "skipped": 0, "unit": "articles"}
    service.put(a_task(1, "running", progress=progress))
    status, out, err = longhaul("stop")
    assert status == 0
    assert process.wait(5) == -signal.SIGTERM
    assert out.startswith("Stopped after")
    assert "1 task went back to the queue" in err and "450 of 3,000 articles" in err
    assert "did not end cleanly" in err  # this one left its server.json


def test_stop_signals_nobody_when_the_answering_process_is_another(longhaul, service, sleeper):
    process = sleeper()
    service.announce(pid=process.pid)
    status, _, err = longhaul("stop")
    assert status == 1
    assert "Nothing was stopped" in err
    assert process.poll() is None


def test_stop_signals_nobody_when_the_token_is_not_accepted(longhaul, service, sleeper):
    process = sleeper()
    service.pid = process.pid
    service.announce(pid=process.pid, token="another")
    assert longhaul("stop")[0] == 3
    assert process.poll() is None


def test_stop_without_a_service_gives_3(longhaul):
    assert longhaul("stop")[0] == 3


def test_a_service_that_does_not_stop_is_told_of_with_4(longhaul, service, sleeper, monkeypatch):
    monkeypatch.setattr("desktop.commands.stop.PATIENCE_S", 0.3)
    process = sleeper(STUBBORN)
    service.pid = process.pid
    service.announce(pid=process.pid)
    status, _, err = longhaul("stop")
    assert status == 4
    assert f"kill -9 {process.pid}" in err


def test_a_service_that_cannot_start_is_told_of_with_the_end_of_its_log(folder, monkeypatch):
    failing = [sys.executable, "-c", "import sys; sys.exit('no such thing as a database')"]
    monkeypatch.setattr(launcher, "python_command", lambda *_: (failing, dict(os.environ)))
    with pytest.raises(NoService) as failure:
        launcher.find_or_start(folder)
    assert "no such thing as a database" in failure.value.remedy
    assert str(folder / "service.log") in failure.value.remedy
    assert (folder / "service.log").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_running_service_is_found_and_none_is_started(service, folder, monkeypatch):
    monkeypatch.setattr(launcher.subprocess, "Popen", None)
    assert launcher.find_or_start(folder).server.url == service.url


def test_the_data_directory_is_the_named_one_then_the_environments_then_the_platforms(
    monkeypatch, tmp_path
):
    monkeypatch.setenv("LONGHAUL_DATA_DIR", str(tmp_path / "a"))
    monkeypatch.chdir(tmp_path)
    assert data_folder("b") == tmp_path / "b"
    assert data_folder(None) == tmp_path / "a"
    monkeypatch.delenv("LONGHAUL_DATA_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    if sys.platform == "linux":
        assert data_folder(None) == tmp_path / "share" / "longhaul"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_loopback_addresses_need_no_flag(host):
    from desktop.commands.serve import is_loopback

    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "localhost.evil.example", ""])
def test_other_addresses_do(host, longhaul):
    status, _, err = longhaul("serve", f"--host={host}")
    assert status == WrongUse.exit_status
    assert "--expose-to-network" in err


def test_one_log_record_is_one_escaped_line():
    import logging

    from desktop.service_log import OneLine

    try:
        raise ValueError("a\nb")
    except ValueError:
        record = logging.LogRecord("n", 30, "", 1, "x\r\n\x1b[2J%s", ("\u2028",), sys.exc_info())
    line = OneLine().format(record)
    assert line.isprintable() and "ValueError: a\\nb" in line and "\\u2028" in line
