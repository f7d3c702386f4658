"""kill -9 between every two writes of the tasks of a photo project, moves of files included.

The places are those of `core.seams`. Afterwards every photo is accounted for: in the folder or in
the trash, once, with its content, and rows, manifest, trash and tasks say the same.

LONGHAUL_SEAMS=all visits every checkpoint instead of some:

    LONGHAUL_SEAMS=all python -m pytest tests/crash/test_photos.py -o timeout=0
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from core.model import Status
from core.photos import moving
from core.photos.manifest import parse
from tests.crash.forked import ForkedWorker
from tests.crash.photo_worker import across
from tests.photo_factories import Studio, decode_here, numbered

pytestmark = pytest.mark.crash

ROOT = Path(__file__).resolve().parents[2]
FILES = {f"{n}.jpg": numbered(n) for n in range(8)}
REJECTED = ("1.jpg", "3.jpg", "5.jpg")
STRANGERS = {"notes.txt": b"notes", "late.jpg": numbered(50)}
CHECKPOINTS = 22  #: of the worker while it sees the task of these tests through, at least

ALL = os.environ.get("LONGHAUL_SEAMS") == "all"
EACH = range(1, CHECKPOINTS + 1) if ALL else (3, 11, 19)
CASES = [
    *(("checkpoint-written", n) for n in EACH),
    *(("checkpointed", n) for n in EACH),
    *(
        (place, n)
        for place in ("settle-written", "settled")
        for n in ((1, 2, 3, 4) if ALL else (1, 3))
    ),
    *(("photo-moved", n) for n in ((1, 2, 3, 4) if ALL else (2, 4))),
    *((place, 1) for place in ("photo-planned", "manifest-written", "manifest-placed", "computed")),
    *((("manifest-placed", 2), ("claimed", 2), ("claimed", 3)) if ALL else ()),
]


@pytest.fixture
def studio(tmp_path, monkeypatch):
    decode_here(monkeypatch)
    made = Studio(tmp_path, FILES)
    yield made
    made.close()


def die(studio, seam: str) -> None:
    """One worker that ends at the seam."""
    worker = ForkedWorker(studio.data, seam, "tests.crash.photo_worker")
    try:
        assert worker.wait(60) == -signal.SIGKILL, f"{seam} was never reached"
    finally:
        worker.kill()


def finish(studio) -> None:
    """What the next worker does after the death of one."""
    studio.service.recovery.sweep()
    studio.work()


def contents(folder: Path) -> dict[str, bytes]:
    found = [f for f in folder.glob("*") if f.is_file() and f.name[0] != "."]
    return {f.name: f.read_bytes() for f in found}


def assert_accounted_for(studio, expected: dict[str, bytes], removed: dict[str, bytes]) -> None:
    """Every photo once, with its content, and everybody says the same."""
    here = contents(studio.folder)
    manifest = here.pop("manifest.csv").decode()
    assert here == expected
    assert contents(studio.folder / ".trash") == removed
    assert set(studio.in_trash()) == set(removed)
    photos = studio.listing()
    assert {n for n, p in photos.items() if p["available"]} == set(expected)
    assert all(p["thumbnail"] == "ready" for p in photos.values() if p["available"])
    assert all(
        studio.photos.derivative("trip", n, which).path.stat().st_size
        for n, p in photos.items() if p["available"]
        for which in ("thumbnail", "preview")
    )  # fmt: skip
    assert set(parse(manifest)) == set(expected)
    assert studio.store.rows("unsettled_trash", project=studio.row["id"]) == []
    drafts = [f.name for f in studio.folder.iterdir() if f.name.startswith(".manifest")]
    assert len(drafts) <= 1, "a killed writer leaves at most its one draft"
    studio.store.check()


@pytest.mark.parametrize(("place", "n"), CASES)
def test_a_worker_killed_here_loses_no_photo(studio, place, n):
    for name, content in STRANGERS.items():
        (studio.folder / name).write_bytes(content)
    studio.reject(*REJECTED)
    document = studio.photos.commit_changes("trip")["task"]
    die(studio, f"{place}:{n}")
    finish(studio)
    task = studio.task(document)
    assert task.status == Status.COMPLETED, task.error
    assert [j.status for j in studio.service.ledger.jobs(task)] == ["completed"] * 4
    removed = {name: FILES[name] for name in REJECTED}
    kept = {n: c for n, c in FILES.items() if n not in REJECTED} | {
        "late.jpg": STRANGERS["late.jpg"]
    }
    assert_accounted_for(studio, kept, removed | {"notes.txt": STRANGERS["notes.txt"]})
    items = studio.items(task)
    assert {name: items[name][0] for name in REJECTED} == dict.fromkeys(REJECTED, "completed")
    assert set(studio.listing()) == set(kept), "rows of removed photos are cleaned"


@pytest.mark.parametrize(
    ("moves", "seam", "twice"),
    [("links", "photo-linked", 1), ("across", "photo-placed", 1), ("across", "photo-copied", 0)],
)
def test_a_move_in_two_steps_killed_between_them_is_finished_and_leaves_one_copy(
    studio, monkeypatch, moves, seam, twice
):
    monkeypatch.setenv("LONGHAUL_TEST_MOVES", moves)
    studio.reject(*REJECTED)
    document = studio.photos.commit_changes("trip")["task"]
    environment = {**os.environ, "LONGHAUL_SEAM": f"{seam}:2", "PYTHONPATH": str(ROOT)}
    program = (
        "import sys, pathlib, tests.crash.photo_worker as w; w.main(pathlib.Path(sys.argv[1]))"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", program, str(studio.data)],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE,
    )  # fmt: skip
    assert worker.wait(60) == -signal.SIGKILL
    worker.stdin.close()
    both = set(contents(studio.folder)) & set(contents(studio.folder / ".trash"))
    assert len(both) == twice, "it died between the two steps"
    if moves == "across":
        monkeypatch.setattr(moving, "rename", across())
    finish(studio)
    assert studio.task(document).status == Status.COMPLETED
    kept = {n: c for n, c in FILES.items() if n not in REJECTED}
    assert_accounted_for(studio, kept, {name: FILES[name] for name in REJECTED})


def test_a_restore_across_file_systems_killed_before_its_last_step_leaves_one_copy(
    studio, monkeypatch
):
    studio.commit(*REJECTED)
    monkeypatch.setenv("LONGHAUL_TEST_MOVES", "across")
    desk(studio, "photo-placed:2", "restore")
    both = set(contents(studio.folder)) & set(contents(studio.folder / ".trash"))
    assert len(both) == 1
    studio.start("folder_scan")
    back = {n: c for n, c in FILES.items() if n in contents(studio.folder)}
    left = {n: FILES[n] for n in REJECTED if n not in back}
    assert len(left) == 1
    assert_accounted_for(studio, back, left)


def test_what_a_person_put_under_the_name_meanwhile_is_no_half_moved_file(studio):
    """The same bytes of another time are another file: none of the two is deleted."""
    studio.reject("1.jpg")
    studio.photos.commit_changes("trip")
    die(studio, "photo-moved:1")
    (studio.folder / "1.jpg").write_bytes(FILES["1.jpg"])
    os.utime(studio.folder / "1.jpg", (1_500_000_000, 1_500_000_000))
    finish(studio)
    removed = list(contents(studio.folder / ".trash").values())
    assert removed.count(FILES["1.jpg"]) + (studio.folder / "1.jpg").exists() == 2


def test_a_worker_killed_while_it_empties_the_trash_empties_it_later(studio):
    studio.commit(*REJECTED)
    with studio.service.ledger.transaction() as store:
        store.execute("UPDATE trash SET moved_at = 1 WHERE name <> '1.jpg'", {})
    from core.desk.photo_requests import ProjectTaskRequest

    studio.photos.start_task("trip", ProjectTaskRequest(type="trash_maintenance"))
    die(studio, "trash-emptied:1")
    finish(studio)
    assert set(studio.in_trash()) == set(contents(studio.folder / ".trash")) == {"1.jpg"}


# --- the service's side --------------------------------------------------------------------------


def desk(studio, seam: str, *arguments: str) -> None:
    """A service that dies while it answers."""
    environment = {**os.environ, "LONGHAUL_SEAM": seam, "PYTHONPATH": str(ROOT)}
    script = str(Path(__file__).with_name("photo_desk.py"))
    command = [sys.executable, script, str(studio.data), *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, timeout=60)
    assert done.returncode == -signal.SIGKILL, f"{seam} was never reached"


UPLOADED = {f"new {n}.jpg": numbered(100 + n) for n in range(3)} | {"1.jpg": numbered(200)}


@pytest.mark.parametrize(
    ("seam", "elsewhere"),
    [
        ("upload-placed:1", False),
        ("enqueue-written:1", False),
        ("upload-told:1", False),
        ("photo-copied:2", True),
        ("photo-placed:2", True),
    ],
)
def test_a_service_killed_while_it_takes_an_upload_loses_and_doubles_nothing(
    studio, tmp_path, seam, elsewhere
):
    """The client, which has no answer, sends what it still has again."""
    spool = Path(tempfile.mkdtemp(dir="/dev/shm" if elsewhere else tmp_path))
    if elsewhere and spool.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system here")
    for name, content in UPLOADED.items():
        (spool / name).write_bytes(content)
    desk(studio, seam, "upload", str(spool))
    studio.upload(UPLOADED)
    finish(studio)
    for left in spool.iterdir():
        left.unlink()
    spool.rmdir()
    renamed = {"1 (2).jpg" if name == "1.jpg" else name: c for name, c in UPLOADED.items()}
    studio.start("maintenance")
    assert_accounted_for(studio, FILES | renamed, {})


@pytest.mark.parametrize("seam", ["restore-planned:1", "photo-restored:1", "photo-restored:2"])
def test_a_service_killed_while_it_restores_loses_no_photo(studio, seam):
    studio.commit(*REJECTED)
    desk(studio, seam, "restore")
    studio.start("folder_scan")
    back = {n: c for n, c in FILES.items() if n in contents(studio.folder)}
    left = {n: FILES[n] for n in REJECTED if n not in back}
    assert_accounted_for(studio, back, left)
    row = studio.row
    if left:
        studio.photos.trash.restore(row, [d["id"] for d in studio.photos.trash.all(row).items])
        studio.work()
    assert_accounted_for(studio, FILES, {})
