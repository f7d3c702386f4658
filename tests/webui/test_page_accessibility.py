"""What axe finds in every state of the page, light and dark: nothing.

axe-core is a package of the tests (packages.py). It is evaluated from outside, as the page's
security policy allows no script that is not its own.
"""

import pytest

from tests.webui.browsing import browser, opened  # noqa: F401  (a fixture)
from tests.webui.layout import resize, settle
from tests.webui.packages import package
from tests.webui.site import live_site
from tests.webui.states import STATES, at_desk, loses_the_service, populate

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=20_000)
pytestmark = pytest.mark.slow

_RUN = """async () => {
  const asked = { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } };
  const { violations } = await axe.run(document, asked);
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) =>
    `${id} (${help}): ${target.join(" ")}\\n    ${failureSummary.replace(/\\s+/g, " ")}`));
}"""


def violations(page) -> list[str]:
    """What axe finds in the page as it is now, in words."""
    settle(page)
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(package("axe-core/axe.min.js").read_text(encoding="utf-8"))
    return page.evaluate(_RUN)


def found_in_both_themes(page) -> list[str]:
    found = []
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        found += [f"{theme}: {one}" for one in violations(page)]
    return found


@pytest.fixture(scope="module")
def shown(browser, tmp_path_factory):  # noqa: F811
    """The page over a site with tasks of all kinds: (page, site, tasks)."""
    package("axe-core/axe.min.js")
    with live_site(tmp_path_factory.mktemp("data")) as live:
        tasks = populate(live)
        entrance = live.started.url, live.started.mint_code()
        with opened(browser, *entrance, reduced_motion="reduce") as page:
            yield page, live, tasks


@pytest.mark.parametrize("state", STATES, ids=str)
def test_axe_finds_nothing(shown, state):
    page, live, tasks = shown
    resize(page, 1440, 900)
    at_desk(page, live.started.url)
    state.reach(page, tasks)
    found = found_in_both_themes(page)
    assert not found, "\n".join(found)


def test_axe_finds_nothing_in_the_empty_page_nor_without_a_service(browser, tmp_path):  # noqa: F811
    package("axe-core/axe.min.js")
    with live_site(tmp_path, workers=False) as live:
        entrance = live.started.url, live.started.mint_code()
        with opened(browser, *entrance, reduced_motion="reduce") as page:
            resize(page, 1440, 900)
            expect(page.locator(".link")).to_have_text("Live")
            found = found_in_both_themes(page)
            page.keyboard.press("b")
            expect(page.locator(".wall-empty")).to_be_visible()
            found += found_in_both_themes(page)
            page.keyboard.press("b")
            live.add(title="Held when the service went away")
            expect(page.locator(".row .name")).to_be_visible()
            loses_the_service(page, live)
            found += found_in_both_themes(page)
            page.keyboard.press("b")
            expect(page.locator(".wall.stale")).to_be_visible()
            expect(page.locator(".wall-link")).to_have_text("Not connected")
            found += found_in_both_themes(page)
            page.complaints.said.clear()
            assert not found, "\n".join(found)


def test_axe_finds_what_is_not_accessible(shown):
    page, live, _ = shown
    at_desk(page, live.started.url)
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert [one for one in violations(page) if one.startswith("button-name")]
