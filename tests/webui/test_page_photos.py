"""The page of photos in a real browser: from the first project to the trash and back."""

import re

import pytest

from tests.webui.browsing import browser, intercept, opened, until_true  # noqa: F401  (a fixture)
from tests.webui.layout import faults, resize, zoomed
from tests.webui.packages import package
from tests.webui.photos import folder_of, jpeg, upload
from tests.webui.site import live_site
from tests.webui.test_page_accessibility import found_in_both_themes

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=30_000)
pytestmark = pytest.mark.slow

#: Drops files onto the album as a file manager does.
DROP = """(files) => {
  const brought = new DataTransfer();
  for (const [name, base64] of files) {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    brought.items.add(new File([bytes], name, { type: "image/jpeg" }));
  }
  const album = document.querySelector(".album");
  for (const type of ["dragenter", "dragover", "drop"])
    album.dispatchEvent(
      new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: brought }),
    );
}"""


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    (home / "data").mkdir(mode=0o700)
    with live_site(home / "data") as site:
        site.home = home
        site.ask("PATCH", "/settings", {"roots": [str(home)]})
        yield site


@pytest.fixture(scope="module")
def shared(browser, live):  # noqa: F811
    entrance = live.started.url, live.started.mint_code()
    with opened(browser, *entrance, path="/projects", reduced_motion="reduce") as page:
        yield page


@pytest.fixture
def page(shared, live):
    resize(shared, 1440, 900)
    return shared


def project(live, name: str, photos: int) -> str:
    """A project whose photos have their pictures."""
    folder = folder_of(live.home / name, photos)
    made = live.ask("POST", "/projects", {"name": name, "folder": str(folder)})
    assert live.finished(made.json["task"]["id"])["status"] == "completed"
    return name


def visit(page, live, path: str) -> None:
    page.goto(f"{live.started.url}/projects{path}")
    expect(page.locator(".link")).to_have_text("Live")


def tile(page, name: str):
    return page.get_by_role("option", name=re.compile(rf"^{re.escape(name)},"))


def files(*names: str) -> list[dict]:
    return [
        {"name": name, "mimeType": "image/jpeg", "buffer": jpeg(number)}
        for number, name in enumerate(names, 1)
    ]


def test_the_first_project_is_made_from_the_empty_page_and_photos_appear_as_they_are_made(
    page, live
):
    """No picture is asked for before it is there, and none by an address that could be old."""
    asked = []
    page.on("response", lambda answer: asked.append((answer.status, answer.url)))
    expect(page.get_by_role("heading", name="No projects yet")).to_be_visible()
    page.keyboard.press("n")
    folder = live.home / "First"
    folder.mkdir()
    page.get_by_label("Folder").fill(str(folder))
    expect(page.get_by_text("0 photos in it.")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("First")
    page.get_by_role("button", name="Make the project").click()
    expect(page.get_by_role("heading", name="First")).to_be_visible()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload photos").click()
    chooser.value.set_files(files("a.jpg", "b.jpg", "c.jpg"))
    expect(page.get_by_text("3 files done")).to_be_visible()
    expect(page.locator(".tile img")).to_have_count(3)
    expect(page.get_by_text("Upload processing completed").first).to_be_visible()
    pictures = [(status, url) for status, url in asked if "/thumbnail" in url]
    assert pictures and {status for status, _ in pictures} == {200}
    assert all("?v=" in url for _, url in pictures)


def test_a_new_project_says_that_its_folder_is_still_to_be_looked_through_and_why(page, live):
    folder_of(live.home / "Later", 2)
    live.ask("POST", "/queue/pause")
    try:
        live.ask("POST", "/projects", {"name": "Later", "folder": str(live.home / "Later")})
        visit(page, live, "/Later")
        expect(
            page.get_by_role("heading", name="The folder is still to be looked through")
        ).to_be_visible()
        expect(page.locator(".empty")).to_contain_text("The queue is paused")
        expect(page.locator(".process .told-of")).to_have_text("queued · The queue is paused")
    finally:
        live.ask("POST", "/queue/resume")
    expect(page.locator(".tile")).to_have_count(2)


def test_the_same_photos_again_are_told_as_already_there(page, live):
    visit(page, live, "/First")
    expect(page.locator(".tile")).to_have_count(3)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("u")
    chooser.value.set_files(files("a.jpg", "b.jpg"))
    expect(page.get_by_text("2 already there").first).to_be_visible()
    expect(page.get_by_text("Already there", exact=True)).to_be_visible()
    expect(page.locator(".tile")).to_have_count(3)


def test_files_are_dropped_anywhere_and_what_is_no_photo_is_told(page, live):
    import base64

    visit(page, live, "/First")
    expect(page.locator(".tile")).to_have_count(3)
    dropped = [("dropped.jpg", jpeg(7)), ("notes.txt", b"x")]
    page.evaluate(DROP, [[name, base64.b64encode(data).decode()] for name, data in dropped])
    expect(tile(page, "dropped.jpg")).to_be_visible()
    expect(page.get_by_text("1 not taken").first).to_be_visible()
    expect(tile(page, "dropped.jpg").locator("img")).to_be_visible()


def test_an_upload_whose_connection_breaks_goes_on_by_itself(page, live):
    visit(page, live, "/First")
    expect(page.locator(".tile")).to_have_count(4)
    broken = []

    def cut(route):
        if len(broken) < 2:
            broken.append(route.request.headers.get("upload-id"))
            route.abort("connectionreset")
        else:
            route.continue_()

    intercept(page, "**/uploads", cut)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("u")
    chooser.value.set_files([{"name": "e.jpg", "mimeType": "image/jpeg", "buffer": jpeg(9)}])
    expect(page.get_by_text("1 file done")).to_be_visible()
    page.unroute("**/uploads")
    assert len(set(broken)) == 1, "it is one upload that goes on"
    expect(tile(page, "e.jpg").locator("img")).to_be_visible()
    page.complaints.said.clear()


def test_marks_are_set_by_keys_and_mouse_and_taken_back(page, live):
    name = project(live, "Marks", 8)
    visit(page, live, f"/{name}")
    expect(page.locator(".tile img")).to_have_count(8)
    grid = page.get_by_role("listbox", name="Photos")
    grid.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("k")
    expect(page.locator(".tile.rejected .name")).to_have_text(["0002.jpg"])
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("3 photos chosen")).to_be_visible()
    page.keyboard.press("Space")  # one of them is marked, the others not: all are marked
    expect(page.locator(".tile.rejected .name")).to_have_text(["0002.jpg", "0003.jpg", "0004.jpg"])
    page.keyboard.press("Control+z")
    expect(page.locator(".tile.rejected .name")).to_have_text(["0002.jpg"])
    page.keyboard.press("Escape")
    expect(page.get_by_text("photos chosen")).to_have_count(0)
    tile(page, "0006.jpg").click()
    tile(page, "0008.jpg").locator(".keep").click(modifiers=["Shift"], force=True)
    expect(page.locator(".tile.rejected")).to_have_count(4)
    page.keyboard.press("Control+a")
    expect(page.get_by_text("8 photos chosen")).to_be_visible()
    page.get_by_role("region", name="Chosen photos").get_by_role("button", name="Keep").click()
    expect(page.locator(".tile.rejected")).to_have_count(0)
    until_kept = f"/projects/{name}"
    assert live.read(until_kept)["rejected"] in range(5)
    page.reload()
    expect(page.locator(".tile")).to_have_count(8)
    expect(page.locator(".tile.rejected")).to_have_count(0)


def test_photos_are_filtered_found_and_made_larger(page, live):
    visit(page, live, "/Marks")
    expect(page.locator(".tile")).to_have_count(8)
    page.get_by_role("listbox", name="Photos").focus()
    page.keyboard.press("End")
    page.keyboard.press("k")
    page.get_by_role("button", name=re.compile("To be removed")).click()
    expect(page.locator(".tile .name")).to_have_text(["0008.jpg"])
    assert "show=rejected" in page.url
    page.get_by_role("button", name=re.compile("^All")).click()
    page.keyboard.press("/")
    page.keyboard.type("0003")
    expect(page.locator(".tile .name")).to_have_text(["0003.jpg"])
    page.keyboard.type("x")
    page.get_by_role("button", name="Show all photos").click()
    before = page.locator(".tile").first.bounding_box()["width"]
    page.keyboard.press("]")
    until_true(
        page, "was => document.querySelector('.tile').getBoundingClientRect().width > was", before
    )
    page.keyboard.press("[")
    page.get_by_role("button", name=re.compile("To be removed")).click()
    tile(page, "0008.jpg").click()
    page.keyboard.press("k")  # as it was
    expect(page.get_by_role("heading", name="None of these")).to_be_visible()


def test_a_commit_says_what_it_will_do_and_is_taken_back(page, live):
    name = project(live, "Committing", 5)
    live.ask(
        "PATCH", f"/projects/{name}/photos", {"keep": False, "names": ["0002.jpg", "0004.jpg"]}
    )
    visit(page, live, f"/{name}")
    expect(page.locator(".tile.rejected")).to_have_count(2)
    page.keyboard.press("c")
    sheet = page.get_by_role("dialog", name="Commit changes")
    expect(sheet).to_contain_text("2 photos")
    expect(sheet.locator(".leaving .name")).to_have_text(["0002.jpg", "0004.jpg"])
    sheet.get_by_role("button", name="into the trash").click()
    expect(page.get_by_text("Files removed").first).to_be_visible()
    expect(page.locator(".tile")).to_have_count(3)
    page.keyboard.press("Control+z")
    expect(page.locator(".tile img")).to_have_count(5)
    expect(page.locator(".tile.rejected")).to_have_count(0)
    assert (live.home / name / "0002.jpg").read_bytes() == jpeg(2)


def test_what_lies_in_the_trash_is_brought_back(page, live):
    name = project(live, "Trashing", 4)
    live.ask(
        "PATCH", f"/projects/{name}/photos", {"keep": False, "names": ["0001.jpg", "0003.jpg"]}
    )
    made = live.ask("POST", f"/projects/{name}/commit-changes").json
    live.finished(made["task"]["id"])
    visit(page, live, f"/{name}")
    expect(page.locator(".tile")).to_have_count(2)
    page.keyboard.press("Shift+t")
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_label("Choose 0003.jpg").check()
    page.get_by_role("button", name="Bring back 1").click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(tile(page, "0003.jpg").locator("img")).to_be_visible()
    expect(page.locator(".tile")).to_have_count(3)


def test_a_photo_alone_shows_its_facts_and_leads_to_the_next(page, live):
    visit(page, live, "/Trashing")
    expect(page.locator(".tile img")).to_have_count(3)
    page.get_by_role("listbox", name="Photos").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="0002.jpg")).to_be_visible()
    expect(page.locator(".facts-of")).to_contain_text("640 × 480 pixels")
    expect(page.locator(".large img")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="0003.jpg")).to_be_visible()
    page.keyboard.press("k")
    expect(page.locator(".facts-of")).to_contain_text("to be removed")
    page.keyboard.press("k")
    page.keyboard.press("Escape")
    expect(page.locator(".tile")).to_have_count(3)


def test_the_processes_are_grouped_by_task_and_maintenance_comes_when_asked_for(page, live):
    begun = live.ask("POST", "/projects/Trashing/tasks", {"type": "maintenance"}).json
    live.finished(begun["id"])
    visit(page, live, "/Trashing")
    panel = page.get_by_role("region", name="Processes")
    expect(panel.get_by_role("link", name="Commit changes")).to_be_visible()
    expect(panel.get_by_role("link", name="Maintenance")).to_have_count(0)
    panel.get_by_role("checkbox", name="Maintenance").check()
    expect(panel.get_by_role("link", name="Maintenance")).to_be_visible()
    panel.get_by_role("button", name="Jobs of Commit changes").click()
    expect(panel.locator(".jobs-of")).to_contain_text("File removal")
    expect(panel.locator(".jobs-of")).to_contain_text("Manifest cleaning")
    panel.get_by_role("checkbox", name="Maintenance").uncheck()


def test_thousands_of_photos_cost_a_screenful(page, live):
    name = project(live, "Thousands", 0)
    number = live.service.photos.projects.row(name)["id"]
    with live.service.ledger.transaction() as store:
        for at in range(3000):
            values = {"called": f"{at:05}.jpg", "kind": "jpeg", "size": 1, "mtime_ns": 1}
            store.changed("take_photo", project=number, **values, now=0.0)
    visit(page, live, f"/{name}")
    expect(page.get_by_role("button", name="All3,000")).to_be_visible()
    assert page.locator(".tile").count() < 120
    page.get_by_role("listbox", name="Photos").focus()
    page.keyboard.press("End")
    expect(tile(page, "02999.jpg")).to_be_visible()
    assert page.locator(".tile").count() < 120
    expect(tile(page, "02999.jpg")).to_have_attribute("aria-posinset", "3000")


#: What is shown: (address, what is there then).
STATES = {
    "projects": ("", ".card img"),
    "album": ("/Trashing", ".tile img"),
    "photo": ("/Trashing/photo/0002.jpg", ".large img"),
    "trash": ("/Trashing/trash", ".lying td"),
    "nowhere": ("/nobody", "main.empty h2"),
}


def reach(page, live, state: str) -> None:
    path, sign = STATES[state]
    visit(page, live, path)
    expect(page.locator(sign).first).to_be_visible()


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(page, live, state):
    package("axe-core/axe.min.js")
    reach(page, live, state)
    found = found_in_both_themes(page)
    page.complaints.said.clear()  # a project that is none was asked for
    assert not found, "\n".join(found)


@pytest.mark.parametrize("state", STATES)
def test_everything_can_be_read_and_reached_at_every_zoom(page, live, state):
    reach(page, live, state)
    found = {}
    for zoom in (0.8, 1, 1.5, 2, 3):
        zoomed(page, zoom)
        if faulty := faults(page):
            found[zoom] = faulty
    zoomed(page, 1)
    page.complaints.said.clear()
    assert found == {}


def test_an_upload_of_another_window_appears_here(page, live):
    visit(page, live, "/Trashing")
    expect(page.locator(".tile")).to_have_count(3)
    assert upload(live, "Trashing", ("elsewhere.jpg", jpeg(5))).status == 201
    expect(tile(page, "elsewhere.jpg").locator("img")).to_be_visible()


def test_what_would_be_moved_is_told_before_a_project_is_made(page, live):
    folder = folder_of(live.home / "Mixed", 1)
    (folder / "notes.txt").write_text("x")
    page.goto(f"{live.started.url}/projects")
    expect(page.locator(".link")).to_have_text("Live")
    page.keyboard.press("n")
    page.get_by_label("Folder").fill(str(folder))
    page.keyboard.press("Enter")  # before anybody could have read it
    expect(page.locator("#folder-found")).to_contain_text("1 photo in it; 1 file of other kinds")
    expect(page.locator("#folder-found")).to_contain_text("trash: notes.txt.")
    assert "Mixed" not in [each["name"] for each in live.read("/projects")["items"]]
    page.get_by_role("button", name="Make the project").click()
    expect(page.get_by_role("heading", name="Mixed")).to_be_visible()
