"""The npm packages that only tests need (the type checker, axe), and the node that runs them.

They are the devDependencies of webui/package.json, locked as the page's own packages are, and stand
in webui/node_modules (git-ignored), where the type checker and editors look for them. A test that
asks for them in a fresh clone fetches them once; it is skipped, with the reason, where that fails.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

from webui import assets

WEBUI = Path(assets.__file__).resolve().parent
MODULES = WEBUI / "node_modules"
_STAMP = MODULES / ".longhaul-stamp"
NODE = shutil.which("node")


@cache
def why_no_packages() -> str:
    """Fetches the packages unless they are there; why they are not, "" when they are."""
    if NODE is None:
        return "no node on this machine"
    try:
        if not _is_fresh():
            _fetch()
    except (assets.AssetsError, subprocess.SubprocessError) as failed:
        said = (getattr(failed, "stdout", None) or str(failed)).strip().splitlines()
        return f"npm could not fetch the packages of the tests: {said[-1] if said else failed}"
    return ""


def package(path: str) -> Path:
    """A file of a package. Skips the test when the packages cannot be had."""
    if reason := why_no_packages():
        pytest.skip(reason)
    return MODULES / path


def _is_fresh() -> bool:
    return _STAMP.is_file() and _STAMP.read_text() == _stamp()


def _stamp() -> str:
    manifest = b"\0".join((WEBUI / name).read_bytes() for name in assets.MANIFEST)
    return hashlib.sha256(manifest).hexdigest()


def _fetch() -> None:
    """`npm ci` beside the folder, and two renames: another run never sees half of it."""
    with tempfile.TemporaryDirectory(dir=WEBUI, prefix="node_modules.") as own:
        for name in assets.MANIFEST:
            shutil.copy(WEBUI / name, own)
        subprocess.run(
            [*assets.npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=own,
            env={"NODE_USE_SYSTEM_CA": "1", **os.environ},
            check=True,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=100,
        )
        fetched = Path(own, "node_modules")
        (fetched / _STAMP.name).write_text(_stamp())
        if MODULES.exists():
            MODULES.rename(Path(own, "retired"))
        try:
            fetched.rename(MODULES)
        except OSError:
            if not _is_fresh():  # else another run was faster
                raise
