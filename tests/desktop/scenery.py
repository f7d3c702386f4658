"""What the pictures of docs/images are taken of, beside tasks: photos, documents and recordings.

Photos and documents are made up here. Recordings are those of the data beside the repository; where
that is missing, their page is not pictured.
"""

import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from desktop.client import Client
from tests import texts
from tests.desktop.conftest import ROOT
from tests.desktop.screen import until

AUDIO = Path(os.environ.get("LONGHAUL_TEST_DATA", ROOT.parent / "shared" / "data")) / "audio"
VOICES = ["LJ002-0020.wav", "ss_0870.wav", "ls_2412_0000.mp3", "LJ002-0035.m4a", "silence.wav"]
VIEWS = 23
#: Colours of a sky from above to the horizon, and of the hills before it.
SKIES = [
    ((38, 66, 112), (244, 178, 120), (40, 44, 66)),
    ((96, 158, 214), (226, 238, 244), (52, 92, 72)),
    ((24, 30, 58), (148, 108, 150), (18, 22, 38)),
    ((150, 178, 190), (238, 232, 214), (84, 96, 82)),
]
CHAPTERS = {
    "1.xhtml": "<h1>The north pier</h1><p>The north pier stands on rock. Its bearings were renewed"
    " in 1987 and show no movement.</p><p>The expansion joint is worn at the kerb; water has"
    " reached the bearing shelf, where the concrete has begun to spall.</p>",
    "2.xhtml": "<h1>The deck</h1><p>Of the forty panels, three have cracks wider than a third of a"
    " millimetre. The bridge carries its load; the bearing of the south span is to be"
    " watched.</p>",
    "3.xhtml": "<h1>What is to be done</h1><p>Renew the expansion joint before the winter. Seal the"
    " three panels. Look at the bridge again in a year.</p>",
}
PAGES = {
    "Council minutes 2019-03.pdf": ["The bridge over the weir is closed from May."] * 6,
    "Letters of the surveyor.pdf": ["The second pier was founded on oak piles."] * 14,
    "Tender for the new joints.pdf": ["Two bidders; work begins at Easter."] * 3,
    "Soil report, west bank.pdf": ["Gravel over clay, down to nine metres."] * 9,
}


@contextmanager
def home() -> Iterator[Path]:
    """A folder with a name that a person's could have, where that may be made and is free."""
    folder = Path("/home/me")
    try:
        folder.mkdir()
    except OSError:
        folder = Path(tempfile.mkdtemp())
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def view(number: int) -> bytes:
    """A landscape that nobody has seen, as a JPEG."""
    chance = random.Random(number)  # noqa: S311
    width, height = (1200, 900) if number % 5 else (900, 1200)
    above, below, ground = chance.choice(SKIES)
    picture = Image.linear_gradient("L").resize((width, height))
    picture = Image.composite(
        Image.new("RGB", (width, height), below), Image.new("RGB", (width, height), above), picture
    )
    draw = ImageDraw.Draw(picture)
    x, y, r = chance.randint(150, width - 150), chance.randint(150, height // 2), height // 18
    draw.ellipse((x - r, y - r, x + r, y + r), fill=(255, 244, 214))
    picture = picture.filter(ImageFilter.GaussianBlur(4))
    draw = ImageDraw.Draw(picture)
    for layer in range(4):
        level, shade = height * (0.5 + 0.13 * layer), 1.5 - 0.32 * layer
        ridge, at = [], level
        for step in range(0, width + 41, 40):
            at += chance.uniform(-26, 26)
            ridge.append((step, at))
        colour = tuple(min(255, int(part * shade + 30 - 8 * layer)) for part in ground)
        draw.polygon([*ridge, (width, height), (0, height)], fill=colour)
    out = BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def sections(client: Client, own: Path) -> dict[str, str]:
    """A project, documents and recordings below `own`; {state of a picture: its address}."""
    notes, papers, photos = (own / name for name in ("Notes", "Papers", "Summer 2024"))
    for folder in (notes, papers, photos):
        folder.mkdir()
    client.patch("/settings", {"recordings.folder": str(notes)})
    for number in range(VIEWS):
        (photos / f"DSC_{4100 + 7 * number}.jpg").write_bytes(view(number))
    client.post("/projects", {"name": photos.name, "folder": str(photos)})
    for name, pages in PAGES.items():
        (papers / name).write_bytes(texts.pdf(*pages))
    book = papers / "Inspection of the weir bridge.epub"
    book.write_bytes(texts.epub({name: texts.xhtml(text) for name, text in CHAPTERS.items()}))
    ids = [client.post("/sources", {"path": str(one)})["id"] for one in sorted(papers.iterdir())]
    found = {"photos": f"/projects/{photos.name.replace(' ', '%20')}"}
    found["documents"] = f"/documents/{ids[sorted(papers.iterdir()).index(book)]}?q=bridge"
    if AUDIO.is_dir():
        found["recordings"] = _recordings(client, notes)
    until(lambda: not client.get("/queue")["pending"] + client.get("/queue")["running"], 300)
    return found


def _recordings(client: Client, notes: Path) -> str:
    """Voice notes of some days, transcribed; the address of the first."""
    for number, voice in enumerate(VOICES):
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86_400 * (number // 2 + 1)))
        folder = notes / day[:4] / day
        folder.mkdir(parents=True, exist_ok=True)
        note = folder / f"{9 + number:02}{7 * number + 12}05-voice-note{Path(voice).suffix}"
        shutil.copyfile(AUDIO / voice, note)
        os.utime(note, (time.time() - 7200,) * 2)
    client.post("/recordings/scan")
    items = client.get("/recordings")["items"]
    return f"/recordings/{items[0]['id']}" if items else "/recordings"
