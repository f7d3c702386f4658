"""The log of a task in a real browser: read from both ends, followed, searched, saved."""

import json

import pytest

from tests.webui.browsing import intercept, until_true
from tests.webui.details.looking import lines, logged, ran
from tests.webui.steering import LONG, choose, expect

pytestmark = pytest.mark.slow


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
    intercept(page, pattern, lambda route: held.append(route))
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
