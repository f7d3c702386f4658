"""What the pictures of docs/images are taken of, beside tasks: documents and recordings.

Documents are made up here. Recordings are those of the data beside the repository; where
that is missing, their page is not pictured.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.client import Client
from tests import texts
from tests.desktop.conftest import ROOT
from tests.desktop.screen import until

AUDIO = Path(os.environ.get("LONGHAUL_TEST_DATA", ROOT.parent / "shared" / "data")) / "audio"
VOICES = ["LJ002-0020.wav", "ss_0870.wav", "ls_2412_0000.mp3", "LJ002-0035.m4a", "silence.wav"]
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


def sections(client: Client, own: Path) -> dict[str, str]:
    """Documents and recordings below `own`; {state of a picture: its address}."""
    notes, papers = own / "Notes", own / "Papers"
    for folder in (notes, papers):
        folder.mkdir()
    client.patch("/settings", {"recordings.folder": str(notes)})
    for name, pages in PAGES.items():
        (papers / name).write_bytes(texts.pdf(*pages))
    book = papers / "Inspection of the weir bridge.epub"
    book.write_bytes(texts.epub({name: texts.xhtml(text) for name, text in CHAPTERS.items()}))
    ids = [client.post("/sources", {"path": str(one)})["id"] for one in sorted(papers.iterdir())]
    number = ids[sorted(papers.iterdir()).index(book)]
    found = {"documents": f"/documents/{number}/2?q=bridge"}
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
    (newest, *_) = until(lambda: client.get("/recordings")["items"], 60)
    return f"/recordings/{newest['id']}"
