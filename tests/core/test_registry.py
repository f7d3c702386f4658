"""Finding task types: built in, dropped in, from packages; what is refused, and why."""

import importlib.metadata

import pytest

from core import registry as registry_module
from core.errands import Errands
from core.errors import BrokenTaskType, NotFound
from core.registry import BUILT_IN, Registry
from tests.moves import drop_in

COUNT = '''
from core import TaskType

class Count(TaskType):
    """Counts."""
    name = "count"
    {extra}
    def run(self, run):
        return {value}
'''


@pytest.fixture
def registry(tmp_path, monkeypatch):
    monkeypatch.setattr(registry_module, "LOOK_S", 0.0)
    return Registry(tmp_path / "tasks")


def count(value=1, extra=""):
    return COUNT.format(value=value, extra=extra)


def refusal(registry):
    (problem,) = registry.problems()
    return problem


def test_the_built_in_types_are_there_and_the_folder_need_not_be(registry):
    assert {"backfill-dates", "checksum-folder", "rehearsal"} <= set(registry.all())
    assert registry.problems() == []


def test_job_types_that_nobody_can_start_are_no_task_types(registry):
    assert "rehearse" not in registry.all()
    assert registry.job_type("rehearse").name == "rehearse"
    assert len(BUILT_IN) > len(registry.all())


def test_a_misspelt_name_is_answered_with_close_ones(registry):
    with pytest.raises(NotFound, match="Did you mean backfill-dates"):
        registry.get("backfil-dates")
    with pytest.raises(NotFound) as caught:
        registry.get("zzzzzz")
    assert "Did you mean" not in caught.value.detail


def test_a_dropped_file_is_found_without_a_restart(registry, tmp_path):
    assert "count" not in registry.all()
    drop_in(tmp_path, "count.py", count())
    assert registry.get("count").from_params({}).run(None) == 1


def test_what_is_missing_is_looked_for_at_once(tmp_path):
    """A worker that looked a moment ago gets a job of a type that the service found just now."""
    registry = Registry(tmp_path / "tasks")
    assert "count" not in registry.all()
    drop_in(tmp_path, "count.py", count())
    assert registry.job_type("count").name == "count"


def test_a_changed_file_is_loaded_anew_and_an_unchanged_one_is_not(registry, tmp_path):
    drop_in(tmp_path, "count.py", count(1))
    first = registry.get("count")
    drop_in(tmp_path, "other.py", count(9).replace('"count"', '"other"'))
    assert registry.get("count") is first
    drop_in(tmp_path, "count.py", count(22))
    assert registry.get("count").from_params({}).run(None) == 22


def test_a_removed_file_takes_its_types_with_it(registry, tmp_path):
    file = drop_in(tmp_path, "count.py", count())
    registry.get("count")
    file.unlink()
    with pytest.raises(NotFound):
        registry.get("count")
    with pytest.raises(NotFound, match="plug-in removed"):
        registry.job_type("count")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("x = 1\n\nraise RuntimeError('bad day')", 3, "RuntimeError: bad day"),
        ("def broken(:\n  pass", 1, "SyntaxError"),
        ("import sys\nsys.exit(3)", 2, "SystemExit: 3"),
        ("import no_such_module_anywhere", 1, "ModuleNotFoundError"),
        ("x = 1", None, "defines no task type"),
        (count().replace("def run", "def walk"), None, "must define run"),
        (count(extra='lane = "fast"'), None, "there is no lane 'fast'"),
        (count(extra='lane = "priority"'), None, "there is no lane 'priority'"),
        (count().replace('"count"', '"rehearsal"'), None, "is taken"),
        (
            "from core import Backfill\nclass B(Backfill):\n    name = 'b'\n",
            None,
            "B must define apply, read()",
        ),
    ],
    ids="raises syntax exits import empty norun lane general taken abstract".split(),
)
def test_a_broken_plug_in_is_refused_with_file_line_and_reason(
    registry, tmp_path, text, line, reason
):
    good = drop_in(tmp_path, "a_good.py", count().replace('"count"', '"good"'))
    file = drop_in(tmp_path, "broken.py", text)
    assert {"good", "rehearsal"} <= set(registry.all()), "it harms nothing else"
    problem = refusal(registry)
    assert problem["file"] == str(file) != str(good)
    assert problem["line"] == line
    assert reason in problem["reason"]


def test_a_mended_plug_in_is_taken(registry, tmp_path):
    drop_in(tmp_path, "count.py", "raise RuntimeError")
    assert len(registry.problems()) == 1
    drop_in(tmp_path, "count.py", count())
    assert registry.problems() == []
    assert registry.get("count")


def test_two_files_with_one_name_keep_the_first(registry, tmp_path):
    drop_in(tmp_path, "a.py", count(1))
    drop_in(tmp_path, "b.py", count(2))
    assert registry.get("count").from_params({}).run(None) == 1
    assert "taken" in refusal(registry)["reason"]


@pytest.mark.parametrize("name", ["_private.py", ".hidden.py", "notes.txt"])
def test_other_files_are_left_alone(registry, tmp_path, name):
    drop_in(tmp_path, name, "raise RuntimeError")
    assert registry.problems() == []


def test_classes_that_a_file_only_imports_are_not_its_own(registry, tmp_path):
    drop_in(tmp_path, "count.py", "from core.tasks.rehearsal import Rehearsal\n" + count())
    assert registry.problems() == []


def test_an_entry_point_of_a_package_is_found_and_a_broken_one_refused(registry, monkeypatch):
    points = [
        importlib.metadata.EntryPoint(name, value, "longhaul.task_types")
        for name, value in [
            ("site", "tests.core.plugin_of_a_package:FromPackage"),
            ("broken", "tests.core.no_such_module:Nothing"),
            ("odd", "json:JSONDecoder"),
        ]
    ]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: points)
    assert registry.get("from-package").title == "From a package"
    reasons = [p["reason"] for p in registry.problems()]
    assert len(reasons) == 2
    assert "ModuleNotFoundError" in reasons[0]
    assert "is not a task type" in reasons[1]


def test_a_file_is_tried_elsewhere_before_it_is_imported_here(tmp_path):
    """What the probe refuses is never executed in this process."""
    tried = []

    def probe(file):
        tried.append(file)
        raise BrokenTaskType("it hangs", file=str(file), line=7)

    registry = Registry(tmp_path / "tasks", probe)
    file = drop_in(tmp_path, "bomb.py", "open(__file__ + '.exploded', 'w')")
    problem = refusal(registry)
    assert (tried, problem["reason"], problem["line"]) == ([file], "it hangs", 7)
    assert not file.with_name("bomb.py.exploded").exists()
    registry.all()
    assert len(tried) == 1, "once for each version"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "exit status -11"),
        ("import os\nos._exit(4)", "exit status 4"),
        ("while True: pass", "longer than 1 s"),
    ],
    ids=["segfault", "exit", "hang"],
)
def test_a_plug_in_that_crashes_or_hangs_on_import_harms_nothing(tmp_path, text, reason):
    errands = Errands(limit_s=1.0 if "while" in text else 20.0)
    registry = Registry(tmp_path / "tasks", errands.probe)
    drop_in(tmp_path, "bomb.py", text)
    drop_in(tmp_path, "count.py", count())
    assert registry.problems()[0]["reason"].find(reason) >= 0, registry.problems()
    errands.close()


def test_every_type_can_describe_itself(registry):
    for name, cls in registry.all().items():
        document = cls.describe()
        assert document["name"] == name
        assert document["description"]
        assert document["params_schema"]["type"] == "object"
        for step in document["steps"]:
            assert registry.job_type(step["type"])
