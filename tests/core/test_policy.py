"""Where the policy for errors ends a run, and how the person chooses it."""

import pytest
from pydantic import BaseModel, ValidationError

from core.policy import ErrorParams, ErrorPolicy, VerifyParams


@pytest.mark.parametrize(
    ("policy", "failed_at", "seen", "failed", "place"),
    [
        (ErrorPolicy("stop"), [], 500, 0, None),
        (ErrorPolicy("stop"), [7, 9], 0, 0, 7),
        (ErrorPolicy(most=3), [1, 2], 0, 1, None),
        (ErrorPolicy(most=3), [1, 2, 5], 0, 1, 5),
        (ErrorPolicy(most=3), [4], 0, 3, 4),
        # A share counts only from the sample on: 60 of the first 99 may fail.
        (ErrorPolicy(share=0.5), list(range(60)), 0, 0, None),
        (ErrorPolicy(share=0.5), [0], 99, 50, 0),
        (ErrorPolicy(share=0.5), [0], 99, 49, None),
        (ErrorPolicy(share=0.5, sample=10), list(range(10)), 0, 0, 9),
        (ErrorPolicy(share=1), list(range(500)), 0, 0, None),
    ],
)
def test_the_run_ends_at_the_first_record_that_may_not_have_failed(
    policy, failed_at, seen, failed, place
):
    assert policy.place_of_stop(failed_at, seen, failed) == place


def test_a_policy_that_makes_no_sense_is_refused():
    for wrong in ({"on_error": "hope"}, {"tries": 0}, {"most": -1}, {"share": 0}, {"sample": 0}):
        with pytest.raises(ValueError):
            ErrorPolicy(**wrong)


class Params(ErrorParams, VerifyParams):
    database: str
    redo: bool = False


def test_the_standard_parameters_stand_below_those_of_the_type():
    names = list(Params.model_json_schema()["properties"])
    assert names[:2] == ["database", "redo"]
    assert set(names[2:]) == {"on_error", "tries", "most_failed", "most_failed_share", "verify"}


def test_a_person_chooses_the_policy_and_what_is_no_policy_is_refused_with_its_name():
    params = Params(database="x", on_error="stop", tries=3, most_failed=7, most_failed_share=0.1)
    assert params.error_policy() == ErrorPolicy("stop", 3, 7, 0.1)
    with pytest.raises(ValidationError, match="most_failed_share"):
        Params(database="x", most_failed_share=0)


def test_a_policy_goes_into_a_document_and_back():
    policy = ErrorPolicy("skip", 2, 5, 0.25)
    assert ErrorPolicy.of(policy.document()) == policy
    assert ErrorPolicy.of(None) is None
    assert issubclass(ErrorParams, BaseModel)
