"""Results, items and faces of task types of one's own in a real browser."""

import json

import pytest

from tests.webui.browsing import until_true
from tests.webui.details.looking import ran
from tests.webui.site import live_site
from tests.webui.steering import expect

pytestmark = pytest.mark.slow

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


# --- course, parameters, items -------------------------------------------------------------------


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
