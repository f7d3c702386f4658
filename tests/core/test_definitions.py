"""Task types from a definitions file: what they are made of, and how a wrong file is refused."""

import re
import time
from pathlib import Path

import pytest

from core import registry as registry_module
from core.definitions import KEPT, line_of
from core.registry import Registry
from tests.factories import Bench

GOOD = """
# A comment

[count_twice]
label = "Count twice"
description = "Counts, and counts again."
user_relevant = false
toast = "Counted"
steps = [
  { job = "rehearse", name = "first", priority = 3 },
  { job = "rehearse" },
]
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(registry_module, "LOOK_S", 0.0)


@pytest.fixture
def registry(tmp_path):
    (tmp_path / "tasks").mkdir()
    return Registry(tmp_path / "tasks")


def write(registry, text: str) -> None:
    file = registry._folder / "definitions.toml"
    file.write_text(text)
    registry._look_at = 0.0


def test_the_built_in_file_describes_the_tasks_of_photo_projects(registry):
    steps = {name: [s.type for s in registry.get(name).step_list()] for name in registry.all()}
    assert steps["upload_postprocess"] == ["make_derivatives", "manifest_check", "folder_check"]
    assert steps["change_commit"] == [
        "file_removal",
        "manifest_check",
        "folder_check",
        "manifest_cleaning",
    ]
    assert steps["maintenance"] == ["manifest_check", "folder_check", "manifest_cleaning"]
    assert registry.get("maintenance").user_relevant is False
    assert registry.get("change_commit").toast == "Files removed"
    assert registry.get("upload_postprocess").scope == "project"
    assert registry.problems() == []


def test_a_type_is_made_of_existing_job_types_without_code_and_without_a_restart(registry):
    assert "count_twice" not in registry.all()
    write(registry, GOOD)
    made = registry.get("count_twice").describe()
    assert (made["title"], made["toast"], made["user_relevant"]) == (
        "Count twice",
        "Counted",
        False,
    )
    assert made["description"] == "Counts, and counts again."
    assert [(s["name"], s["type"], s["priority"]) for s in made["steps"]] == [
        ("first", "rehearse", 3),
        ("rehearse", "rehearse", 0),
    ]
    assert "records" in made["params_schema"]["properties"]


def test_a_task_of_such_a_type_runs(tmp_path):
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "definitions.toml").write_text(GOOD)
    bench = Bench(tmp_path)
    task = bench.run("count_twice", records=10)
    assert (task.status, task.done) == ("completed", 20)


WRONG = {
    "it is not TOML": ('[a]\nlabel = "x\n', 2),
    "there is no job type 'nonesuch'": (
        '[a]\nlabel = "x"\nsteps = [\n  { job = "rehearse" },\n  { job = "nonesuch" },\n]\n',
        5,
    ),
    "lable": ('[a]\nlable = "x"\nsteps = [{ job = "rehearse" }]\n', 2),
    "label: Field required": ('\n\n[a]\nsteps = [{ job = "rehearse" }]\n', 3),
    "priority": ('[a]\nlabel = "x"\nsteps = [{ job = "rehearse", priority = "high" }]\n', 3),
    "steps: List should have at least 1": ('[a]\nlabel = "x"\nsteps = []\n', 3),
    "is taken by another task type": (
        '[rehearsal]\nlabel = "x"\nsteps = [{ job = "rehearse" }]\n',
        1,
    ),
    "is no name of a type": ('["A b"]\nlabel = "x"\nsteps = [{ job = "rehearse" }]\n', 1),
    "different parameters": (
        '[a]\nlabel = "x"\nsteps = [{ job = "rehearse" }, { job = "hash-files" }]\n',
        3,
    ),
    "its steps take no project": (
        '[a]\nlabel = "x"\nscope = "project"\nsteps = [{ job = "rehearse" }]\n',
        3,
    ),
    "its steps work on one project": (
        '[a]\nlabel = "x"\nscope = "global"\nsteps = [{ job = "file_removal" }]\n',
        3,
    ),
    "scope": ('[a]\nlabel = "x"\nscope = "galaxy"\nsteps = [{ job = "rehearse" }]\n', 3),
    "stands outside of a table": ('label = "x"\n', 1),
    "icon": ('[a]\nlabel = "x"\nicon = "skull"\nsteps = [{ job = "rehearse" }]\n', 3),
}


@pytest.mark.parametrize("reason", WRONG)
def test_a_wrong_file_is_refused_with_line_and_reason_and_leaves_the_old_one_in_force(
    registry, reason
):
    write(registry, GOOD)
    assert "count_twice" in registry.all()
    text, line = WRONG[reason]
    write(registry, text)
    (problem,) = registry.problems()
    assert problem["file"].endswith("definitions.toml") and reason in problem["reason"]
    assert problem["line"] == line
    assert "count_twice" in registry.all() and "a" not in registry.all()
    assert "change_commit" in registry.all(), "our own file is none of it"


def test_the_old_one_is_in_force_for_who_starts_later(registry):
    write(registry, GOOD)
    assert "count_twice" in registry.all()
    write(registry, "[broken\n")
    later = Registry(registry._folder)
    assert "count_twice" in later.all() and len(later.problems()) == 1


def test_a_file_that_is_mended_is_in_force_at_once_and_one_that_is_removed_is_not(registry):
    write(registry, "[broken\n")
    assert registry.problems()
    write(registry, GOOD)
    assert "count_twice" in registry.all() and registry.problems() == []
    (registry._folder / "definitions.toml").unlink()
    registry._look_at = 0.0
    assert "count_twice" not in registry.all()
    assert not (registry._folder / KEPT).exists()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * ((1 << 20) + 1)])
def test_a_file_that_is_no_text_is_refused(registry, content):
    (registry._folder / "definitions.toml").write_bytes(content)
    assert len(registry.problems()) == 1


def test_a_definition_is_found_soon_enough_for_the_page(registry, monkeypatch):
    monkeypatch.setattr(registry_module, "LOOK_S", 0.05)
    registry.all()
    (registry._folder / "definitions.toml").write_text(GOOD)
    until = time.monotonic() + 5
    while "count_twice" not in registry.all():
        assert time.monotonic() < until


def test_a_line_is_found_below_its_table():
    text = '[a]\nlabel = "steps"\n\n[b] # here\nlabel = "x"\nsteps = []\n'
    assert line_of(text, "b", "steps") == 6
    assert line_of(text, "a", "steps") == 2
    assert line_of(text, "b", "none") == 4
    assert line_of(text, "c") is None


def test_the_example_of_the_manual_is_a_definition(registry):
    manual = Path(__file__).resolve().parents[2] / "docs" / "writing-a-task.md"
    (example,) = re.findall(r"^```toml\n(.*?)^```", manual.read_text(encoding="utf-8"), re.M | re.S)
    write(registry, example)
    assert registry.get("nightly_look").toast and registry.problems() == []
