"""Schemathesis against the description: whatever is sent, no 500, and nothing but what is told.

Runs for half a minute; LONGHAUL_FUZZ_SECONDS makes it longer. The site has no workers, because
the settings that are tried would start sixty of them.
"""

import os
import subprocess
import sys

import pytest

from tests.webui.http_client import TOKEN
from tests.webui.site import API, QUICK, live_site

SECONDS = int(os.environ.get("LONGHAUL_FUZZ_SECONDS", "25"))
#: What schemathesis expects and this API does otherwise, on purpose.
OTHERWISE = (
    "positive_data_acceptance",  # not everything that can be refused is said by a schema
    "use_after_free",  # DELETE cancels a task; it stays, to be looked at
    "ignored_auth",  # many wrong secrets are answered with 429; tests of the guard have the rest
    "allow_header_conformance",  # OPTIONS is refused by the guard, which knows no routes
)


@pytest.fixture
def site(tmp_path):
    """A site with a task in each state that needs no worker."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    with live_site(folder, workers=False) as live:
        for verb in (None, "pause", "cancel"):
            task = live.add(items=["one", "two"])
            if verb:
                live.ask("POST", f"/tasks/{task['id']}/{verb}")
        schedule = {"name": "Nightly", "cron": "@daily", "type": "rehearsal", "params": QUICK}
        live.ask("POST", "/schedules", schedule)
        yield live


def fuzz(site, folder, *options: str) -> subprocess.CompletedProcess:
    """One run of schemathesis; its exit status says whether it found something."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run"),
        f"{site.server.url}{API}/openapi.json",
        *("--header", f"Authorization: Bearer {TOKEN}"),
        *("--exclude-path", f"{API}/events"),  # answers without end; tested in test_api_streams
        *("--exclude-checks", ",".join(OTHERWISE)),
        *("--request-timeout", "20", "--generation-database", "none", "--warnings", "off"),
        *options,
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.timeout(SECONDS * 2 + 120)
def test_schemathesis_finds_no_error_and_nothing_that_is_not_described(site, tmp_path):
    done = fuzz(site, tmp_path, "--max-time", str(SECONDS))
    assert done.returncode == 0, (done.stdout + done.stderr)[-8000:]


@pytest.mark.slow
def test_schemathesis_would_find_an_error(site, tmp_path, monkeypatch):
    def broken():
        raise RuntimeError("no figures")

    monkeypatch.setattr(site.service.queue, "figures", broken)
    done = fuzz(site, tmp_path, "--include-path", f"{API}/queue", "--max-examples", "2")
    assert done.returncode == 1 and "500" in done.stdout
