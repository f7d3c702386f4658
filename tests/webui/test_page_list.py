"""The list in a real browser: groups, jobs below their task, filters, search, history, badges."""

import re
import time

import pytest

from tests.webui.browsing import browser, opened  # noqa: F401  (a fixture)
from tests.webui.site import live_site
from tests.webui.steering import expect, row

expect.set_options(timeout=30_000)
pytestmark = pytest.mark.slow

LONG = {"records": 100_000, "batch_size": 1, "seconds_per_batch": 0.2}
MANY = 230  #: finished tasks: more than the first paint and one page bring
FINISHED = f"""
INSERT INTO tasks(type, title, source, project, steps, status, total, done, unit, created_at,
  started_at, finished_at, updated_at, position, user_relevant)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY + 6})
SELECT 'rehearsal', CASE WHEN i > {MANY} THEN 'Upkeep ' ELSE 'Old letter ' END || i, 'test',
  'Archive', '[{{"name":"count","type":"rehearse","priority":null,"lane":"","stages":[],'
    || '"max_attempts":3}}]', 'completed', 9, 9, 'records', :at + i, :at + i, :at + i, :at + i, i,
  i <= {MANY}
FROM n
"""


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A site with a history, tasks that wait, and one that runs."""
    with live_site(tmp_path_factory.mktemp("data")) as live:
        store = live.service.store
        with store.transaction():
            store.execute(FINISHED, {"at": time.time() - 100_000})
        live.running = live.add(LONG, title="Runs all the time", hold=False)
        live.held = [
            live.add(title=f"Photos {n}", project=f"Trip {n % 2}", params={"records": 10 + n})
            for n in range(4)
        ]
        yield live


@pytest.fixture
def page(browser, live, request):  # noqa: F811
    path = getattr(request, "param", "/")
    with opened(browser, live.started.url, live.started.mint_code()) as page:
        if path != "/":
            page.goto(live.started.url + path)
        expect(page.locator(".link")).to_have_text("Live")
        yield page


def heading(page, name):
    return page.locator(".row.heading", has=page.get_by_role("rowheader", name=name, exact=True))


def folded(page, name):
    return heading(page, name).locator(".fold")


def names(page):
    return page.locator(".row .name")


def test_groups_fold_by_click_and_by_keys_and_stay_so(page, live):
    held = row(page, live.held[0])
    expect(held).to_be_visible()
    heading(page, "Waiting").click()
    expect(held).to_have_count(0)
    expect(folded(page, "Waiting")).to_have_attribute("aria-expanded", "false")
    expect(heading(page, "Waiting").locator(".badge")).to_contain_text("4")
    page.reload()
    expect(folded(page, "Waiting")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("grid")).to_have_attribute("aria-activedescendant", "group-waiting")
    page.keyboard.press("ArrowRight")
    expect(held).to_be_visible()
    expect(folded(page, "Waiting")).to_have_attribute("aria-expanded", "true")
    row(page, live.held[1]).click()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(folded(page, "Waiting")).to_have_attribute("aria-expanded", "false")
    expect(row(page, live.held[1])).to_be_visible()  # the chosen one stays in view


def test_a_task_unfolds_to_its_jobs_and_folds_again(page, live):
    row(page, live.running).click()
    page.keyboard.press("ArrowRight")
    job = page.locator(".row.job")
    expect(job.locator(".name")).to_have_text("1. count")
    expect(job.locator(".word")).to_have_text("running")
    before = job.locator(".items").text_content()
    expect(job.locator(".items")).not_to_have_text(before)  # its progress goes on
    expect(row(page, live.running).locator(".fold")).to_have_attribute("aria-expanded", "true")
    row(page, live.running).locator(".fold").click()
    expect(job).to_have_count(0)


def test_a_job_that_failed_says_why_and_how_often_it_was_tried(page, live):
    trouble = {"records": 4, "batch_size": 2, "seconds_per_batch": 0, "trouble": "crash"}
    task = live.run(trouble | {"trouble_at": 2}, title="Crashed once")
    row(page, task).click()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".row.job .name").first).to_contain_text("2 attempts")
    assert (
        live.ask("POST", "/tasks/actions", {"action": "clear", "ids": [task["id"]]}).status == 200
    )


def test_what_is_typed_finds_tasks_and_escape_shows_all_again(page, live):
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Find a task")
    expect(field).to_be_focused()
    field.type("photos 2")
    expect(names(page)).to_have_text(["Photos 2"])
    expect(page).to_have_url(re.compile(r"\?q=photos\+2$"))
    field.fill(f"#{live.held[3]['id']}")
    expect(names(page)).to_have_text(["Photos 3"])
    field.fill('"records":11')
    expect(names(page)).to_have_text(["Photos 1"])
    page.keyboard.press("Escape")
    expect(row(page, live.running)).to_be_visible()
    expect(field).to_have_value("")
    expect(page.get_by_role("grid")).to_be_focused()


def test_what_is_typed_at_once_goes_into_the_field_and_does_nothing_else(page, live):
    """A space pauses the chosen task; letters may follow before the page is drawn again."""
    row(page, live.running).click()
    page.evaluate("window.requestAnimationFrame = () => 0")
    page.keyboard.press("/")
    page.keyboard.type("all the time")
    expect(page.get_by_role("searchbox", name="Find a task")).to_have_value("all the time")
    assert live.read(f"/tasks/{live.running['id']}")["control"] == "run"


def test_a_search_finds_what_was_not_loaded(page, live):
    page.keyboard.press("/")
    page.keyboard.type("old letter 7")
    expect(names(page)).to_have_text([f"Old letter {n}" for n in (*range(79, 69, -1), 7)])
    page.keyboard.press("Escape")
    expect(row(page, live.running)).to_be_visible()
    expect(page.locator(".row .name", has_text="Old letter 70")).to_have_count(0)


def test_a_filter_that_matches_nothing_says_so_and_offers_to_show_all(page, live):
    page.keyboard.press("/")
    page.keyboard.type("no such thing")
    expect(page.locator(".nothing")).to_contain_text("No task matches")
    page.get_by_role("button", name="Show all tasks").click()
    expect(row(page, live.running)).to_be_visible()
    assert "q=" not in page.url


@pytest.mark.parametrize("page", ["/?status=running"], indirect=True)
def test_the_address_says_what_is_shown_and_the_chips_change_it(page, live):
    expect(names(page)).to_have_text(["Runs all the time"])
    chips = page.get_by_role("group", name="Status")
    expect(chips.get_by_role("button", name="Running")).to_have_attribute("aria-pressed", "true")
    expect(chips.get_by_role("button", name="Finished")).to_contain_text(str(MANY))
    chips.get_by_role("button", name="Waiting").click()
    expect(row(page, live.held[0])).to_be_visible()
    expect(page).to_have_url(re.compile("status=running%2Cqueued"))
    chips.get_by_role("button", name="All").click()
    expect(heading(page, "Finished")).to_be_visible()


@pytest.mark.parametrize("page", ["/?by=project"], indirect=True)
def test_tasks_are_grouped_by_project_and_filtered_by_it(page, live):
    heading(page, "Archive").click()
    expect(page.get_by_role("rowheader")).to_have_text(
        ["Archive", "Trip 0", "Trip 1", "Without a project"]
    )
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("combobox", name="Project", exact=True).select_option("Trip 1")
    expect(names(page)).to_have_text(["Photos 1", "Photos 3"])
    page.get_by_role("combobox", name="Group by").select_option("Status")
    expect(page.get_by_role("rowheader")).to_have_text(["Waiting"])
    assert page.url.endswith("?project=Trip+1")


def test_history_comes_as_one_scrolls_to_it(page, live):
    expect(heading(page, "Finished")).to_contain_text(f"{MANY} tasks")
    grid = page.get_by_role("grid")
    assert int(grid.get_attribute("aria-rowcount")) < MANY
    oldest = page.locator(".row .name", has_text=re.compile("^Old letter 1$"))
    for _ in range(40):
        page.keyboard.press("End")
        if oldest.count():
            break
        page.wait_for_timeout(50)
    expect(oldest).to_be_in_viewport()
    expect(heading(page, "Finished")).to_have_count(0)  # far above, not in the page
    assert page.locator(".row").count() < 60


def test_maintenance_is_shown_on_request_with_what_happens_to_it(page, live):
    upkeep = page.locator(".row .name", has_text="Upkeep")
    expect(row(page, live.running)).to_be_visible()
    expect(upkeep).to_have_count(0)
    page.keyboard.press("m")
    expect(upkeep).to_have_count(6)
    expect(page).to_have_url(re.compile("show_maintenance=true"))
    page.keyboard.press("m")
    expect(upkeep).to_have_count(0)
    expect(row(page, live.running)).to_be_visible()


def test_the_title_says_how_many_run(page, live):
    expect(page).to_have_title("(1) Longhaul")
    expect(page.get_by_role("link", name="Tasks 1 running")).to_be_visible()


def test_the_roles_of_the_list_say_what_is_drawn(page, live):
    grid = page.get_by_role("grid")
    expect(row(page, live.held[0])).to_be_visible()
    count = int(grid.get_attribute("aria-rowcount"))
    last = page.locator("[role=row]").last
    assert int(last.get_attribute("aria-rowindex")) <= count
    indexes = page.locator("[role=row]").evaluate_all(
        "rows => rows.map((row) => Number(row.getAttribute('aria-rowindex')))"
    )
    assert sorted(indexes) == list(range(1, len(indexes) + 1))
    columns = page.get_by_role("columnheader").count()
    cells = row(page, live.running).get_by_role("gridcell").count()
    assert cells == columns
