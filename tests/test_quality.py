"""The checks of style, types and security rules, as tests, so that one command checks everything.

Settings are in pyproject.toml; a finding is fixed, or excused on its line with the reason. Ruff's
S rules are bandit's own at every severity; bandit itself looks again from medium severity up, so
that only there a line needs both excuses.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["ruff", "check", "--no-cache", "."], id="ruff"),
        pytest.param(["ruff", "format", "--check", "--no-cache", "."], id="format"),
        pytest.param(["mypy"], id="mypy"),
        pytest.param(
            ["bandit", "-q", "-ll", "-c", "pyproject.toml", "-r", "core", "webui", "desktop"],
            id="bandit",
        ),
    ],
)
def test_the_tree_has_no_findings(arguments):
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_released_dependency_has_a_known_vulnerability():
    """Asks the advisory service of the package index; skipped where it cannot be reached."""
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--local", "--progress-spinner=off", "--format=json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    if "dependencies" not in done.stdout:
        pytest.skip(f"the audit could not be made: {done.stderr.strip()[-200:]}")
    packages = json.loads(done.stdout)["dependencies"]
    asked = [p for p in packages if "vulns" in p]
    if not asked:
        pytest.skip("the advisory service of the package index cannot be reached from here")
    known = {p["name"]: [v["id"] for v in p["vulns"]] for p in asked if p["vulns"]}
    assert known == {}
