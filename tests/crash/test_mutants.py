"""The crash, race and property tests can fail: each mutant of the core is caught by the tests named
for it, run on a copy of the tree with the mutant's patch applied.

A patch that no longer applies is an error here: make it again from the code as it now is.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
PATCHES = Path(__file__).parent / "mutants"
MATRIX = "tests/crash/test_crash_matrix.py::test_a_worker_killed_here_leaves_no_trace"
PROPERTY = "tests/core/test_lifecycle_property.py"
STALE = "tests/crash/test_stale_workers.py::test_a_stale_worker"
#: patch → tests each of which catches it
CAUGHT_BY = {
    "effects-first": [f"{MATRIX}[target-begun-3]"],
    "checkpoint-first": [f"{MATRIX}[target-begun-3]"],
    "no-fence": [PROPERTY, f"{STALE}_writes_nothing_after_a_pause_was_shown[computed]"],
    "no-fence-in-target": [
        "tests/core/test_target.py"
        "::test_a_batch_of_an_older_fence_is_refused_and_its_block_never_runs"
    ],
    "unconfirmed-batch": [f"{STALE}_writes_nothing_after_a_pause_was_shown[computed]"],
    "blind-complete": [PROPERTY],
    "unguarded-end": [
        PROPERTY,
        "tests/core/test_foreseen.py::test_what_a_person_asked_for_meanwhile_is_seen[cancel]",
    ],
    "select-then-update-claim": [
        "tests/crash/test_claim_race.py::test_no_two_workers_ever_hold_the_same_job"
    ],
    "cancel-overwritten": [
        PROPERTY,
        "tests/crash/test_cancel_and_pause.py"
        "::test_cancel_at_random_moments_of_a_worker_never_ends_otherwise",
    ],
}
ERRORS = "tests/core/test_backfill_errors.py::test"
CAUGHT_BY |= {
    "half-forgotten": [
        f"{ERRORS}_a_batch_that_is_refused_is_halved_until_the_poison_records_stand_alone[poison3]"
    ],
    "one-too-many": [f"{ERRORS}_skip_ends_at_one_more_than_the_allowed_number"],
    "stage-again": [
        "tests/core/test_backfill_stages.py"
        "::test_a_stage_goes_on_at_its_cursor_and_finished_ones_are_not_repeated[scan-1]"
    ],
}
PHOTOS = "tests/flow/test_photo"
CAUGHT_BY |= {
    "photo-moved-unplanned": [
        "tests/crash/test_photos.py::test_a_worker_killed_here_loses_no_photo[photo-moved-2]"
    ],
    "trash-name-taken": [f"{PHOTOS}_commits.py::test_names_in_the_trash_never_collide"],
    "restore-overwrites": [
        f"{PHOTOS}_trash.py::test_a_photo_whose_name_is_taken_meanwhile_comes_back_under_another"
    ],
    "age-of-the-file": [
        f"{PHOTOS}_trash.py"
        "::test_the_trash_is_emptied_by_the_time_of_the_move_and_not_by_the_file_s"
    ],
    "mount-point-believed": [
        f"{PHOTOS}_folders.py::test_the_empty_mount_point_of_a_disk_that_is_away_is_not_the_folder"
    ],
}
ALL = [(name, test) for name, tests in CAUGHT_BY.items() for test in tests]


@pytest.fixture
def tree(tmp_path) -> Path:
    """A copy of what the tests need, with what is compiled of it."""
    leave_out = shutil.ignore_patterns("static", "bench", "*.pyc.*")  # half written ones
    for package in ("core", "tests"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=leave_out)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def apply(patch: Path, tree: Path) -> None:
    """Raises CalledProcessError when the patch does not fit the code exactly."""
    environment = os.environ | {"GIT_CEILING_DIRECTORIES": str(tree.parent)}
    subprocess.run(
        ["git", "apply", "--unidiff-zero", str(patch)],
        cwd=tree,
        env=environment,
        check=True,
        capture_output=True,
    )


def run(tree: Path, *tests: str, **settings: str) -> subprocess.CompletedProcess:
    """The tests of a tree; a life of tasks that breaks is not made shorter first."""
    environment = os.environ | {"PYTHONPATH": str(tree), "LONGHAUL_MUTANT": "1"} | settings
    command = [sys.executable, "-m", "pytest", "-n", "0", "-x", "-q", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, *tests], cwd=tree, env=environment, capture_output=True, text=True, timeout=240
    )


def test_every_patch_is_tried():
    assert {path.stem for path in PATCHES.glob("*.patch")} == set(CAUGHT_BY)


def test_a_copy_without_a_mutant_passes(tree):
    done = run(tree, *dict.fromkeys(test for _, test in ALL), LONGHAUL_EXAMPLES="10")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("name", "test"), ALL)
def test_a_mutant_is_caught(tree, name, test):
    apply(PATCHES / f"{name}.patch", tree)
    done = run(tree, test)
    assert done.returncode == 1, f"{name} survives {test}\n{done.stdout}"
    assert "1 failed" in done.stdout, done.stdout  # not an error around the test


def test_an_outdated_patch_is_an_error(tree):
    patch = tree / "outdated.patch"
    text = (PATCHES / "cancel-overwritten.patch").read_text()
    patch.write_text(text.replace("DONE_WELL", "DONE_BETTER"))
    with pytest.raises(subprocess.CalledProcessError):
        apply(patch, tree)
