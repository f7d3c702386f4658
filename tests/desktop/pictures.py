"""Takes the pictures of docs/images in the real window, by hand, and looks at nothing by itself:

    python -m tests.desktop.pictures [folder [state…]]

A data directory of its own, real tasks, an X server without a screen; every state in the sizes and
themes that SHOTS names. What the pictures show happened while they were taken. Needs the extra
`window`, Xvfb and Chromium, which writes the files as WebP.
"""

import argparse
import base64
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from core.samples import make_archive
from desktop.client import Client
from tests.desktop.conftest import ROOT
from tests.desktop.scenery import home, sections
from tests.desktop.screen import Desk, nothing_left, until, why_no_window, x_server
from tests.desktop.x11 import x11
from tests.webui.browsing import CHROMIUM, FLAGS, until_true
from tests.webui.layout import settle, zoomed

DESK, FULL, LARGE = (1440, 900), (1920, 1080), (3840, 2160)
BOTH = ("light", "dark")
SIZES = [DESK, FULL, LARGE]
#: state → sizes; each in both themes.
SHOTS = {
    "empty": SIZES,
    "desk": SIZES,
    "detail": SIZES,
    "form": SIZES,
    "recordings": [DESK],
    "documents": [DESK],
    "wall": SIZES,
    "idle": SIZES,
    "disconnected": SIZES,
}
_WEBP = """async ([png, quality]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"),
    { width: image.width, height: image.height });
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", quality).split(",")[1];
}"""

#: Whatever holds the details and was scrolled, to reach a tab, begins with its title again.
_TOP = """() => {
  for (let one = document.querySelector(".details"); one; one = one.parentElement)
    one.scrollTop = 0;
}"""


class Studio:
    """The window, and the camera."""

    def __init__(self, desk: Desk, screen, playwright, folder: Path, states: set[str]):
        self.desk, self.folder, self._screen, self._states = desk, folder, screen, states
        assert "The window is open" in desk.longhaul().stderr
        address = f"http://127.0.0.1:{desk.port}"
        window = playwright.chromium.connect_over_cdp(address, no_defaults=True)
        (self.page,) = window.contexts[0].pages
        self.page.set_default_timeout(120_000)
        self._converter = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        self._darkroom = self._converter.new_page()
        self.client = Client.of(desk.folder)

    def shoot(self, state: str, reach=lambda: None) -> None:
        """The state in all its sizes and themes; `reach` goes there, each time anew."""
        for size in self.sizes(state):
            self.resize(size)
            for theme in BOTH:
                self._settings(theme, 2 if size == LARGE else 1)
                reach()
                self.take(f"{state}-{size[0]}-{theme}")

    def sizes(self, state: str) -> list[tuple[int, int]]:
        """Those of a state that was asked for."""
        return SHOTS[state] if state in self._states else []

    def take(self, name: str) -> None:
        self.page.wait_for_timeout(1500)  # what a page that was just opened tells in passing
        self.page.evaluate("document.querySelectorAll('.toast .close').forEach((b) => b.click())")
        until_true(self.page, "!document.querySelector('.wall-tools.seen')", timeout_ms=30_000)
        settle(self.page)
        png = base64.b64encode(self.page.screenshot()).decode()
        webp = base64.b64decode(self._darkroom.evaluate(_WEBP, [png, 0.86]))
        (self.folder / f"{name}.webp").write_bytes(webp)
        print(f"{name}: {len(webp) / 1024:.0f} KB", flush=True)

    def desk_with(self, title: str, tab: str = "Timeline") -> None:
        """The desk with this task chosen and this tab shown."""
        self.page.goto(f"{self.client.server.url}/tasks")
        row = self.page.locator(".row", has_text=title).first
        row.click()
        self.page.locator(".details h2", has_text=title).wait_for()
        self.page.get_by_role("tab", name=tab).click()
        self.page.evaluate(_TOP)

    def resize(self, size) -> None:
        (window,) = self._screen.titled("Longhaul")
        self._screen.put(window, 0, 0, *size)
        until_true(self.page, "w => innerWidth === w", arg=size[0])

    def _settings(self, theme: str, zoom: float) -> None:
        if "wall" not in self.page.url and "background" not in self.page.url:
            self.client.patch("/settings", {"theme": theme, "zoom": zoom})
        else:
            self.client.patch("/settings", {"theme": theme})
        shown = "theme => document.documentElement.dataset.theme === theme"
        until_true(self.page, shown, arg=theme)


def work(client: Client, folder: Path) -> list[int]:
    """Real tasks, some of them under way; the ids of those that run."""

    def add(type_: str, title: str, params: dict, **fields) -> int:
        task = {"type": type_, "title": title, "params": params, **fields}
        return client.post("/tasks", task)["id"]

    def backfill(title: str, name: str, articles: int, **fields) -> int:
        archive = folder / f"{name}.sqlite"
        make_archive(archive, articles)
        return add("backfill-dates", title, {"database": f"sqlite:///{archive}"}, **fields)

    def checksums(title: str, part: str, **fields) -> int:
        return add("checksum-folder", title, {"folder": str(ROOT / part)}, **fields)

    def finished(*tasks: int) -> None:
        for task in tasks:
            until(lambda task=task: client.get(f"/tasks/{task}")["finished_at"], 200)

    trouble = {"trouble": "hopeless", "trouble_at": 700}
    failing = {"records": 1200, "batch_size": 20, "seconds_per_batch": 0.02} | trouble
    finished(
        checksums("Checksums of the manuals", "docs"),
        checksums("Checksums of the tests", "tests"),
        backfill("Dates of the parish newsletter", "newsletter", 900),
        add("rehearsal", "Rehearsal: what a failure looks like", failing),
    )
    paused = backfill("Dates of the magazine", "magazine", 8_000)
    until(lambda: client.get(f"/tasks/{paused}")["progress"]["done"] > 2_000, 200)
    client.post(f"/tasks/{paused}/pause")
    until(lambda: client.get(f"/tasks/{paused}")["status"] == "paused", 60)
    running = [
        backfill("Publication dates of the newspaper archive", "newspaper", 120_000),
        backfill("Dates of the radio programmes", "radio", 100_000),
    ]
    until(lambda: all(client.get(f"/tasks/{one}")["status"] == "running" for one in running), 120)
    checksums("Checksums of the sources", "core")
    checksums("Checksums of the page", "webui/static")
    backfill("Dates of the town chronicle", "chronicle", 4_000)
    night = time.strftime("%Y-%m-%dT23:30:00Z", time.gmtime(time.time() + 86_400))
    backfill("Dates of the council minutes", "minutes", 2_000, not_before=night)
    checksums("Checksums of the drivers", "desktop", hold=True)
    return running


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m tests.desktop.pictures",
        description="Take the pictures of the documentation in the real window, of real tasks: each"
        " state in its sizes, light and dark, as STATE-WIDTH-THEME.webp. All of them take some"
        " minutes.",
    )
    images = ROOT / "docs" / "images"
    made.add_argument(
        "folder", nargs="?", type=Path, default=images,
        help="where the pictures go, made when missing; what is there is replaced (%(default)s)",
    )  # fmt: skip
    made.add_argument(
        "states", nargs="*", choices=SHOTS, metavar="state",
        help=f"all, or those that are named, of: {', '.join(SHOTS)}",
    )  # fmt: skip
    return made


def main(words: list[str]) -> None:
    given = parser().parse_args(words)
    folder, states = given.folder, set(given.states) or set(SHOTS)
    if reason := why_no_window():
        sys.exit(reason)
    folder.mkdir(parents=True, exist_ok=True)
    with (
        home() as own,
        tempfile.TemporaryDirectory() as state,
        nothing_left(Path(state)),
        x_server(LARGE) as display,
        x11(display) as screen,
        sync_playwright() as playwright,
    ):
        desk = Desk(Path(state, "data"), display)
        desk.environment["LONGHAUL_ROOTS"] = f"{own}:{ROOT}"
        try:
            _all(Studio(desk, screen, playwright, folder, states), own)
        finally:
            desk.end()


def _all(studio: Studio, own: Path) -> None:
    page, client = studio.page, studio.client
    dates = "Publication dates"
    page.locator("h2", has_text="Nothing to haul yet").wait_for()
    studio.shoot("empty")
    with_sections = sections(client, own)
    running = work(client, own)
    time.sleep(45)  # so that the curves have something to show
    studio.shoot("desk", lambda: studio.desk_with(dates))
    studio.shoot("detail", lambda: studio.desk_with("what a failure looks like", "Attempts"))

    def form() -> None:
        studio.desk_with(dates)
        page.keyboard.press("n")
        page.get_by_role("combobox", name="Find a task type").wait_for()
        page.keyboard.type("publication dates")
        page.keyboard.press("Enter")
        page.get_by_label("Database").first.fill(str(own / "newspaper.sqlite"))
        page.locator(".sheet .preview", has_text="article").first.wait_for()

    studio.shoot("form", form)
    for state, path in with_sections.items():
        studio.shoot(state, lambda path=path: page.goto(client.server.url + path))
    wall = f"{client.server.url}/background-tasks"
    page.goto(wall)
    studio.shoot("wall")
    page.goto(f"{client.server.url}/tasks")
    client.post("/queue/pause")
    for task in running:
        client.post(f"/tasks/{task}/pause")
        until(lambda task=task: client.get(f"/tasks/{task}")["status"] == "paused", 60)
    page.goto(wall)
    studio.shoot("idle")
    client.post("/queue/resume")
    studio.desk_with(dates)
    client.post("/service/stop")
    page.locator(".link.lost, .ending").first.wait_for()
    for size in studio.sizes("disconnected"):  # there are no settings any more
        studio.resize(size)
        zoomed(page, 2 if size == LARGE else 1)
        for theme in BOTH:
            page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
            studio.take(f"disconnected-{size[0]}-{theme}")


if __name__ == "__main__":
    main(sys.argv[1:])
