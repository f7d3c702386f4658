"""A service that falls silent without a word, as after a sleep of the machine: the page notices by
the comment that does not come, says since when, and goes on by itself."""

import signal
import subprocess
import sys
import time

import pytest

from tests.webui.browsing import browser, opened  # noqa: F401  (a fixture)

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
pytestmark = pytest.mark.slow

#: Writes a title for each line that it reads: what a page misses while the service stands still.
SERVE = """
import sys
from core.desk.requests import TaskRequest
from core.service import Service
from webui.app import start_site
service = Service(sys.argv[1])
site = start_site(service, "127.0.0.1", 0, "t" * 32)
print(site.url, site.mint_code(), flush=True)
for line in sys.stdin:
    params = {"records": 4}
    title = line.strip()
    service.tasks.create(TaskRequest(type="rehearsal", title=title, params=params, hold=True))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes cannot be halted here")
def test_a_silent_service_is_noticed_and_what_was_missed_comes(browser, tmp_path):  # noqa: F811
    command = [sys.executable, "-c", SERVE, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, **pipes)  # noqa: S603
    try:
        url, code = process.stdout.readline().split()
        process.stdin.write("Before\n")
        process.stdin.flush()
        with opened(browser, url, code) as page:
            expect(page.locator(".link")).to_have_text("Live", timeout=20_000)
            expect(page.locator(".row .name", has_text="Before")).to_have_count(1, timeout=20_000)
            process.send_signal(signal.SIGSTOP)
            halted = time.monotonic()
            process.stdin.write("Meanwhile\n")
            process.stdin.flush()
            expect(page.locator(".link.lost")).to_contain_text("No connection", timeout=35_000)
            expect(page.locator(".page.stale")).to_have_count(1)
            assert time.monotonic() - halted < 35
            process.send_signal(signal.SIGCONT)
            expect(page.locator(".link")).to_have_text("Live", timeout=35_000)
            expect(page.locator(".page.stale")).to_have_count(0)
            name = page.locator(".row .name", has_text="Meanwhile")
            expect(name).to_have_count(1, timeout=20_000)
            page.complaints.said.clear()  # the browser's own lines about requests without an answer
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()
