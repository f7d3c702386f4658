"""Plan tokens: what a preview saw, and how the data have drifted from it since."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.desk.plans import digest, hold_to, plan_of
from core.errors import Invalid, PlanDrifted

PARAMS = {"database": "a.sqlite", "limit": 0}


def saw(count=2840, at_least=None, sample=(), seen=None):
    return {
        "count": count,
        "at_least": at_least,
        "unit": "rows",
        "sample": list(sample),
        "seen": {"columns of articles": "id INTEGER, html TEXT"} if seen is None else seen,
        "problems": [],
    }


def drift(before, after):
    token = plan_of("fill", PARAMS, before)
    try:
        hold_to(token, "fill", PARAMS, after)
    except PlanDrifted as error:
        return error.detail
    return ""


def test_what_has_not_changed_may_start():
    assert drift(saw(), saw()) == ""


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (saw(2912), "was 2,840 rows, is 2,912"),
        (saw(None, 2841), "was 2,840 rows, is at least 2,841"),
        (saw(seen={"columns of articles": "id INTEGER"}), "columns of articles: was id INTEGER, h"),
        (saw(seen={}), "the columns of articles changed"),
        (saw(sample=[{"id": 2}]), "the first rows changed"),
        (saw(None, None), "it can no longer be counted"),
    ],
)
def test_drift_is_told_in_its_own_words(after, said):
    assert said in drift(saw(), after)


def test_several_changes_are_told_together():
    said = drift(saw(), saw(2912, seen={"columns of articles": "id INTEGER"}))
    assert "is 2,912; columns of articles" in said


@pytest.mark.parametrize(
    ("before", "after", "has_drifted"),
    [
        (saw(None, 500), saw(None, 700), False),  # both counts were left in the middle
        (saw(None, 500), saw(600), False),
        (saw(None, 500), saw(400), True),
        (saw(900), saw(None, 700), False),  # a busy machine counted less far
    ],
)
def test_of_a_count_that_was_left_only_the_lower_bound_is_held_on_to(before, after, has_drifted):
    assert bool(drift(before, after)) == has_drifted


def test_long_things_that_were_seen_are_compared_and_not_carried():
    long = {"columns of articles": "c TEXT, " * 200}
    assert len(plan_of("fill", PARAMS, saw(seen=long))) < 500
    assert drift(saw(seen=long), saw(seen=long)) == ""
    assert "the columns of articles changed" in drift(
        saw(seen=long), saw(seen={"columns of articles": "c TEXT"})
    )


def test_no_data_and_no_parameters_are_in_a_token():
    token = plan_of("fill", {"database": "secret.sqlite"}, saw(sample=[{"name": "Ada"}]))
    text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    assert "Ada" not in text and "secret" not in text


def test_where_nothing_was_counted_there_is_no_plan():
    assert plan_of("fill", PARAMS, saw(None)) is None


def test_a_plan_of_other_parameters_or_another_type_is_refused():
    token = plan_of("fill", PARAMS, saw())
    for name, params in (("fill", PARAMS | {"limit": 5}), ("empty", PARAMS)):
        with pytest.raises(Invalid, match="other parameters") as error:
            hold_to(token, name, params, saw())
        assert error.value.errors[0]["pointer"] == "/plan"


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60).map(lambda b: b.hex())))
def test_what_is_no_plan_is_refused_and_never_breaks(token):
    with pytest.raises(Invalid):
        hold_to(token, "fill", PARAMS, saw())


@pytest.mark.parametrize("member", ["type", "params", "count", "unit", "first", "seen"])
def test_a_plan_with_a_part_missing_or_of_another_kind_is_refused(member):
    token = plan_of("fill", PARAMS, saw())
    plan = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    for broken in ({k: v for k, v in plan.items() if k != member}, plan | {member: ["x"]}):
        forged = base64.urlsafe_b64encode(json.dumps(broken).encode()).decode()
        with pytest.raises(Invalid):
            hold_to(forged, "fill", PARAMS, saw())


def test_the_order_of_members_makes_no_difference():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
