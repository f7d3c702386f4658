"""Backfills that are steered, in a real browser: plan, canary, pace, and what holds it back."""

import json
import re
import sqlite3
from contextlib import closing
from urllib.parse import quote

import pytest

from tests.webui.browsing import browser, opened, until_true  # noqa: F401  (a fixture)
from tests.webui.site import live_site
from tests.webui.steering import choose, expect
from tests.webui.test_page_accessibility import violations

expect.set_options(timeout=30_000)
pytestmark = pytest.mark.slow

PLUG_IN = '''
import os, time
from pydantic import BaseModel
from core import Backfill


class Stroll(Backfill):
    """Walks from 1 to a number, slower in its middle; waits while a file is there."""

    name = "stroll"
    title = "Stroll"
    unit = "steps"

    class Params(BaseModel):
        until: int = 4000
        each_ms: float = 1.0
        stop_file: str = ""

    def count(self, run):
        return self.params.until

    def read(self, run, cursor, limit):
        at = cursor or 0
        return [(n,) for n in range(at + 1, min(at + limit, self.params.until) + 1)]

    def compute(self, record):
        n, until = record[0], self.params.until
        slow = 6 if until * 0.4 < n < until * 0.5 else 1
        time.sleep(self.params.each_ms * slow / 1000)
        if n == 100:
            time.sleep(1.2)
        if n % 700 == 0:
            raise ValueError("a stone")
        return n

    def throttle(self, run):
        return "the path is closed" if os.path.exists(self.params.stop_file) else None

    def apply(self, run, results, connection):
        return None
'''


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paced")
    (folder / "tasks").mkdir(mode=0o700)
    (folder / "tasks" / "stroll.py").write_text(PLUG_IN, encoding="utf-8")
    with live_site(folder) as live:
        yield live


@pytest.fixture
def page(browser, site):  # noqa: F811
    with opened(browser, site.started.url, site.ask("POST", "/codes").json["code"]) as page:
        expect(page.locator(".link")).to_have_text("Live")
        yield page


def stroll(site, title, **params):
    canary = params.pop("canary", None)
    more = {"canary": canary} if canary else {}
    return site.add(params, type="stroll", title=title, hold=False, **more)


def test_a_canary_waits_for_a_look_and_goes_on_with_a_press(page, site):
    task = stroll(site, "First a look", until=400, each_ms=0.1, canary=50)
    choose(page, task)
    expect(page.locator(".details .why")).to_contain_text("Canary: look at the first 50 steps")
    expect(page.locator(".details .facts")).to_contain_text("50 of 400 steps")
    page.get_by_role("button", name=re.compile("Looks good, go on")).click()
    expect(page.locator(".details .chip")).to_have_text("completed")
    expect(page.locator(".details .facts")).to_contain_text("400 of 400 steps")


def test_the_heat_strip_and_the_batches_are_shown_while_it_runs_and_kept(page, site):
    task = stroll(site, "A long way", until=3000, each_ms=0.8)
    choose(page, task)
    heat = page.locator(".details .heat")
    expect(heat).to_have_attribute("aria-label", re.compile("Speed over .* steps in"))
    expect(page.locator(".details .paced")).to_contain_text(re.compile(r"Batches\d+ steps, "))
    expect(page.locator(".details .paced")).to_contain_text("record 100: 1.2 s")
    site.finished(task["id"])
    expect(page.locator(".details .chip")).to_have_text("completed")
    page.reload()
    choose(page, task)
    until_true(page, "() => document.querySelectorAll('.details .heat i').length > 5")
    expect(page.locator(".details .heat .has-failed").first).to_be_attached()
    titles = page.locator(".details .heat i").first.get_attribute("title")
    assert re.match(r"\d+ steps from 1 to \d+ · ", titles)


def test_what_holds_it_back_is_named_in_list_detail_timeline_and_on_the_wall(page, site, tmp_path):
    closed = tmp_path / "closed"
    task = stroll(site, "Up and down", until=20_000, each_ms=0.5, stop_file=str(closed))
    choose(page, task)
    expect(page.locator(".details .chip")).to_have_text("running")
    expect(page.locator(".details .heat")).to_be_visible()
    closed.touch()
    row = page.locator(f"#row-{task['id']}")
    expect(row).to_contain_text("throttled")
    expect(row).to_contain_text("Throttled: the path is closed since")
    expect(page.locator(".details .chip")).to_have_text("throttled")
    expect(page.locator(".details .why")).to_contain_text("the path is closed since")
    page.keyboard.press("b")
    expect(page.locator(".wall .facts")).to_contain_text("the path is closed")
    expect(page.locator(".wall .heat")).to_be_visible()
    page.keyboard.press("b")
    closed.unlink()
    expect(page.locator(".details .chip")).to_have_text("running")
    page.get_by_role("tab", name="Timeline").click()
    expect(page.locator(".timeline")).to_contain_text("Throttled: the path is closed since")
    expect(page.locator(".timeline")).to_contain_text("Nothing holds it back any more")
    site.ask("PATCH", f"/tasks/{task['id']}", {"batch_size": 7})
    expect(page.locator(".timeline")).to_contain_text(re.compile("Batch size set to 7 by .+"))
    expect(page.locator(".details .paced")).to_contain_text("7 steps, pinned to 7")
    site.ask("POST", f"/tasks/{task['id']}/cancel")


def test_what_makes_it_wait_is_changed_in_the_form_and_stays(page, site):
    task = stroll(site, "Be polite", until=200_000, each_ms=0.5)
    choose(page, task)
    expect(page.locator(".details .chip")).to_have_text("running")
    page.keyboard.press("e")
    page.get_by_text("When it waits, and how long a batch takes").click()
    page.get_by_label("Left free").fill("0.96")
    page.get_by_label("Quiet hours").select_option("yes")
    page.get_by_role("button", name=re.compile("Save")).click()
    expect(page.get_by_text("From 0 to 0.95")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Left free").fill("0.5")
    page.get_by_role("button", name=re.compile("Save")).click()
    page.get_by_role("tab", name="Timeline").click()
    expect(page.locator(".timeline")).to_contain_text(
        re.compile("Nice set to 0.5 by .+ in this page")
    )
    assert site.read(f"/tasks/{task['id']}")["knobs"] == {"nice": 0.5, "quiet_hours": True}
    assert violations(page) == []
    page.complaints.said.clear()  # the browser's own line when the task had gone on meanwhile
    site.ask("POST", f"/tasks/{task['id']}/cancel")


def test_data_that_drift_from_the_preview_start_nothing_and_are_counted_again(page, site):
    shop = site.service.data_dir / "shop.sqlite"

    def do(sql):
        with closing(sqlite3.connect(shop)) as database, database:
            database.execute(sql)

    do("CREATE TABLE products(id INTEGER PRIMARY KEY, title TEXT, slug TEXT)")
    do("INSERT INTO products(title) VALUES ('A'), ('B'), ('C')")
    names = {"table": "products", "column": "slug", "expression": "lower(title)"}
    params = quote(json.dumps({"database": str(shop), **names}))
    page.goto(f"{site.started.url}/tasks?new=backfill-column&params={params}")
    expect(page.locator(".sheet .how-many")).to_have_text("3 rows to do")
    do("INSERT INTO products(title) VALUES ('D')")
    page.get_by_role("button", name=re.compile("Start now")).click()
    expect(page.locator(".sheet .trouble")).to_contain_text("was 3 rows, is 4")
    expect(page.locator(".sheet .how-many")).to_have_text("4 rows to do")
    page.complaints.said.clear()  # the browser's own line about the refusal
    page.get_by_label("Canary").fill("2")
    page.get_by_role("button", name=re.compile("Start now")).click()
    expect(page.locator(".details .why")).to_contain_text("look at the first 2 rows")
