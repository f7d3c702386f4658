"""kill -9 in the middle of a transcription: it goes on at the segment, and nothing is doubled."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from core.kit.clock import FakeClock
from tests.recordings import Notes

pytestmark = pytest.mark.crash
ROOT = Path(__file__).parents[2]

#: An engine of a package: it says how long a piece is, and writes down that it was asked.
ENGINE = """
import os
from core.recordings.engines import Heard, Model
from core.recordings.texts import Word

class Counting:
    name, title, quality, memory = "counting", "Counting", "For tests.", 2 << 30
    def problem(self): return ""
    def models(self, folders): return [Model("one", "", "en")]
    def load(self, model): return self
    def hear(self, sound):
        seconds = len(sound) / 32000
        with open(os.environ["HEARD"], "a") as file:
            print(round(seconds, 2), file=file)
        return Heard(f"{seconds:.1f} seconds", (Word("x", 0.1, 0.2, 0.5),), 0.5, "en")
"""


@pytest.fixture
def site(tmp_path, monkeypatch, data):
    """A recording of some 53 s, and a package that brings an engine."""
    package = tmp_path / "package"
    (package / "counting-1.dist-info").mkdir(parents=True)
    (package / "counting.py").write_text(ENGINE)
    (package / "counting-1.dist-info" / "METADATA").write_text("Name: counting\nVersion: 1\n")
    points = "[longhaul.speech_engines]\ncounting = counting:Counting\n"
    (package / "counting-1.dist-info" / "entry_points.txt").write_text(points)
    monkeypatch.setenv("PYTHONPATH", str(package))
    monkeypatch.setenv("HEARD", str(tmp_path / "heard"))
    notes = Notes(tmp_path / "data", FakeClock(time.time() + 3600.0))
    (notes.notes / "sonnet.mp3").write_bytes((data / "audio" / "sonnet_p001.mp3").read_bytes())
    with notes.ledger.transaction() as store:
        store.changed("put_setting", key="recordings.engine", value='"counting"')
    notes.scan()
    return notes


def work(site, seam: str = "") -> int:
    """A worker process that ends by itself when nothing is left, or dies at the seam."""
    code = (
        "import sys; from pathlib import Path; from tests.factories import Bench\n"
        "from core.recordings.speech import keeper\n"
        "bench = Bench(Path(sys.argv[1])); bench.work_all(); keeper.end()\n"
    )
    environment = os.environ | {"LONGHAUL_SEAM": seam}
    command = [sys.executable, "-c", code, str(site.folder)]
    return subprocess.run(command, cwd=ROOT, env=environment, timeout=60).returncode


def give_back(site) -> None:
    """What the service does when a worker is dead."""
    from core.recovery import Recovery

    Recovery(site.ledger, site.settling).sweep()


def heard(site) -> list[str]:
    return Path(os.environ["HEARD"]).read_text().splitlines()


def rows(site, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(site.folder / "longhaul.sqlite")) as database:
        return database.execute(sql).fetchall()


@pytest.mark.parametrize("seam", ["checkpoint-written:4", "checkpointed:4"])
def test_a_worker_killed_between_segments_goes_on_at_the_segment(site, seam):
    assert work(site, seam) == -signal.SIGKILL
    before, kept = heard(site), rows(site, "SELECT number FROM recording_segments")
    assert before
    give_back(site)
    assert work(site) == 0
    (task,) = site.tasks()
    pieces = rows(site, "SELECT number, text FROM recording_segments ORDER BY number")
    assert task["status"] == "completed"
    assert [number for number, _ in pieces] == list(range(len(pieces)))
    # Redone is at most the one that was heard and not committed.
    assert len(heard(site)) - len(pieces) == len(before) - len(kept) <= 1
    assert site.recordings()[0]["text"].count("seconds") == len(pieces)
    assert sum(float(line) for line in dict.fromkeys(heard(site))) == pytest.approx(53.3, abs=0.5)


@pytest.mark.parametrize("seam", [f"sidecar-written:{n}" for n in (1, 3)] + ["settle-written"])
def test_a_worker_killed_while_it_writes_leaves_whole_sidecars_and_writes_them_again(site, seam):
    assert work(site, seam) == -signal.SIGKILL
    assert site.recordings()[0]["status"] == "orphaned"  # the text comes with `completed`
    asked = len(heard(site))
    give_back(site)
    assert work(site) == 0
    recording = site.recordings()[0]
    assert (recording["status"], len(heard(site))) == ("transcribed", asked)
    assert (site.notes / "sonnet.txt").read_text() == recording["text"] + "\n"
    assert json.loads((site.notes / "sonnet.json").read_text())["text"] == recording["text"]
    hidden = [name for name in os.listdir(site.notes) if name.startswith(".")]
    assert hidden == []


def test_a_scan_killed_in_its_transaction_leaves_nothing_and_the_next_finds_all(tmp_path):
    notes = Notes(tmp_path / "data", FakeClock(time.time() + 3600.0))
    for number in range(3):
        (notes.notes / f"{number}.mp3").write_bytes(b"x")
    code = (
        "import sys, time; from pathlib import Path; from tests.recordings import Notes\n"
        "from core.kit.clock import FakeClock\n"
        "Notes(Path(sys.argv[1]), FakeClock(time.time() + 3600)).scan()\n"
    )
    command = [sys.executable, "-c", code, str(notes.folder)]
    environment = os.environ | {"LONGHAUL_SEAM": "scan-written:1"}
    assert subprocess.run(command, cwd=ROOT, env=environment).returncode == -signal.SIGKILL
    assert (notes.recordings(), notes.tasks()) == ([], [])
    assert notes.scan().new == 3


def test_an_import_killed_between_file_and_record_is_found_by_the_next_scan(tmp_path):
    notes = Notes(tmp_path / "data", FakeClock(time.time() + 3600.0))
    code = (
        "import io, sys; from pathlib import Path; from tests.recordings import Notes\n"
        "from core.recordings.importing import Importing\n"
        "notes = Notes(Path(sys.argv[1]))\n"
        "importing = Importing(notes.ledger, notes.records, str(notes.notes))\n"
        "importing.take(io.BytesIO(b'x'), 'a.mp3', 0)\n"
    )
    command = [sys.executable, "-c", code, str(notes.folder)]
    environment = os.environ | {"LONGHAUL_SEAM": "import-placed:1"}
    assert subprocess.run(command, cwd=ROOT, env=environment).returncode == -signal.SIGKILL
    assert notes.recordings() == []
    assert (notes.scan().new, notes.scan().found) == (1, 1)
