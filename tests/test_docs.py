"""Holds the documentation to the code: everything named is there, and everything there is named.

The generated part of docs/api.md is made again and compared; the words of the other files (floors,
statuses, verbs, tests that prove a sentence) are read out of them and compared with the code.
"""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from core.lifecycle import ARROWS
from core.model import Kind, Status
from core.settings import names as setting_names
from desktop import parser
from tests.test_architecture import FLOORS
from webui import pages, reference
from webui.api import NOUNS
from webui.routes import API

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
FILE = re.compile(r"`((?:core|webui|desktop|tests|docs|\.ci)/[\w./-]*)`")
MODULE = re.compile(r"python -m ([\w.]+)")
FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """The text without its blocks of code."""
    return FENCE.sub("", text)


def section(text: str, title: str) -> str:
    """What stands below a heading, up to the next one of its level or above."""
    level = title.split(" ")[0]
    _, found, rest = text.partition(f"{title}\n")
    assert found, f"no section {title!r}"
    return re.split(rf"^#{{1,{len(level)}}} ", rest, flags=re.MULTILINE)[0]


def first_cells(text: str) -> list[str]:
    """The words in backticks that begin the rows of the tables in `text`."""
    return re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)


# --- the API -------------------------------------------------------------------------------------


def test_the_generated_part_of_the_api_is_what_the_code_says():
    text = read("docs/api.md")
    assert reference.rewritten(text) == text, "run: python -m webui.reference docs/api.md"


def test_every_route_is_documented_and_no_other():
    routes = section(read("docs/api.md"), "## Routes")
    documented = re.findall(r"^#### `(\w+) (\S+)`$", routes, re.MULTILINE)
    declared = [(route.method, route.path) for group in NOUNS for route in group]
    assert sorted(documented) == sorted(declared)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("## Event kinds", list(Kind)),
        ("## Statuses", list(Status)),
        ("## Settings", setting_names()),
    ],
)
def test_every_word_is_documented_and_no_other(title, words):
    assert first_cells(section(read("docs/api.md"), title)) == words


def test_every_task_type_is_documented_with_its_parameters_and_no_other():
    text = section(read("docs/api.md"), "## Task types")
    types = {cls.name: list(cls.Params.model_fields) for cls in reference.built_in_types()}
    assert types
    documented = re.findall(r"^### `([\w-]+)`$", text, re.MULTILINE)
    assert documented == sorted(types)
    for name, parameters in types.items():
        assert first_cells(section(text, f"### `{name}`")) == parameters


def test_routes_named_in_the_text_exist():
    known = [
        re.compile(f"{route.method} {re.sub(r'{[^}]+}', '[^/ ]+', route.path)}")
        for group in NOUNS
        for route in group
    ]
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        named = re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`?\s]*)", text)
        for route in (name.replace(API, "") for name in named):
            path = route.partition(" ")[2]
            is_page = path == "/enter" or path in pages.PAGES
            assert is_page or any(k.fullmatch(route) for k in known), (document.name, route)


# --- how it is built -----------------------------------------------------------------------------


def test_the_floors_are_those_that_are_held():
    text = section(read("docs/architecture.md"), "## The house")
    rows = re.findall(r"^\| (\d) \| `(\w+)` \| \S", text, re.MULTILINE)
    documented = {(int(floor), module) for floor, module in rows}
    held = {(n, module) for n, floor in enumerate(FLOORS) for module in floor}
    assert documented == held
    assert len(rows) == len(documented)


def test_the_lifecycle_has_exactly_the_arrows_of_the_code():
    text = section(read("docs/architecture.md"), "## The lifecycle")
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (.+) \|$", text, re.MULTILINE)
    told = {(Status(old), Status(new)): reason for old, new, reason in rows}
    assert told == ARROWS
    drawn = re.findall(r"^ +(\w+) --> (\w+)$", text, re.MULTILINE)
    assert sorted(drawn) == sorted(ARROWS)


def test_every_library_is_explained_and_no_other():
    text = section(read("docs/architecture.md"), "## Libraries, and why")
    rows = re.findall(r"^\| (\w[\w-]*)(?: \d)?(?: \(extra `\w+`\))? \| \S", text, re.MULTILINE)
    project = tomllib.loads(read("pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["postgres"], *extras["window"]]
    names = {re.split(r"[\[>=;]", entry)[0].lower() for entry in wanted}
    assert {row.lower() for row in rows} - {"library"} == names


# --- the command, the README ---------------------------------------------------------------------


def test_every_command_is_in_the_readme_and_no_other():
    table = section(read("README.md"), "## The command")
    documented = [word.split()[1] for word in first_cells(table) if word != "longhaul"]
    assert sorted(documented) == sorted(parser.subcommands(parser.build()))


def test_commands_shown_in_the_text_are_understood():
    """Every `longhaul …` line of a code block parses, with its words as they stand there."""
    for document in DOCUMENTS:
        for block in FENCE.findall(document.read_text(encoding="utf-8")):
            for line in re.findall(r"^\$? ?longhaul((?: [^ #\n]+)*)", block, re.MULTILINE):
                parser.parse(parser.build(), line.split())


def test_the_readme_has_the_commands_that_are_run_by_continuous_integration():
    (command,) = re.findall(r'^test_command="(.+)"$', read(".ci/run"), re.MULTILINE)
    readme = read("README.md")
    assert command in readme.splitlines()
    demo = [line for line in readme.splitlines() if line.endswith(".venv/bin/longhaul demo")]
    assert len(demo) == 1
    assert demo[0].startswith(command.partition(" && ")[0]), "both lines make their venv alike"


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    versions = re.findall(r"^## \[(\d\S*)\]", read("CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == project["version"]
    assert project["readme"] == "README.md"


# --- proofs, links and names ---------------------------------------------------------------------


@cache
def names_of_tests(name: str) -> frozenset[str]:
    file = ROOT / name
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_test_that_is_named_exists(document):
    proofs = PROOF.findall(document.read_text(encoding="utf-8"))
    assert [f"{file}::{test}" for file, test in proofs if test not in names_of_tests(file)] == []


@pytest.mark.parametrize("name", ["docs/guarantees.md", "docs/backfill-contract.md"])
def test_every_promise_names_its_test(name):
    text = prose(read(name)).partition("## What is not guaranteed")[0]
    promises = re.split(r"^- ", text, flags=re.MULTILINE)[1:]
    assert len(promises) > 20
    assert [p.splitlines()[0] for p in promises if not PROOF.search(p)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    text = document.read_text(encoding="utf-8")
    for link in LINK.findall(prose(text)) + IMAGE.findall(text):
        if link.startswith("https://"):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


def anchors(text: str) -> set[str]:
    """The anchors of the headings, as Markdown viewers make them."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_and_modules_that_are_named_exist(document):
    text = document.read_text(encoding="utf-8")
    for name in FILE.findall(text):
        assert (ROOT / name).exists(), name
    for module in MODULE.findall(text):
        parts = ROOT.joinpath(*module.split("."))
        ours = parts.with_suffix(".py").exists() or (parts / "__main__.py").exists()
        assert ours or module in ("pytest", "venv", "pip"), module


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_lines_can_be_read_beside_the_code(document):
    too_long = [
        number
        for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 140 and not line.lstrip().startswith(("|", "- ", "`", "!"))
    ]
    assert too_long == [] or document.name == "api.md", "only what is generated may be longer"


def test_the_lists_of_this_file_see_what_is_wrong(tmp_path):
    """The readers themselves: a wrong link, an unknown test, a promise without one are found."""
    assert LINK.findall("see [x](no.md) and ![y](z.png)") == ["no.md"]
    assert PROOF.findall("`tests/test_docs.py::test_none`") == [("tests/test_docs.py", "test_none")]
    assert "test_none" not in names_of_tests("tests/test_docs.py")
    assert names_of_tests("tests/no_such.py") == frozenset()
    assert section("# A\n## B\none\n## C\ntwo\n", "## B") == "one\n"
    assert anchors("## `GET /tasks` now\n") == {"get-tasks-now"}
