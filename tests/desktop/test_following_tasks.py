"""Staying with tasks: the stream, its reconnects, exit statuses, and the progress that is shown."""

import io
import json
import os
import pty
import re
import signal
import struct
import time
from fcntl import ioctl
from termios import TIOCSWINSZ

import pytest

from desktop import bars
from desktop.stream import Event, parsed
from tests.desktop.conftest import environment, read_until
from tests.desktop.fake_service import FakeService, a_task

PROGRESS = {"done": 45, "total": 100, "failed": 0, "skipped": 0, "unit": "records"}
ENDED = {"started_at": "2026-01-02T03:04:05.000Z", "finished_at": "2026-01-02T03:04:17.000Z"}


def finish(service, number, status="completed", **fields):
    service.put(a_task(number, status, version=9, **ENDED, **fields))


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["completed", "completed"], 0),
        (["completed", "failed"], 1),
        (["cancelled", "completed"], 1),
    ],
)
def test_the_exit_status_says_how_the_tasks_ended(longhaul, service, statuses, expected):
    for number, status in enumerate(statuses, 1):
        finish(service, number, status)
    status, out, _ = longhaul("wait", 1, 2)
    assert status == expected
    lines = [line.split(":")[0] for line in out.splitlines()]
    assert lines == [f"{number} {s}" for number, s in enumerate(statuses, 1)]


def test_wait_sees_what_happens_after_it_came(start, service):
    service.put(a_task(1, "running"))
    process = start("wait", 1)
    service.wait_for_request("GET", "/tasks/1")
    service.put(a_task(1, "running", version=2, stage="scanning"))
    finish(service, 1)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out == "1 completed: Task 1 in 12 s\n"
    assert "1 running: Task 1 (scanning)" in err and "1 completed" in err


def test_an_older_document_does_not_undo_a_newer_one(start, service):
    service.put(a_task(1, "running", version=5, stage="new"))
    process = start("wait", 1)
    service.wait_for_readers()
    service.wait_for_request("GET", "/tasks/1")
    service.tell("task_update", a_task(1, "queued", version=4))
    finish(service, 1)
    assert "queued" not in process.communicate(timeout=20)[1]


def test_a_cut_stream_comes_back_with_the_last_number(start, service):
    service.put(a_task(1, "running"))
    process = start("wait", 1, "--json")
    assert process.stderr.readline() == "1 running: Task 1\n"
    service.put(a_task(1, "running", version=2, stage="seen"))
    assert process.stderr.readline() == "1 running: Task 1 (seen)\n"
    service.drop_readers()
    service.wait_for_readers()
    finish(service, 1)
    assert json.loads(process.stdout.read())[0]["status"] == "completed"
    asked = [last for _, path, _, last in service.requests if path == "/events"]
    assert asked == [None, "2"]


def test_a_service_that_restarts_elsewhere_is_found_again(start, service, folder):
    service.put(a_task(1, "running"))
    process = start("wait", 1)
    service.wait_for_readers()
    (folder / "server.json").unlink()
    service.drop_readers()
    other = FakeService(folder)
    try:
        finish(other, 1)
        assert process.wait(20) == 0
    finally:
        other.close()


def test_a_service_that_stays_away_ends_the_wait_with_3(longhaul, service, folder, monkeypatch):
    monkeypatch.setattr("desktop.stream.AWAY_S", 0.2)
    monkeypatch.setattr("desktop.follow.AWAY_S", 0.2)
    service.announce(url="http://127.0.0.1:1")
    status, _, err = longhaul("wait", 1)
    assert status == 3
    assert "What was done so far is kept" in err


def test_wait_gives_up_in_time_with_4_and_leaves_the_work(longhaul, service):
    service.put(a_task(1, "running"))
    began = time.monotonic()
    status, _, err = longhaul("wait", 1, "--timeout", "0.3")
    assert status == 4
    assert time.monotonic() - began < 5
    assert "the work goes on" in err
    assert not any(method != "GET" for method, *_ in service.requests)


def test_waiting_for_a_task_that_does_not_exist_is_wrong_use(longhaul, service):
    assert longhaul("wait", 99)[0] == 2


def test_leaving_with_ctrl_c_stops_nothing_and_says_so(start, service):
    service.put(a_task(1, "running"))
    process = start("wait", 1)
    service.wait_for_readers()
    service.wait_for_request("GET", "/tasks/1")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "the work goes on" in err and "longhaul wait 1" in err
    assert not any(method != "GET" for method, *_ in service.requests)


def test_add_with_wait_is_silent_and_with_follow_tells_each_change(start, service):
    words = ("add", "backfill-dates", "database=/x")
    for option, is_told in (("--wait", False), ("--follow", True)):
        process = start(*words, option)
        service.wait_for_readers()
        number = len(service.tasks)
        finish(service, number, "failed", error={"message": "no table"})
        out, err = process.communicate(timeout=20)
        assert process.returncode == 1
        assert out.splitlines()[0] == str(number)
        assert "failed" in out and "no table" in out
        assert (f"{number} failed" in err) is is_told
        service.drop_readers()


def test_following_a_log_emits_each_line_once_until_the_task_ends(start, service):
    line = {"level": "info", "stage": "s", "at": "2026-01-02T03:04:05.000Z", "attempt": 1}
    service.put(a_task(1, "running"))
    service.logs += [line | {"id": n, "message": f"line {n}\u2028 \x1b[2J"} for n in range(1, 6)]
    process = start("logs", 1, "--follow")
    service.wait_for_readers()
    assert "line 1" in process.stdout.readline()
    service.logs.append(line | {"id": 6, "message": "line 6"})
    service.tell("log", service.logs[-1])
    finish(service, 1)
    out = process.stdout.read()  # to its end; communicate would lose what readline has buffered
    assert process.wait(20) == 0
    assert re.findall(r"line (\d)", out) == list("23456")
    assert "\x1b" not in out and "\\x1b[2J" in out


# --- the stream's format -------------------------------------------------------------------------


def test_events_are_read_as_the_standard_says():
    text = (
        ": hello\nretry: 10\n\nid: 7\nevent: log\ndata: a\ndata: b\n\nid: 8\nevent: log\n\ndata:x\n"
    )
    lines = text.split("\n")
    assert list(parsed(lines[:-1])) == [Event("7", "log", "a\nb")]
    assert list(parsed([*lines, ""]))[-1] == Event("", "message", "x")


# --- what is drawn -------------------------------------------------------------------------------


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def test_a_line_is_told_once_for_each_change():
    stream = io.StringIO()
    lines = bars.Lines(stream)
    lines.show([a_task(1, "running", stage="scanning")])
    lines.show([a_task(1, "running", stage="scanning", progress=PROGRESS)])
    lines.show([a_task(1, "running", stage="backfilling", progress=PROGRESS)])
    assert stream.getvalue() == (
        "1 running: Task 1 (scanning)\n1 running: Task 1 (backfilling · 45 % · 45 of 100 records)\n"
    )


def test_a_bar_shows_stage_counts_rate_and_the_time_to_go():
    task = a_task(
        1,
        "running",
        stage="backfilling",
        progress=PROGRESS,
        rate=120.4,
        eta={"low": 14, "high": 18},
    )
    assert bars.details(task) == "backfilling · 45 % · 45 of 100 records · 120/s · 14 to 18 s left"
    assert bars.bar_of(task) == "▕█████████           ▏"
    assert bars.bar_of(task, is_unicode=False) == "[#########...........]"


def test_colours_are_left_out_where_the_person_wants_none(monkeypatch):
    task = a_task(1, "running", progress=PROGRESS)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured, plain = Terminal(), Terminal()
    bars.Bars(coloured).show([task])
    monkeypatch.setenv("NO_COLOR", "1")
    bars.Bars(plain).show([task])
    assert "\x1b[34m" in coloured.getvalue()
    assert "\x1b[34m" not in plain.getvalue()


def test_redrawing_goes_back_over_the_lines_that_a_narrower_terminal_wrapped(monkeypatch):
    monkeypatch.setattr(bars, "REDRAW_S", 0)
    stream = Terminal()
    shown = bars.Bars(stream)
    size = os.terminal_size((100, 30))
    monkeypatch.setattr(bars.shutil, "get_terminal_size", lambda: size)
    task = a_task(1, "running", title="T" * 200, progress=PROGRESS)
    shown.show([task])
    assert max(map(bars.width_of, re.sub(r"\x1b\[\w+", "", stream.getvalue()).split("\n"))) == 99
    size = os.terminal_size((40, 30))
    shown.show([task])
    assert "\x1b[3A\x1b[J" in stream.getvalue()  # 99 columns are three rows of 40


def test_more_tasks_than_rows_are_summed_up(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(bars.shutil, "get_terminal_size", lambda: os.terminal_size((80, 5)))
    bars.Bars(stream).show([a_task(n, "running") for n in range(1, 11)])
    assert stream.getvalue().count("\n") == 4
    assert "… and 7 more tasks" in stream.getvalue()


def test_in_a_terminal_the_bar_is_redrawn_in_place_and_taken_away(start, service, folder):
    service.put(a_task(1, "running", progress=PROGRESS))
    ours, theirs = pty.openpty()
    ioctl(theirs, TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = start("wait", 1, stderr=theirs, env=environment(folder, TERM="xterm", NO_COLOR="1"))
    os.close(theirs)
    seen = read_until(ours, "45 %")
    finish(service, 1)
    assert process.wait(20) == 0
    seen += read_until(ours, None)
    os.close(ours)
    assert "▕█████████" in seen and "\x1b[1A\x1b[J" in seen
    assert seen.endswith("\x1b[J")
