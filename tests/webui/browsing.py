"""What the tests of the page in a real browser share: Chromium, a signed-in page, its complaints.

`test_page.py` uses the fixtures by importing them. The browser is the machine's own Chromium, or
the real window (tests/desktop/real_window.py); the page talks to a real service over a real socket.
"""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]
#: Remembers what the content security policy refused, before any script of the page runs. Unfolds
#: what has finished, which is folded beside other tasks: tests look at all rows.
WATCH_POLICY = """
globalThis.refused = [];
document.addEventListener("securitypolicyviolation",
  (event) => refused.push(`${event.violatedDirective}: ${event.blockedURI}`));
try { localStorage["longhaul.folds"] ??= '{"status:finished": false}'; } catch {}
"""
#: Something with a number that is gone, or never was: the browser tells every 404.
GONE = re.compile(r"status of 404 \(Not Found\) \S+/api/v1/\w+/\d+(/\w+)*(\?\S*)?$")
#: Nothing stands here, and `GONE` lets the browser say so.
PROBE = "/api/v1/probes/0"
#: A hint that depends on nothing but how slow the machine is at the moment.
HASTE = "was preloaded using link preload but not used within a few seconds"


@pytest.fixture(scope="session")
def browser(chromium):
    """Debian's Chromium, without a window."""
    return chromium


class Complaints:
    """What the browser found wrong: the console, uncaught errors, the security policy."""

    def __init__(self, page):
        self._page = page
        self.said: list[str] = []
        self._excused = [HASTE]
        page.on("console", lambda message: self._hear(_line(message)))
        page.on("pageerror", lambda error: self._hear(f"uncaught: {error}"))

    def _hear(self, line: str) -> None:
        if not GONE.search(line) and not any(words in line for words in self._excused):
            self.said.append(line)

    def excuse(self, words: str) -> None:
        """Lines with `words` are as they should be: what was said, and what is still to come."""
        self._excused.append(words)
        self.said = [line for line in self.said if words not in line]

    def all(self) -> list[str]:
        return self.said + self._page.evaluate("globalThis.refused")


def _line(message) -> str:
    where = message.location.get("url", "") if "Failed to load" in message.text else ""
    return f"{message.type}: {message.text} {where}".rstrip()


def until_true(page, script: str, arg=None, timeout_ms: int = 20_000):
    """The first true answer of `script`, asked again and again.

    Playwright's own `wait_for_function` asks by `eval` in the page, which the policy of the page
    refuses at every try but the first.
    """
    until = time.monotonic() + timeout_ms / 1000
    while not (answer := page.evaluate(script, arg)):
        if time.monotonic() > until:
            raise AssertionError(f"still not true after {timeout_ms} ms: {script}")
        page.wait_for_timeout(20)
    return answer


def intercept(page, pattern, handler, **options) -> None:
    """`page.route` for a page that is open already, in force when this returns.

    The browser tells the page's process of it on a way of its own, and until then a request, as of
    a key that is pressed at once, may still go to the service.
    """
    page.route(pattern, handler, **options)
    page.route(f"**{PROBE}", lambda route: route.fulfill(status=204))
    until_true(page, f"fetch('{PROBE}').then((answer) => answer.status === 204, () => false)")
    page.unroute(f"**{PROBE}")


@contextmanager
def opened(browser, url: str, code: str, path: str = "/", **context) -> Iterator:
    """A page that entered with `code`; it must have nothing to complain about at the end, unless
    the caller has cleared `page.complaints.said` of what it provoked."""
    attend = getattr(browser, "attend", None)
    if attend:  # the real window, which looks at one service at a time
        attend(url)
    own = browser.new_context(viewport={"width": 1440, "height": 900}, **context)
    page = own.new_page()
    page.set_default_timeout(20_000)
    page.add_init_script(WATCH_POLICY)
    page.complaints = Complaints(page)
    page.on("filechooser", lambda chooser: None)  # from the start: turned on late it misses one
    try:
        page.goto(f"{url}/enter?code={code}&next={path}")
        yield page
        said = page.complaints.all()
        assert not said, said
    finally:
        own.close()
