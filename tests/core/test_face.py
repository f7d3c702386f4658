"""How a task type is shown: what it may say, and what is refused with the attribute's name."""

import json
import re
from pathlib import Path

import pytest

from core.errors import BrokenTaskType
from core.face import ICONS, Column, ResultView, complaint, document
from core.model import Step
from core.registry import BUILT_IN, Registry, complain
from core.task_type import Output, TaskType
from tests.moves import bench_with, drop_in

STATIC = Path(__file__).resolve().parents[2] / "webui" / "static"


def typed(**face):
    """A task type with this face."""
    body = {"name": "shown", "run": lambda self, run: None, "stages": ("scan", "write")} | face
    return type("Shown", (TaskType,), body)


@pytest.mark.parametrize(
    "face",
    [
        {},
        {"icon": "flask"},
        {"icon": "M4 4h16v16H4zM12 3.5a8 8 0 1 0 0 1e1"},
        {"stage_titles": {"scan": "Looking", "shown": "All of it"}},
        {"columns": (Column("found", "Found"), Column("size", "In all", "bytes"))},
        {"result_view": ResultView("table", rows="files", columns=(Column("n", "Name", "text"),))},
        {"result_view": ResultView("chart", x="day", y="n")},
        {"result_view": ResultView("image")},
    ],
)
def test_a_face_of_words_and_numbers_is_taken(face):
    cls = typed(**face)
    assert complaint(cls) is None
    complain(cls, {})
    assert json.loads(json.dumps(document(cls))) == document(cls)


@pytest.mark.parametrize(
    ("face", "said"),
    [
        ({"icon": "rocket"}, "Shown.icon: 'rocket' is neither an SVG path nor one of archive"),
        ({"icon": 7}, "Shown.icon: must be the name"),
        ({"icon": 'M4 4"/><script>'}, "Shown.icon"),
        ({"icon": "M0 0" + " L1 1" * 800}, "Shown.icon: is no plain SVG path"),
        ({"icon": "url(#x)"}, "Shown.icon"),
        ({"stage_titles": {"scna": "Looking"}}, "Shown.stage_titles: there is no stage or step"),
        ({"stage_titles": {"scan": "x" * 41}}, "Shown.stage_titles: the title of 'scan' must be"),
        ({"stage_titles": ["scan"]}, "Shown.stage_titles: must be"),
        ({"columns": (Column("a", "A"),) * 2}, "Shown.columns: a key comes twice"),
        ({"columns": tuple(Column(k, k) for k in "abcd")}, "Shown.columns: must be a tuple of at"),
        ({"columns": (Column("a", "A", "money"),)}, "Shown.columns: there is no kind 'money'"),
        ({"columns": (Column("a", "line\nbreak"),)}, "Shown.columns: the label of 'a' must be"),
        ({"columns": ("found",)}, "Shown.columns: 'found' is no Column"),
        ({"result_view": "table"}, "Shown.result_view: must be a ResultView"),
        ({"result_view": ResultView("html")}, "Shown.result_view: there is no kind 'html'"),
        ({"result_view": ResultView("chart", x="day")}, "Shown.result_view: a chart needs x and y"),
        ({"result_view": ResultView("table", columns=(1,))}, "Shown.result_view: 1 is no Column"),
    ],
)
def test_a_wrong_face_is_refused_by_the_name_of_its_attribute(face, said):
    assert (complaint(typed(**face)) or "").startswith(said)
    with pytest.raises(BrokenTaskType, match=re.escape(said[:30])):
        complain(typed(**face), {})


def test_the_titles_of_stages_may_be_those_of_steps():
    steps = (Step("fetch", "fetcher", stages=("opening",)),)
    assert complaint(typed(steps=steps, stage_titles={"fetch": "A", "opening": "B"})) is None
    assert complaint(typed(steps=steps, stage_titles={"scan": "A"})) is not None


def test_a_plug_in_with_a_wrong_face_is_refused_with_its_file(tmp_path):
    text = (
        "from core import TaskType\n\nclass Odd(TaskType):\n    name = 'odd'\n"
        "    icon = '<svg onload=alert(1)>'\n    def run(self, run): pass\n"
    )
    file = drop_in(tmp_path, "odd.py", text)
    registry = Registry(tmp_path / "tasks")
    assert "odd" not in registry.all()
    (problem,) = registry.problems()
    assert problem["file"] == str(file) and problem["reason"].startswith("Odd.icon: ")


def test_built_in_types_have_icons(tmp_path):
    types = Registry(tmp_path / "tasks").all()
    assert len(types) < len(BUILT_IN)
    assert all(cls.icon in ICONS for cls in types.values())


def test_the_page_draws_every_icon_and_no_other():
    text = (STATIC / "icons.js").read_text(encoding="utf-8")
    table = text[text.index("{Object<string, string>}") : text.index("};")]
    assert set(re.findall(r"^  (\w+):", table, re.M)) == ICONS


# --- figures and results --------------------------------------------------------------------------


class Sums(TaskType):
    """Counts up, and leaves plain values and others."""

    name = "sums"

    def run(self, run):
        run.checkpoint(1, done=1, total=1)
        return {"total": 7, "share": 0.5, "word": "ok", "list": [1], "none": None, "t": "x" * 101}


class Nested(TaskType):
    """Leaves a list."""

    name = "nested"

    def run(self, run):
        return [{"a": 1}]


class Picture(TaskType):
    """Leaves a picture."""

    name = "picture"

    def run(self, run):
        return Output(b"\x89PNG", "image/png")


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return bench_with(tmp_path_factory.mktemp("data"), Sums, Nested, Picture)


def test_the_plain_values_of_a_result_are_figures_of_its_task(bench):
    task = bench.run("sums")
    assert task.figures == {"total": 7, "share": 0.5, "word": "ok"}


def test_a_result_that_is_no_object_has_no_figures(bench):
    assert bench.run("nested").figures == {}
    assert bench.run("picture").figures == {}


def test_a_result_may_be_a_file_with_its_media_type(bench):
    task = bench.run("picture")
    row = bench.store.row("result", id=task.id)
    assert (row["result"], row["result_type"]) == (b"\x89PNG", "image/png")


@pytest.mark.parametrize("media_type", ["png", "text/html\r\nX: 1", "image/png; evil=1"])
def test_an_output_needs_a_media_type(media_type):
    with pytest.raises(ValueError, match="is no media type"):
        Output(b"", media_type)


def test_an_output_is_bytes_or_text():
    with pytest.raises(TypeError, match="bytes or text"):
        Output(["no"], "text/plain")
