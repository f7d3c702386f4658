"""The author's kit in one process: a task runs, stops where it is told to, and goes on."""

import pytest

from core.errors import Invalid
from core.kit import Trial
from core.kit.difference import difference
from core.task_type import TaskType
from tests.kit_samples import Double, Forgetful, Part, Parts, Patient, numbers, written


@pytest.fixture
def trial(tmp_path):
    with Trial(tmp_path, Double) as made:
        yield made


def test_a_whole_task_runs_in_one_line(trial):
    ran = trial.run(**numbers(trial.folder))
    assert (ran.status, ran.done, ran.cursor) == ("completed", 40, 40)
    assert ran.result == {"done": 40, "failed": 0, "skipped": 0}
    assert written(trial.folder) == list(range(1, 41))


def test_one_batch_is_run_and_no_more(trial):
    ran = trial.start(**numbers(trial.folder)).one_batch()
    assert (ran.status, ran.done, ran.cursor) == ("queued", 5, 5)
    assert written(trial.folder) == [1, 2, 3, 4, 5]
    assert ran.one_batch().cursor == 10
    assert ran.task.knobs == {"batch_size": 5}, "pinned: a slow machine moves no boundary"


def test_it_is_interrupted_after_batches_or_records_and_goes_on_where_it_was(trial):
    ran = trial.start(**numbers(trial.folder)).interrupt_after(batches=2)
    assert ran.cursor == 10
    assert ran.interrupt_after(records=12).cursor == 25, "the first batch that reaches 12 more"
    assert ran.resume().status == "completed"
    assert written(trial.folder) == list(range(1, 41))
    assert ran.task.attempts == 3


def test_it_is_paused_and_holds_until_it_is_resumed(trial):
    ran = trial.start(**numbers(trial.folder)).pause_after(batches=1)
    assert (ran.status, ran.done) == ("paused", 5)
    with pytest.raises(AssertionError, match=r"double \(paused, 5 records done\) cannot be fini"):
        ran.finish()
    assert ran.resume().done == 40


def test_it_is_cancelled_and_keeps_what_was_committed(trial):
    ran = trial.start(**numbers(trial.folder)).cancel_after(records=15)
    assert (ran.status, ran.done) == ("cancelled", 15)
    assert written(trial.folder) == list(range(1, 16))


def test_a_task_that_ends_before_it_could_be_interrupted_says_how_far_it_got(trial):
    ran = trial.start(**numbers(trial.folder))
    with pytest.raises(AssertionError, match="as far as 9 batches: it committed 8 batches of 40"):
        ran.interrupt_after(batches=9)
    with pytest.raises(AssertionError, match="either batches or records"):
        ran.interrupt_after()


def test_records_that_fail_are_told_by_their_keys(trial):
    ran = trial.run(**numbers(trial.folder), poison=7)
    assert (ran.done, ran.failed) == (39, 1)
    assert ran.failures == {"7": "ValueError: this one cannot be doubled"}
    assert any("record 7 failed" in line for line in ran.log)


def test_waits_and_back_offs_pass_on_the_fake_clock(tmp_path):
    with Trial(tmp_path, Patient) as trial:
        began = trial.clock.wall()
        ran = trial.start().attempt()
        assert trial.clock.wall() - began == 3600
        assert ran.error["message"] == "the ferry was full"
        assert ran.finish().result == {"attempts": 2}
        assert trial.clock.wall() - began >= 3600 + 600
        assert ran.log == ["on board"]


def test_parameters_are_checked_as_the_service_checks_them(trial):
    with pytest.raises(Invalid, match="There is no 'batchsize'; did you mean batch_size"):
        trial.start(database="x", batchsize=5)


def test_files_are_those_below_the_folder_of_the_trial(trial, tmp_path_factory):
    elsewhere = numbers(tmp_path_factory.mktemp("elsewhere"))
    ran = trial.run(**elsewhere)
    assert ran.status == "failed" and ran.error["code"] == "forbidden"


def test_steps_and_split_jobs_run_like_any_other(tmp_path):
    with Trial(tmp_path, Parts, Part) as trial:
        ran = trial.start(parts=4).interrupt_after(batches=3)
        assert (ran.done, ran.finish().done, ran.status) == (3, 8, "completed")


def test_a_type_that_longhaul_refuses_is_refused_with_the_reason(tmp_path):
    class Nothing(TaskType):
        name = "nothing"

    with pytest.raises(AssertionError, match=r"refuses it: Nothing must define run\(\)"):
        Trial(tmp_path, Nothing)


def test_a_result_is_asked_for_only_when_there_is_one(tmp_path):
    with Trial(tmp_path, Forgetful) as trial:
        assert trial.run().result is None
        with pytest.raises(AssertionError, match="has no result"):
            _ = trial.start().result


@pytest.mark.parametrize(
    ("expected", "found", "lines"),
    [
        ([1, 2], [1, 2], []),
        ([1, 2, 3], [1, 3, 3, 9], ["missing: 2", "more than once: 3", "too much: 9"]),
        ([1, 2], [2, 1], ["the same, in another order"]),
        ({1, 2}, {2, 3}, ["missing: 1", "too much: 3"]),
        ({"a": 1, "b": 2}, {"a": 3, "c": 4},
         ["missing: 'b'", "too much: 'c'", "different: 'a': 3 instead of 1"]),
        ([[1]], [[2]], ["expected [[1]]", "found [[2]]"]),
        ([([1],)], [], ["expected [([1],)]", "found []"]),
        (list(range(9)), [], ["missing: 0, 1, 2, 3, 4 and 4 more"]),
        ("ab", "a", ["expected 'ab'", "found 'a'"]),
    ],
)  # fmt: skip
def test_a_difference_is_told_by_what_is_missing_and_what_is_doubled(expected, found, lines):
    assert difference(expected, found) == lines
