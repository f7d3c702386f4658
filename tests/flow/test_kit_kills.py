"""The author's kit with worker processes that die: it passes what is sound, tells what is not."""

import pytest

from core.kit import assert_survives_kills
from core.kit.kills import PLACES
from core.seams import PLACES as SEAMS
from tests.kit_samples import Careless, Double, Forgetful, Part, Parts, numbers, written

pytestmark = pytest.mark.slow


def test_a_sound_backfill_survives_a_kill_at_every_place(tmp_path):
    survived = assert_survives_kills(Double, numbers, written, tmp_path, kills=5)
    assert [kill.partition(": ")[2] for kill in survived.kills] == [SEAMS[p] for p in PLACES]
    assert survived.result == survived.undisturbed == {"done": 40, "failed": 0, "skipped": 0}


def test_a_kill_comes_after_so_many_records(tmp_path):
    survived = assert_survives_kills(Double, numbers, written, tmp_path, kills=1, records=20)
    assert survived.kills[0].startswith("after 20 records, at the cursor 20: ")


def test_effects_beside_the_checkpoint_are_found_doubled(tmp_path):
    with pytest.raises(AssertionError) as found:
        assert_survives_kills(Careless, numbers, written, tmp_path, kills=3)
    message = str(found.value)
    assert "careless after 3 kills left something else than undisturbed" in message
    assert "more than once: " in message and message.count("killed: after") == 3


def test_a_task_that_gives_no_cursor_is_told_that_it_cannot_go_on(tmp_path):
    with pytest.raises(AssertionError, match="it gave no cursor to its checkpoints"):
        assert_survives_kills(Forgetful, lambda folder: {}, lambda folder: None, tmp_path)


def test_jobs_of_a_split_step_survive_too(tmp_path):
    survived = assert_survives_kills(
        (Parts, Part), lambda folder: {"parts": 2}, lambda folder: None, tmp_path, kills=1
    )
    assert len(survived.kills) == 1


def test_a_task_too_short_for_a_kill_proves_nothing_and_says_so(tmp_path):
    with pytest.raises(AssertionError, match="ended before a worker could be killed"):
        assert_survives_kills(Double, lambda f: numbers(f, 3), written, tmp_path)


def test_a_class_inside_a_function_is_refused_with_the_reason(tmp_path):
    class Hidden(Double):
        name = "hidden"

    with pytest.raises(AssertionError, match="define it at the top of a module"):
        assert_survives_kills(Hidden, numbers, written, tmp_path)
