"""The details of a task in a real browser: its course, log, timeline, attempts, items, result."""

import json

import pytest

from tests.webui.browsing import browser, opened, until_true  # noqa: F401  (a fixture)
from tests.webui.site import live_site

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=20_000)
pytestmark = pytest.mark.slow

LONG = {"records": 100_000, "batch_size": 1, "seconds_per_batch": 0.05}
PLUG_IN = '''
from core import Column, Output, ResultView, TaskType

SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="90" height="90">
<rect width="9" height="9" fill="#0a58a6"/><script>document.title = "ran"</script></svg>"""


class Sizes(TaskType):
    """Leaves a table."""

    name = "sizes"
    title = "Sizes of files"
    icon = "archive"
    stages = ("looking",)
    stage_titles = {"looking": "Looking around"}
    columns = (Column("in_all", "In all", "bytes"), Column("took", "Took", "duration"))
    result_view = ResultView(
        "table",
        rows="files",
        columns=(Column("name", "Name", "text"), Column("size", "Size", "bytes")),
    )

    def run(self, run):
        run.stage("looking")
        files = [{"name": f"file-{n:04d}", "size": n * 7919 % 5003} for n in range(3000)]
        return {"in_all": 123_456_789, "took": 312, "files": files}


class Drawing(TaskType):
    """Leaves a picture that would like to run."""

    name = "drawing"
    icon = "M4 4h16v16H4z"

    def run(self, run):
        return Output(SVG, "image/svg+xml")


class Curve(TaskType):
    """Leaves a curve."""

    name = "curve"
    result_view = ResultView("chart", x="day", y="n")

    def run(self, run):
        return [{"day": f"2024-01-{n:02d}", "n": n * n} for n in range(1, 31)]


class Parts(TaskType):
    """Has three items, of which one fails in its first run."""

    name = "parts"

    @classmethod
    def retries_items(cls):
        return True

    def run(self, run):
        if run.job.only_failed:
            run.checkpoint(1, done=1, total=1)
            return
        for n in range(3):
            run.items.put(f"part-{n}", "completed")
        run.items.put("part-1", "failed", "no answer", "Traceback, line 3")
        run.checkpoint(3, done=2, failed=1, total=3)


class Markup(TaskType):
    """Leaves a page of its own."""

    name = "markup"

    def run(self, run):
        return Output("<h1>Hello</h1><script>document.title = 'ran'</script>", "text/html")
'''


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A site with task types of its own."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "tasks").mkdir()
    (folder / "tasks" / "faces.py").write_text(PLUG_IN, encoding="utf-8")
    with live_site(folder) as site:
        yield site


@pytest.fixture(scope="module")
def tab(browser, live):  # noqa: F811
    """One page for all tests; each looks at a task of its own."""
    with opened(browser, live.started.url, live.started.mint_code()) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield page


@pytest.fixture
def page(tab, live):
    """The page at its log, with a task in front; what a test started is gone after it."""
    choose(tab, live.add(title="Stands first"))
    tab.keyboard.press("1")
    yield tab
    tab.mouse.move(0, 0)
    live.ask("DELETE", "/tasks", {"all": True})
    for task in live.read("/tasks", status="active")["items"]:
        live.finished(task["id"])
    finished = {"status": ["finished"], "show_maintenance": True}
    live.ask("POST", "/tasks/actions", {"action": "clear", "filter": finished})


def choose(page, task):
    page.locator(f"#row-{task['id']}").click()
    expect(page.locator(".details h2")).to_have_text(task["title"])


def is_now(page, word):
    """Wait until the task that is shown has this status."""
    expect(page.locator(".details .chip")).to_have_text(word)


def ran(page, live, params=None, word="completed", **fields):
    """A task that is chosen, then started, and has come to this; its document."""
    task = live.add(params, **fields)
    choose(page, task)
    live.ask("POST", f"/tasks/{task['id']}/start")
    is_now(page, word)
    return live.read(f"/tasks/{task['id']}")


def logged(live, title, count, level="info"):
    """A held task with so many lines in its log."""
    task = live.add(title=title)
    job = task["jobs"][0]["id"]
    with live.service.ledger.transaction() as store:
        common = {"task_id": task["id"], "job_id": job, "attempt": 1, "stage": "", "level": level}
        store.many(
            "insert_log",
            [common | {"at": 1.7e9 + n, "message": f"{title}: line {n}"} for n in range(count)],
        )
    return task


def lines(page):
    return page.locator(".log p")


# --- the log -------------------------------------------------------------------------------------


def test_a_hundred_thousand_lines_are_read_from_both_ends_with_few_in_the_page(page, live):
    task = logged(live, "Talkative", 100_000)
    choose(page, task)
    expect(lines(page).last).to_contain_text("line 99999")
    assert lines(page).count() < 120
    page.locator(".log").focus()
    page.keyboard.press("Home")
    expect(lines(page).first).to_contain_text("line 0")
    expect(page.get_by_role("button", name="Newest line")).to_be_visible()
    until_true(
        page,
        """() => {
          const box = document.querySelector(".log");
          box.scrollTop = box.scrollHeight;
          return box.textContent.includes("line 999");
        }""",
    )
    assert lines(page).count() < 120
    page.keyboard.press("l")
    expect(lines(page).last).to_contain_text("line 99999")
    expect(page.get_by_role("button", name="Newest line")).to_have_count(0)


def test_reading_upwards_goes_on_where_the_eye_is(page, live):
    choose(page, logged(live, "Long", 1700))
    expect(lines(page).last).to_contain_text("line 1699")
    page.locator(".log").evaluate("box => { box.scrollTop = 900 }")
    first = "document.querySelector('.log').getBoundingClientRect().top"
    visible = f"""() => [...document.querySelectorAll('.log p')].find(
      (p) => p.getBoundingClientRect().top >= {first} - 1)?.textContent ?? ''"""
    until_true(page, f"() => /line 12[0-9][0-9]/.test(({visible})())")
    before = page.evaluate(visible)
    with page.expect_response("**/logs?before=*"):
        page.locator(".log").evaluate("box => { box.scrollTop -= 400 }")
    until_true(page, "() => document.querySelector('.log').scrollTop > 9000")
    after = page.evaluate(visible)
    number = int(after.rpartition(" ")[2]) - int(before.rpartition(" ")[2])
    assert -25 <= number < 0, (before, after)


def test_the_log_follows_its_end_until_somebody_scrolls_up(page, live):
    task = ran(page, live, LONG, "running", title="Goes on")
    job = live.read(f"/tasks/{task['id']}")["jobs"][0]["id"]

    def say(text):
        row = {"task_id": task["id"], "job_id": job, "attempt": 1, "at": 1.7e9, "stage": ""}
        ledger = live.service.ledger
        with ledger.transaction() as store:
            number = store.value("insert_log", **row, level="info", message=text)
            told = {"id": number, **row, "level": "info", "message": text}
            ledger.events.append("log", task["id"], told)

    for n in range(60):
        say(f"spoken {n}")
    expect(lines(page).last).to_contain_text("spoken 59")
    page.locator(".log").evaluate("box => { box.scrollTop = 0 }")
    expect(page.get_by_role("button", name="Newest line")).to_be_visible()
    say("spoken while away")
    until_true(
        page,
        """() => {
          const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
          return document.querySelector(".log > div").clientHeight > 60.5 * 1.35 * rem;
        }""",
    )
    assert page.locator(".log").evaluate("box => box.scrollTop") == 0
    page.get_by_role("button", name="Newest line").click()
    expect(lines(page).last).to_contain_text("spoken while away")
    say("spoken last")
    expect(lines(page).last).to_contain_text("spoken last")


def test_another_size_leaves_the_log_at_its_end(page, live):
    choose(page, logged(live, "Resized", 300))
    expect(lines(page).last).to_contain_text("line 299")
    for height in (640, 1000, 900):
        page.set_viewport_size({"width": 1440, "height": height})
        until_true(
            page,
            """() => {
              const box = document.querySelector(".log");
              return box.scrollHeight - box.scrollTop - box.clientHeight < 4;
            }""",
        )
        expect(page.get_by_role("button", name="Newest line")).to_have_count(0)


def test_no_line_lies_over_the_next_wherever_it_is_broken(page, live):
    """Neither before a mark that must not begin a line, nor behind one that must not end it."""
    task = live.add(title="Broken")
    job = task["jobs"][0]["id"]
    said = "record 15400 failed: ValueError: a stone! (of all things) “so”, 50 % – no?.. {[x]}"
    common = {"task_id": task["id"], "job_id": job, "attempt": 1, "stage": "", "level": "warning"}
    with live.service.ledger.transaction() as store:
        store.many(
            "insert_log", [common | {"at": 1.7e9, "message": said[n:] * 2} for n in range(60)]
        )
    choose(page, task)
    expect(lines(page).last).to_contain_text("no?")
    for width in (1440, 1381, 1337, 1293):
        page.set_viewport_size({"width": width, "height": 900})
        until_true(
            page,
            """() => [...document.querySelectorAll(".log p")].every((line) => {
              const text = document.createRange();
              text.selectNodeContents(line.lastElementChild);
              const box = line.getBoundingClientRect();
              return text.getBoundingClientRect().bottom <= box.bottom + 1;
            })""",
        )
    page.set_viewport_size({"width": 1440, "height": 900})


def test_finding_in_the_log_asks_for_older_lines_and_marks_them(page, live):
    choose(page, logged(live, "Searched", 3000))
    expect(lines(page).last).to_contain_text("line 2999")
    page.keyboard.press("f")
    page.keyboard.type("LINE 17")
    expect(lines(page).first).to_contain_text("line 17")
    expect(page.locator(".log mark").first).to_have_text("line 17")
    expect(lines(page).last).to_contain_text("line 1799")
    page.keyboard.type("zzz")
    expect(page.get_by_role("tabpanel")).to_contain_text("No line has that in it")
    page.keyboard.press("Escape")
    expect(lines(page).last).to_contain_text("line 2999")
    page.keyboard.press("Escape")
    expect(page.locator("#find-in-log")).not_to_be_focused()


def test_the_least_level_leaves_out_what_is_below_and_says_its_word(page, live):
    task = logged(live, "Leveled", 4)
    row = {"task_id": task["id"], "job_id": task["jobs"][0]["id"], "attempt": 1, "stage": ""}
    with live.service.ledger.transaction() as store:
        store.one("insert_log", **row, at=1.8e9, level="warning", message="look out")
    choose(page, task)
    expect(lines(page)).to_have_count(5)
    page.keyboard.press("v")
    page.keyboard.press("v")
    expect(lines(page)).to_have_count(1)
    expect(lines(page)).to_contain_text("warning look out")
    page.get_by_label("Least level").select_option("debug")
    expect(lines(page)).to_have_count(5)


def test_the_whole_log_is_saved(page, live):
    choose(page, logged(live, "Saved", 700))
    expect(lines(page).last).to_contain_text("line 699")
    with page.expect_download() as download:
        page.keyboard.press("d")
    text = download.value.path().read_text()
    assert len(text.splitlines()) == 700 and "line 0" in text


# --- one task is never shown as another ----------------------------------------------------------


def test_what_comes_late_for_a_task_that_was_left_is_not_shown(page, live):
    slow, quick = logged(live, "Slow", 5), logged(live, "Quick", 5)
    held = []
    pattern = f"**/tasks/{slow['id']}/**"
    page.route(pattern, lambda route: held.append(route))
    choose(page, slow)
    expect(page.get_by_role("tabpanel")).to_contain_text("Reading")
    choose(page, quick)
    expect(lines(page).last).to_contain_text("Quick: line 4")
    answers = [
        {
            "id": 10**6 + n,
            "message": "Slow: too late",
            "level": "info",
            "at": "2026-01-01T00:00:00Z",
        }
        for n in range(3)
    ]
    for route in held:
        route.fulfill(body="".join(json.dumps(each) + "\n" for each in answers))
    page.unroute(pattern)
    page.evaluate("() => new Promise((done) => setTimeout(done, 150))")  # time to do it wrong
    assert "Slow" not in page.locator(".details").text_content()
    choose(page, slow)
    expect(lines(page).last).to_contain_text("Slow: line 4")


def test_walking_fast_ends_at_the_last_task_in_every_part(page, live):
    tasks = [logged(live, f"Walk {n:02d}", 3) for n in range(12)]
    choose(page, tasks[0])
    page.locator("[role=grid]").focus()
    for key in "123461":
        page.keyboard.press(key)
        for _ in range(5):
            page.keyboard.press("ArrowDown")
        for _ in range(4):
            page.keyboard.press("ArrowUp")
    title = page.locator(".details h2").text_content()
    assert title.startswith("Walk")
    expect(lines(page)).to_have_count(3)
    expect(lines(page).last).to_contain_text(f"{title}: line 2")
    assert all(title in text for text in lines(page).all_text_contents())


# --- timeline and attempts -----------------------------------------------------------------------


def test_the_timeline_tells_what_happened_while_it_happens(page, live):
    task = ran(page, live, LONG, "running", title="Told")
    page.keyboard.press("2")
    entries = page.locator(".timeline li")
    expect(entries.last).to_contain_text("Asked for")
    expect(entries.first).to_contain_text("Began")
    live.ask("POST", f"/tasks/{task['id']}/pause")
    expect(entries.first).to_contain_text("Paused by you")
    live.ask("POST", f"/tasks/{task['id']}/resume")
    expect(page.locator(".timeline")).to_contain_text("Resumed")
    live.ask("PATCH", f"/tasks/{task['id']}", {"priority": 7})
    expect(page.locator(".timeline")).to_contain_text("Priority set to 7")
    live.ask("DELETE", f"/tasks/{task['id']}")
    expect(entries.first).to_contain_text("Cancelled by you")
    before = entries.all_text_contents()
    page.keyboard.press("3")
    page.keyboard.press("2")
    expect(entries).to_have_count(len(before))
    assert entries.all_text_contents() == before, "read anew it says the same"


def test_attempts_tell_how_they_ended_and_where_the_next_one_went_on(page, live):
    crash = {"records": 6, "batch_size": 2, "seconds_per_batch": 0}
    ran(page, live, crash | {"trouble": "crash", "trouble_at": 2}, title="Crashes")
    page.keyboard.press("3")
    attempts = page.locator(".attempts section")
    expect(attempts).to_have_count(4)
    expect(attempts.last).to_contain_text("its worker ended")
    expect(attempts.last).to_contain_text("SIGKILL")
    expect(attempts.nth(2)).to_contain_text("Cursor 2 → 6")
    steps = page.locator(".step-list li")
    expect(steps).to_have_count(2)
    expect(steps.first).to_contain_text("completed")
    expect(steps.first).to_contain_text("6 records")
    page.keyboard.press("2")
    expect(page.locator(".timeline")).to_contain_text("The worker ended")
    expect(page.locator(".timeline")).to_contain_text("Attempt 2 began")


def test_a_failed_attempt_has_its_hint_or_its_trace(page, live):
    wrong = {"records": 4, "batch_size": 2, "seconds_per_batch": 0, "trouble_at": 2}
    ran(page, live, wrong | {"trouble": "hopeless"}, "failed", title="Gives up")
    page.keyboard.press("3")
    expect(page.locator(".attempts")).to_contain_text("What to do: Choose no trouble")


# --- course, parameters, items -------------------------------------------------------------------


def test_who_comes_late_sees_the_speed_from_the_first_record_on(browser, live, page):  # noqa: F811
    task = ran(page, live, LONG, "running", title="Ran before")
    expect(page.locator(".chart canvas")).to_be_visible()
    live.ask("POST", f"/tasks/{task['id']}/pause")
    is_now(page, "paused")
    with opened(browser, live.started.url, live.started.mint_code()) as late:
        choose(late, task)
        chart = late.locator(".chart canvas")
        expect(chart).to_be_visible()
        box = chart.bounding_box()
        late.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])
        expect(late.locator(".chart > p span")).to_contain_text("/s")
        expect(late.locator(".range")).to_contain_text("done")


def test_parameters_are_copied_as_json_and_as_a_command(page, live):
    task = live.add(title="Copied")
    choose(page, task)
    page.keyboard.press("4")
    expect(page.get_by_role("tabpanel")).to_contain_text("Seconds per batch")
    page.get_by_role("button", name="Copy as JSON").click()
    read = "() => navigator.clipboard.readText()"
    until_true(page, "async () => (await navigator.clipboard.readText()).startsWith('{')")
    assert json.loads(page.evaluate(read)) == task["params"]
    page.get_by_role("button", name="Copy as a command").click()
    until_true(
        page,
        "async () => (await navigator.clipboard.readText()).startsWith('longhaul add rehearsal ')",
    )
    assert "records=4" in page.evaluate(read)
    page.get_by_role("button", name="Copy as a link").click()
    until_true(page, "async () => (await navigator.clipboard.readText()).startsWith('http')")
    assert f"{live.started.url}/tasks?new=rehearsal&params=" in page.evaluate(read)


def test_the_note_of_a_held_task_is_shown_and_its_approval_is_told(page, live):
    task = live.add(title="To be approved", note="After the backup, please")
    choose(page, task)
    expect(page.locator(".details .note")).to_contain_text("After the backup, please")
    live.ask("PATCH", f"/tasks/{task['id']}", {"note": "The backup is made"})
    expect(page.locator(".details .note")).to_contain_text("The backup is made")
    live.ask("POST", f"/tasks/{task['id']}/start")
    page.get_by_role("tab", name="Timeline").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("Approved by")
    expect(page.get_by_role("tabpanel")).to_contain_text("by a program")


def test_failed_items_are_listed_with_their_reason_and_retried_alone(page, live):
    ran(page, live, {}, type="parts", title="With items")
    expect(page.locator("#tab-items .count")).to_have_text("1")
    page.keyboard.press("6")
    items = page.locator(".items-list li")
    expect(items).to_have_count(1)
    expect(items).to_contain_text("part-1")
    expect(items).to_contain_text("no answer")
    items.get_by_text("Trace", exact=True).click()
    expect(items.locator("pre")).to_contain_text("line 3")
    page.get_by_label("Which items").select_option("")
    expect(items).to_have_count(3)
    page.get_by_label("Which items").select_option("failed")
    page.get_by_role("button", name="Retry only what failed").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("part-1")
    expect(page.locator(".range")).to_contain_text("1 done")


# --- results and faces ---------------------------------------------------------------------------


def test_a_types_face_is_shown_and_its_table_sorts(page, live):
    ran(page, live, {}, type="sizes", title="Faces")
    expect(page.locator(".details h2 .icon path")).to_have_count(1)
    expect(page.locator(".range")).to_contain_text("123 MB In all")
    expect(page.locator(".range")).to_contain_text("5 min Took")
    page.keyboard.press("5")
    rows = page.locator(".table tbody tr:not(.space)")
    expect(rows.first).to_contain_text("file-0000")
    assert rows.count() < 80
    size = page.get_by_role("columnheader", name="Size")
    size.get_by_role("button").click()
    expect(size).to_have_attribute("aria-sort", "ascending")
    expect(rows.first).to_contain_text("0 B")
    size.get_by_role("button").click()
    expect(rows.first).to_contain_text("5.0 KB")
    page.locator(".table").evaluate("box => { box.scrollTop = box.scrollHeight }")
    expect(rows.last).to_contain_text("0 B")
    page.get_by_role("button", name="As JSON").click()
    expect(page.locator(".tree")).to_contain_text("in_all")


def test_a_picture_is_drawn_and_nothing_in_it_runs(page, live):
    ran(page, live, {}, type="drawing", title="Drawn")
    page.keyboard.press("5")
    image = page.get_by_role("img", name="Result of Drawn")
    expect(image).to_be_visible()
    until_true(page, "() => document.querySelector('.picture img').naturalWidth === 90")
    assert page.title() != "ran"


def test_markup_is_shown_as_text(page, live):
    ran(page, live, {}, type="markup", title="Marked up")
    page.keyboard.press("5")
    expect(page.locator(".result pre")).to_contain_text("<h1>Hello</h1><script>")
    assert page.locator(".result h1").count() == 0 and page.title() != "ran"


def test_a_curve_is_drawn_of_two_columns(page, live):
    ran(page, live, {}, type="curve", title="Curved")
    page.keyboard.press("5")
    expect(page.get_by_role("img", name="N by Day, 30 points")).to_be_visible()
    expect(page.locator(".plot canvas")).to_be_visible()


def test_a_result_is_a_tree_that_folds_and_can_be_saved(page, live):
    ran(page, live, title="Has a result")
    page.keyboard.press("5")
    expect(page.locator(".tree")).to_contain_text("counted:4".replace(":", ""))
    page.locator(".tree button").first.click()
    expect(page.locator(".tree .leaf")).to_have_count(0)
    with page.expect_download() as download:
        page.keyboard.press("d")
    assert json.loads(download.value.path().read_text()) == {"counted": 4}
