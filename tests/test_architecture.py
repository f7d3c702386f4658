"""Holds the house's shape: which file may import which, and how large a file or function may be.

The floors are those of docs/architecture.md. A new module of `core` goes into FLOORS, on the floor
whose modules it may be imported by; a new need of `webui` or `desktop` goes into GRANTS, with its
reason. Each rule is a function from a source tree to its violations, so that it is tried on the
real tree and, below, on trees that break it.
"""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("core", "webui", "desktop")

#: Modules of core, floor by floor. A module imports from its own floor and those above it in this
#: list. A folder counts as the module of its name.
FLOORS: tuple[frozenset[str], ...] = tuple(
    frozenset(line.split())
    for line in (
        "errors clock identity record model seams code",
        "face lifecycle tables task_type definitions registry orchestrator lanes pacing"
        " estimate settings documents beneath paths policy ranges sealed throttles",
        "unmigrated logfile machine turn statements store events wake",
        "queue",
        "compute target sources items run totals loop stage backfill samples photos recordings"
        " texts tasks",
        "worker endings recovery supervisor scheduler errand errands",
        "desk",
        "service",
        "kit",
    )
)
#: What the outer packages may use of the others, beside themselves: whole package or one module.
GRANTS: dict[str, frozenset[str]] = {
    # records, errors and pure decisions; everything that touches the database goes by the service
    "webui": frozenset(
        {"core.service", "core.desk"} | {f"core.{m}" for m in FLOORS[0] | FLOORS[1]}
    ),
    # speaks HTTP to the service; shares only words and places with it
    "desktop": frozenset({"core.errors", "core.identity", "core.paths"}),
    # the one command that is the service
    "desktop.serve": frozenset({"core.service", "core.settings", "webui.app"}),
    # runs in that service: reads its events as they come
    "desktop.messenger": frozenset({"core.service", "core.model"}),
    # makes the sample archive before it asks for its backfill
    "desktop.demo": frozenset({"core.samples"}),
    # tells documents from audio by the endings that the service goes by
    "desktop.commands.recordings": frozenset({"core.texts"}),
}
#: Libraries that only some may import.
RESERVED: dict[str, tuple[str, ...]] = {
    "dataset": ("core.store",),
    **dict.fromkeys(
        ("bottle", "cheroot", "http", "httpx", "requests", "socketserver", "urllib.request")
        + ("urllib3", "wsgiref"),
        ("webui", "desktop"),
    ),
}
#: folders below ours that npm filled
FOREIGN = {"vendor", "vendor.new", "node_modules"}
MAX_FILE_LINES, MAX_FUNCTION_LINES, MAX_PARAMETERS, MAX_ROOT_LINES = 300, 60, 6, 30
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def sources(root: Path, *suffixes: str) -> Iterator[Path]:
    """Our own files of the three packages; what npm brought is not ours."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.suffix in suffixes and not FOREIGN & set(path.parts):
                yield path


def module_name(root: Path, path: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def modules(root: Path) -> dict[str, ast.Module]:
    return {
        module_name(root, path): ast.parse(path.read_text(encoding="utf-8"), str(path))
        for path in sources(root, ".py")
    }


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def imports_of(name: str, tree: ast.Module, known: set[str], is_package: bool) -> set[str]:
    """Dotted names that a module imports, anywhere in it: `from a import b` is a.b if that is a
    module we know, else a."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = name.split(".")
            anchor = parts[: len(parts) - node.level + is_package] if node.level else []
            base = ".".join([*anchor, *([node.module] if node.module else [])])
            for alias in node.names:
                below = f"{base}.{alias.name}"
                found.add(below if below in known or below in RESERVED else base)
    return found


def import_graph(root: Path) -> dict[str, set[str]]:
    trees = modules(root)
    packages = {module_name(root, path) for path in sources(root, ".py") if path.stem == "__init__"}
    return {
        name: imports_of(name, tree, set(trees), name in packages) for name, tree in trees.items()
    }


def floor_of(name: str) -> int | None:
    """The floor of a module of core; None when no floor lists it."""
    part = name.split(".")[1]
    return next((number for number, floor in enumerate(FLOORS) if part in floor), None)


def unlisted(root: Path) -> list[str]:
    return [
        f"{name} stands on no floor: add it to FLOORS in tests/test_architecture.py and to the "
        "list in docs/architecture.md"
        for name in modules(root)
        if is_within(name, "core") and name != "core" and floor_of(name) is None
    ]


def downward(root: Path) -> list[str]:
    """Imports inside core that point down the floors, out of core, or at its root."""
    wrong = []
    for name, imported in import_graph(root).items():
        if not is_within(name, "core"):
            continue
        wrong += [f"{name} imports {i}" for i in imported if i.split(".")[0] in PACKAGES[1:]]
        if name == "core":
            continue
        if "core" in imported:
            wrong.append(f"{name} imports the package root; name the module: from core.errors …")
        floor = floor_of(name)
        for target in sorted(i for i in imported if i.startswith("core.")):
            below = floor_of(target)
            if floor is not None and below is not None and below > floor:
                wrong.append(f"{name} (floor {floor}) imports {target} (floor {below})")
    return wrong


def ungranted(root: Path) -> list[str]:
    """What webui and desktop import of the other packages without being in GRANTS."""
    wrong = []
    for name, imported in import_graph(root).items():
        home = name.split(".")[0]
        if home == "core":
            continue
        grants = [grant for place in GRANTS if is_within(name, place) for grant in GRANTS[place]]
        wrong += [
            f"{name} imports {target}, which GRANTS does not list for it"
            for target in sorted(imported)
            if target.split(".")[0] in PACKAGES
            and not is_within(target, home)
            and not any(is_within(target, grant) for grant in grants)
        ]
    return wrong


def misplaced_libraries(root: Path) -> list[str]:
    return [
        f"{name} imports {target}: only {' and '.join(allowed)} may"
        for name, imported in import_graph(root).items()
        for target in sorted(imported)
        for library, allowed in RESERVED.items()
        if is_within(target, library) and not any(is_within(name, place) for place in allowed)
    ]


def cycles(root: Path) -> list[str]:
    graph = import_graph(root)
    own = {name: {i for i in found if i in graph and i != name} for name, found in graph.items()}
    try:
        TopologicalSorter(own).prepare()
    except CycleError as cycle:
        return [" → ".join(reversed(cycle.args[1]))]
    return []


def too_large(root: Path) -> list[str]:
    wrong = []
    for path in sources(root, ".py", ".js"):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        most = MAX_ROOT_LINES if path == root / "core" / "__init__.py" else MAX_FILE_LINES
        if lines > most:
            wrong.append(f"{path.relative_to(root)} has {lines} lines, more than {most}")
    for name, tree in modules(root).items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                wrong += [f"{name}.{node.name} has {excess}" for excess in excesses(node)]
    return wrong


def excesses(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    if (lines := (function.end_lineno or 0) - function.lineno + 1) > MAX_FUNCTION_LINES:
        yield f"{lines} lines, more than {MAX_FUNCTION_LINES}"
    args = function.args
    named = [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
    if len(parameters := [n for n in named if n not in ("self", "cls")]) > MAX_PARAMETERS:
        yield f"{len(parameters)} parameters, more than {MAX_PARAMETERS}"


def unfinished(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}:{number}: {line.strip()}"
        for path in sources(root, ".py", ".sql", ".js", ".css", ".html", ".toml")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]


RULES = (unlisted, downward, ungranted, misplaced_libraries, cycles, too_large, unfinished)


@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps_the_rule(rule):
    assert rule(ROOT) == []


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (unlisted, "core/attic.py", ""),
        (unlisted, "core/attic/deep.py", ""),
        (downward, "core/errors.py", "from core.queue import claim"),
        (downward, "core/errors.py", "from core import queue"),
        (downward, "core/errors.py", "from core import Backfill"),
        (downward, "core/tasks/one.py", "import core"),
        (downward, "core/lanes.py", "def late():\n    import core.store"),
        (downward, "core/service.py", "import webui.app"),
        (downward, "core/__init__.py", "from desktop import window"),
        (ungranted, "webui/api/tasks.py", "from core.store import Store"),
        (ungranted, "webui/stream.py", "import core.queue"),
        (ungranted, "webui/app.py", "from desktop.client import Client"),
        (ungranted, "desktop/window.py", "from core.service import Service"),
        (ungranted, "desktop/window.py", "import webui.app"),
        (misplaced_libraries, "core/queue/claim.py", "import dataset"),
        (misplaced_libraries, "webui/app.py", "from dataset import connect"),
        (misplaced_libraries, "core/service.py", "from bottle import Bottle"),
        (misplaced_libraries, "core/service.py", "from urllib import request"),
        (misplaced_libraries, "core/run.py", "from http.client import HTTPConnection"),
        (cycles, "core/clock.py", "import core.model\n"),
        (too_large, "webui/app.py", "x = 1\n" * (MAX_FILE_LINES + 1)),
        (too_large, "core/__init__.py", "x = 1\n" * (MAX_ROOT_LINES + 1)),
        (too_large, "core/run.py", "def f():\n" + "    x = 1\n" * MAX_FUNCTION_LINES),
        (too_large, "core/run.py", "def f(a, b, c, d, *, e, f, g): ..."),
        (unfinished, "core/queries.sql", "-- TO" + "DO later"),
    ],
)
def test_a_tree_that_breaks_the_rule_is_caught(rule, path, text, tmp_path):
    for file, content in {"core/model.py": "from core.clock import Clock\n", path: text}.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(content)
    for package in ("core", "webui", "desktop", "core/queue"):
        (tmp_path / package).mkdir(parents=True, exist_ok=True)
        (tmp_path / package / "__init__.py").touch()
    assert len(rule(tmp_path)) >= 1


def test_a_sound_tree_breaks_no_rule(tmp_path):
    for file, content in {
        "core/__init__.py": "from core.errors import LonghaulError\n",
        "core/errors.py": "",
        "core/store.py": "import dataset\nfrom core.errors import NotFound\n",
        "core/queue/__init__.py": "from core.queue.claim import claim\n",
        "core/queue/claim.py": "from core.store import Store\nfrom urllib.parse import quote\n",
        "webui/app.py": "import bottle\nfrom core.service import Service\nfrom webui import api\n",
        "webui/api/__init__.py": "",
        "desktop/serve.py": "from webui.app import make_app\nfrom core.service import Service\n",
        "desktop/client.py": "import http.client\nfrom core.errors import NotFound\n",
    }.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(content)
    assert {rule.__name__: rule(tmp_path) for rule in RULES} == {
        rule.__name__: [] for rule in RULES
    }
