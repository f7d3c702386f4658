"""Parsing, exit statuses, and what a person is told when something does not fit."""

import json
import os
import subprocess
import sys

import pytest

from desktop.failures import WrongUse
from desktop.moments import at
from desktop.parser import build, parse, subcommands
from tests.desktop.conftest import environment
from tests.desktop.fake_service import a_task


def test_every_command_of_the_contract_exists():
    named = "demo serve stop status types add list show logs pause resume cancel retry move wait"
    assert set(named.split()) | {"doctor", "completion"} <= set(subcommands(build()))


def test_every_command_has_help_and_takes_a_data_directory(longhaul):
    for name in subcommands(build()):
        status, out, _ = longhaul(name, "--help")
        assert status == 0
        assert "--data-dir" in out


@pytest.mark.parametrize("place", ["before", "after"])
def test_the_data_directory_may_be_named_before_or_after_the_command(place, tmp_path):
    words = ["--data-dir", str(tmp_path)]
    args = parse(build(), [*words, "list"] if place == "before" else ["list", *words])
    assert args.data_dir == str(tmp_path)


def test_a_misspelt_command_is_refused_with_a_near_one(longhaul):
    status, out, err = longhaul("lst")
    assert (status, out) == (2, "")
    assert "Did you mean 'list'?" in err


def test_a_misspelt_option_is_refused_with_a_near_one(longhaul):
    status, _, err = longhaul("list", "--stats", "failed")
    assert status == 2
    assert "'--status'" in err


def test_without_a_service_the_status_is_3_and_the_remedy_is_named(longhaul, folder):
    status, out, err = longhaul("list")
    assert (status, out) == (3, "")
    assert str(folder) in err and "longhaul serve" in err


def test_a_dead_service_that_left_its_file_gives_3(longhaul, service):
    service.announce(url="http://127.0.0.1:1")
    status, _, err = longhaul("status")
    assert status == 3
    assert "ended without cleaning up" in err


def test_a_foreign_service_on_the_port_gives_3(longhaul, service):
    service.announce(token="another")
    status, _, err = longhaul("list")
    assert status == 3
    assert "another one" in err


def test_a_broken_server_file_gives_3_and_says_what_to_remove(longhaul, folder):
    folder.mkdir()
    (folder / "server.json").write_text("{")
    status, _, err = longhaul("list")
    assert status == 3
    assert f"rm '{folder / 'server.json'}'" in err


def test_a_refusal_shows_its_detail_its_errors_and_what_is_possible(longhaul, service):
    service.put(a_task(1))
    problem = {
        "title": "Not possible", "detail": "It is finished.", "allowed": ["retry"],
        "errors": [{"pointer": "/params/batch_size", "message": "too large"}],
    }  # fmt: skip
    service.refusals["POST", "/tasks/1/pause"] = (409, problem)
    status, _, err = longhaul("pause", 1)
    assert status == 2
    assert "It is finished." in err and "batch_size: too large" in err
    assert "Possible now: retry" in err


def test_a_verb_for_several_tasks_asks_for_each_although_one_is_refused(longhaul, service):
    service.put(a_task(1))
    service.put(a_task(3))
    status, out, err = longhaul("pause", 1, 2, 3)
    assert status == 2
    assert [line.split()[0] for line in out.splitlines()] == ["1", "3"]
    assert "task 2: There is no such thing." in err


def test_options_may_stand_between_the_words_of_a_list(service, longhaul):
    args = parse(build(), ["wait", "1", "--timeout", "5", "2"])
    assert args.ids == [1, 2]
    args = parse(build(), ["add", "backfill-dates", "a=1", "--hold", "b=2"])
    assert args.words == ["a=1", "b=2"]


def test_moving_several_to_the_top_keeps_their_order(longhaul, service):
    for number in (1, 2, 3):
        service.put(a_task(number))
    assert longhaul("move", 1, 2, 3, "--to", "top")[0] == 0
    asked = [path for method, path, _, _ in service.requests if method == "POST"]
    assert asked == ["/tasks/3/move", "/tasks/2/move", "/tasks/1/move"]


def test_move_needs_exactly_one_place(longhaul, service):
    assert longhaul("move", 1)[0] == 2
    assert longhaul("move", 1, "--to", "top", "--before", 2)[0] == 2
    assert longhaul("move", 1, "--before", 1)[0] == 2


def test_exposing_to_the_network_needs_the_words_that_name_the_risk(longhaul):
    status, _, err = longhaul("serve", "--host", "0.0.0.0")
    assert status == 2
    assert "--expose-to-network" in err


def test_a_closed_pipe_is_no_error(service, folder, start):
    for number in range(1, 400):
        service.tasks[number] = a_task(number, title="x" * 200)
    reading, writing = os.pipe()
    os.close(reading)
    process = start("list", stdout=writing)
    os.close(writing)
    assert process.communicate(timeout=20)[1] == ""
    assert process.returncode == 0


def test_client_commands_import_nothing_of_the_service(service, folder):
    code = (
        "import sys; from desktop.__main__ import main; main(['list'])\n"
        "heavy = {'core', 'webui', 'pydantic', 'sqlalchemy', 'bottle', 'platformdirs', 'psutil'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(folder), capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+90m", "2026-03-01T13:30:00Z"),
        ("+2h", "2026-03-01T14:00:00Z"),
        ("2026-03-02T08:00:00+02:00", "2026-03-02T06:00:00Z"),
        ("2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z"),
    ],
)
def test_times_become_rfc_3339(text, expected):
    from datetime import UTC, datetime

    assert at(text, datetime(2026, 3, 1, 12, tzinfo=UTC)) == expected


def test_a_time_of_day_is_the_next_one(monkeypatch):
    import time
    from datetime import datetime

    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        now = datetime(2026, 1, 10, 22, 0).astimezone()
        assert at("22:30", now) == "2026-01-10T21:30:00Z"
        assert at("21:30", now) == "2026-01-11T20:30:00Z"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("text", ["25:00", "tomorrow", "+5", ""])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(WrongUse):
        at(text)


def test_settings_are_converted_and_unknown_ones_refused(longhaul, service):
    assert longhaul("settings", "zoom=1.5", "theme=dark", "roots=/a,/b")[0] == 0
    sent = service.asked("PATCH", "/settings")
    assert sent == [{"zoom": 1.5, "theme": "dark", "roots": ["/a", "/b"]}]
    status, _, err = longhaul("settings", "zom=2")
    assert status == 2 and "'zoom'" in err
    assert json.loads(longhaul("settings", "--json")[1])["zoom"] == 1.5
